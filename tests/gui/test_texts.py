"""Every text that the window can ask for is there in both languages, with the same placeholders, and fits its place."""

import re
from pathlib import Path

import pytest

import fumimori.gui
from fumimori import resources
from fumimori.model import PortRow
from fumimori.texts import Texts, languages
from fumimori.wizard.steps import STEPS

LANGUAGES = tuple(languages(resources.root()))
TEXTS = {language: Texts(resources.root(), language) for language in LANGUAGES}
SOURCES = "\n".join(path.read_text(encoding="utf-8") for path in Path(fumimori.gui.__file__).parent.rglob("*.py"))


def ui_keys(language: str) -> set[str]:
    every = TEXTS[language].keys()
    return {key for key in every if key.startswith("ui.")}


def test_nothing_is_blank_or_spaced_twice():
    for language in LANGUAGES:
        for key in ui_keys(language):
            for line in TEXTS[language].lines(key):
                assert line.strip() == line, key
                assert line, key
                assert "  " not in line, key


def test_every_literal_key_of_the_window_exists():
    wanted = set(re.findall(r'"(ui\.[a-z_.0-9]+)"', SOURCES)) - {"ui.help.page"}
    missing = wanted - ui_keys("ja")
    assert not missing


def test_every_page_has_a_title_or_makes_one_and_a_help_text():
    for page in (step.id for step in STEPS if step.id != "question"):
        assert TEXTS["ja"].has(f"ui.{page}.title"), page
        assert TEXTS["ja"].has(f"ui.help.page.{page}"), page


def test_japanese_hints_stay_short():
    long = [key for key in ui_keys("ja") if key.endswith("_hint") and len(TEXTS["ja"](key)) > 40]
    assert not long


def test_every_word_of_the_tables_exists():
    from fumimori.checks.dane.tlsa import State
    from fumimori.checks.tables.mail_servers import CertificateState, PolicyState

    words = {
        *(f"certificate_{state}" for state in CertificateState),
        *(f"policy_{state}" for state in PolicyState),
        *(f"tlsa_{state}" for state in State),
        *(f"{group}_{word}" for group in ("reports", "delivers") for word in ("yes", "no", "unseen")),
        *(f"kind_{kind}" for kind in ("implicit", "starttls", "plain")),
        *(f"level_{level}" for level in ("good", "sufficient", "phase_out", "insufficient")),
        *(f"profile_{profile}" for profile in ("ncsc_nl", "mozilla", "rfc9325")),
        *("closed", "unseen", "login_before", "hole", "as_far", "post_quantum", "days_left", "trusted_yes"),
        *("trusted_no", "name_no", "expired", "expired_today"),
    }
    assert {word for word in words if not TEXTS["ja"].has(f"report.t6.{word}")} == set()


@pytest.mark.parametrize(
    ("days", "ja", "en"),
    [
        (12, "残り12日", "12 days left"),
        (0, "残り0日", "0 days left"),
        (-1, "期限切れ（1日以内）", "expired within the last day"),
        (-2154, "2153日前に期限切れ", "expired 2153 days ago"),
    ],
)
def test_a_certificate_that_has_ended_has_no_days_left(days, ja, en):
    from fumimori.wording.tables import ports

    class Found:
        ports = (PortRow(host="mx", port=25, open=True, certificate_trusted=False, days_left=days),)

    assert ja in ports(TEXTS["ja"], Found())[0][-1]
    assert en in ports(TEXTS["en"], Found())[0][-1]
