"""The notes of repairs, the letter to whoever has to act, and the pages of providers."""

import ast
from datetime import datetime
from pathlib import Path
from string import Formatter
from urllib.parse import urlsplit

import pytest

from fumimori import checks as probes
from fumimori import resources
from fumimori.__main__ import bank, rules
from fumimori.__main__ import repair as program_repair
from fumimori.grammar.spf import parse_spf
from fumimori.model import (
    Basis,
    ByHand,
    Control,
    Finding,
    Hosting,
    Severity,
)
from fumimori.texts import Texts, languages
from fumimori.wording.repairs import letter, note_words
from fumimori.wording.words import Words
from unit.checks.repair_cases import DOMAIN, assessment, repair


def test_a_finding_of_a_question_needs_words_not_records():
    assert repair("access.admin_mfa.no", "", assessment()).empty


def test_every_text_of_a_repair_is_used_and_every_note_has_one():
    """The keys and placeholders of `note(…)` calls as they are written in the code, crossed with both languages."""
    used = notes_in_code() | {f"by_hand_{one}": set() for one in ByHand}
    for language in languages(resources.root()):
        texts = Texts(resources.root(), language)
        known = {key.removeprefix("repairs.note.") for key in sorted(texts.keys()) if key.startswith("repairs.note.")}
        assert known == set(used), language
        for key, names in used.items():
            wanted = {field for _, field, _, _ in Formatter().parse(texts(f"repairs.note.{key}")) if field}
            assert wanted <= names, (language, key)


ASKED = {"host", "port"}


def notes_in_code() -> dict[str, set[str]]:
    """Each key with the values that every call gives it."""
    found: dict[str, set[str]] = {}

    def saw(key: object, names: set[str]) -> None:
        if isinstance(key, ast.Constant) and isinstance(key.value, str):
            found[key.value] = found.get(key.value, names) & names

    folder = Path(probes.__file__).parent
    for path in (*folder.glob("*/repair.py"), *folder.glob("remediation/*.py")):
        for call in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if not isinstance(call, ast.Call):
                continue
            name = getattr(call.func, "id", getattr(call.func, "attr", ""))
            given = {keyword.arg for keyword in call.keywords if keyword.arg}
            strings = [call.args[0]] if name == "note" and call.args else call.args[1:]
            if name not in ("note", "letter", "_own", "_or_asked", "_without", "configured"):
                continue
            for one in strings:
                branches = [one.body, one.orelse] if isinstance(one, ast.IfExp) else [one]
                for key in branches:
                    saw(key, given if name in ("note", "_or_asked") else ASKED | given)
    return {key: names for key, names in found.items() if "_" in key or key == "listening"}


@pytest.mark.parametrize("language", sorted(languages(resources.root())))
def test_a_letter_names_exactly_what_fails(language):
    texts = Texts(resources.root(), language)
    finding = Finding(
        code="mail_ports.tls_old",
        subject="sv1.xserver.jp:993",
        control=Control.PROTOCOLS,
        severity=Severity.MEDIUM,
        basis=Basis.MEASURED,
        values=(("host", "sv1.xserver.jp"), ("port", 993), ("versions", "TLS 1.0")),
    )
    of = assessment(hosting=Hosting.RENTAL)
    made = program_repair(finding, of)
    text = letter(Words(texts, bank()), [finding], [made.ask], of)
    assert made.snippets == ()
    assert note_words(texts, made.ask) in text
    assert "sv1.xserver.jp:993" in text
    assert "TLS 1.0" in text


@pytest.mark.parametrize("language", sorted(languages(resources.root())))
def test_a_letter_loses_no_point_and_gives_each_its_own_line(language):
    texts = Texts(resources.root(), language)
    found = [
        Finding(
            code="mail_ports.tls_old",
            subject=f"sv{number}.a-rather-long-name-of-a-server.xserver.jp:993",
            control=Control.PROTOCOLS,
            severity=Severity.MEDIUM,
            basis=Basis.MEASURED,
            values=(("host", f"sv{number}.xserver.jp"), ("port", 993), ("versions", "TLS 1.0")),
        )
        for number in range(12)
    ]
    of = assessment(hosting=Hosting.RENTAL)
    asks = list(dict.fromkeys(program_repair(finding, of).ask for finding in found))
    words = Words(texts, bank())
    lines = letter(words, found, asks, of).splitlines()
    for one in found:
        point = texts("repairs.letter_point", subject=one.subject, title=words.title(one), saw=words.saw(one))
        assert lines.count(point) == 1
    assert [note_words(texts, ask) for ask in asks if note_words(texts, ask) not in lines] == []
    assert not any("{" in line for line in lines)


def test_every_value_of_a_provider_has_its_own_page_and_is_one_term():
    providers = {row["provider"] for row in rules().tables["providers"].dicts()}
    for row in rules().tables["provider_settings"].dicts():
        assert row["provider"] in providers
        assert parse_spf(f"v=spf1 {row['spf']} ~all").faults == ()
        assert len(row["spf"].split()) == 1
        assert row["source"].startswith("https://")
        assert datetime.fromisoformat(row["checked"])


def test_every_page_of_a_provider_is_about_questions_that_its_customers_are_asked():
    hosting = {row["provider"]: row["hosting"] for row in rules().tables["providers"].dicts()}
    questions = {question.id: question for question in bank()}
    told = []
    for row in rules().tables["provider_pages"].dicts():
        assert hosting[row["provider"]], row
        assert urlsplit(row["url"]).scheme == "https"
        assert datetime.fromisoformat(row["checked"])
        for one in row["questions"].split():
            assert hosting[row["provider"]] in questions[one].hosting, (row["provider"], one)
            told.append((row["provider"], one))
    assert len(told) == len(set(told))


def test_a_provider_whose_page_is_known_is_named_with_it():
    made = repair("dkim.key_short", DOMAIN, assessment(provider="LINE WORKS", hosting=Hosting.OTHER_HOSTED))
    assert made.ask is not None
    assert dict(made.before[0].values)["provider"] == "LINE WORKS"


def test_a_rental_server_whose_value_is_not_known_is_asked_with_its_own_pages_named():
    of = assessment(provider="KAGOYA", hosting=Hosting.RENTAL)
    key = {note.key: dict(note.values) for note in repair("dkim.key_short", DOMAIN, of).before}
    assert key["provider_page"]["url"].startswith("https://support.kagoya.jp/")
    assert "独自ドメイン管理" in key["provider_menu"]["menu"]
    made = repair("spf.none", DOMAIN, of)
    assert made.snippets == ()
    assert made.ask is not None
    assert [note.key for note in made.before] == ["senders_first", "provider_page"]
    assert dict(made.before[1].values)["url"].startswith("https://support.kagoya.jp/")


def test_an_answer_s_finding_comes_with_the_provider_s_own_pages_too():
    of = assessment(provider="Sakura Internet", hosting=Hosting.RENTAL)
    pages = [dict(note.values)["url"] for note in repair("access.admin_mfa.no", "", of).before]
    assert pages == ["https://help.sakura.ad.jp/rs/2244"]


@pytest.mark.parametrize("hosting", [Hosting.VPS, Hosting.ON_PREMISES])
def test_on_one_s_own_server_no_provider_s_panel_is_named(hosting):
    of = assessment(provider="Sakura Internet", hosting=hosting)
    assert repair("access.admin_mfa.no", "", of).empty
