"""The form to sign before a measurement, as a PDF: what is to be measured, how far, and what never happens."""

from pathlib import Path

import msgspec
import shiboken6
from PySide6.QtWidgets import QFileDialog, QVBoxLayout, QWidget

from fumimori.gui.consent_state import to_confirm
from fumimori.gui.saving import SaveError, write_whole
from fumimori.gui.session import Session
from fumimori.gui.theme import Theme
from fumimori.gui.widgets.controls import button, clear, row
from fumimori.gui.widgets.notice import Notice
from fumimori.gui.widgets.saving_notices import saved_notice, write_error_notice

FORMAT = "authorisation"


class AuthorisationForm(QWidget):
    """A button that makes the form for the level and the targets as the page shows them."""

    def __init__(self, session: Session, theme: Theme) -> None:
        super().__init__()
        self._session, self._theme, self._t = session, theme, session.texts
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(theme.gap)
        words = self._t("ui.consent.form")
        self._button = button(theme, words, self._choose, kind="link", icon="download", name="authorisation-form")
        self._notes = QVBoxLayout()
        column.addLayout(row(self._button, None))
        column.addLayout(self._notes)

    def _choose(self) -> None:
        start = self._session.path.parent if self._session.path else Path.home()
        usual = f"{self._t('ui.consent.form_name')}-{self._session.services.now():%Y-%m-%d}.pdf"
        name, _ = QFileDialog.getSaveFileName(self, self._t("ui.consent.form"), str(start / usual), "PDF (*.pdf)")
        if name:
            self.make(Path(name))

    def make(self, path: Path) -> None:
        """Write the form to `path`, and say that it is there or why not."""
        session = self._session
        if not session.judging.exact:
            session.judging.when_exact(lambda: self.make(path), self)
            return
        shown = msgspec.structs.replace(to_confirm(session), at=session.open.consent.at)
        about = msgspec.structs.replace(session.open, consent=shown)
        make, result, texts = session.services.make_exports, session.result, self._t
        self._button.setEnabled(False)

        def write() -> None:
            write_whole(path, *make(about, result, texts, (FORMAT,)).values())

        session.bridge.compute(write, done=lambda _: self._made(path), failed=lambda error: self._failed(path, error))

    def _made(self, path: Path) -> None:
        if shiboken6.isValid(self):
            title, text = self._t("ui.consent.form_made", name=path.name), self._t("ui.consent.form_next")
            self._note(saved_notice(self._theme, self._t, path, title=title, text=text))

    def _failed(self, path: Path, error: BaseException) -> None:
        if not shiboken6.isValid(self):
            return
        title = self._t("ui.consent.form_not_made", name=path.name)
        if isinstance(error, SaveError):
            self._note(write_error_notice(self._theme, self._t, error.code, title=title, again=self._choose))
        else:
            self._note(Notice(self._theme, title=title, icon="triangle-alert"))

    def _note(self, notice: Notice) -> None:
        self._button.setEnabled(True)
        clear(self._notes)
        self._notes.addWidget(notice)
