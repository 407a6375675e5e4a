"""The registers: tables that people keep of staff, accounts, access, devices, senders, training and certificates.

What is in a cell is kept as it was typed, so that nothing typed is lost; a day or a *yes* is read out of it, and
what cannot be read as one counts as not known.
"""

from collections.abc import Mapping
from datetime import date
from enum import StrEnum

from fumimori.model.base import Record, only
from fumimori.model.days import typed_day

CODE_PREFIX = "register_"
"""The outcomes of the register `staff` are called `register_staff.<word>`."""
YES, NO = "yes", "no"
ROWS_MOST = 2_000
"""Rows that one register may hold."""
CELL_MOST = 500
"""Characters that one cell may hold."""


class ColumnKind(StrEnum):
    """What a cell means."""

    TEXT = "text"
    DAY = "day"
    """Kept as YYYY-MM-DD where it can be read as a day."""
    YES_NO = "yes_no"
    """Kept as `yes` or `no`."""
    CHOICE = "choice"
    """Kept as an option's id."""
    NUMBER = "number"


class Column(Record):
    """One column of a register; its head is `registers.<register>.column.<key>`."""

    key: str
    kind: ColumnKind = ColumnKind.TEXT
    required: bool = False
    options: tuple[str, ...] = ()
    """The ids of a CHOICE; their words are `registers.<register>.option.<column>.<id>`."""
    expires: bool = False
    """A DAY on which something ends: the table marks it once it has come, unless `until` is filled."""
    until: str = ""
    """A column of the same row that ends the matter, such as the day on which an access was taken back."""


class Register(Record):
    """What one register is made of."""

    id: str
    columns: tuple[Column, ...]

    def column(self, key: str) -> Column:
        """The column called `key`; KeyError when there is none."""
        return only(column for column in self.columns if column.key == key)


class RegisterRow(Record):
    """One row of a register."""

    id: str
    """Unique among all rows of an assessment."""
    register: str
    cells: Mapping[str, str] = {}
    """What was typed, by the column's key; empty cells are left out."""

    @property
    def name(self) -> str:
        """What people know the row by: its first words that are more than a *yes* or *no*, or nothing."""
        return next((words for words in map(str.strip, self.cells.values()) if words not in ("", YES, NO)), "")

    def text(self, key: str) -> str:
        """The cell's text, without spaces around it."""
        return self.cells.get(key, "").strip()

    def day(self, key: str) -> date | None:
        """The day in the cell; None when it is empty, or no day."""
        return typed_day(self.text(key))

    def yes(self, key: str) -> bool | None:
        """True for *yes*, False for *no*, None while it is not known."""
        return {YES: True, NO: False}.get(self.text(key))
