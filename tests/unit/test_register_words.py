"""A cell means the same whatever language and width it was written in, and a table that was exported comes back."""

import io

import openpyxl
import pytest

from fumimori import resources
from fumimori.__main__ import registers
from fumimori.exports.spreadsheet import workbook_of
from fumimori.grammar.csv_text import csv_octets
from fumimori.grammar.spreadsheet import read_tables, separated
from fumimori.grammar.xlsx import TableError
from fumimori.model import RegisterRow
from fumimori.texts import Texts
from fumimori.wording.registers import RegisterWords, register_table, state
from unit.assess.small import NOW

JA, EN = (Texts(resources.root(), language) for language in ("ja", "en"))
BY_ID = {register.id: register for register in registers()}


def words(register="accounts", texts=(JA, EN)):
    return RegisterWords(BY_ID[register], texts)


@pytest.mark.parametrize(
    ("column", "typed", "kept"),
    [
        ("closed", "2026/1/5", "2026-01-05"),
        ("closed", "２０２６年１月５日", "2026-01-05"),
        ("closed", "来月末", "来月末"),
        ("mfa", "○", "yes"),
        ("mfa", " YES ", "yes"),
        ("mfa", "なし", "no"),
        ("mfa", "一部", "一部"),
        ("kind", "管理者", "admin"),
        ("kind", "administrator", "admin"),
        ("kind", "admin", "admin"),
        ("kind", "神", "神"),
        ("note", "'=1+1", "=1+1"),
        ("note", "'tis", "'tis"),
        ("note", "a\x00b\u202ec\nd", "a\ufffdbc d"),
        ("note", "x" * 900, "x" * 499 + "…"),
    ],
)
def test_what_a_typed_cell_means(column, typed, kept):
    assert words().stored(BY_ID["accounts"].column(column), typed) == kept


@pytest.mark.parametrize("register", sorted(BY_ID))
@pytest.mark.parametrize("texts", [(JA, EN), (EN, JA)], ids=["ja", "en"])
def test_heads_of_both_languages_are_recognised(register, texts):
    keys = tuple(column.key for column in BY_ID[register].columns)
    assert words(register, texts).columns_of(words(register, (JA,)).heads()) == keys
    assert words(register, texts).columns_of([f" {head.upper()}＊" for head in words(register, (EN,)).heads()]) == keys


CELLS = (
    {"account": "a@example.jp", "holder": "=HYPERLINK(1)", "kind": "admin", "mfa": "no", "closed": "2026-01-05"},
    {"account": "b@example.jp", "holder": '山田, "太郎"', "closed": "来月"},
)
ROWS = tuple(RegisterRow(id=str(number), register="accounts", cells=cells) for number, cells in enumerate(CELLS))


@pytest.mark.parametrize("encoding", ["utf-8-sig", "utf-8", "cp932", "euc_jp", "iso2022_jp", "utf-16"])
@pytest.mark.parametrize("texts", [(JA, EN), (EN, JA)], ids=["ja", "en"])
def test_an_exported_csv_file_comes_back_as_it_was(encoding, texts):
    table = register_table(words(texts=texts), ROWS, "x")
    octets = csv_octets(table.head, table.texts())
    assert b"\n=" not in octets
    assert b",=" not in octets
    (rows,) = read_tables(octets.decode("utf-8-sig").encode(encoding))
    read = words().read(rows)
    assert [dict(cells) for cells in read.rows] == [dict(row.cells) for row in ROWS]


def test_an_exported_workbook_comes_back_as_it_was():
    table = register_table(words(), ROWS, "アカウント")
    octets = workbook_of((table,), "t", NOW, "1")
    sheet = openpyxl.load_workbook(io.BytesIO(octets)).worksheets[0]
    assert sheet["B2"].data_type == "s"
    (rows,) = read_tables(octets)
    assert [dict(cells) for cells in words().read(rows).rows] == [dict(row.cells) for row in ROWS]


def test_a_head_below_a_title_is_found_and_foreign_columns_are_named():
    rows = separated("アカウント一覧\n\n使う人;アカウント;内線\nA;a@example.jp;12\n;;\n")
    read = words().read(rows)
    assert (read.named, read.left_out) == (2, ("内線",))
    assert [dict(cells) for cells in read.rows] == [{"holder": "A", "account": "a@example.jp"}]


@pytest.mark.parametrize("text", ["", "\n\n", "foo,bar\n1,2\n"])
def test_a_table_of_something_else_names_nothing(text):
    assert words().read(separated(text)).named == 0


@pytest.mark.parametrize(
    ("octets", "code"),
    [
        (b"x" * (10 * 1024 * 1024 + 1), "too_large"),
        (b"a,b\n" * 5_001, "too_many"),
        (b"\x81\x00\xff\xfe\x00", "encoding"),
        (b"PK\x03\x04nonsense", "unreadable"),
        (b'"' + b"x" * 200_000, "unreadable"),
    ],
)
def test_what_is_no_table_says_why(octets, code):
    with pytest.raises(TableError) as told:
        read_tables(octets)
    assert told.value.code == code


def test_a_workbook_that_declares_entities_or_unpacks_without_end_is_refused():
    import zipfile

    bomb, entities = io.BytesIO(), io.BytesIO()
    with zipfile.ZipFile(bomb, "w", zipfile.ZIP_DEFLATED) as package:
        package.writestr("xl/worksheets/sheet1.xml", b" " * (100 * 1024 * 1024 + 1))
    with zipfile.ZipFile(entities, "w") as package:
        package.writestr("xl/workbook.xml", b'<?xml version="1.0"?><!DOCTYPE x [<!ENTITY a "b">]><x/>')
    for package, code in ((bomb, "too_large"), (entities, "unreadable")):
        with pytest.raises(TableError) as told:
            read_tables(package.getvalue())
        assert told.value.code == code


@pytest.mark.parametrize(
    ("cells", "expected"),
    [
        ({"until": "2026-11-23"}, "overdue"),
        ({"until": "2026-11-23", "closed": "2026-11-01"}, ""),
        ({"until": "2026-11-24"}, ""),
        ({"until": "いつか"}, "unread"),
        ({}, ""),
    ],
)
def test_what_is_the_matter_with_a_day(cells, expected):
    row = RegisterRow(id="1", register="access", cells=cells)
    assert state(BY_ID["access"].column("until"), row, NOW.date()) == expected
    assert state(BY_ID["access"].column("who"), row, NOW.date()) == "missing"


def test_a_workbook_whose_packing_is_broken_is_refused():
    table = register_table(words(), ROWS, "x")
    octets = bytearray(workbook_of((table,), "t", NOW, "1"))
    for at in range(60, len(octets) - 400, 97):
        octets[at] ^= 0xFF
    with pytest.raises(TableError) as told:
        read_tables(bytes(octets))
    assert told.value.code == "unreadable"
