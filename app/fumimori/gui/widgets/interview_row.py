"""One row of the interview sheet: a question and its answers as small buttons, driven by the keyboard."""

from collections.abc import Callable
from functools import partial

from PySide6.QtCore import Qt
from PySide6.QtGui import QFocusEvent, QKeyEvent
from PySide6.QtWidgets import QFrame, QPushButton, QVBoxLayout

from fumimori.gui.session import Session
from fumimori.gui.theme import Theme
from fumimori.gui.widgets.answers import REASONS
from fumimori.gui.widgets.choice import Choice, ChoiceGroup
from fumimori.gui.widgets.controls import button, clear
from fumimori.gui.widgets.flow import Flow
from fumimori.gui.widgets.text import Prose
from fumimori.model import NOT_APPLICABLE, Question, QuestionKind
from fumimori.wording.window import answer_words, option_sign, option_words


class InterviewRow(QFrame):
    """The row takes the keyboard as a whole: digits answer, up and down leave it."""

    def __init__(
        self, session: Session, theme: Theme, question: Question, *, picked: Callable[[str | None], None]
    ) -> None:
        super().__init__()
        self.setObjectName("card")
        self.walked: Callable[[int], None] = lambda _step: None
        self._session, self._theme, self._question, self._picked = session, theme, question, picked
        t = session.texts
        asked = t(f"controls.{question.id}.question")
        self.setAccessibleName(f"{question.printed} {asked}")
        self.setProperty("place", f"sheet:{question.id}")
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        column = QVBoxLayout(self)
        column.setContentsMargins(theme.px(14), theme.px(10), theme.px(14), theme.px(10))
        column.setSpacing(theme.px(6))
        column.addWidget(Prose(theme, f"{question.printed}　{asked}"))
        self._buttons: list[tuple[str, QPushButton]] = []
        line = Flow(spacing=theme.px(6))
        for value, sign, words in self._answers():
            number = len(self._buttons) + 1
            made = button(
                theme, f"{number}  {sign}".rstrip(), partial(self._press, value), name=f"{question.id}={value}"
            )
            made.setCheckable(True)
            made.setAutoExclusive(True)
            made.setAccessibleName(words)
            made.setToolTip(words)
            made.setFocusPolicy(Qt.FocusPolicy.NoFocus)
            made.setMinimumWidth(theme.px(56))
            self._buttons.append((value, made))
            line.addWidget(made)
        self._words = Prose(theme, "", quiet=True, size="small")
        column.addLayout(line)
        column.addWidget(self._words)
        self._reasons = QVBoxLayout()
        column.addLayout(self._reasons)
        self._show()

    def _answers(self) -> list[tuple[str, str, str]]:
        t, question = self._session.texts, self._question
        found: list[tuple[str, str, str]] = []
        if question.kind is QuestionKind.CHOICE:
            found.extend(
                (option.id, option_sign(question, option.id), option_words(t, question, option.id)[0])
                for option in question.options
            )
        found.append(("unknown", "？", t("words.answer.unknown")))
        if question.may_be_not_applicable:
            found.append((NOT_APPLICABLE, "－", t("words.answer.not_applicable")))
        return found

    def _press(self, value: str) -> None:
        answer = self._session.open.answer(self._question.id)
        if answer is None or value != (answer.value or "unknown"):
            self._picked(value)
        self._show()

    def _show(self) -> None:
        answer = self._session.open.answer(self._question.id)
        value = None if answer is None else (answer.value or "unknown")
        for known, made in self._buttons:
            # Where nothing is answered none is chosen, which Qt refuses to exclusive ones.
            made.setAutoExclusive(False)
            made.setChecked(known == value)
            made.setAutoExclusive(True)
        t = self._session.texts
        self._words.say(answer_words(t, self._question, answer) if answer else t("words.answer.unanswered"))
        clear(self._reasons)
        if answer is not None and answer.value == NOT_APPLICABLE:
            self._ask_reason(answer.reason)

    def _ask_reason(self, known: str) -> None:
        """Why the question does not apply: without a reason it counts as not answered."""
        t, question = self._session.texts, self._question.id
        choices = [Choice(value=word, label=t(f"words.not_applicable_reason.{word}")) for word in REASONS]
        chosen = known if known in REASONS or not known else "other"
        group = ChoiceGroup(
            self._theme,
            asked=t("ui.answer.reason"),
            choices=choices,
            chosen=chosen or None,
            columns=2,
            picked=lambda value: self._session.annotate(question, reason=value or ""),
        )
        self._reasons.addWidget(Prose(self._theme, t("ui.answer.reason"), size="small", bold=True))
        self._reasons.addWidget(group)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Digits answer, Backspace takes an answer back, up and down walk; everything else is the window's."""
        step = {Qt.Key.Key_Down: 1, Qt.Key.Key_Up: -1}.get(Qt.Key(event.key()), 0)
        digit = event.text()
        if step:
            self.walked(step)
        elif event.key() in (Qt.Key.Key_Backspace, Qt.Key.Key_Delete):
            self._picked(None)
            self._show()
        elif digit.isdigit() and 0 < int(digit) <= len(self._buttons):
            self._buttons[int(digit) - 1][1].click()
        else:
            super().keyPressEvent(event)

    def focusInEvent(self, event: QFocusEvent) -> None:
        """The row that has the keyboard is framed."""
        super().focusInEvent(event)
        self._frame(on=True)

    def focusOutEvent(self, event: QFocusEvent) -> None:
        """The frame goes with the keyboard."""
        super().focusOutEvent(event)
        self._frame(on=False)

    def _frame(self, *, on: bool) -> None:
        colour = self._theme.colour("accent" if on else "line")
        width = self._theme.size("focus") if on else 1
        self.setStyleSheet(f"QFrame#card {{ border: {width}px solid {colour}; }}")
