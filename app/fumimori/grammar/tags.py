"""Records of `name=value` pairs between semicolons: the tag lists of DKIM and DMARC (RFC 6376 section 3.2), and the
stricter fields of MTA-STS and TLS reporting (RFC 8461 section 3.1, RFC 8460 section 3).
"""  # noqa: D205 - one sentence

import re
from collections import Counter

from fumimori.model import Record

TAGS_MOST = 100

_FIELD_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9_.-]{0,31}")
_FIELD_VALUE = re.compile(r"[\x21-\x3a\x3c\x3e-\x7e]+")


class TagList(Record):
    """The tags of a record in order; names in lower case, values without surrounding white space."""

    pairs: tuple[tuple[str, str], ...]
    malformed: tuple[str, ...] = ()
    """Parts that are no `name=value`."""

    def get(self, name: str) -> str | None:
        """The first value of the tag; None when the record has no such tag."""
        return next((value for key, value in self.pairs if key == name), None)

    @property
    def repeated(self) -> tuple[str, ...]:
        """Names that stand more than once."""
        count = Counter(name for name, _ in self.pairs)
        return tuple(name for name, times in count.items() if times > 1)


def parse_tags(text: str, *, exact_names: bool = False) -> TagList:
    """The tags in `text`; never raises. With `exact_names` their names keep their case."""
    pairs: list[tuple[str, str]] = []
    malformed: list[str] = []
    for part in text.split(";")[:TAGS_MOST]:
        name, equals, value = part.partition("=")
        bare = name.strip()
        if equals and bare:
            pairs.append((bare if exact_names else bare.lower(), value.strip()))
        elif part.strip():
            malformed.append(part.strip()[:80])
    return TagList(pairs=tuple(pairs), malformed=tuple(malformed))


def parse_fields(text: str, *, free: frozenset[str] = frozenset()) -> TagList:
    """The fields behind the version in `text`: names as they are written, no space around `=`, nothing empty between
    semicolons, no `=` in values but those of the fields in `free`, which have a grammar of their own.
    """  # noqa: D205 - one sentence
    pairs: list[tuple[str, str]] = []
    malformed: list[str] = []
    parts = text.split(";")[1:TAGS_MOST]
    if parts and not parts[-1].strip(" \t"):
        parts.pop()
    for part in parts:
        field = part.strip(" \t")
        name, equals, value = field.partition("=")
        good = _FIELD_NAME.fullmatch(name) and equals and (name in free or _FIELD_VALUE.fullmatch(value))
        if good:
            pairs.append((name, value))
        else:
            malformed.append(field[:80])
    return TagList(pairs=tuple(pairs), malformed=tuple(malformed))
