"""Tables that panels and offices export, as rows of text: CSV in UTF-8, UTF-16 or Shift_JIS (RFC 4180), and XLSX."""

import csv
from collections.abc import Callable, Iterator
from io import StringIO

from fumimori.grammar.lines import text_of
from fumimori.grammar.xlsx import XlsxError, xlsx_rows

ROWS_MOST = 200_001
COLUMNS_MOST = 200
CELL_MOST = 1000
WATCHED = 500
"""Rows that are read between two calls of `watch`."""
_ZIP = b"PK\x03\x04"


Watch = Callable[[float], None]
"""Called with the share that was read, 0 to 1; ends the reading by raising."""


def unwatched(_share: float) -> None:
    """Nobody watches."""


class TableError(ValueError):
    """Something that is no table, or too large for one; the argument says which: `no_table`, `too_large`."""


def table_rows(octets: bytes, watch: Watch = unwatched) -> list[tuple[str, ...]]:
    """The rows that hold something, the heading first; days as YYYY-MM-DD. Raises TableError."""
    if octets.startswith(_ZIP):
        try:
            return xlsx_rows(octets, rows_most=ROWS_MOST, columns_most=COLUMNS_MOST, watch=watch)
        except XlsxError as error:
            raise TableError(*error.args) from error
    return list(_csv(text_of(octets), watch))


def _csv(text: str, watch: Watch) -> Iterator[tuple[str, ...]]:
    head = text[:65536].lstrip().partition("\n")[0]
    sign = max(",\t;", key=head.count)
    source = StringIO(text.replace("\0", ""), newline="")
    reader = csv.reader(source, delimiter=sign)
    number = 0
    try:
        for row in reader:
            if any(cell.strip() for cell in row):
                number += 1
                if number % WATCHED == 0:
                    watch(source.tell() / len(text))
                yield tuple(cell.strip()[:CELL_MOST] for cell in row[:COLUMNS_MOST])
            if number >= ROWS_MOST:
                return
    except csv.Error as error:
        raise TableError("no_table") from error
