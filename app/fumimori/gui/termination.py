"""Termination by the system: everything is saved and the window closes."""

import os
import signal
import sys
from collections.abc import Callable

from PySide6.QtCore import QObject, QSocketNotifier


class Termination(QObject):
    """Listens for SIGINT, SIGTERM and SIGHUP; Python's own handlers would wait until the window does something."""

    def __init__(self, parent: QObject, end: Callable[[], None]) -> None:
        super().__init__(parent)
        self._end = end
        if sys.platform == "win32":
            return
        self._read, self._write = os.pipe()
        os.set_blocking(self._read, False)
        os.set_blocking(self._write, False)
        signal.set_wakeup_fd(self._write, warn_on_full_buffer=False)
        for wanted in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
            if signal.getsignal(wanted) is not signal.SIG_IGN:  # as `nohup` leaves it
                signal.signal(wanted, lambda *_: None)
        self._notifier = QSocketNotifier(self._read, QSocketNotifier.Type.Read, self)
        self._notifier.activated.connect(self._on_signal)

    def _on_signal(self) -> None:
        os.read(self._read, 64)
        self._end()
