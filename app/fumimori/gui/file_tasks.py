"""Opening, making and re-keying a file: outside the window's thread, because keys take time and keyrings can hang."""

import contextlib
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import TYPE_CHECKING, Any

from PySide6.QtCore import QObject, QTimer, Signal

from fumimori.gui.background_thread import BackgroundThread
from fumimori.model import Assessment

if TYPE_CHECKING:
    from fumimori.gui.session import Session
    from fumimori.store import AssessmentFile

SLOW_AFTER_MS = 4_000
"""After this long the page says what is waited for; the way out is there from the start."""
GIVE_UP_MS = 30_000


class FileTasks(QObject):
    """At most one such work; the page that shows it may be rebuilt meanwhile."""

    changed = Signal()
    """It began, became slow, failed, or was given up; `error` says why."""
    done = Signal()
    """It is done, and the session works on the file."""

    def __init__(self, session: "Session") -> None:
        super().__init__(session)
        self._session = session
        self._aside: BackgroundThread | None = None
        self.path: Path | None = None
        self.slow = False
        self.error: Exception | None = None
        """A StoreError, or TimeoutError for a keyring that did not answer."""
        self._patience = self._timer(SLOW_AFTER_MS, self._grow_slow)
        self._limit = self._timer(GIVE_UP_MS, self._too_long)

    @property
    def busy(self) -> bool:
        """Whether something is under way."""
        return self._aside is not None

    def open(self, path: Path, passphrase: str | None) -> None:
        """Open the file at `path`, without a passphrase by the key in the keyring."""
        self.path = path
        if self._session.is_open_at(path):
            self.error = None
            self.done.emit()
            return

        def opened() -> "AssessmentFile":
            from fumimori.store import AssessmentFile

            return AssessmentFile.open(path, passphrase)

        self._begin(opened, lambda file: self._session.take(file, path, file.assessment), late=_close)

    def create(
        self,
        path: Path,
        passphrase: str | None,
        start: Assessment,
        *,
        copy: bool,
        blobs: Callable[[], Iterable[tuple[str, bytes]]] | None = None,
    ) -> None:
        """Make a file at `path` that holds `start`; a `copy` is made because the session's own cannot be written.

        `blobs` is what the evidence of `start` keeps, where the session does not hold it.
        """
        self.path = path

        def made() -> "AssessmentFile":
            from fumimori.store import AssessmentFile

            path.parent.mkdir(parents=True, exist_ok=True)
            kept = (blobs or self._session.kept)() if start.evidence else ()
            return AssessmentFile.create(path, passphrase, start=start, blobs=kept)

        def take(file: "AssessmentFile") -> None:
            # What was typed while the copy was made belongs into it.
            newest = self._session.assessment if copy and self._session.assessment is not None else start
            self._session.take(file, path, newest, leave=copy)

        self._begin(made, take, late=_discard, saves=not copy)

    def change_secret(self, passphrase: str | None) -> None:
        """Re-encrypt the session's file under a passphrase, or under a key in the keyring."""
        self.path = self._session.path
        prepare = self._session.new_secret(passphrase)
        self._begin(prepare, self._session.use_secret, late=lambda _secret: None)

    def cancel(self) -> None:
        """Give up what is under way."""
        if self._aside is not None:
            self._aside.abandon()
            self._stop()
            self.changed.emit()

    def forget(self) -> None:
        """Give up, and forget what failed: the person turned to something else."""
        self.cancel()
        self.path = self.error = None

    def _begin(
        self,
        function: Callable[[], Any],
        take: Callable[[Any], None],
        *,
        late: Callable[[Any], None],
        saves: bool = True,
    ) -> None:
        from fumimori.store import StoreError

        self.cancel()
        self.error, self.slow = None, False
        if saves and not self._session.save_pending():
            return

        def done(result: Any) -> None:
            self._stop()
            try:
                take(result)
            except StoreError as error:
                self._fail(error)
            else:
                self.done.emit()

        self._aside = BackgroundThread(function, done=done, failed=self._failed, late=late, parent=self)
        self._patience.start()
        self._limit.start()
        self.changed.emit()

    def _failed(self, error: BaseException) -> None:
        from fumimori.store import StoreError

        self._stop()
        if not isinstance(error, (StoreError, OSError)):
            raise error
        self._fail(error)

    def _fail(self, error: Exception) -> None:
        self.error = error
        self.changed.emit()

    def _grow_slow(self) -> None:
        self.slow = True
        self.changed.emit()

    def _too_long(self) -> None:
        self.cancel()
        self._fail(TimeoutError())

    def _stop(self) -> None:
        self._aside, self.slow = None, False
        self._patience.stop()
        self._limit.stop()

    def _timer(self, interval: int, then: Callable[[], None]) -> QTimer:
        made = QTimer(self)
        made.setSingleShot(True)
        made.setInterval(interval)
        made.timeout.connect(then)
        return made


def _close(file: "AssessmentFile") -> None:
    file.close()


def _discard(file: "AssessmentFile") -> None:
    """A file that was made after the work was given up; nothing else was ever written into it."""
    from fumimori.store import discard

    with contextlib.suppress(OSError):
        discard(file)
