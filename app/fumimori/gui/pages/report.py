"""The report: its paper and language, a look at every page as it will be printed, saving and printing it."""

from functools import partial
from pathlib import Path

from PySide6.QtWidgets import QVBoxLayout

from fumimori.assess.lint import LintEntry
from fumimori.gui.drafts import Draft
from fumimori.gui.pages.page import Page
from fumimori.gui.widgets.controls import button, clear, row
from fumimori.gui.widgets.lint_box import LintBox
from fumimori.gui.widgets.logo import LogoNotice
from fumimori.gui.widgets.notice import Notice
from fumimori.gui.widgets.preview import Preview
from fumimori.gui.widgets.protection import ProtectionBox
from fumimori.gui.widgets.report_output import ReportOutput
from fumimori.wizard.steps import Route

PARTS = ("all", "management", "repairs", "proof")


class ReportPage(Page):
    """What is seen here is what is printed: the preview shows the very bytes that are saved."""

    def build(self) -> None:
        """Language, paper, what is out of order, save and print, preview."""
        theme, session, visit = self.theme, self.session, self.navigator.visit
        self._paper, self._parts, self._version = "a4", "all", "final"
        aside = [
            button(theme, self.say(page), partial(visit, Route(page)), icon=icon, name=page)
            for page, icon in (("branding", "pencil"), ("exports", "table"))
        ]
        self._protection, self._lint = ProtectionBox(theme, self.t, session.bridge), QVBoxLayout()
        self._delivery = ReportOutput(self, self._protection, aside, lambda: self._preview.count)
        self.add(self._delivery, self._lint)
        if session.result.open_points:
            count = len(session.result.open_points)
            look = button(theme, self.say("to_open_points"), partial(self.go, Route("open_points")), name="open-points")
            self.add(Notice(theme, title=self.say("open_points", count=count), buttons=(look,)))
        narrow = theme.scale > 150  # large letters need the whole width
        beside, below = (QVBoxLayout() if narrow else row(spacing=theme.px(16)) for _ in range(2))
        names, language = {code: known.name for code, known in self.t.known.items()}, session.open.report_language
        beside.addLayout(self.choice("language", list(names), language, self._set_language, labels=names), 1)
        beside.addLayout(self.choice("paper", ("a4", "letter"), self._paper, partial(self._use, "_paper")), 1)
        below.addLayout(self.choice("parts", PARTS, self._parts, partial(self._use, "_parts")), 1)
        below.addLayout(self.choice("version", ("final", "draft"), self._version, partial(self._use, "_version")), 1)
        self._preview = Preview(session, theme)
        logo = LogoNotice(session, theme, partial(visit, Route("branding")))
        self.add(beside, below, logo, self._protection)
        self.prose("lead", quiet=True)
        self.add(self._preview)
        self._make()

    @property
    def next_label(self) -> str:
        """What follows; the work may go on at any time."""
        return self.onward

    def draft(self) -> Draft:
        """What is ticked besides what is typed."""
        return {**super().draft(), "protection": (self._protection.state, 0)}

    def resume(self, draft: Draft) -> None:
        """The ticks first: the fields belong to them."""
        self._protection.restore(draft.pop("protection", ("", 0))[0])
        super().resume(draft)

    def leave(self) -> None:
        """A report that is still being made comes too late."""
        self._number = -1
        self._preview.forget()

    _number = 0

    def _set_language(self, value: str | None) -> None:
        self.session.edit(report_language=value or self.session.open.report_language)
        self._make()

    def _use(self, field: str, value: str | None) -> None:
        setattr(self, field, value or getattr(self, field))
        self._make()

    def _make(self) -> None:
        self._number += 1
        self._delivery.offer(b"")
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
        entries, pdf = made
        clear(self._lint)
        if entries:
            self._lint.addWidget(LintBox(self.session, self.theme, entries, self.navigator.visit))
        self._preview.show_pdf(pdf)
        self._delivery.offer(pdf)

    def _failed(self, number: int, fault: str) -> None:
        if number == self._number:
            self._preview.wait(self.say("failed", fault=fault))

    def save_to(self, path: Path) -> None:
        """Write the report to `path`."""
        self._delivery.save_to(path)
