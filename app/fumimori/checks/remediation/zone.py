"""DNS records to publish, change or delete, with the command that shows what the world sees; works on every system."""

from collections.abc import Iterable

from fumimori.checks.remediation.context import note, word
from fumimori.model import Note, Proof, Repair, Snippet, SnippetKind

STRING_LONGEST = 255
"""Characters of one string in a TXT record (RFC 1035 section 3.3)."""


def cleaned(text: str) -> str:
    """`text` as it can stand in a zone file: nothing that ends a line or a string, or that a terminal would obey."""
    return "".join(sign for sign in text if " " <= sign <= "~" and sign not in '"\\')


def record(name: str, rdtype: str, content: str, current: str = "", about: Note | None = None) -> Snippet:
    """A record to publish at `name` in place of `current`; without content `current` is to be deleted."""
    return Snippet(
        kind=SnippetKind.DNS_RECORD,
        place=f"{cleaned(name)} {rdtype}",
        content=cleaned(content),
        current=cleaned(current),
        note=about,
    )


def txt(name: str, content: str, current: str = "", about: Note | None = None) -> Snippet:
    """A TXT record."""
    return record(name, "TXT", content, current, about)


def delete(name: str, rdtype: str, current: str, about: Note | None = None) -> Snippet:
    """A record to delete."""
    return record(name, rdtype, "", current, about or note("delete_record"))


def long_text() -> Note:
    """A TXT record of this length is several strings."""
    return note("txt_strings", limit=STRING_LONGEST)


def look_up(snippet: Snippet) -> Proof:
    """The command that shows a record, what it shows when the new one is there, and what while the old one is."""
    name, _, rdtype = snippet.place.rpartition(" ")
    command = f"nslookup -type={rdtype} {word(name)}"
    return Proof(command=command, repaired=snippet.content, broken=snippet.current)


def published(
    snippets: Iterable[Snippet],
    *,
    before: Iterable[Note] = (),
    after: Iterable[Note] = (),
    risks: Iterable[Note] = (),
) -> Repair:
    """The repair that changes these records, in this order; empty when nothing would change."""
    changing = tuple(one for one in snippets if one.content != one.current)
    if not changing:
        return Repair()
    long = [one for one in changing if one.place.endswith(" TXT") and len(one.content) > STRING_LONGEST]
    fresh = all(not one.current for one in changing)
    return Repair(
        before=tuple(before),
        snippets=changing,
        after=tuple(after),
        risks=(*risks, *([long_text()] if long else [])),
        back=(note("back_new_record" if fresh else "back_record"),),
        proof=tuple(dict.fromkeys(look_up(one) for one in changing)),
    )
