"""The rows of an Excel workbook's sheets (ECMA-376 part 1, SpreadsheetML), within bounds.

Nothing is computed and nothing else is looked at: no formula, macro, picture or link.
"""

import zlib
from collections.abc import Callable, Iterator
from datetime import date, timedelta
from functools import lru_cache
from io import BytesIO
from typing import TYPE_CHECKING
from xml.parsers import expat  # document types are refused before anything is done with them

if TYPE_CHECKING:
    from zipfile import ZipFile

FILES_MOST = 2000
PART_MOST = 64 * 1024 * 1024
"""Octets of one part, unpacked."""
WHOLE_MOST = 128 * 1024 * 1024
"""Octets of everything that is read, unpacked."""
SHEETS_MOST = 20
STRINGS_MOST = 1_000_000
CELL_MOST = 1000
_CHUNK = 65536
_DAY_FORMATS = frozenset({*range(14, 23), *range(27, 37), *range(45, 48), *range(50, 59)})
"""Number formats of days that need no definition (section 18.8.30, with those of East Asia)."""
_MAIN = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
_STRICT = "http://purl.oclc.org/ooxml/spreadsheetml/main"


@lru_cache(maxsize=1)
def zip_faults() -> tuple[type[Exception], ...]:
    """What comes out of `zipfile` for an archive that cannot be read; loaded when one is."""
    import lzma
    from zipfile import BadZipFile

    return (
        *(BadZipFile, zlib.error, lzma.LZMAError, OSError, EOFError),
        RuntimeError,  # encrypted, or packed in a way that is not known
        ValueError,  # a place before the beginning of the file
        *(OverflowError, MemoryError),  # a place behind any file's end; a dictionary of 4 GiB
    )


class TableError(ValueError):
    """A file that cannot be read as a table; `code` is `too_large`, `too_many`, `encoding` or `unreadable`."""

    def __init__(self, code: str) -> None:
        super().__init__(code)
        self.code = code


def xlsx_rows(
    octets: bytes, *, rows_most: int, columns_most: int, watch: Callable[[float], None] = lambda _share: None
) -> list[tuple[str, ...]]:
    """The rows of the first sheet that holds something; as `xlsx_sheets`. Raises TableError."""
    for rows in xlsx_sheets(octets, rows_most=rows_most, columns_most=columns_most, watch=watch):
        return rows
    raise TableError("unreadable")


def xlsx_sheets(
    octets: bytes, *, rows_most: int, columns_most: int, watch: Callable[[float], None] = lambda _share: None
) -> Iterator[list[tuple[str, ...]]]:
    """Of each sheet that holds something the rows that do, each up to its last filled cell, days as YYYY-MM-DD.

    No more than `rows_most` of a sheet. `watch` is called with the share of the package that was read, and ends the
    reading by raising. Raises TableError.
    """
    from zipfile import ZipFile

    try:
        with ZipFile(BytesIO(octets)) as archive:
            package = _Package(archive, watch)
            days, from_1904 = _styles(package), _Book(package).from_1904
            strings = _Strings(package).found
            for number in range(1, SHEETS_MOST + 1):
                sheet = _Sheet(strings, days, from_1904=from_1904, rows_most=rows_most, columns_most=columns_most)
                package.parse(f"xl/worksheets/sheet{number}.xml", sheet.start, sheet.end, sheet.text)
                if sheet.rows:
                    yield sheet.rows
            package.must_hold_sheets()
    except TableError:
        raise
    except zip_faults() as error:
        raise TableError("unreadable") from error


_STORED, _DEFLATED = 0, 8
"""How a part may be packed (APPNOTE.TXT 4.4.5)."""

_Start = Callable[[str, dict[str, str]], object]
_Word = Callable[[str], object]


class _Package:
    """The parts of the workbook, each read once by events."""

    def __init__(self, archive: "ZipFile", watch: Callable[[float], None]) -> None:
        self._archive, self._watch = archive, watch
        self._parts = {part.filename: part for part in archive.infolist()[:FILES_MOST]}
        self._whole = max(sum(part.file_size for part in self._parts.values()), 1)
        self._read = 0

    def must_hold_sheets(self) -> None:
        """TableError when there is no sheet at all, not even an empty one."""
        if not any(name.startswith("xl/worksheets/sheet") for name in self._parts):
            raise TableError("unreadable")

    def parse(self, name: str, start: _Start, end: _Word, text: _Word) -> None:
        """Read one part, if it is there; TableError when it is too large, no XML, or brings a document type."""
        part = self._parts.get(name)
        if part is None:
            return
        if part.file_size > PART_MOST:
            raise TableError("too_large")
        if part.compress_type not in (_STORED, _DEFLATED):
            raise TableError("unreadable")
        parser = expat.ParserCreate(namespace_separator=" ")
        parser.buffer_text = True
        parser.StartElementHandler = lambda name, attributes: start(_local(name), attributes)
        parser.EndElementHandler = lambda name: end(_local(name))
        parser.CharacterDataHandler = text
        parser.StartDoctypeDeclHandler = _refuse
        try:
            with self._archive.open(part) as stream:
                left = PART_MOST
                while octets := stream.read(_CHUNK):
                    left -= len(octets)
                    self._read += len(octets)
                    if left < 0 or self._read > WHOLE_MOST:
                        raise TableError("too_large")
                    parser.Parse(octets)
                    self._watch(min(self._read / self._whole, 1.0))
            parser.Parse(b"", True)  # noqa: FBT003 - expat takes it by place only
        except (expat.ExpatError, UnicodeError, LookupError) as error:
            raise TableError("unreadable") from error


