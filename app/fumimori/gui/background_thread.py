"""Work that may hang for minutes, such as a locked keyring: in a separate thread that nothing waits for."""

import contextlib
from collections.abc import Callable
from threading import Lock, Thread
from typing import Any

from PySide6.QtCore import QObject, Qt, Signal


class BackgroundThread(QObject):
    """One function under way; its end is reported in the window's thread, unless it was given up before."""

    _ended = Signal(object, object)

    def __init__(
        self,
        function: Callable[[], Any],
        *,
        done: Callable[[Any], None],
        failed: Callable[[BaseException], None],
        late: Callable[[Any], None],
        parent: QObject,
    ) -> None:
        """`late` is handed, in the other thread, the result that arrives after the work was given up."""
        super().__init__(parent)
        self._function, self._done, self._failed, self._late = function, done, failed, late
        self._given_up = False
        self._lock = Lock()
        self._ended.connect(self._end, Qt.ConnectionType.QueuedConnection)
        Thread(target=self._run, name="aside", daemon=True).start()

    def abandon(self) -> None:
        """Do not wait for it any longer; nothing is called back."""
        with self._lock:
            self._given_up = True

    def _run(self) -> None:
        result: Any = None
        error: BaseException | None = None
        try:
            result = self._function()
        except BaseException as fault:  # noqa: BLE001 - it is carried to the window's thread, not swallowed
            error = fault
        with self._lock:
            if not self._given_up:
                # A window that is gone has no thread to tell.
                with contextlib.suppress(RuntimeError):
                    self._ended.emit(result, error)
                return
        if error is None:
            self._late(result)

    def _end(self, result: Any, error: BaseException | None) -> None:
        if self._given_up:
            if error is None:
                self._late(result)
        elif error is None:
            self._done(result)
        else:
            self._failed(error)
        self.deleteLater()
