"""Tables that panels and offices export, as rows of text: CSV (RFC 4180) in the usual encodings, and XLSX."""

import csv
from collections.abc import Callable, Iterator
from io import StringIO
from itertools import islice

from fumimori.grammar.lines import text_of
from fumimori.grammar.xlsx import TableError, xlsx_rows, xlsx_sheets
from fumimori.model.registers import ROWS_MOST

EXPORTED_ROWS_MOST = 200_001
"""Rows of a panel's export, with the heading; further ones are left out."""
SIZE_MOST = 10 * 1024 * 1024
"""Octets of a file for a register."""
WATCHED = 500
"""Rows that are read between two calls of `watch`."""
_ZIP = b"PK\x03\x04"

Rows = tuple[tuple[str, ...], ...]
Watch = Callable[[float], None]
"""Called with the share that was read, 0 to 1; ends the reading by raising."""


def unwatched(_share: float) -> None:
    """Nobody watches."""


def table_rows(octets: bytes, watch: Watch = unwatched) -> list[tuple[str, ...]]:
    """The rows of an export that hold something, the heading first; days as YYYY-MM-DD. Raises TableError."""
    if octets.startswith(_ZIP):
        return xlsx_rows(octets, rows_most=EXPORTED_ROWS_MOST, columns_most=200, watch=watch)
    rows = _csv(text_of(octets).replace("\0", ""), watch, heading=1, columns_most=200, cell_most=1000)
    return [tuple(cell.strip() for cell in row) for row in islice(rows, EXPORTED_ROWS_MOST)]


def read_tables(untrusted: bytes, watch: Watch = unwatched) -> tuple[Rows, ...]:
    """The tables of a file for a register: one of a CSV file, one for each filled sheet of a workbook.

    Raises TableError. A workbook gives the values that are in its cells; formulas are not computed.
    """
    if len(untrusted) > SIZE_MOST:
        raise TableError("too_large")
    if untrusted.startswith(_ZIP):
        sheets = xlsx_sheets(untrusted, rows_most=ROWS_MOST + 1, columns_most=60, watch=watch)
        return tuple(_bounded(rows) for rows in sheets)
    text = text_of(untrusted)
    if "\x00" in text or ("\ufffd" in text and "\ufffd".encode() not in untrusted):
        raise TableError("encoding")
    return (separated(text, watch),)


def separated(text: str, watch: Watch = unwatched) -> Rows:
    """The rows of separated values, cells as they are. Raises TableError."""
    return _bounded(_csv(text, watch, heading=5, columns_most=60, cell_most=2_000))


def _bounded(rows: Iterator[tuple[str, ...]] | list[tuple[str, ...]]) -> Rows:
    read = tuple(islice(rows, ROWS_MOST + 1))
    if len(read) > ROWS_MOST:
        raise TableError("too_many")
    return read


def _csv(text: str, watch: Watch, *, heading: int, columns_most: int, cell_most: int) -> Iterator[tuple[str, ...]]:
    """The rows that hold something; the separator is the one that is most frequent in the first `heading` lines."""
    begin = "\n".join(text[:65536].lstrip().splitlines()[:heading])
    delimiter = max(",\t;", key=begin.count)
    source = StringIO(text, newline="")
    try:
        for number, row in enumerate(csv.reader(source, delimiter=delimiter), 1):
            if number % WATCHED == 0:
                watch(source.tell() / len(text))
            if any(cell.strip() for cell in row):
                yield tuple(cell[:cell_most] for cell in row[:columns_most])
    except csv.Error as error:
        raise TableError("unreadable") from error
