"""Texts come by key and language, harmless whatever is filled in, and each file is read only when it is needed."""

import shutil
from datetime import UTC, datetime
from pathlib import Path

import pytest

from fumimori import resources
from fumimori.texts import VALUE_MOST, MissingTextError, Texts, language_of, languages, sanitize


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    english = tmp_path / "texts" / "en"
    controls = tmp_path / "controls" / "ssh"
    controls.mkdir(parents=True)
    english.mkdir(parents=True)
    for code in ("ja", "en"):
        (tmp_path / "texts" / code).mkdir(exist_ok=True)
        shutil.copy(resources.path(f"texts/{code}/language.toml"), tmp_path / "texts" / code)
    (english / "ui.toml").write_text('title = "Hello {name}"\nsteps = ["One {name}", "Two"]\n', encoding="utf-8")
    (controls / "en.toml").write_text('[used]\nquestion = "Is it used?"\n', encoding="utf-8")
    return tmp_path


def test_a_key_is_the_files_path_and_the_place_in_it(folder: Path) -> None:
    texts = Texts(folder, "en")
    assert texts("controls.ssh.used.question") == "Is it used?"
    assert texts("ui.title", name="you") == "Hello you"
    assert texts.lines("ui.steps", name="x") == ("One x", "Two")
    assert texts.lines("ui.title", name="x") == ("Hello x",)
    assert texts.keys() == {"ui.title", "ui.steps", "controls.ssh.used.question"}


@pytest.mark.parametrize("key", ["ui.nothing", "ui.steps", "nobody.knows", "ui", ""])
def test_what_is_not_there_is_said(folder: Path, key: str) -> None:
    with pytest.raises(MissingTextError, match=f"en: {key}"):
        Texts(folder, "en")(key)


def test_a_file_that_nobody_asks_is_not_read(folder: Path) -> None:
    (folder / "texts" / "en" / "broken.toml").write_text("= no toml", encoding="utf-8")
    assert Texts(folder, "en")("ui.title", name="you") == "Hello you"


def test_a_language_that_we_do_not_speak_is_refused(folder: Path) -> None:
    with pytest.raises(ValueError, match="tlh"):
        Texts(folder, "tlh")


def test_what_is_filled_in_stays_one_harmless_line(folder: Path) -> None:
    evil = "<b>\x1b[31m\r\nx\u202ey\x00{title}" + "z" * 9000
    filled = Texts(folder, "en")("ui.title", name=evil)
    assert filled.startswith("Hello <b>\ufffd[31m  xy\ufffd{title}zzz")
    assert len(filled) == len("Hello ") + VALUE_MOST


@pytest.mark.parametrize(
    ("raw", "harmless"),
    [
        ("a\u200bb\u2060c\u200dd\u00ade\u180ef\U000e0041g\u3164", "abcdefg"),
        ("a\u2028b\u2029c\x85d", "a b c d"),
        ("\ud800a\ufffe", "\ufffda\ufffd"),
        ("葛\U000e0100城市", "葛\U000e0100城市"),
        ("a\tb", "a b"),
        ("\x7f\x9b", "\ufffd\ufffd"),
        ("\u2066a\u2069", "a"),
        ("日本語", "日本語"),
        ("", ""),
    ],
)
def test_plain_text_has_no_control_characters_or_direction_marks(raw: str, harmless: str) -> None:
    assert sanitize(raw) == harmless


def test_days_and_moments_are_written_as_people_write_them(folder: Path) -> None:
    day = datetime(2026, 11, 24, 10, 30, tzinfo=UTC)
    assert [Texts(folder, "ja").day(day), Texts(folder, "en").day(day), Texts(folder, "en").moment(day)] == [
        "2026年11月24日（火）",
        "24 November 2026",
        "2026-11-24 10:30 UTC",
    ]
    assert [Texts(folder, name).day(day, known_year=2026) for name in ("ja", "en")] == ["11月24日（火）", "24 November"]
    assert Texts(folder, "en").day(day, known_year=2027) == "24 November 2026"


@pytest.mark.parametrize(
    ("locale", "code"), [("ja_JP.UTF-8", "ja"), ("JA", "ja"), ("en_US", "en"), ("C", "en"), ("de_DE", "en"), ("", "en")]
)
def test_the_systems_locale_names_a_language_or_means_the_fallback(locale: str, code: str) -> None:
    assert language_of(locale, languages(resources.root())) == code


def test_a_language_file_without_a_field_is_refused(folder: Path) -> None:
    (folder / "texts" / "de").mkdir()
    (folder / "texts" / "de" / "language.toml").write_text('name = "Deutsch"\n', encoding="utf-8")
    with pytest.raises(ValueError, match=r"de/language.toml: .*tag"):
        languages(folder)
