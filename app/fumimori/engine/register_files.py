"""Tables that others made, as rows of words: CSV in the usual encodings, and workbooks (Office Open XML).

TableError      a file that cannot be read as a table; `code` is `too_large`, `too_many`, `encoding` or `unreadable`
"""

import csv
import zipfile
import zlib
from collections.abc import Iterator
from datetime import date, datetime
from io import BytesIO, StringIO

from fumimori.engine.counting import guarded
from fumimori.grammar.lines import text_of
from fumimori.model.registers import ROWS_MOST

SIZE_MOST = 10 * 1024 * 1024
"""Octets of a file."""
UNPACKED_MOST = 100 * 1024 * 1024
"""Octets of everything in a workbook."""
COLUMNS_MOST = 60
CELL_MOST = 2_000
SHEETS_MOST = 40

Rows = tuple[tuple[str, ...], ...]


class TableError(Exception):
    """A file that cannot be read as a table."""

    def __init__(self, code: str) -> None:
        super().__init__(code)
        self.code = code


def read_tables(untrusted: bytes) -> tuple[Rows, ...]:
    """The tables of a file, told by its content: one of a CSV file, one for each sheet of a workbook.

    Raises TableError. A workbook gives the values that stand in its cells; formulas are not worked out.
    """
    if len(untrusted) > SIZE_MOST:
        raise TableError("too_large")
    if untrusted.startswith(b"PK\x03\x04"):
        return _sheets(untrusted)
    return (separated(_decoded(untrusted)),)


def separated(text: str) -> Rows:
    """The rows of separated values; the separator is whichever the first lines have most of: tab, comma, semicolon."""
    begin = "\n".join(text[:10_000].splitlines()[:5])
    delimiter = max("\t,;", key=begin.count)
    rows: list[tuple[str, ...]] = []
    try:
        for row in csv.reader(StringIO(text, newline=""), delimiter=delimiter):
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


def _sheets(untrusted: bytes) -> tuple[Rows, ...]:
    _check(untrusted)
    # A workbook that is not one makes the library raise whatever it happens to stumble over.
    found = guarded(lambda: tuple(_read(untrusted)), logged=False)
    if found is None:
        raise TableError("unreadable")
    if any(len(rows) > ROWS_MOST for rows in found):
        raise TableError("too_many")
    return found


def _check(untrusted: bytes) -> None:
    """No more octets come out of the package than we can hold, and no part of it declares entities."""
    try:
        with zipfile.ZipFile(BytesIO(untrusted)) as package:
            parts = package.infolist()
            if len(parts) > 1_000 or sum(part.file_size for part in parts) > UNPACKED_MOST:
                raise TableError("too_large")
            for part in parts:
                with package.open(part) as opened:
                    if b"<!DOCTYPE" in opened.read(4_096).replace(b"\x00", b""):
                        raise TableError("unreadable")
    except (zipfile.BadZipFile, zlib.error, RuntimeError, OSError, ValueError, EOFError) as error:
        raise TableError("unreadable") from error


def _read(untrusted: bytes) -> Iterator[Rows]:
    from openpyxl import load_workbook

    book = load_workbook(BytesIO(untrusted), read_only=True, data_only=True, keep_links=False)
    try:
        for sheet in book.worksheets[:SHEETS_MOST]:
            sheet.reset_dimensions()
            rows: list[tuple[str, ...]] = []
            for row in sheet.iter_rows(max_row=ROWS_MOST + 5, max_col=COLUMNS_MOST, values_only=True):
                words = tuple(_words(value) for value in row)
                if any(words):
                    rows.append(words)
            yield tuple(rows)
    finally:
        book.close()


def _words(value: object) -> str:
    if value is None:
        return ""
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, datetime):
        return value.date().isoformat()
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, float) and value.is_integer():
        return str(int(value))
    return str(value)[:CELL_MOST]
