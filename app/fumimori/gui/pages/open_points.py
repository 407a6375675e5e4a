"""Everything still open: contradictions, unknown answers, what was not measured; each with a link."""

from collections.abc import Callable
from functools import partial

from PySide6.QtWidgets import QWidget

from fumimori.gui.growing import between
from fumimori.gui.pages.page import Page
from fumimori.gui.widgets.controls import button, card, held, row
from fumimori.gui.widgets.facts import ContradictionCard
from fumimori.gui.widgets.notice import Notice
from fumimori.gui.widgets.signs import Chip
from fumimori.gui.widgets.text import Prose, hairline
from fumimori.model import OpenPoint, Severity
from fumimori.wizard.steps import Route

SHOWN = 30


class OpenPointsPage(Page):
    """A report may be made with open points; they are printed as such."""

    def build(self) -> None:
        """Contradictions first, then what is unknown or unanswered, then what was not measured."""
        points = self.session.result.open_points
        if not points:
            self.add(Notice(self.theme, title=self.say("none"), text=self.say("none_next"), icon="circle-check"))
            return
        self.prose("lead", quiet=True, count=len(points))
        self._contradictions()
        for kind in ("unknown", "unanswered", "not_measured"):
            mine = [point for point in points if point.kind == kind]
            if mine:
                self._list(kind, mine)

    @property
    def next_label(self) -> str:
        """On to the findings."""
        return self.onward

    def _contradictions(self) -> None:
        found = self.session.result.contradictions
        if not found:
            return
        self.section(self.say("contradiction", count=len(found)))
        parts: list[Callable[[], QWidget]] = []
        for one in found:
            question = self.session.result.of_bank(one.question)
            words = f"{question.printed}　{self.t(f'controls.{question.id}.question')}"
            parts.append(partial(Prose, self.theme, words))
            parts.append(
                partial(
                    ContradictionCard,
                    self.session,
                    self.theme,
                    question,
                    one,
                    settled=partial(self.go, self.route),
                    measure=partial(self.navigator.visit, Route("measuring")),
                )
            )
        self.growing.add(parts)

    def _list(self, kind: str, points: list[OpenPoint]) -> None:
        self.section(self.say(kind, count=len(points)))
        frame, inside = card(self.theme)
        lines = [partial(self._line, point, f"open:{number}:{kind}") for number, point in enumerate(points[:SHOWN])]
        self.add(frame)
        self.growing.add(between(hairline, lines), column=inside)
        if len(points) > SHOWN:
            inside.addWidget(Prose(self.theme, self.say("more", count=len(points) - SHOWN), quiet=True))

    def _line(self, point: OpenPoint, name: str) -> QWidget:
        theme, words = self.theme, self._words(point)
        line = row(self._chip(point), Prose(theme, words), spacing=theme.px(12))
        line.setStretch(1, 1)
        target = Route("question", point.question) if point.question else Route("measuring")
        key = "answer" if point.question else "measure"
        opening = button(theme, self.say(key), partial(self.navigator.visit, target), kind="link", name=name)
        opening.setAccessibleName(f"{words} {self.say(key)}")
        line.addWidget(opening)
        return held(line)

    def _chip(self, point: OpenPoint) -> Chip:
        """How bad it would be; what is not known to be bad is not known, and never *no problem*."""
        if point.severity < Severity.LOW:
            return Chip(self.theme, "unknown", self.t("words.verdict.unknown"))
        return Chip(self.theme, point.severity.word, self.t(f"words.severity.{point.severity.word}"))

    def _words(self, point: OpenPoint) -> str:
        if point.question:
            words = (
                f"{self.session.result.of_bank(point.question).printed}　{self.t(f'controls.{point.question}.label')}"
            )
            return f"{words}\n{self.say('who', who=point.who, due=point.due or '－')}" if point.who else words
        reason = f"words.reason.{point.reason}"
        looked = f"{self.t(f'checks.{point.probe}.name')}　{point.subject}" if point.probe else point.subject
        return f"{looked}\n{self.t(reason) if self.t.has(reason) else self.t('words.reason.unknown')}"
