"""One register in the list of all: what it is for, how many rows it holds, and what it answers."""

from collections.abc import Callable
from functools import partial

from PySide6.QtWidgets import QWidget

from fumimori.gui.session import Session
from fumimori.gui.theme import Theme
from fumimori.gui.widgets.controls import button, card, row
from fumimori.gui.widgets.text import Prose
from fumimori.model import QuestionState, Register
from fumimori.model.registers import CODE_PREFIX
from fumimori.wizard.steps import Route
from fumimori.wording.registers import state


def register_card(session: Session, theme: Theme, register: Register, go: Callable[[Route], None]) -> QWidget:
    """The card of `register`; its button goes to it."""
    t, today = session.texts, session.services.now().date()
    name = t(f"registers.{register.id}.name")
    frame, inside = card(theme)
    rows = session.open.register(register.id)
    late = sum(any(state(column, each, today) == "overdue" for column in register.columns) for each in rows)
    late += _due_again(session, register)
    held = [t("ui.registers.count", count=len(rows)), *([t("ui.registers.overdue", count=late)] if late else [])]
    open_it = button(theme, t("ui.registers.open"), partial(go, Route("registers", register.id)), name=register.id)
    open_it.setAccessibleName(f"{name} {t('ui.registers.open')}")
    line = row(Prose(theme, name, bold=True), open_it)
    line.setStretch(0, 1)
    inside.addLayout(line)
    inside.addWidget(Prose(theme, t(f"registers.{register.id}.intro"), quiet=True, size="small"))
    inside.addWidget(Prose(theme, "　".join(held)))
    if answers := _answers(session, register):
        inside.addWidget(Prose(theme, answers, size="small"))
    return frame


def _due_again(session: Session, register: Register) -> int:
    """How many of the checks in `register` are to be repeated; none before anything is judged."""
    if not session.judged:
        return 0
    codes = [finding.code for finding in session.result.findings]
    return sum(code.startswith(f"{CODE_PREFIX}{register.id}.") and code.endswith("_overdue") for code in codes)


def _answers(session: Session, register: Register) -> str:
    """Which questions `register` answers and how many of them it does now; empty where none applies, or not judged."""
    if not session.judged:
        return ""
    t = session.texts
    states = {one.question: one.state for one in session.result.questions}
    here = [
        question
        for question in session.toolkit.bank
        if question.register == register.id
        and states.get(question.id) not in (None, QuestionState.OUT_OF_SCOPE, QuestionState.NOT_APPLICABLE)
    ]
    if not here:
        return ""
    now = sum(states[question.id] is QuestionState.RECORDED for question in here)
    named = t.listed(f"{question.printed} {t(f'controls.{question.id}.label')}" for question in here)
    return t("ui.registers.answers", count=len(here), now=now, questions=named)
