"""What the collector of `resources/collect/` writes: what several commands of one machine printed, under a SHA-256."""

import hashlib
from datetime import datetime

from fumimori.grammar.lines import lines_of, text_of
from fumimori.model import Record

HEAD = "FUMIMORI-COLLECTED "
PARTS_HEAD = "FUMIMORI-PARTS 1"
"""The first line of the list of parts, which is read like a part."""
LINES_MOST = 500_000
PARTS_MOST = 100
_SEAL = "sha256: "


class Part(Record):
    """What one command printed."""

    name: str
    reason: str = ""
    seen: bool = False
    """Something came; false where the command is not allowed, or failed."""
    text: str = ""


class Collected(Record):
    """One machine as the collector found it."""

    version: str
    host: str
    at: datetime | None = None
    root: bool = False
    """It ran with all rights, so that what is missing is not there."""
    parts: tuple[Part, ...] = ()
    sealed: bool = False
    """Nothing was changed since it was written."""


def is_collected(octets: bytes) -> bool:
    """Whether the collector's first line is at the beginning."""
    return text_of(octets[:64]).startswith(HEAD)


def parse_collected(octets: bytes) -> Collected:
    """The parts in `octets`; never raises. Lines of a part begin with `| `, so that nothing in them ends it."""
    text = text_of(octets).replace("\r\n", "\n")
    head: dict[str, str] = {}
    parts: list[Part] = []
    name, said, lines = "", dict[str, str](), list[str]()
    for line in lines_of(text, LINES_MOST):
        if line.startswith("| ") or line == "|":
            lines.append(line[2:])
        elif line.startswith("--- begin ") and len(parts) < PARTS_MOST:
            name, said, lines = line[10:].strip()[:40], {}, []
        elif line.startswith("--- end ") and name:
            seen = said.get("result") == "seen"
            parts.append(Part(name=name, reason=said.get("reason", ""), seen=seen, text="\n".join((*lines, ""))))
            name = ""
        else:
            key, colon, value = line.partition(": ")
            if colon and not line.startswith(" "):
                (said if name else head).setdefault(key[:20], value.strip()[:400])
    return Collected(
        version=text[len(HEAD) :].partition("\n")[0].strip()[:20],
        host=head.get("host", "").lower().rstrip(".")[:253],
        at=_moment(head.get("at", "")),
        root=head.get("root") == "yes",
        parts=tuple(parts),
        sealed=_sealed(octets) or _sealed(text.encode("utf-8", "replace")),
    )


def _moment(text: str) -> datetime | None:
    try:
        return datetime.fromisoformat(text)
    except ValueError:
        return None


def _sealed(octets: bytes) -> bool:
    """Whether the last line is the SHA-256 of all before it."""
    place = octets.rfind(_SEAL.encode())
    if place < 0:
        return False
    said = octets[place + len(_SEAL) :].strip().lower()
    return said == hashlib.sha256(octets[:place]).hexdigest().encode()
