"""Evidence: what somebody handed in to show that an answer, a finding or a row of a register is true."""

from datetime import datetime
from enum import StrEnum

from fumimori.model.base import Record

ITEM_MOST = 20 * 1024 * 1024
"""Octets of one piece of evidence."""
TOTAL_MOST = 200 * 1024 * 1024
"""Octets of all the evidence of one assessment."""


class EvidenceKind(StrEnum):
    """What a piece of evidence is, recognised by its content."""

    PICTURE = "picture"
    PDF = "pdf"
    MAIL = "mail"
    TEXT = "text"
    FILE = "file"


class About(StrEnum):
    """What a piece of evidence belongs to."""

    QUESTION = "question"
    FINDING = "finding"
    REGISTER = "register"


class Evidence(Record):
    """One piece of evidence; its octets are in the file under their SHA-256, and not here."""

    number: int
    """Printed as E-001; given once, and never again to something else."""
    kind: EvidenceKind
    name: str
    """The file's name, or a title."""
    sha256: str
    """Of the octets that are kept, in lower-case hexadecimal digits."""
    size: int
    """Octets that are kept."""
    added: datetime
    about: About
    subject: str
    """A question's id, a finding's `code subject`, or a register row's id."""
    shows: str = ""
    source: str = ""
    """From whom it comes."""
    original_sha256: str = ""
    """Of the file that was handed in, when what is kept differs from it: no place, no camera, parts blacked out."""
    thumbnail: bytes = b""
    """A small PNG of a picture; empty for everything else."""
    covered: int = 0
    """How many parts were blacked out."""

    @property
    def printed(self) -> str:
        """E-001."""
        return f"E-{self.number:03d}"
