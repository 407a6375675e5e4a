"""What can be handed over instead of answering a question: each document with its command, and the way to do it."""

from collections.abc import Callable

from PySide6.QtWidgets import QWidget

from fumimori.gui.session import Session
from fumimori.gui.theme import Theme
from fumimori.gui.widgets.controls import button
from fumimori.gui.widgets.snippet import CopyBox
from fumimori.gui.widgets.text import Prose
from fumimori.wording.answering_documents import TOOLS, command_for, documents_for, told_by


def answering_documents(session: Session, theme: Theme, identity: str, go: Callable[[], object]) -> list[QWidget]:
    """Nothing where no document says anything about the question."""
    t, toolkit, hosting = session.texts, session.toolkit, session.open.scope.hosting
    question = session.result.of_bank(identity)
    readers = documents_for(question, toolkit.rules, toolkit.readers, hosting)
    if not readers:
        return []
    made: list[QWidget] = [Prose(theme, t("ui.documents.by_file"), bold=True)]
    made.append(Prose(theme, t("ui.documents.by_file_lead"), size="small"))
    for reader in readers:
        tool = TOOLS.get(hosting, "") if hosting and reader.id == "other_tools" else ""
        name = tool or t(f"checks.{reader.id}.name")
        made.append(Prose(theme, name, bold=True, size="small"))
        if command := command_for(reader.id, hosting):
            made.append(CopyBox(theme, t, command, name=name))
        made.append(Prose(theme, t(told_by(reader.id, hosting)), quiet=True, size="small"))
    made.append(button(theme, t("ui.documents.hand_over"), go, kind="link", icon="arrow-right", name="hand-over"))
    return made
