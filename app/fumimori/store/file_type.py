"""Whether a file can be one of ours, without its key: an encrypted file looks random from its first byte."""

from pathlib import Path

from fumimori.store.database import PAGE

_OTHERS = (b"SQLite format 3", b"%PDF", b"PK\x03\x04", b"\x89PNG", b"\xff\xd8\xff", b"\x1f\x8b", b"GIF8")
_KINDS_OF_BYTES = 200
"""A page of random bytes holds nearly all of the 256 kinds of bytes; fewer than this do not occur by chance."""


def is_another_format(head: bytes) -> bool:
    """Whether the first bytes of a file are those of another kind of file: a known kind, or text."""
    if head.startswith(_OTHERS):
        return True
    try:
        head.decode("utf-8")
    except UnicodeDecodeError as error:
        # A character may be cut where the reading ended.
        return error.start >= len(head) - 3 and bool(head[: error.start]) and b"\0" not in head
    return b"\0" not in head


def may_be_assessment(path: Path) -> bool:
    """Whether the file at `path` can be an assessment: whole pages of random-looking bytes. Raises OSError."""
    size = path.stat().st_size
    if not path.is_file() or not size or size % PAGE:
        return False
    with path.open("rb") as file:
        return len(set(file.read(PAGE))) >= _KINDS_OF_BYTES
