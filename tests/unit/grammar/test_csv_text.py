"""What a spreadsheet program is handed is text, whatever stands before a formula."""

import sys
import unicodedata

import pytest

from fumimori.grammar.csv_text import inert

HIDING = ("", " ", "\u3000", "\u200b", "\ufeff", " \u202e ", "\u00ad", "\x1f", "\u2028")


@pytest.mark.parametrize("hidden", HIDING)
@pytest.mark.parametrize(
    "sign", ["=", "+", "-", "@", "＝", "＋", "－", "＠", "﹦", "⁼", "₊", "⁻", "\N{MINUS SIGN}", "﹫"]
)
def test_a_formula_is_text_whatever_hides_it(hidden, sign):
    assert inert(f"{hidden}{sign}1+1") == f"'{hidden}{sign}1+1"


@pytest.mark.parametrize("value", ["", " ", "1-1", "a=b", "（=1）", "mail.example.jp", "\u200b", "①", "ｱ-1", "〆切-1"])
def test_what_begins_no_formula_stays_as_it_is(value):
    assert inert(value) == value


@pytest.mark.parametrize("value", ["\t=1", "\rx", "\nx"])
def test_a_cell_never_begins_with_a_sign_that_ends_one(value):
    assert inert(value) == f"'{value}"


def test_no_character_alone_becomes_the_beginning_of_a_formula():
    """Whatever a spreadsheet program composes, the first character that shows is what it begins with."""
    signs = ("=", "+", "-", "\N{MINUS SIGN}", "@")
    known = [chr(code) for code in range(sys.maxunicode + 1) if not 0xD800 <= code < 0xE000]
    becoming = [char for char in known if unicodedata.normalize("NFKC", char).lstrip().startswith(signs)]
    assert [char for char in becoming if not inert(f"{char}1").startswith("'")] == []
