"""What a person hands over from inside: settings, keys, accounts, packages, firewalls, results of other tools."""

from datetime import UTC, datetime
from functools import cache

import msgspec

from fumimori import checks
from fumimori.__main__ import toolkit
from fumimori.checks.contract import NotReadable, Reader
from fumimori.checks.observations import Observations
from fumimori.engine import unpacking
from fumimori.engine.reading import document_of, read_documents
from fumimori.grammar.collected import HEAD, parse_collected
from fumimori.grammar.spreadsheet import TableError, table_rows
from fumimori.model import Assessment, Attempt, DomainScope, Scope, Status
from fuzz.seeds_inside import SEEDS as GIVEN

NOW = datetime(2026, 11, 24, 10, 0, tzinfo=UTC)
HOST = "mail.example.jp"
READERS = (
    *("ssh_config", "ssh_keys", "mail_config", "accounts", "system_accounts", "packages", "firewall", "other_tools"),
    "collected",
)


@cache
def _readers() -> tuple[Reader, ...]:
    return tuple(reader for reader in checks.readers() if reader.id in READERS)


def inside(octets: bytes) -> None:
    """A document, by each reader in turn, whatever that makes of it; and what its judge then says has values only."""
    before = Assessment(id="1", created=NOW, scope=Scope(domains=(DomainScope(name="example.jp"),)))
    result = read_documents(toolkit(), before, [document_of("a", octets, NOW)], NOW, about=HOST)
    assert not any(one.problem == "our_bug" for one in result.handed), result.handed
    msgspec.json.encode(result.added_to(before))
    for reader in _readers():
        assert 0 <= reader.accepts(document_of("a", octets, NOW)) <= 1
        attempts = tuple(_attempts(reader, octets))
        for outcome in reader.judge(Observations(before.scope, attempts), toolkit().rules):
            assert outcome.code.partition(".")[2] in reader.outcomes
            assert all(len(str(value)) < 3000 for _, value in outcome.values)


def _attempts(reader: Reader, octets: bytes) -> list[Attempt]:
    """What the reader writes down, as if it had been sure."""
    from fumimori.checks.contract import ReadContext

    context = ReadContext(
        scope=Scope(), observations=Observations(Scope(), ()), rules=toolkit().rules, at=NOW, chain=toolkit().chain
    )
    try:
        readings = reader.read(document_of("a", octets, NOW), context)
    except NotReadable:
        return []
    return [
        Attempt(
            probe=reader.id,
            subject=reading.subject or HOST,
            status=Status.COMPLETED,
            started=NOW,
            ended=NOW,
            facts=msgspec.Raw(msgspec.json.encode(reading.facts)),
            part=reading.part,
        )
        for reading in readings
    ]


def table(octets: bytes) -> None:
    """A table of a panel or an office: rows of bounded cells, or a refusal."""
    try:
        rows = table_rows(octets)
    except TableError:
        return
    assert all(len(cell) <= 1000 for row in rows for cell in row)


def collection(octets: bytes) -> None:
    """What the collector wrote, or somebody who makes believe."""
    for given in (octets, HEAD.encode() + octets):
        found = parse_collected(given)
        assert len(found.parts) <= 100
        document = document_of("a", given, NOW)
        open_up = unpacking.opener(document)
        if open_up is not None and found.sealed:
            assert all(piece.name for piece in open_up(document, unpacking.Allowance()))


def seeds() -> dict[str, list[bytes]]:
    """Whole right documents of each kind."""
    given = [text if isinstance(text, bytes) else text.encode() for text in GIVEN]
    tables = [octets for octets in given if octets[:2] == b"PK" or b"@" in octets]
    return {"inside": given, "table": tables, "collection": [given[0]]}
