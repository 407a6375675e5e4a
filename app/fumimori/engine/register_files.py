"""Tables that others made, as rows of words: CSV in the usual encodings, and workbooks (Office Open XML).

TableError      a file that cannot be read as a table; `code` is `too_large`, `too_many`, `encoding` or `unreadable`
TableStopped    the person stopped it
"""

import csv
from collections.abc import Callable
from io import StringIO
from pathlib import Path

from fumimori.foreign_file import read_at_most
from fumimori.grammar.lines import text_of
from fumimori.grammar.xlsx import XlsxError, xlsx_sheets
from fumimori.model.registers import ROWS_MOST

SIZE_MOST = 10 * 1024 * 1024
"""Octets of a file."""
COLUMNS_MOST = 60
CELL_MOST = 2_000

Rows = tuple[tuple[str, ...], ...]
Watch = Callable[[float], None]
"""Called with the share that was read, 0 to 1; ends the reading by raising TableStopped."""


class TableError(Exception):
    """A file that cannot be read as a table."""

    def __init__(self, code: str) -> None:
        super().__init__(code)
        self.code = code


class TableStopped(Exception):  # noqa: N818 - it is what the person wanted
    """The person stopped it."""


def _unwatched(_share: float) -> None:
    pass


def table_file(path: Path, watch: Watch = _unwatched) -> tuple[Rows, ...]:
    """The tables in the file at `path`, of which no more than SIZE_MOST is read; as `read_tables`. Raises OSError."""
    return read_tables(read_at_most(path, SIZE_MOST + 1), watch)


def read_tables(untrusted: bytes, watch: Watch = _unwatched) -> tuple[Rows, ...]:
    """The tables of a file, by its content: one of a CSV file, one for each filled sheet of a workbook.

    Raises TableError. A workbook gives the values that are in its cells; formulas are not worked out.
    """
    if len(untrusted) > SIZE_MOST:
        raise TableError("too_large")
    if untrusted.startswith(b"PK\x03\x04"):
        return _sheets(untrusted, watch)
    return (separated(_decoded(untrusted), watch),)


def separated(text: str, watch: Watch = _unwatched) -> Rows:
    """The rows of separated values; the separator is whichever the first lines have most of: tab, comma, semicolon."""
    begin = "\n".join(text[:10_000].splitlines()[:5])
    delimiter = max("\t,;", key=begin.count)
    rows: list[tuple[str, ...]] = []
    source = StringIO(text, newline="")
    try:
        for row in csv.reader(source, delimiter=delimiter):
            watch(source.tell() / len(text))
            if len(rows) >= ROWS_MOST:
                raise TableError("too_many")
            if any(cell.strip() for cell in row):
                rows.append(tuple(cell[:CELL_MOST] for cell in row[:COLUMNS_MOST]))
    except csv.Error as error:
        raise TableError("unreadable") from error
    return tuple(rows)


def _decoded(untrusted: bytes) -> str:
    """The text, where it is text through and through."""
    text = text_of(untrusted)
    if "\x00" in text or ("\ufffd" in text and "\ufffd".encode() not in untrusted):
        raise TableError("encoding")
    return text


def _sheets(untrusted: bytes, watch: Watch) -> tuple[Rows, ...]:
    found = []
    try:
        for rows in xlsx_sheets(untrusted, rows_most=ROWS_MOST + 1, columns_most=COLUMNS_MOST, watch=watch):
            if len(rows) > ROWS_MOST:
                raise TableError("too_many")
            found.append(tuple(rows))
    except XlsxError as error:
        raise TableError("too_large" if error.args[0] == "too_large" else "unreadable") from error
    return tuple(found)
