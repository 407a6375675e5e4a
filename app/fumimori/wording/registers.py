"""The registers in words: what a cell shows, what a typed or foreign cell means, heads in any language, tables."""

import re
import unicodedata
from collections.abc import Iterable, Mapping, Sequence
from datetime import date

from fumimori.grammar.csv_text import inert
from fumimori.model import Column, ColumnKind, Record, Register, RegisterRow
from fumimori.model.days import iso_day, typed_day
from fumimori.model.registers import CELL_MOST, NO, YES
from fumimori.texts import Texts, sanitize
from fumimori.wording.rows import Cell, Table

_ASIDE = re.compile(r"[\s()\[\]*※:・_.-]")


def folded(words: str) -> str:
    """`words` in one width and case, without spaces and signs, for comparing heads and options."""
    return _ASIDE.sub("", unicodedata.normalize("NFKC", words[:CELL_MOST]).casefold())


class RegisterWords:
    """One register in the words of all languages; `texts` first has the language that is shown."""

    def __init__(self, register: Register, texts: Sequence[Texts]) -> None:
        self.register = register
        self._texts = tuple(texts)
        self._heads: Mapping[str, str] = {
            folded(written): column.key
            for column in register.columns
            for written in (column.key, *(t(self._key(column)) for t in self._texts))
        }

    def _key(self, column: Column) -> str:
        return f"registers.{self.register.id}.column.{column.key}"

    def head(self, column: Column) -> str:
        """The column's head."""
        return self._texts[0](self._key(column))

    def heads(self) -> tuple[str, ...]:
        """The heads of all columns in order."""
        return tuple(self.head(column) for column in self.register.columns)

    def options(self, column: Column) -> tuple[tuple[str, str], ...]:
        """The values to choose from, with their words; none for what is typed."""
        t = self._texts[0]
        if column.kind is ColumnKind.YES_NO:
            return tuple((value, t(f"words.cell.{value}")) for value in (YES, NO))
        return tuple(
            (option, t(f"registers.{self.register.id}.option.{column.key}.{option}")) for option in column.options
        )

    def shown(self, column: Column, stored: str) -> str:
        """What a cell shows."""
        return dict(self.options(column)).get(stored, stored)

    def stored(self, column: Column, typed: str) -> str:
        """What is kept of something typed, pasted or imported: what it means, or else what it says."""
        words = sanitize(typed, CELL_MOST).strip()
        if words.startswith("'") and inert(words[1:]) == words:
            words = words[1:]  # as the export writes what looks like a formula
        if column.kind is ColumnKind.DAY:
            found = typed_day(words)
            return found.isoformat() if found is not None else words
        if column.kind is ColumnKind.NUMBER:
            return unicodedata.normalize("NFKC", words).removesuffix("%").strip()
        for value in (YES, NO) if column.kind is ColumnKind.YES_NO else column.options:
            if folded(words) in {folded(word) for word in self._said(column, value)}:
                return value
        return words

    def _said(self, column: Column, value: str) -> list[str]:
        """All words that mean one value, in every language."""
        if column.kind is ColumnKind.YES_NO:
            return [value, *(word for t in self._texts for word in t.lines(f"words.cell.{value}_also"))] + [
                t(f"words.cell.{value}") for t in self._texts
            ]
        key = f"registers.{self.register.id}.option.{column.key}.{value}"
        return [value, *(t(key) for t in self._texts)]

    # --- tables of others ---

    def columns_of(self, head: Sequence[str]) -> tuple[str | None, ...]:
        """Which column each head names, in any language; None for an unknown or repeated one."""
        found: list[str | None] = []
        for words in head:
            key = self._heads.get(folded(words))
            found.append(None if key in found else key)
        return tuple(found)

    def read(self, table: Sequence[Sequence[str]]) -> "ReadTable":
        """The rows of a table whose first row (of the first five) that names most of our columns is its head."""
        heads = [(self.columns_of(row), number) for number, row in enumerate(table[:5])]
        columns, at = max(heads, key=lambda found: (_named(found[0]), -found[1]), default=((), 0))
        if not _named(columns):
            return ReadTable(rows=(), named=0)
        rows = (self.cells(zip(columns, row, strict=False)) for row in table[at + 1 :])
        foreign = (words for words, key in zip(table[at], columns, strict=True) if key is None and words.strip())
        return ReadTable(
            rows=tuple(cells for cells in rows if cells),
            named=_named(columns),
            left_out=tuple(sanitize(words, 60) for words in foreign),
        )

    def cells(self, typed: Iterable[tuple[str | None, str]]) -> dict[str, str]:
        """Cells as they are kept, of a column's key (None: dropped) and what was typed; empty ones are left out."""
        kept = {}
        for key, words in typed:
            if key is not None and (meant := self.stored(self.register.column(key), words)):
                kept[key] = meant
        return kept


class ReadTable(Record):
    """What was read out of a table."""

    rows: tuple[Mapping[str, str], ...]
    named: int
    """How many heads were recognised; 0 when the table is not of this register."""
    left_out: tuple[str, ...] = ()
    """Heads that name nothing here."""


def _named(columns: Sequence[str | None]) -> int:
    return sum(key is not None for key in columns)


def state(column: Column, row: RegisterRow, today: date) -> str:
    """`overdue` for a day that has come, `unread` for what is no day, `missing` for a required cell; empty if well."""
    written = row.text(column.key)
    if not written:
        return "missing" if column.required else ""
    if column.kind is not ColumnKind.DAY:
        return ""
    day = row.day(column.key)
    if day is None:
        return "unread"
    over = column.expires and day < today and not (column.until and row.text(column.until))
    return "overdue" if over else ""


def register_table(words: RegisterWords, rows: Sequence[RegisterRow], name: str) -> Table:
    """One register as a table for spreadsheets, with days as days."""
    columns = words.register.columns

    def cell(row: RegisterRow, column: Column) -> Cell:
        written = row.text(column.key)
        day = iso_day(written) if column.kind is ColumnKind.DAY else None
        return day if day is not None else words.shown(column, written)

    return Table(
        name=name, head=words.heads(), rows=tuple(tuple(cell(row, column) for column in columns) for row in rows)
    )
