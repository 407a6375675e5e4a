"""The answer to one question: the cards with their keys, and what is asked besides, depending on the answer."""

from collections.abc import Callable
from functools import partial

from PySide6.QtGui import QKeySequence, QShortcut
from PySide6.QtWidgets import QGridLayout, QGroupBox, QVBoxLayout, QWidget

from fumimori.gui.session import Session
from fumimori.gui.theme import Theme
from fumimori.gui.widgets.choice import Choice, ChoiceGroup, tick
from fumimori.gui.widgets.controls import Field, button, clear, note_box, row
from fumimori.gui.widgets.text import Heading
from fumimori.model import NOT_APPLICABLE, Confidence, Question, QuestionKind
from fumimori.wording.window import option_sign, option_words

UNKNOWN = "unknown"
REASONS = ("no_incoming_mail", "provider", "no_device", "other")
LOOKS_SECRET = ("password:", "password=", "passwd", "パスワード:", "パスワード：", "pw:", "pw=", "暗証番号")


class AnswerBox(QWidget):
    """Answers are recorded as soon as they are chosen; they are taken back by a button of their own."""

    def __init__(self, session: Session, theme: Theme, question: Question, *, answered: Callable[[], None]) -> None:
        super().__init__()
        self._session, self._theme, self._question = session, theme, question
        self._t = session.texts
        self._answered = answered
        self._column = QVBoxLayout(self)
        self._column.setContentsMargins(0, 0, 0, 0)
        self._column.setSpacing(theme.px(12))
        answer = session.open.answer(question.id)
        asked = self._t(f"controls.{question.id}.question")
        if question.kind is QuestionKind.INVENTORY:
            self._inventory()
        choices = self._choices()
        chosen = None if answer is None else (UNKNOWN if answer.value is None and not answer.items else answer.value)
        self.group = ChoiceGroup(theme, asked=asked, choices=choices, chosen=chosen, picked=self._pick)
        self._column.addWidget(self.group)
        for choice in choices:
            if choice.key:
                QShortcut(QKeySequence(choice.key), self).activated.connect(partial(self.group.press, choice.value))
        self._follow = QVBoxLayout()
        self._follow.setSpacing(theme.px(12))
        self._column.addLayout(self._follow)
        self._show_follow()

    def _choices(self) -> list[Choice]:
        question = self._question
        choices: list[Choice] = []
        if question.kind is QuestionKind.CHOICE:
            for option in question.options:
                label, explanation = option_words(self._t, question, option.id)
                sign = option_sign(question, option.id)
                key = str(len(choices) + 1)
                choices.append(Choice(value=option.id, label=label, explanation=explanation, sign=sign, key=key))
        label, why = self._t("words.answer.unknown"), self._t("ui.answer.unknown_why")
        choices.append(Choice(value=UNKNOWN, label=label, explanation=why, sign="？", key=str(len(choices) + 1)))
        if question.may_be_not_applicable:
            label, why = self._t("words.answer.not_applicable"), self._t("ui.answer.not_applicable_why")
            choices.append(
                Choice(value=NOT_APPLICABLE, label=label, explanation=why, sign="－", key=str(len(choices) + 1))
            )
        return choices

    def _inventory(self) -> None:
        answer = self._session.open.answer(self._question.id)
        items = answer.items if answer else ()
        known = [option.id for option in self._question.options]
        boxes = QGroupBox()
        boxes.setObjectName("bare")
        boxes.setAccessibleName(self._t(f"controls.{self._question.id}.question"))
        grid = QGridLayout(boxes)
        grid.setContentsMargins(0, 0, 0, 0)
        grid.setSpacing(self._theme.px(6))
        for number, option in enumerate(known):
            label = self._t(f"controls.{self._question.id}.option.{option}")
            box = tick(
                self._theme, label, on=option in items, changed=partial(self._tick, option), name=f"item:{option}"
            )
            grid.addWidget(box, number // 2, number % 2)
        self._column.addWidget(boxes)
        own = self._t.listed(item for item in items if item not in known)
        self._column.addWidget(
            Field(
                self._theme,
                label=self._t("ui.answer.more_items"),
                hint=self._t("ui.answer.more_items_hint"),
                text=own,
                changed=self._type_items,
                name="items",
                limit=1000,
            )
        )

    def _tick(self, option: str, on: bool) -> None:  # noqa: FBT001 - Qt's signal hands it over by position
        answer = self._session.open.answer(self._question.id)
        items = [item for item in (answer.items if answer else ()) if item != option]
        self._set_items((*items, option) if on else tuple(items))

    def _type_items(self, text: str) -> None:
        answer = self._session.open.answer(self._question.id)
        known = {option.id for option in self._question.options}
        kept = [item for item in (answer.items if answer else ()) if item in known]
        typed = [item.strip() for item in text.replace("、", ",").split(",") if item.strip()]
        self._set_items((*kept, *typed))

    def _set_items(self, items: tuple[str, ...]) -> None:
        if items:
            self._session.answer(self._question.id, None, items=items)
        else:
            self._session.withdraw(self._question.id)
        self.group.release()
        self._show_follow()
        self._answered()

    def _pick(self, value: str | None) -> None:
        if value is None:
            return
        if value == UNKNOWN:
            self._session.answer(self._question.id, None, items=())
        else:
            self._session.answer(self._question.id, value)
        self._show_follow()
        self._answered()

    def _withdraw(self) -> None:
        self._session.withdraw(self._question.id)
        self.group.release()
        self._show_follow()
        self._answered()
        self.group.cards[0].setFocus()

    # --- what is asked besides ------------------------------------------------------------------------------------

    def _show_follow(self) -> None:
        clear(self._follow)
        answer = self._session.open.answer(self._question.id)
        if answer is None:
            return
        if answer.value == NOT_APPLICABLE:
            self._reasons(answer.reason)
        elif answer.value is None and not answer.items:
            self._field("who_knows", answer.who_knows)
            self._field("due", answer.due)
        else:
            self._confidence(answer.confidence)
        note = note_box(
            self._theme, label=self._t("ui.answer.note"), text=answer.note, changed=self._noted, name="note"
        )
        self._follow.addWidget(note)
        self._warning = Heading(self._theme, self._t("ui.answer.secret"), level=3)
        self._follow.addWidget(self._warning)
        self._warn(answer.note)
        self._field("respondent", answer.respondent)
        back = button(self._theme, self._t("ui.answer.withdraw"), self._withdraw, kind="link", name="withdraw")
        self._follow.addLayout(row(back, None))

    def _reasons(self, chosen: str) -> None:
        known = chosen if chosen in REASONS or not chosen else "other"
        choices = [Choice(value=word, label=self._t(f"words.not_applicable_reason.{word}")) for word in REASONS]
        self._choose("reason", choices, known, columns=2, picked=lambda value: self._annotate(reason=value))

    def _confidence(self, chosen: Confidence) -> None:
        choices = [
            Choice(value=one, label=self._t(f"words.confidence.{one}"), explanation=self._t(f"ui.answer.{one}"))
            for one in Confidence
        ]
        self._choose(
            "confidence",
            choices,
            chosen,
            columns=3,
            picked=lambda value: self._annotate(confidence=Confidence(value or Confidence.STATED)),
        )

    def _choose(
        self, word: str, choices: list[Choice], chosen: str, *, columns: int, picked: Callable[[str], None]
    ) -> None:
        """Ask `word` below the answer, as a group of cards."""
        asked = self._t(f"ui.answer.{word}")
        self._follow.addWidget(Heading(self._theme, asked, level=3))
        group = ChoiceGroup(
            self._theme,
            asked=asked,
            choices=choices,
            chosen=chosen or None,
            columns=columns,
            picked=lambda value: picked(value or ""),
        )
        self._follow.addWidget(group)

    def _field(self, word: str, text: str) -> None:
        self._follow.addWidget(
            Field(
                self._theme,
                label=self._t(f"ui.answer.{word}"),
                hint=self._t(f"ui.answer.{word}_hint"),
                text=text,
                changed=lambda typed: self._session.annotate(self._question.id, **{word: typed}),
                name=word,
            )
        )

    def _annotate(self, **fields: object) -> None:
        self._session.annotate(self._question.id, **fields)
        self._answered()

    def _noted(self, text: str) -> None:
        self._session.annotate(self._question.id, note=text)
        self._warn(text)

    def _warn(self, text: str) -> None:
        self._warning.setVisible(any(sign in text.lower() for sign in LOOKS_SECRET))
