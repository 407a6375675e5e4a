"""A table that somebody made, read into every register; a file handed in as evidence."""

import contextlib
import io
import struct
import zlib
from functools import cache

import openpyxl

from fumimori import resources
from fumimori.__main__ import registers, texts
from fumimori.engine.evidence import EvidenceError, shown
from fumimori.engine.evidence import take as take_in
from fumimori.grammar.csv_text import csv_octets
from fumimori.grammar.spreadsheet import read_tables
from fumimori.grammar.xlsx import TableError
from fumimori.texts import languages
from fumimori.wording.registers import RegisterWords


@cache
def _words() -> list[RegisterWords]:
    spoken = [texts(code) for code in languages(resources.root())]
    return [RegisterWords(register, spoken) for register in registers()]


def table(octets: bytes) -> None:
    """Rows of a file, whatever register they are for, and out again; a refusal is told by its code."""
    with contextlib.suppress(TableError):
        for rows in read_tables(octets):
            for words in _words():
                read = words.read(rows[:200])
                csv_octets(words.heads(), [list(cells.values()) for cells in read.rows])


def evidence(octets: bytes) -> None:
    """What is shown of a file before it is kept, and what is kept of it."""
    seen = shown(octets)
    assert seen is None or len(seen.octets) == 3 * seen.width * seen.height
    with contextlib.suppress(EvidenceError):
        taken = take_in(octets)
        assert seen is None or (seen.width, seen.height) == (taken.width, taken.height)


def seeds() -> dict[str, list[bytes]]:
    """Whole right files of both kinds."""
    heads = "氏名,部署,退職日\n山田,営業,2026-10-31\n"
    book = openpyxl.Workbook()
    book.worksheets[0].append(["Name", "Left"])
    book.worksheets[0].append(["A", "2026-10-31"])
    packed = io.BytesIO()
    book.save(packed)
    chunks = (
        (b"IHDR", struct.pack(">IIBBBBB", 1, 1, 8, 2, 0, 0, 0)),
        (b"IDAT", zlib.compress(b"\0" * 4)),
        (b"IEND", b""),
    )
    png = b"\x89PNG\r\n\x1a\n" + b"".join(
        struct.pack(">I", len(body)) + kind + body + struct.pack(">I", zlib.crc32(kind + body)) for kind, body in chunks
    )
    return {
        "register": [heads.encode(), heads.encode("cp932"), heads.encode("utf-16"), packed.getvalue()],
        "evidence": [png, b"%PDF-1.7\n", b"From: a@example.jp\r\n\r\npassword: x", "パスワード：あ".encode("cp932")],
    }
