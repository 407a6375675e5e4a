"""Copies of evidence for the system's own viewers: in a folder of this user alone, removed when the file is closed.

A program that was killed leaves its folder behind; the next one that starts removes it.
"""

import contextlib
import os
import shutil
from pathlib import Path
from tempfile import TemporaryDirectory, gettempdir

from PySide6.QtCore import QLockFile

from fumimori.model import Evidence, EvidenceKind

PREFIX, LOCK = "fumimori-copies-", "lock"
SUFFIXES = {
    EvidenceKind.PDF: ".pdf",
    EvidenceKind.TEXT: ".txt",
    EvidenceKind.MAIL: ".txt",
    EvidenceKind.PICTURE: ".png",
}
"""The ending of a copy, by what it is and not by its name. A message is shown as text: a mail program would fetch what
it links to. Anything else, such as a program, is never opened."""


class ViewerCopies:
    """Makes the folder when something is opened first, and removes it with everything in it."""

    def __init__(self) -> None:
        self._folder: TemporaryDirectory[str] | None = None
        self._lock: QLockFile | None = None

    def make(self, one: Evidence, octets: bytes | None) -> Path | None:
        """A copy of `octets` named by its number; None where the file does not hold them. Raises OSError."""
        if octets is None:
            return None
        if self._folder is None:
            # On Windows a file that a viewer still shows cannot be removed.
            self._folder = TemporaryDirectory(prefix=PREFIX, ignore_cleanup_errors=True)
            self._lock = _held(Path(self._folder.name))
        from fumimori.engine.evidence import picture_form

        suffix = ".jpg" if picture_form(octets) == "JPEG" else SUFFIXES[one.kind]
        path = Path(self._folder.name, f"{one.printed}-{one.sha256[:8]}{suffix}")
        if not path.exists():
            path.write_bytes(octets)
        return path

    def remove(self) -> None:
        """Nothing is left of them, unless a viewer holds one."""
        if self._lock is not None:
            self._lock.unlock()
            self._lock = None
        if self._folder is not None:
            self._folder.cleanup()
            self._folder = None


def remove_abandoned() -> None:
    """Remove the folders of this user whose program ended without doing so; from any thread."""
    with contextlib.suppress(OSError):
        for folder in Path(gettempdir()).glob(f"{PREFIX}*"):
            about = folder.lstat()
            ours = not hasattr(os, "getuid") or about.st_uid == os.getuid()
            if folder.is_symlink() or not ours or not (folder / LOCK).exists():
                continue
            lock = _held(folder)
            if lock is not None:
                lock.unlock()
                shutil.rmtree(folder, ignore_errors=True)


def _held(folder: Path) -> QLockFile | None:
    """The lock on a folder; None while another program that runs holds it."""
    lock = QLockFile(str(folder / LOCK))
    lock.setStaleLockTime(0)  # a viewer may show a copy for days: only the end of its program counts
    return lock if lock.tryLock(0) else None
