"""Whatever people hand over instead of answering: files, folders and pasted text; shown before it counts."""

from functools import partial
from pathlib import Path

from PySide6.QtCore import QTimer
from PySide6.QtWidgets import QFileDialog, QProgressBar, QVBoxLayout

from fumimori.gui.pages.page import Page
from fumimori.gui.widgets.collector import CollectorCard
from fumimori.gui.widgets.controls import button, card, clear
from fumimori.gui.widgets.flow import Flow
from fumimori.gui.widgets.import_result import ImportResultBox
from fumimori.gui.widgets.imported_documents import ImportedDocuments
from fumimori.gui.widgets.notice import Notice
from fumimori.gui.widgets.senders import sender_tables
from fumimori.gui.widgets.snippet import CopyBox
from fumimori.gui.widgets.text import Prose, announce
from fumimori.model import Run
from fumimori.wizard.progress import seen_or_read
from fumimori.wizard.steps import Route
from fumimori.wording.answering_documents import OWN_SERVER, TOOLS, command_for, told_by

PARTS = 100
"""Steps of the bar for one document."""


class DocumentsPage(Page):
    """What may be handed over, what was just read, the collector, the senders, and what was taken in before."""

    @property
    def widest(self) -> int:
        """The table of senders needs more room than running text."""
        return self.theme.px(860)

    def build(self) -> None:
        """The way in first, then everything that it led to."""
        theme, session = self.theme, self.session
        self.prose("lead")
        seen, count = seen_or_read(session.result)
        self.prose("answered", seen=seen, count=count).setFont(theme.font("body", bold=True))
        frame, inside = card(theme, wash=True)
        inside.addWidget(Prose(theme, self.say("drop"), bold=True))
        inside.addWidget(Prose(theme, self.say("paste"), quiet=True))
        files = button(theme, self.say("files"), self._choose_files, icon="file-text", name="files")
        folder = button(theme, self.say("folder"), self._choose_folder, icon="folder-open", name="folder")
        inside.addLayout(Flow(files, folder, spacing=theme.gap))
        inside.addWidget(Prose(theme, self.say("kept"), quiet=True, size="small"))
        self.add(frame)
        self._taken = self._read()
        self._state = QVBoxLayout()
        self._state.setSpacing(theme.px(14))
        self.add(self._state)
        self._bar: QProgressBar | None = None
        session.document_import.changed.connect(self._show)
        self._show()
        self.section(self.say("round_trip"))
        self.prose("round_trip_lead")
        trip = partial(self.go, Route("round_trip"))
        go = button(theme, self.say("round_trip_go"), trip, icon="list", name="round-trip")
        self.add(Flow(go, spacing=theme.gap))
        self._at_once()
        self.growing.add(sender_tables(session, theme, spacing=self.column.spacing()))
        if self._taken:
            self.section(self.say("taken"))
            self.prose("taken_lead", quiet=True)
        self.growing.add([partial(ImportedDocuments, session, theme, run) for run in reversed(self._taken)])

    def _at_once(self) -> None:
        """What collects much with one command: on an own server the collector, at a cloud the tool that reads it."""
        scope = self.session.open.scope
        hosting = {domain.hosting for domain in scope.domains}
        for cloud in (one for one in TOOLS if one in hosting):
            self.section(self.say("cloud", name=self.t(f"words.hosting.{cloud}")))
            frame, inside = card(self.theme)
            inside.addWidget(Prose(self.theme, self.t(told_by("other_tools", cloud))))
            inside.addWidget(CopyBox(self.theme, self.t, command_for("other_tools", cloud), name=TOOLS[cloud]))
            self.add(frame)
        if scope.own_hosts or not hosting or hosting & set(OWN_SERVER):
            self.section(self.say("collector"))
            self.growing.add([partial(CollectorCard, self.session, self.theme)], at_once=0)

    def _read(self) -> list[Run]:
        return [run for run in self.session.open.runs if run.handed_over]

    def leave(self) -> None:
        """The reading continues without this page."""
        self.session.document_import.changed.disconnect(self._show)

    def _choose_files(self) -> None:
        names, _ = QFileDialog.getOpenFileNames(self, self.say("files"), str(Path.home()))
        if names:
            self.session.document_import.add(Path(name) for name in names)

    def _choose_folder(self) -> None:
        if name := QFileDialog.getExistingDirectory(self, self.say("folder"), str(Path.home())):
            self.session.document_import.add([Path(name)])

    def _show(self) -> None:
        documents = self.session.document_import
        if self._taken != self._read():
            QTimer.singleShot(0, self, partial(self.go, self.route))
        if documents.running and self._bar is not None:
            self._advance()
            return
        clear(self._state)
        self._bar = None
        if documents.running:
            self._show_running()
        elif documents.fault:
            text = self.say(f"fault_{documents.fault}")
            self._state.addWidget(Notice(self.theme, title=text, icon="triangle-alert"))
        elif documents.taken:
            words = self.say("done", count=documents.taken)
            self._state.addWidget(Notice(self.theme, title=words, text=self.say("done_next"), icon="circle-check"))
            announce(self, words)
        elif documents.read is not None:
            self._state.addWidget(ImportResultBox(self.session, self.theme, documents.read))

    def _show_running(self) -> None:
        theme = self.theme
        self._words = Prose(theme, self.say("reading"), bold=True)
        self._bar = QProgressBar()
        self._bar.setTextVisible(False)
        self._bar.setRange(0, 0)
        self._bar.setAccessibleName(self.say("reading"))
        self._state.addWidget(self._words)
        self._state.addWidget(self._bar)
        stop = button(theme, self.say("stop"), self.session.document_import.stop, icon="square", name="stop-reading")
        self._state.addLayout(Flow(stop, spacing=theme.gap))
        self._advance()

    def _advance(self) -> None:
        progress = self.session.document_import.progress
        if progress is not None and self._bar is not None:
            self._words.say(self.say("reading_count", done=progress.done))
            self._bar.setRange(0, max(progress.total, 1) * PARTS)
            self._bar.setValue(int((progress.done + progress.share) * PARTS))
