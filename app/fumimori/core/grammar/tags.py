"""Tag lists as DKIM, DMARC and their kin write them: `name=value` pairs between semicolons (RFC 6376 section 3.2)."""

from fumimori.core.model import Record

TAGS_MOST = 100


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
        names = [name for name, _ in self.pairs]
        return tuple(dict.fromkeys(name for name in names if names.count(name) > 1))


def parse_tags(text: str) -> TagList:
    """The tags in `text`; never raises."""
    pairs: list[tuple[str, str]] = []
    malformed: list[str] = []
    for part in text.split(";")[:TAGS_MOST]:
        name, equals, value = part.partition("=")
        if equals and name.strip():
            pairs.append((name.strip().lower(), value.strip()))
        elif part.strip():
            malformed.append(part.strip()[:80])
    return TagList(pairs=tuple(pairs), malformed=tuple(malformed))
