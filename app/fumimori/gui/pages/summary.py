"""A control's answers to look over: each with a way to change it, what is open, the result so far."""

from collections.abc import Sequence
from functools import partial

from PySide6.QtWidgets import QVBoxLayout, QWidget

from fumimori.gui.growing import between
from fumimori.gui.pages.page import Page
from fumimori.gui.widgets.controls import button, card, held, row
from fumimori.gui.widgets.signs import Chip, ScoreBar
from fumimori.gui.widgets.text import Prose, hairline
from fumimori.model import Control, Finding, Question, QuestionState
from fumimori.wizard import progress
from fumimori.wizard.steps import SURROUNDINGS, Route, code_of
from fumimori.wording.window import SUBJECTS, grouped, range_words, standing_words
from fumimori.wording.words import Words


class SummaryPage(Page):
    """Missing answers are listed and hold nobody up."""

    def title(self) -> str:
        """The control's name."""
        return self.say("title", name=self.t(f"controls.{self.route.item}.name"))

    def caption(self) -> str:
        """The control's code."""
        return code_of(self.route.item)

    def build(self) -> None:
        """The score so far, the questions, the findings."""
        session, theme = self.session, self.theme
        missing = progress.open_questions(session.result, self.route.item)
        unsettled = progress.unsettled(session.open, session.result, self.route.item)
        self.prose(
            "missing" if missing else "unsettled" if unsettled else "complete", quiet=True, count=missing or unsettled
        )
        if self.route.item != SURROUNDINGS:
            control = session.result.control(Control(self.route.item))
            words = range_words(self.t, control.score_low, control.score_high)
            verdict = self.t(f"words.verdict.{control.verdict}")
            self.add(Prose(theme, self.say("score", score=words, verdict=verdict), bold=True))
            self.add(ScoreBar(theme, control.score_low, control.score_high, name=words))
        frame, inside = card(theme)
        self.add(frame)
        counted = progress.counted(session.open, session.result, self.route.item)
        self.growing.add(between(hairline, [partial(self._line, one) for one in counted]), column=inside)
        findings = [one for one in session.result.findings if one.control.value == self.route.item]
        if findings:
            groups = grouped(findings)
            self.section(self.say("findings", count=len(groups)))
            box, within = card(theme)
            self.add(box)
            self.growing.add([partial(self._group, group) for group in groups], at_once=0, column=within)

    @property
    def next_label(self) -> str:
        """On to the next control, or to what follows them all."""
        return self.say("next_control") if self.navigator.ahead.page in ("question", "summary") else self.onward

    def _group(self, group: Sequence[Finding]) -> QWidget:
        """One cause, and where it was found, as in the plan."""
        worst = group[0]
        word = worst.severity.word
        line = row(Chip(self.theme, word, self.t(f"words.severity.{word}")), spacing=self.theme.px(12))
        words = QVBoxLayout()
        words.setSpacing(0)
        said = Words(self.t, self.session.result.bank)
        words.addWidget(Prose(self.theme, said.title(worst)))
        names = said.subjects(group, SUBJECTS)
        if names:
            words.addWidget(Prose(self.theme, names, quiet=True, size="small"))
        line.addLayout(words, 1)
        return held(line)

    def _line(self, question: Question) -> QWidget:
        theme, session = self.theme, self.session
        standing = session.result.question(question.id)
        label = self.t(f"controls.{question.id}.label")
        words = QVBoxLayout()
        words.setSpacing(0)
        words.addWidget(Prose(theme, f"{question.printed}　{label}"))
        state = standing_words(self.t, question, standing, session.open.answer(question.id))
        if standing.contradicted:
            state = f"{state}　{self.t('words.open_point.contradiction')}"
        words.addWidget(Prose(theme, state, quiet=True, size="small"))
        change = button(
            theme,
            self.say("look" if standing.state in (QuestionState.MEASURED, QuestionState.RECORDED) else "change"),
            partial(self.navigator.visit, Route("question", question.id)),
            kind="link",
            name=f"change:{question.id}",
        )
        change.setAccessibleName(f"{label} {change.text()}")
        line = row(spacing=theme.px(12))
        line.addLayout(words, 1)
        if standing.state is not QuestionState.OUT_OF_SCOPE:
            line.addWidget(change)
        return held(line)
