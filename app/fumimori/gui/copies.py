"""Copies of evidence for the system's own viewers: in a folder of this user alone, removed when the file is closed."""

from pathlib import Path
from tempfile import TemporaryDirectory

from fumimori.engine.evidence import picture_form
from fumimori.model import Evidence, EvidenceKind

SUFFIXES = {
    EvidenceKind.PDF: ".pdf",
    EvidenceKind.TEXT: ".txt",
    EvidenceKind.MAIL: ".txt",
    EvidenceKind.PICTURE: ".png",
}
"""The ending of a copy, by what it is and not by its name. A message is shown as text: a mail program would fetch what
it links to. What is none of these, such as a program, is never opened."""


class Copies:
    """Makes the folder when something is opened first, and removes it with everything in it."""

    def __init__(self) -> None:
        self._folder: TemporaryDirectory[str] | None = None

    def make(self, one: Evidence, octets: bytes | None) -> Path | None:
        """A copy of `octets` named by its number; None where the file does not hold them. Raises OSError."""
        if octets is None:
            return None
        if self._folder is None:
            # On Windows a file that a viewer still shows cannot be removed.
            self._folder = TemporaryDirectory(prefix="fumimori-", ignore_cleanup_errors=True)
        suffix = ".jpg" if picture_form(octets) == "JPEG" else SUFFIXES[one.kind]
        path = Path(self._folder.name, f"{one.printed}-{one.sha256[:8]}{suffix}")
        if not path.exists():
            path.write_bytes(octets)
        return path

    def remove(self) -> None:
        """Nothing is left of them, unless a viewer holds one."""
        if self._folder is not None:
            self._folder.cleanup()
            self._folder = None
