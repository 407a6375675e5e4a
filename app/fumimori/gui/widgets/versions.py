"""Number, version and version history of the report."""

from functools import partial

from PySide6.QtWidgets import QFrame, QVBoxLayout

from fumimori.gui.session import Session
from fumimori.gui.theme import Theme
from fumimori.gui.widgets.controls import Field, button, clear
from fumimori.gui.widgets.flow import Flow
from fumimori.gui.widgets.text import Heading, Prose
from fumimori.model import ReportVersion

VERSIONS_MOST = 30
"""Kept in the history; the cover prints the newest few."""


class VersionsBox(QFrame):
    """The document's number and version, and what changed in each version that was handed out."""

    def __init__(self, session: Session, theme: Theme) -> None:
        super().__init__()
        self.setObjectName("card")
        self._session, self._theme, self._t = session, theme, session.texts
        column = QVBoxLayout(self)
        column.setContentsMargins(theme.px(20), theme.px(12), theme.px(20), theme.px(20))
        column.setSpacing(theme.px(12))
        column.addWidget(Heading(theme, self._say("title"), level=2))
        for word, limit in (("document_number", 100), ("document_version", 12)):
            column.addWidget(
                Field(
                    theme,
                    label=self._say(word),
                    hint=self._say(f"{word}_hint"),
                    text=getattr(session.open, word),
                    changed=partial(self._noted, word),
                    name=word.replace("_", "-"),
                    limit=limit,
                )
            )
        self._changed = Field(
            theme,
            label=self._say("changed"),
            hint=self._say("changed_hint"),
            text="",
            changed=lambda _text: None,
            name="version-changed",
            limit=90,
        )
        column.addWidget(self._changed)
        column.addLayout(Flow(button(theme, self._say("add"), self._add, name="version-add"), spacing=theme.gap))
        self._history = QVBoxLayout()
        column.addLayout(self._history)
        self._show()

    def _say(self, word: str, **values: object) -> str:
        return self._t(f"ui.versions.{word}", **values)

    def _noted(self, word: str, text: str) -> None:
        self._session.edit(**{word: text})

    def _add(self) -> None:
        about = self._session.open
        day = f"{self._session.services.now():%Y-%m-%d}"
        new = ReportVersion(number=about.document_version, day=day, changed=self._changed.edit.text().strip())
        others = tuple(one for one in about.versions if one.number != new.number)
        self._session.edit(versions=(*others, new)[-VERSIONS_MOST:])
        self._changed.edit.clear()
        self._show()

    def _drop(self, version: ReportVersion) -> None:
        self._session.edit(versions=tuple(one for one in self._session.open.versions if one != version))
        self._show()

    def _show(self) -> None:
        clear(self._history)
        for place, one in enumerate(self._session.open.versions):
            line = self._say("line", version=one.number, day=one.day, changed=one.changed)
            drop = button(
                self._theme,
                self._say("drop", version=one.number),
                partial(self._drop, one),
                kind="link",
                name=f"version-drop-{place}",
            )
            self._history.addWidget(Prose(self._theme, line))
            self._history.addLayout(Flow(drop, spacing=self._theme.gap))
