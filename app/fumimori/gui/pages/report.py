"""The report: its paper and language, a look at every page as it will be printed, and saving it as PDF."""

from functools import partial
from pathlib import Path

from PySide6.QtCore import QUrl
from PySide6.QtGui import QDesktopServices
from PySide6.QtWidgets import QFileDialog, QVBoxLayout

from fumimori.assess.reconcile import may_be_final
from fumimori.gui.pages.page import Page
from fumimori.gui.saving import SaveError, write_whole
from fumimori.gui.widgets.controls import button, clear, row
from fumimori.gui.widgets.logo import LogoNotice
from fumimori.gui.widgets.notice import Notice
from fumimori.gui.widgets.preview import Preview
from fumimori.wizard.steps import Route


class ReportPage(Page):
    """What is seen here is what is printed: the preview shows the very bytes that are saved."""

    def build(self) -> None:
        """Language, paper, save, preview."""
        theme, session = self.theme, self.session
        self._paper, self._parts = "a4", "all"
        self._pdf = b""
        self.prose("lead", quiet=True)
        self._save_button = button(
            theme, self.say("save"), self._save, kind="primary", icon="download", name="save-report"
        )
        self._notes = QVBoxLayout()
        self.add(row(self._save_button, None), self._notes)
        if session.result.open_points:
            count = len(session.result.open_points)
            look = button(theme, self.say("to_open_points"), partial(self.go, Route("open_points")), name="open-points")
            final = may_be_final(session.result.contradictions)
            text = "" if final else self.say("draft")
            self.add(Notice(theme, title=self.say("open_points", count=count), text=text, buttons=(look,)))
        # Large letters need the whole width.
        beside = row(spacing=theme.px(16)) if theme.scale <= 150 else QVBoxLayout()
        names = {code: known.name for code, known in self.t.known.items()}
        language = session.open.report_language
        beside.addLayout(self.choice("language", list(names), language, self._speak, labels=names), 1)
        beside.addLayout(self.choice("paper", ("a4", "letter"), self._paper, self._use_paper), 1)
        self.add(beside, self.choice("parts", ("all", "management", "repairs", "proof"), self._parts, self._use_parts))
        self.add(LogoNotice(session, theme, partial(self.navigator.visit, Route("organisation"))))
        self._preview = Preview(session, theme)
        self.add(self._preview)
        self._make()

    @property
    def next_label(self) -> str:
        """What follows; the work may go on at any time."""
        return self.onward

    def leave(self) -> None:
        """A report that is still being made comes too late."""
        self._number = -1
        self._preview.forget()

    # --- making ---------------------------------------------------------------------------------------------------

    _number = 0

    def _speak(self, value: str | None) -> None:
        self.session.edit(report_language=value or self.session.open.report_language)
        self._make()

    def _use_paper(self, value: str | None) -> None:
        self._paper = value or self._paper
        self._make()

    def _use_parts(self, value: str | None) -> None:
        self._parts = value or self._parts
        self._make()

    def _make(self) -> None:
        self._number += 1
        self._pdf = b""
        self._save_button.setEnabled(False)
        self._preview.wait(self.say("making"))
        session = self.session
        if session.judging.fault:
            self._failed(self._number, session.judging.fault)
            return
        if not session.judging.exact:
            session.judging.when_exact(partial(self._make_if, self._number), self)
            return
        make, assessment, result = session.services.make_report, session.open, session.result
        texts, paper, parts = session.services.texts(assessment.report_language), self._paper, self._parts
        number = self._number
        session.bridge.compute(
            lambda: make(assessment, result, texts, paper, parts),
            done=partial(self._made, number),
            failed=lambda error: self._failed(number, type(error).__name__),
        )

    def _make_if(self, number: int) -> None:
        if number == self._number:
            self._make()

    def _made(self, number: int, pdf: bytes) -> None:
        if number == self._number:
            self._pdf = pdf
            self._save_button.setEnabled(True)
            self._preview.show_pdf(pdf)

    def _failed(self, number: int, fault: str) -> None:
        if number == self._number:
            self._preview.wait(self.say("failed", fault=fault))

    # --- saving ---------------------------------------------------------------------------------------------------

    def _save(self) -> None:
        usual = f"{self.say('file_name')}-{self.session.services.now():%Y-%m-%d}.pdf"
        folder = self.session.path.parent if self.session.path else Path.home()
        name, _ = QFileDialog.getSaveFileName(self, self.say("save"), str(folder / usual), "PDF (*.pdf)")
        if name:
            self.save_to(Path(name))

    def save_to(self, path: Path) -> None:
        """Write the report to `path`, and say that it is there or why it is not and what to do."""
        clear(self._notes)
        try:
            write_whole(path, self._pdf)
        except SaveError as error:
            other = button(self.theme, self.say("other_name"), self._save, name="other-name")
            title, text = self.say("not_saved"), self.say(f"trouble_{error.code}")
            self._notes.addWidget(Notice(self.theme, title=title, text=text, icon="triangle-alert", buttons=(other,)))
            return
        opening = button(
            self.theme,
            self.say("open_folder"),
            lambda: QDesktopServices.openUrl(QUrl.fromLocalFile(str(path.parent))),
            icon="folder-open",
            name="open-folder",
        )
        self._notes.addWidget(
            Notice(
                self.theme,
                title=self.say("saved", name=path.name),
                text=self.say("saved_next"),
                icon="circle-check",
                buttons=(opening,),
            )
        )
