"""Findings and plan: the grade, the actions in order, who does what by when, and what is knowingly accepted."""

from collections.abc import Callable, Sequence
from functools import partial

from PySide6.QtWidgets import QVBoxLayout, QWidget

from fumimori.assess.mail_path import CONTROLS, Link
from fumimori.assess.plan import first, later, totals
from fumimori.gui.pages.page import Page
from fumimori.gui.widgets.action import ActionCard
from fumimori.gui.widgets.controls import card, row
from fumimori.gui.widgets.dispute import settled
from fumimori.gui.widgets.mail_path import MailPath
from fumimori.gui.widgets.notice import Notice
from fumimori.gui.widgets.rechecked import rechecked
from fumimori.gui.widgets.text import Heading, Prose
from fumimori.model import Finding, Grade
from fumimori.wizard.steps import Route
from fumimori.wording.window import range_words
from fumimori.wording.work import counts_words, outlook_words, totals_words


class PlanPage(Page):
    """The grade with its reason, and one card per action."""

    def build(self) -> None:
        """Grade, the first five, the others."""
        result, theme = self.session.result, self.theme
        self.session.measuring.ended.connect(self._measured)
        if (notice := rechecked(self.session, theme)) is not None:
            self.add(notice)
        self._grade(result.grade)
        self.add(MailPath(theme, self.t, result, self._to_ground))
        if not result.actions:
            self.add(Notice(theme, title=self.say("none"), text=self.say("none_next"), icon="circle-check"))
            self._settled()
            return
        foremost, others = first(result.actions), later(result.actions)
        self.section(self.say("first", count=len(foremost)))
        self.prose("first_lead", quiet=True)
        parts: list[Callable[[], QWidget]] = [
            partial(ActionCard, self.session, theme, action, number=number, result=result, again=self._again)
            for number, action in enumerate((*foremost, *others), start=1)
        ]
        if others:
            title = self.say("others", count=len(others))
            parts.insert(len(foremost), partial(Heading, theme, title, level=2))
        rules = self.session.toolkit.rules
        if summed := totals_words(self.t, totals(result.actions, rules), rules):
            parts.append(partial(Prose, theme, summed, quiet=True, size="small"))
        self.growing.add(parts, at_once=1)  # above them stand grade and drawing, which fill the first sight
        self._settled()
        if self.route.at:  # a field of an action, which is folded
            self.growing.finish()
            for one in self.findChildren(ActionCard):
                one.open_for(self.route.at)

    def _to_ground(self, link: Link) -> None:
        """To what a link of the drawing rests on: the action that repairs it, or the control that it belongs to."""
        self.growing.finish()
        cards = self.findChildren(ActionCard)
        mending = next((card for card in cards if link.finding is not None and card.mends(link.finding)), None)
        if mending is not None:
            mending.reveal()
        else:
            control = link.finding.control if link.finding is not None else CONTROLS[link.segment]
            self.navigator.visit(Route("summary", control.value))

    def leave(self) -> None:
        """A measurement continues without this page."""
        self.session.measuring.ended.disconnect(self._measured)

    def _again(self, findings: Sequence[Finding]) -> None:
        self.session.measuring.again(findings)
        self.go(self.route)

    def _measured(self) -> None:
        self.go(self.route)

    def _settled(self) -> None:
        """What somebody settled otherwise."""
        found = settled(self.session, self.theme, partial(self.go, self.route))
        if found is not None:
            self.section(self.t("ui.dispute.settled"))
            self.add(found)

    @property
    def next_label(self) -> str:
        """On to the report."""
        return self.onward

    def _grade(self, grade: Grade) -> None:
        theme = self.theme
        frame, inside = card(theme)
        letter = Heading(theme, grade.letter or "－", level=2)
        font = theme.font("title", bold=True)
        font.setPointSizeF(font.pointSizeF() * 2)
        letter.setFont(font)
        letter.setFixedWidth(theme.px(72))
        words = QVBoxLayout()
        words.setSpacing(theme.px(2))
        words.addWidget(Prose(theme, self.t(f"words.grade.{grade.letter or 'withheld'}"), bold=True, size="large"))
        score = range_words(self.t, grade.score_low, grade.score_high)
        words.addWidget(Prose(theme, self.say("score", score=score, lower=grade.lower_bound)))
        words.addWidget(Prose(theme, self.t(f"words.grade_reason.{grade.reason}")))
        words.addWidget(Prose(theme, self.say("counts", counts=counts_words(self.t, grade)), quiet=True, size="small"))
        if way := outlook_words(self.t, self.session.result.actions, grade):
            words.addWidget(Prose(theme, way, quiet=True, size="small"))
        line = row(letter, spacing=theme.px(20))
        line.addLayout(words, 1)
        inside.addLayout(line)
        self.add(frame)
