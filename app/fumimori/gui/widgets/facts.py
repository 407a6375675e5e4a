"""What was measured about a question, and how an answer that differs from it is settled, without accusing anybody."""

from collections.abc import Callable, Sequence
from functools import partial

from PySide6.QtWidgets import QFrame, QVBoxLayout

from fumimori.gui.session import Session
from fumimori.gui.theme import Theme
from fumimori.gui.widgets.controls import button, note_box, row
from fumimori.gui.widgets.flow import Flow
from fumimori.gui.widgets.text import Prose
from fumimori.model import Contradiction, Finding, Outcome, Question
from fumimori.wording.window import answer_words, source_of
from fumimori.wording.words import Words

SHOWN = 4


class FactBox(QFrame):
    """The facts as plain sentences, with where they come from and the day they were seen."""

    def __init__(self, session: Session, theme: Theme, facts: Sequence[Finding | Outcome]) -> None:
        super().__init__()
        self.setObjectName("wash")
        t = session.texts
        words = Words(t, session.result.bank)
        column = QVBoxLayout(self)
        column.setContentsMargins(theme.px(16), theme.px(12), theme.px(16), theme.px(12))
        column.setSpacing(theme.px(4))
        source = source_of(facts, {reader.id for reader in session.toolkit.readers})
        column.addWidget(Prose(theme, t(f"ui.facts.{source}"), bold=True, size="small"))
        for fact in facts[:SHOWN]:
            column.addWidget(Prose(theme, words.title(fact), bold=True))
            column.addWidget(Prose(theme, words.saw(fact), quiet=True, size="small"))
        if len(facts) > SHOWN:
            column.addWidget(Prose(theme, t("ui.facts.more", count=len(facts) - SHOWN), quiet=True, size="small"))
        probes = {fact.code.partition(".")[0] for fact in facts}
        moments = [attempt.ended for attempt in session.result.attempts if attempt.probe in probes]
        if moments:
            when = t.moment(max(moments).astimezone())
            said = t("ui.facts.when_read" if source == "read" else "ui.facts.when", moment=when)
            column.addWidget(Prose(theme, said, quiet=True, size="small"))


class ContradictionCard(QFrame):
    """Both facts side by side; measurement right, answer right because…, or measure again."""

    def __init__(
        self,
        session: Session,
        theme: Theme,
        question: Question,
        contradiction: Contradiction,
        *,
        settled: Callable[[], None],
        measure: Callable[[], None],
    ) -> None:
        super().__init__()
        self.setObjectName("wash")
        self._session, self._question, self._settled = session, question, settled
        t = session.texts
        answer = session.open.answer(question.id)
        self._reason = answer.note if answer else ""
        column = QVBoxLayout(self)
        column.setContentsMargins(theme.px(16), theme.px(14), theme.px(16), theme.px(14))
        column.setSpacing(theme.gap)
        column.addWidget(Prose(theme, t("ui.contradiction.title"), bold=True))
        said = answer_words(t, question, answer) if answer else ""
        column.addWidget(Prose(theme, t("ui.contradiction.said", answer=said)))
        column.addWidget(
            Prose(theme, t("ui.contradiction.measured", fact=Words(t, session.result.bank).saw(contradiction.outcome)))
        )
        column.addWidget(Prose(theme, t("ui.contradiction.meanwhile"), quiet=True, size="small"))
        right = button(theme, t("ui.contradiction.measurement"), partial(self._settle, "measurement"), name="measured")
        again = button(theme, t("ui.contradiction.again"), measure, kind="link", name="measure-again")
        column.addLayout(Flow(right, again, spacing=theme.gap))
        because = note_box(
            theme, label=t("ui.contradiction.because"), text=self._reason, changed=self._typed, name="because"
        )
        column.addWidget(because)
        self._missing = Prose(theme, "", bold=True, size="small")
        column.addWidget(self._missing)
        mine = button(theme, t("ui.contradiction.answer"), partial(self._settle, "answer"), name="answered")
        column.addLayout(row(mine, None))

    def _typed(self, text: str) -> None:
        self._reason = text

    def _settle(self, by: str) -> None:
        if by == "answer" and not self._reason.strip():
            self._missing.say(self._session.texts("ui.contradiction.reason_missing"))
            return
        self._session.annotate(self._question.id, settled=by, note=self._reason)
        self._settled()
