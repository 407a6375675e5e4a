"""The report: its paper and language, a look at every page as it will be printed, saving and printing it."""

from functools import partial
from pathlib import Path

import shiboken6
from PySide6.QtWidgets import QFileDialog, QVBoxLayout

from fumimori.assess.lint import LintEntry
from fumimori.gui.pages.page import Page
from fumimori.gui.saving import SaveError, write_whole
from fumimori.gui.widgets.controls import button, clear, row
from fumimori.gui.widgets.flow import Flow
from fumimori.gui.widgets.lint_box import LintBox
from fumimori.gui.widgets.logo import LogoNotice
from fumimori.gui.widgets.notice import Notice
from fumimori.gui.widgets.preview import Preview
from fumimori.gui.widgets.saved import saved_notice, trouble_notice
from fumimori.wizard.steps import Route

PARTS = ("all", "management", "repairs", "proof")


class ReportPage(Page):
    """What is seen here is what is printed: the preview shows the very bytes that are saved."""

    def build(self) -> None:
        """Language, paper, what is out of order, save and print, preview."""
        theme, session, visit = self.theme, self.session, self.navigator.visit
        self._paper, self._parts, self._version = "a4", "all", "final"
        self._pdf = b""
        self._save_button = button(
            theme, self.say("save"), self._save, kind="primary", icon="download", name="save-report"
        )
        self._print_button = button(theme, self.say("print"), self._print, icon="printer", name="print-report")
        aside = [
            button(theme, self.say(page), partial(visit, Route(page)), icon=icon, name=page)
            for page, icon in (("branding", "pencil"), ("exports", "table"))
        ]
        self._notes, self._lint = QVBoxLayout(), QVBoxLayout()
        self.add(Flow(self._save_button, self._print_button, *aside, spacing=theme.gap), self._notes, self._lint)
        self.prose("lead", quiet=True)
        if session.result.open_points:
            count = len(session.result.open_points)
            look = button(theme, self.say("to_open_points"), partial(self.go, Route("open_points")), name="open-points")
            self.add(Notice(theme, title=self.say("open_points", count=count), buttons=(look,)))
        narrow = theme.scale > 150  # large letters need the whole width
        beside, below = (QVBoxLayout() if narrow else row(spacing=theme.px(16)) for _ in range(2))
        names, language = {code: known.name for code, known in self.t.known.items()}, session.open.report_language
        beside.addLayout(self.choice("language", list(names), language, self._speak, labels=names), 1)
        beside.addLayout(self.choice("paper", ("a4", "letter"), self._paper, partial(self._use, "_paper")), 1)
        below.addLayout(self.choice("parts", PARTS, self._parts, partial(self._use, "_parts")), 1)
        below.addLayout(self.choice("version", ("final", "draft"), self._version, partial(self._use, "_version")), 1)
        self.add(beside, below, LogoNotice(session, theme, partial(visit, Route("branding"))))
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

    def _use(self, field: str, value: str | None) -> None:
        setattr(self, field, value or getattr(self, field))
        self._make()

    def _make(self) -> None:
        self._number += 1
        self._pdf = b""
        for one in (self._save_button, self._print_button):
            one.setEnabled(False)
        self._preview.wait(self.say("making"))
        session = self.session
        if session.judging.fault:
            self._failed(self._number, session.judging.fault)
            return
        if not session.judging.exact:
            session.judging.when_exact(partial(self._make_if, self._number), self)
            return
        make, assessment, result = session.services.checked_report, session.open, session.result
        texts, number = session.services.texts(assessment.report_language), self._number
        how = self._paper, self._parts, self._version
        session.bridge.compute(
            lambda: make(assessment, result, texts, *how),
            done=partial(self._made, number),
            failed=lambda error: self._failed(number, type(error).__name__),
        )

    def _make_if(self, number: int) -> None:
        if number == self._number:
            self._make()

    def _made(self, number: int, made: tuple[tuple[LintEntry, ...], bytes]) -> None:
        if number != self._number:
            return
        entries, self._pdf = made
        for one in (self._save_button, self._print_button):
            one.setEnabled(True)
        clear(self._lint)
        if entries:
            self._lint.addWidget(LintBox(self.session, self.theme, entries, self.navigator.visit))
        self._preview.show_pdf(self._pdf)

    def _failed(self, number: int, fault: str) -> None:
        if number == self._number:
            self._preview.wait(self.say("failed", fault=fault))

    # --- saving and printing --------------------------------------------------------------------------------------

    def _save(self) -> None:
        usual = f"{self.say('file_name')}-{self.session.services.now():%Y-%m-%d}.pdf"
        folder = self.session.path.parent if self.session.path else Path.home()
        name, _ = QFileDialog.getSaveFileName(self, self.say("save"), str(folder / usual), "PDF (*.pdf)")
        if name:
            self.save_to(Path(name))

    def save_to(self, path: Path) -> None:
        """Write the report to `path`, and say that it is there or why it is not and what to do."""
        try:
            write_whole(path, self._pdf)
        except SaveError as error:
            self._note(trouble_notice(self.theme, self.t, error.code, title=self.say("not_saved"), again=self._save))
            return
        title, text = self.say("saved", name=path.name), self.say("saved_next")
        self._note(saved_notice(self.theme, self.t, path, title=title, text=text))

    def _print(self) -> None:
        from fumimori.gui.printing import ask_and_print

        ask_and_print(self, self._pdf, self._preview.count, self._note)

    def _note(self, notice: Notice) -> None:
        if shiboken6.isValid(self):
            clear(self._notes)
            self._notes.addWidget(notice)
