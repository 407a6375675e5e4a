"""A third language is a folder of data: the program takes it up everywhere, and what it lacks is named."""

import re
import shutil
from datetime import date
from io import BytesIO
from pathlib import Path

import pikepdf
import pytest

from fumimori import resources
from fumimori.cli.parser import parser
from fumimori.gui.widgets.frame import following_language
from fumimori.texts import Texts, language_of, languages
from loopback import written_texts
from report import example

DAY = date(2026, 11, 24)
PARTS = ("texts", "checks", "controls", "registers")
LANGUAGE = """
name = "Deutsch"
tag = "de-DE"
order = 3
locales = ["de"]
day = "{weekday}, {day}. {month} {year}"
day_of_year = "{weekday}, {day}. {month}"
weekdays = ["Montag", "Dienstag", "Mittwoch", "Donnerstag", "Freitag", "Samstag", "Sonntag"]
months = ["Januar", "Februar", "März", "April", "Mai", "Juni", "Juli", "August", "September", "Oktober", "November",
  "Dezember"]
list_separator = ", "
short_separator = "\\n"
brackets = " ({text})"
bullet = "•  {text}"
sentence_end = ". "
no_value = "–"
address = "{name}"
address_with_person = "{name}"
person = "z. Hd. {person}"
person_with_title = "z. Hd. {person}, {title}"
body_size_step = -0.5
"""


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """The resources with a third language, a copy of English under its own `language.toml`."""
    for part in PARTS:
        shutil.copytree(resources.path(part), tmp_path / part)
    for english in tmp_path.glob("*/*/en.toml"):
        shutil.copy(english, english.with_name("de.toml"))
    shutil.rmtree(tmp_path / "texts" / "de", ignore_errors=True)  # somebody may be writing one
    shutil.copytree(tmp_path / "texts" / "en", tmp_path / "texts" / "de")
    (tmp_path / "texts" / "de" / "language.toml").write_text(LANGUAGE, encoding="utf-8")
    return tmp_path


def test_the_program_takes_it_up(folder):
    known, texts = languages(folder), Texts(folder, "de")
    assert (list(known), language_of("de_AT.UTF-8", known)) == (["ja", "en", "de"], "de")
    assert (texts.day(DAY), texts.listed(["a", "b"])) == ("Dienstag, 24. November 2026", "a, b")
    assert [following_language(Texts(folder, code)).name for code in known] == ["English", "Deutsch", "日本語"]
    assert parser(texts).parse_args(["report", "a", "--lang", "de", "--out", "b"]).lang == "de"


def test_its_report_says_its_own_language(folder):
    printed = example.pdf(texts_of=Texts(folder, "de"))
    with pikepdf.open(BytesIO(printed)) as document:
        assert str(document.Root.Lang) == "de-DE"


def test_what_is_to_be_written_is_listed_by_file(folder, monkeypatch):
    (folder / "checks" / "mx" / "de.toml").unlink()
    report = folder / "texts" / "de" / "report.toml"
    report.write_text(report.read_text(encoding="utf-8").replace("title_about = ", "title_of = "), encoding="utf-8")
    monkeypatch.setitem(written_texts.ALL, "de", Texts(folder, "de"))
    about_mx, about_report = written_texts.lacking("de")
    assert re.fullmatch(r"resources/checks/mx/de\.toml: all \d+ keys", about_mx)
    assert about_report == "resources/texts/de/report.toml: title_about"


@pytest.mark.parametrize("lost", ["ui.toml", "report.toml", "cli.toml", "words.toml", "repairs.toml"])
def test_a_file_that_is_missing_is_told_with_all_its_keys(folder, lost):
    (folder / "texts" / "de" / lost).unlink()
    missing = Texts(folder, "ja").keys() - Texts(folder, "de").keys()
    stem = lost.removesuffix(".toml")
    assert missing == {key for key in Texts(folder, "ja").keys() if key.startswith(f"{stem}.")}  # noqa: SIM118
