"""Writing CSV (RFC 4180) that a spreadsheet program opens as text and as nothing else."""

import csv
import unicodedata
from collections.abc import Iterable, Sequence
from io import StringIO

_FORMULA = ("=", "+", "-", "\N{MINUS SIGN}", "@")
_INVISIBLE = {"Cc", "Cf"}


def csv_octets(head: Sequence[str], rows: Iterable[Sequence[str]]) -> bytes:
    """UTF-8 with the mark that makes spreadsheet programs read it as such; no cell begins like a formula."""
    text = StringIO(newline="")
    writer = csv.writer(text)
    writer.writerow(head)
    writer.writerows([inert(value) for value in row] for row in rows)
    return text.getvalue().encode("utf-8-sig", "replace")


def inert(value: str) -> str:
    """`value` as text: an apostrophe before what a spreadsheet program may take for a formula, in either width."""
    first = next((c for c in value if unicodedata.category(c) not in _INVISIBLE and not c.isspace()), "")
    shown = unicodedata.normalize("NFKC", first)
    return f"'{value}" if value.startswith(("\t", "\r", "\n")) or shown.startswith(_FORMULA) else value
