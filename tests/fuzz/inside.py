"""What is handed over from inside, by the grammars that take it apart: tables of accounts, the collector's file."""

from datetime import UTC, datetime
from pathlib import Path

from fumimori.engine import unpacking
from fumimori.engine.reading import document_of
from fumimori.grammar.collected import HEAD, parse_collected
from fumimori.grammar.spreadsheet import table_rows
from fumimori.grammar.xlsx import TableError
from fuzz.seeds_inside import SEEDS

MOMENT = datetime(2026, 11, 24, 10, 0, tzinfo=UTC)


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
        document = document_of("a", given, MOMENT)
        open_up = unpacking.opener(document)
        if open_up is not None and found.sealed:
            assert all(piece.name for piece in open_up(document, unpacking.Allowance()))


TOOL_RESULTS = Path(__file__).parents[1] / "loopback" / "tool_results"
"""As the tools themselves wrote them."""


def seeds() -> dict[str, list[bytes]]:
    """Whole right documents of each kind; all of them are read by every reader, too."""
    given = [text if isinstance(text, bytes) else text.encode() for text in SEEDS]
    given += [path.read_bytes() for path in sorted(TOOL_RESULTS.glob("*.json")) if path.stat().st_size < 20_000]
    tables = [octets for octets in given if octets[:2] == b"PK" or b"@" in octets]
    return {"document": given, "archive": [given[0]], "table": tables, "collection": [given[0]]}
