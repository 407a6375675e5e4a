"""The report's way out: saving it, protected or not, and printing it."""

from collections.abc import Callable, Sequence
from functools import partial
from pathlib import Path

import shiboken6
from PySide6.QtWidgets import QFileDialog, QPushButton, QVBoxLayout, QWidget

from fumimori.gui.pages.page import Page
from fumimori.gui.saving import SaveError, write_whole
from fumimori.gui.widgets.controls import button, clear
from fumimori.gui.widgets.flow import Flow
from fumimori.gui.widgets.notice import Notice
from fumimori.gui.widgets.protection import ProtectionBox
from fumimori.gui.widgets.saving_notices import saved_notice, write_error_notice


class ReportOutput(QWidget):
    """The buttons, those `beside` them, and what there is to say.

    `protection` is asked before a report is saved, `pages` how many there are before it is printed.
    """

    def __init__(
        self, page: Page, protection: ProtectionBox, beside: Sequence[QPushButton], pages: Callable[[], int]
    ) -> None:
        super().__init__()
        self._page, self._protection, self._pages = page, protection, pages
        self._pdf = b""
        theme = page.theme
        self._buttons = (
            button(theme, page.say("save"), self._save, kind="primary", icon="download", name="save-report"),
            button(theme, page.say("print"), self._print, icon="printer", name="print-report"),
        )
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(theme.gap)
        column.addLayout(Flow(*self._buttons, *beside, spacing=theme.gap))
        self._notes = QVBoxLayout()
        column.addLayout(self._notes)
        self.offer(b"")

    def offer(self, pdf: bytes) -> None:
        """Save and print this from now on; nothing while it is empty."""
        self._pdf = pdf
        self._enable(on=bool(pdf))

    def save_to(self, path: Path) -> None:
        """Write the report to `path`, and say that it is there or why it is not and what to do."""
        if not self._protection.wanted:
            self._write(path, self._pdf)
        elif self._protection.settled():
            self._enable(on=False)
            self._protection.compute(self._pdf, partial(self._write, path), self._restored)

    def _enable(self, *, on: bool) -> None:
        for one in self._buttons:
            one.setEnabled(on)

    def _restored(self) -> None:
        if shiboken6.isValid(self):
            self._enable(on=bool(self._pdf))

    def _save(self) -> None:
        if not self._protection.settled():
            return
        page, session = self._page, self._page.session
        usual = f"{page.say('file_name')}-{session.services.now():%Y-%m-%d}.pdf"
        folder = session.path.parent if session.path else Path.home()
        name, _ = QFileDialog.getSaveFileName(self, page.say("save"), str(folder / usual), "PDF (*.pdf)")
        if name:
            self.save_to(Path(name))

    def _write(self, path: Path, pdf: bytes) -> None:
        code = ""
        try:
            write_whole(path, pdf)
        except SaveError as error:
            code = error.code
        if not shiboken6.isValid(self):  # the page was left meanwhile
            return
        self._restored()
        page = self._page
        if code:
            self._note(write_error_notice(page.theme, page.t, code, title=page.say("not_saved"), again=self._save))
            return
        title, text = page.say("saved", name=path.name), page.say("saved_next")
        self._note(saved_notice(page.theme, page.t, path, title=title, text=text))

    def _print(self) -> None:
        from fumimori.gui.printing import ask_and_print

        ask_and_print(self._page, self._pdf, self._pages(), self._note)

    def _note(self, notice: Notice) -> None:
        if shiboken6.isValid(self):
            clear(self._notes)
            self._notes.addWidget(notice)
