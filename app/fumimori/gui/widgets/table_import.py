"""A table's file on its way into a register: read in the background, with a bar, and a way to stop."""

import contextlib
from collections.abc import Callable
from functools import partial
from pathlib import Path
from threading import Event

import shiboken6
from PySide6.QtCore import Signal
from PySide6.QtWidgets import QProgressBar, QVBoxLayout, QWidget

from fumimori.foreign_file import read_at_most
from fumimori.grammar.spreadsheet import SIZE_MOST, read_tables
from fumimori.grammar.xlsx import TableError
from fumimori.gui.session import Session
from fumimori.gui.theme import Theme
from fumimori.gui.widgets.controls import button, row
from fumimori.gui.widgets.text import Prose, announce
from fumimori.wording.registers import ReadTable, RegisterWords

STEPS = 200
"""How finely the bar is drawn."""


class TableStopped(Exception):  # noqa: N818 - it is what the person wanted
    """The person stopped the reading."""


class TableImport(QWidget):
    """Hidden until a file is read; `read` gets what was recognised in it, `report` the key of anything else to say."""

    _said = Signal(int)

    def __init__(
        self,
        session: Session,
        theme: Theme,
        words: RegisterWords,
        *,
        read: Callable[[ReadTable], None],
        report: Callable[[str], None],
    ) -> None:
        super().__init__()
        self._session, self._words, self._read, self._report = session, words, read, report
        self._stop: Event | None = None
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        self._what = Prose(theme, "", bold=True, size="small")
        self._bar = QProgressBar()
        self._bar.setTextVisible(False)
        self._bar.setRange(0, STEPS)
        stop = button(theme, session.texts("ui.registers.stop"), self.stop, icon="square", name="stop-import")
        column.addWidget(self._what)
        column.addWidget(self._bar)
        column.addLayout(row(stop, None))
        self._said.connect(self._bar.setValue)
        self.hide()

    @property
    def running(self) -> bool:
        """Whether a file is being read."""
        return self._stop is not None

    def take(self, path: Path) -> None:
        """Read the file at `path`; one that is read already is stopped."""
        self.stop()
        self._stop = stop = Event()
        words = self._session.texts("ui.registers.reading", name=path.name)
        self._what.say(words)
        self._bar.setAccessibleName(words)
        self._bar.setValue(0)
        self.show()
        announce(self, words)
        reached = 0

        def watch(share: float) -> None:
            nonlocal reached
            if stop.is_set():
                raise TableStopped
            if (step := int(share * STEPS)) > reached:
                reached = step
                with contextlib.suppress(RuntimeError):  # the window is gone
                    self._said.emit(step)

        def work() -> ReadTable | None:
            tables = (self._words.read(rows) for rows in read_tables(read_at_most(path, SIZE_MOST + 1), watch))
            return max(tables, key=lambda table: table.named, default=None)

        ended = partial(self._ended, stop)
        self._session.bridge.compute(work, done=ended, failed=partial(self._failed, ended))

    def stop(self) -> None:
        """Ask the reading to end; nothing of the file is taken."""
        if self._stop is not None:
            self._stop.set()

    def _failed(self, ended: Callable[[ReadTable | None, str], None], error: BaseException) -> None:
        if not isinstance(error, (TableError, TableStopped, OSError)):
            raise error
        if isinstance(error, TableStopped):
            ended(None, "stopped")
        else:
            ended(None, f"unread_{error.code}" if isinstance(error, TableError) else "unread_unreadable")

    def _ended(self, stop: Event, table: ReadTable | None, fault: str = "unread_heads") -> None:
        if stop is not self._stop or not shiboken6.isValid(self):
            return
        self._stop = None
        self.hide()
        if stop.is_set():
            self._report("stopped")
        elif table is not None and table.named:
            self._read(table)
        else:
            self._report(fault)
