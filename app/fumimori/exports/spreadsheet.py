"""The plan and the findings as a workbook (Office Open XML) and as CSV files."""

from collections.abc import Iterable
from datetime import date, datetime
from io import BytesIO
from typing import TYPE_CHECKING

from fumimori.exports.archive import office_file
from fumimori.exports.material import Material
from fumimori.grammar.csv_text import csv_octets
from fumimori.texts import sanitize
from fumimori.wording.rows import Cell, Table, action_table, finding_table

if TYPE_CHECKING:
    from openpyxl.worksheet.worksheet import Worksheet

CELL_MOST = 32_000
"""A cell holds 32,767 characters (Excel specifications and limits)."""
WIDEST = 36
"""Columns of the widest cell; a page of A3 holds the findings in letters that can be read."""
NARROWEST = 8
ROW_HEIGHT_MOST = 400
LINE = 15
"""Points of one line of a cell."""


def tables(material: Material) -> tuple[Table, ...]:
    """The tables of a workbook, in the order of its sheets."""
    wording = material.wording
    return (
        action_table(material.result, wording),
        finding_table(material.result, wording, material.repair),
        *material.register_tables().values(),
    )


def csv_files(material: Material) -> dict[str, bytes]:
    """`actions.csv` and `findings.csv`, as they also are inside the report, and a file for each register with rows."""
    names = ("actions.csv", "findings.csv", *(f"register-{register}.csv" for register in material.register_tables()))
    return {name: csv_octets(table.head, table.texts()) for name, table in zip(names, tables(material), strict=True)}


def workbook(material: Material) -> bytes:
    """The workbook of all tables."""
    title = material.texts("exports.workbook", name=material.organisation)
    return workbook_of(tables(material), title, material.issued, material.tool_version)


def workbook_of(sheets: Iterable[Table], title: str, issued: datetime, tool_version: str) -> bytes:
    """One sheet a table: heads that stay in view, filters, days as days, and no cell that is a formula."""
    from openpyxl import Workbook

    book = Workbook()
    del book[book.sheetnames[0]]
    book.properties.title = title
    book.properties.creator = f"Fumimori {tool_version}"
    book.properties.created = book.properties.modified = issued.replace(tzinfo=None)
    for table in sheets:
        _fill(book.create_sheet(table.name[:31]), table)
    octets = BytesIO()
    book.save(octets)
    return office_file(octets.getvalue(), issued)


def _fill(sheet: "Worksheet", table: Table) -> None:
    from openpyxl.styles import Alignment, Border, Font, PatternFill, Side
    from openpyxl.utils import get_column_letter
    from openpyxl.worksheet.properties import PageSetupProperties

    line = Side(style="thin", color="C8CCD2")
    head_fill = PatternFill("solid", fgColor="1F3A5F")
    for column, title in enumerate(table.head, start=1):
        top = sheet.cell(row=1, column=column, value=title)
        top.font = Font(bold=True, color="FFFFFF")
        top.fill = head_fill
        top.alignment = Alignment(vertical="center", wrap_text=True)
    widths = _widths(table)
    for number, row in enumerate(table.rows, start=2):
        lines = 1
        for column, value in enumerate(row, start=1):
            cell = sheet.cell(row=number, column=column)
            if isinstance(value, date):
                cell.value, cell.number_format = value, "yyyy-mm-dd"
            elif isinstance(value, int):
                cell.value = value
            else:
                cell.value = _clean(value)
                cell.data_type = "s"
            cell.alignment = Alignment(horizontal="left", vertical="top", wrap_text=True)
            cell.border = Border(bottom=line)
            room = widths[column - 1] - 2
            lines = max(lines, sum(1 + _width(part) // room for part in f"{value}".splitlines()))
        sheet.row_dimensions[number].height = min(ROW_HEIGHT_MOST, LINE * lines)
    for column, width in enumerate(widths, start=1):
        sheet.column_dimensions[get_column_letter(column)].width = width
    sheet.freeze_panes = "B2"
    if table.rows:
        sheet.auto_filter.ref = f"A1:{get_column_letter(len(table.head))}{len(table.rows) + 1}"
    sheet.page_setup.paperSize = sheet.PAPERSIZE_A3
    sheet.page_setup.orientation, sheet.page_setup.fitToWidth, sheet.page_setup.fitToHeight = "landscape", 1, 0
    sheet.sheet_properties.pageSetUpPr = PageSetupProperties(fitToPage=True)
    sheet.print_title_rows = "1:1"


def _widths(table: Table) -> list[int]:
    """Of each column, for its longest line and the sign of the filter in its head."""
    columns = zip(table.head, *table.rows, strict=True)
    longest = (max(_width(part) for cell in column for part in f"{cell}".split("\n")) for column in columns)
    return [min(WIDEST, max(NARROWEST, width + 3)) for width in longest]


def _clean(value: Cell) -> str:
    """Text that the format can hold: line breaks stay, every other control character goes."""
    return "\n".join(sanitize(part, CELL_MOST) for part in f"{value}".split("\n"))[:CELL_MOST]


def _width(text: str) -> int:
    """Columns of a text in which a kanji is as wide as two letters."""
    return sum(2 if ord(character) > 0x2E7F else 1 for character in text)