@lru_cache(maxsize=256)
def _local(name: str) -> str:
    space, _, local = name.rpartition(" ")
    return local if space in (_MAIN, _STRICT) else ""


def _refuse(*_declaration: object) -> None:
    raise TableError("unreadable")


class _Book:
    """Which of two calendars the workbook counts its days by."""

    def __init__(self, package: _Package) -> None:
        self.from_1904 = False
        package.parse("xl/workbook.xml", self._start, lambda _name: None, lambda _text: None)

    def _start(self, name: str, attributes: dict[str, str]) -> None:
        if name == "workbookPr":
            self.from_1904 = attributes.get("date1904") in ("1", "true")


class _Strings:
    """The texts that cells share."""

    def __init__(self, package: _Package) -> None:
        self.found: list[str] = []
        self._parts: list[str] = []
        self._reads = self._phonetic = False
        package.parse("xl/sharedStrings.xml", self._start, self._end, self._text)

    def _start(self, name: str, _attributes: dict[str, str]) -> None:
        if name == "si":
            self._parts = []
        self._phonetic = self._phonetic or name == "rPh"
        self._reads = name == "t" and not self._phonetic

    def _end(self, name: str) -> None:
        self._reads = False
        if name == "rPh":
            self._phonetic = False
        if name == "si" and len(self.found) < STRINGS_MOST:
            self.found.append("".join(self._parts)[:CELL_MOST])

    def _text(self, text: str) -> None:
        if self._reads:
            self._parts.append(text)


def _styles(package: _Package) -> frozenset[int]:
    """The numbers of the cell styles that show a day."""
    formats: list[str] = []
    own: set[str] = set()
    within: list[str] = []

    def start(name: str, attributes: dict[str, str]) -> None:
        within.append(name)
        code = attributes.get("formatCode", "").partition(";")[0].lower()
        if name == "numFmt" and ("y" in code or "d" in code) and "general" not in code and "[red]" not in code:
            own.add(attributes.get("numFmtId", ""))
        if name == "xf" and "cellXfs" in within:
            formats.append(attributes.get("numFmtId", ""))

    def end(_name: str) -> None:
        within.pop()

    package.parse("xl/styles.xml", start, end, lambda _text: None)
    usual = {str(number) for number in _DAY_FORMATS}
    return frozenset(number for number, format_id in enumerate(formats) if format_id in usual or format_id in own)


class _Sheet:
    """The cells of one sheet, row by row."""

    def __init__(
        self, strings: list[str], days: frozenset[int], *, from_1904: bool, rows_most: int, columns_most: int
    ) -> None:
        self.rows: list[tuple[str, ...]] = []
        self._strings, self._days, self._from_1904 = strings, days, from_1904
        self._rows_most, self._columns_most = rows_most, columns_most
        self._row: dict[int, str] = {}
        self._column, self._kind, self._style = -1, "", 0
        self._parts: list[str] = []
        self._reads = False

    def start(self, name: str, attributes: dict[str, str]) -> None:
        if name == "row":
            self._row, self._column = {}, -1
        elif name == "c":
            named = _column(attributes.get("r", ""))
            self._column = self._column + 1 if named is None else named
            self._kind, self._parts = attributes.get("t", "n"), []
            self._style = int(style) if (style := attributes.get("s", "")).isdecimal() and len(style) < 8 else -1
        self._reads = name in ("v", "t")

    def end(self, name: str) -> None:
        self._reads = False
        if name == "c" and 0 <= self._column < self._columns_most:
            text = self._value("".join(self._parts)).strip()[:CELL_MOST]
            if text:
                self._row[self._column] = text
        elif name == "row" and self._row and len(self.rows) < self._rows_most:
            self.rows.append(tuple(self._row.get(place, "") for place in range(max(self._row) + 1)))

    def text(self, text: str) -> None:
        if self._reads:
            self._parts.append(text)

    def _value(self, raw: str) -> str:
        if self._kind == "s":
            number = int(raw) if raw.isdecimal() and len(raw) < 8 else -1
            return self._strings[number] if 0 <= number < len(self._strings) else ""
        if self._kind == "b":
            return {"1": "TRUE", "0": "FALSE"}.get(raw, "")
        if self._kind == "n" and self._style in self._days:
            return _day(raw, from_1904=self._from_1904)
        if self._kind == "d":
            return raw.partition("T")[0]
        return raw


def _column(reference: str) -> int | None:
    """The place of a column, 0 for A; None where the reference does not say it."""
    number = 0
    for sign in reference[:4]:
        if not "A" <= sign <= "Z":
            break
        number = number * 26 + ord(sign) - 64
    return number - 1 if number else None


def _day(raw: str, *, from_1904: bool) -> str:
    """The day that a serial number counts (section 18.17.4); the number itself where it is not one."""
    whole = raw.partition(".")[0]
    if not whole.isdecimal() or len(whole) > 7 or not 0 < int(whole) < 2_958_466:
        return raw
    first = date(1904, 1, 1) if from_1904 else date(1899, 12, 30)
    try:
        return (first + timedelta(days=int(whole))).isoformat()
    except OverflowError:
        return raw
