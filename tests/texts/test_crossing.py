"""Every probe, outcome, question, option and word has its texts in both languages, and they keep the house's rules."""

import re
from collections.abc import Iterable
from pathlib import Path
from string import Formatter

import pytest

import fumimori
from fumimori import checks as probes
from fumimori import resources
from fumimori.__main__ import bank, registers
from fumimori.checks.contract import NotReadable, Reader
from fumimori.grammar.rule_files import parse_rules
from fumimori.model import (
    Basis,
    Confidence,
    ConsentLevel,
    Control,
    Cost,
    Credit,
    DisputeKind,
    Effect,
    Effort,
    Event,
    Hosting,
    Measured,
    Mode,
    Outcome,
    Owner,
    QuestionState,
    Severity,
    Status,
    Verdict,
)
from fumimori.store import StoreError
from fumimori.wizard.progress import ControlStatus
from loopback.witnesses import outcome_names
from loopback.written_texts import ALL, FIRST, OTHERS, WHOLE, lacking

TEXTS = WHOLE
LANGUAGES = tuple(TEXTS)
RULES = parse_rules("crossing", resources.rule_files(), {})
CHECKS = (*probes.walk(), *probes.readers())
REGISTERS = registers()
RECORDED = {code for code in RULES.outcomes if Outcome(code=code, subject="").recorded}
"""Outcomes that follow from registers and not from a probe or a reader."""
MEANT_BLANK = ("words.answer_symbol.unanswered",)
"""An answer that is not there has no symbol."""

TAILS = ("words.answer_symbol",)
"""A symbol may be a blank."""

BOTH = pytest.mark.parametrize("language", LANGUAGES)

FORBIDDEN = {
    "送信元認証": "送信ドメイン認証",
    "矛盾": "食い違い",
    "セキュリティ監査": "診断",
    "二段階認証": "多要素認証",
    "２段階認証": "多要素認証",
    "証跡": "根拠資料",
    "ヶ月": "か月",
    "ケ月": "か月",
    "メールサーバ ": "メールサーバー",
}
"""Words that the glossary replaces, and by what."""


def lines(language: str, key: str) -> tuple[str, ...]:
    return TEXTS[language].lines(key)


def placeholders(language: str, key: str) -> set[str]:
    return {name for line in lines(language, key) for _, name, _, _ in Formatter().parse(line) if name is not None}


def missing(keys: Iterable[str]) -> list[str]:
    wanted = sorted(set(keys))
    return [f"{language}: {key}" for language in LANGUAGES for key in wanted if not TEXTS[language].has(key)]


def offending(language: str, pattern: str) -> list[str]:
    found = re.compile(pattern)
    keys = sorted(TEXTS[language].keys())
    return [f"{key}: {line[:200]}" for key in keys for line in lines(language, key) if found.search(line)]


# --- the two languages --------------------------------------------------------------------------------------------


EACH_OTHER = pytest.mark.parametrize("language", OTHERS)


@EACH_OTHER
def test_every_language_has_the_same_keys(language):
    """What is missing, file by file; keys that no other language has."""
    missing = lacking(language)
    assert not missing, "to be written:\n" + "\n".join(missing)
    assert sorted(ALL[language].keys() - ALL[FIRST].keys()) == []


@pytest.mark.parametrize("language", [code for code in WHOLE if code != FIRST])
def test_every_language_has_the_same_placeholders(language):
    shared = sorted(TEXTS[FIRST].keys() & TEXTS[language].keys())
    assert [key for key in shared if placeholders(FIRST, key) != placeholders(language, key)] == []


@BOTH
def test_placeholders_are_named(language):
    unnamed = [
        key for key in sorted(TEXTS[language].keys()) if any(not n.isidentifier() for n in placeholders(language, key))
    ]
    assert unnamed == []


@BOTH
def test_nothing_is_blank_or_carries_stray_spaces(language):
    blank = [line for line in offending(language, r"^\s*$") if not line.startswith(MEANT_BLANK)]
    stray = offending(language, r"^[ \t　].|.[ \t　]$|(?<!^T\d)(?<!^T\d\d)(?<! )  +(?! )|\t")
    stray = [line for line in stray if not line.startswith(TAILS)]
    assert (blank, stray) == ([], [])


@BOTH
def test_no_text_waits_to_be_written(language):
    assert offending(language, r"(?i)\b(TO[D]O|FIX[M]E|TBD|XX[X]|lorem|description goes here)\b") == []


def test_japanese_uses_its_own_punctuation_and_no_half_width_kana():
    assert offending("ja", r"[｡-ﾟ]") == []
    assert offending("ja", r"[，．]") == []
    assert offending("ja", r"[０-９Ａ-Ｚａ-ｚ]") == []
    # What is typed on a command line, and what other makers' screens call themselves, is spelled as it is there.
    letters = r"[ぁ-んァ-ヶ一-龥ー]"
    found = offending("ja", rf"{letters}[,.](?![0-9a-zA-Z/*_-])") + offending("ja", rf"[{letters[1:-1]}、。] {letters}")
    assert [line for line in found if not line.startswith("cli.") and "「" not in line] == []


def test_the_glossary_wins():
    found = {word: hits for word in FORBIDDEN if (hits := offending("ja", re.escape(word)))}
    assert found == {}


def test_english_is_english_and_japanese_is_japanese():
    assert offending("en", r"[ぁ-んァ-ヶ]{8,}") == []
    plain = [
        key
        for key in TEXTS["ja"].keys() & TEXTS["en"].keys()
        if lines("ja", key) == lines("en", key) and len(lines("en", key)[0].split()) > 4
    ]
    assert sorted(plain) == []


# --- the questions ------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("question", bank(), ids=lambda question: question.id)
def test_a_question_says_all_that_its_page_and_its_finding_need(question):
    base = f"controls.{question.id}"
    keys = [f"{base}.{name}" for name in ("label", "question", "hint", "why", "evidence")]
    keys += [f"{base}.option.{option.id}" for option in question.options]
    faults = [option for option in question.options if option.severity >= Severity.LOW]
    if faults and question.control:
        keys += [f"{base}.{name}" for name in ("finding", "risk", "fix", "confirm")]
    assert missing(keys) == []


@pytest.mark.parametrize("question", bank(), ids=lambda question: question.id)
def test_a_question_label_fits_its_column(question):
    assert len(TEXTS["ja"](f"controls.{question.id}.label")) <= 24
    assert len(TEXTS["en"](f"controls.{question.id}.label")) <= 48


def test_every_control_introduces_itself():
    assert missing(f"controls.{c}.{name}" for c in Control for name in ("name", "title", "attack", "protection")) == []


def test_no_question_text_is_left_over():
    known = {question.id for question in bank()}
    own = {"name", "title", "attack", "protection", "short"}
    words = {tuple(key.split(".")[1:3]) for key in sorted(TEXTS["ja"].keys()) if key.startswith("controls.")}
    left = sorted(
        f"{control}.{word}" for control, word in words if word not in own and f"{control}.{word}" not in known
    )
    assert left == []


# --- the probes and their rules -----------------------------------------------------------------------------------


def introduces(check):
    return ("proves",) if isinstance(check, Reader) else ()


@pytest.mark.parametrize("probe", CHECKS, ids=lambda probe: probe.id)
def test_a_probe_says_what_it_does_and_what_each_outcome_means(probe):
    keys = [f"checks.{probe.id}.{name}" for name in ("name", "what", *introduces(probe))]
    for word in outcome_names(probe):
        base = f"checks.{probe.id}.{word}"
        keys += [f"{base}.title", f"{base}.saw"]
        rule = RULES.outcomes.get(f"{probe.id}.{word}")
        if rule is not None and rule.severity >= Severity.INFO:
            keys += [f"{base}.{name}" for name in ("risk", "fix", "confirm")]
    assert missing(keys) == []


@pytest.mark.parametrize("probe", CHECKS, ids=lambda probe: probe.id)
def test_an_outcome_title_fits_its_line(probe):
    keys = [f"checks.{probe.id}.{word}.title" for word in outcome_names(probe)]
    assert [key for key in keys if len(TEXTS["ja"](key)) > 40 or len(TEXTS["en"](key)) > 90] == []


def test_every_outcome_has_a_rule_and_every_rule_an_outcome():
    named = {f"{probe.id}.{word}" for probe in CHECKS for word in outcome_names(probe)}
    assert sorted((named | RULES.combinations.keys()) ^ (set(RULES.outcomes) - RECORDED)) == []


@pytest.mark.parametrize("code", sorted(RULES.combinations))
def test_a_combination_says_what_it_means_and_what_to_do(code):
    assert missing(f"{code}.{part}" for part in ("title", "risk", "action", "fix", "confirm")) == []
    assert len(TEXTS["ja"](f"{code}.title")) <= 40
    assert len(TEXTS["en"](f"{code}.title")) <= 90


def test_no_text_of_a_combination_is_left_over():
    told = {key.rpartition(".")[0] for key in TEXTS["ja"].keys() if key.startswith("combinations.")}  # noqa: SIM118
    assert told == RULES.combinations.keys()


def test_no_probe_text_is_left_over():
    named = {
        f"{probe.id}.{word}" for probe in CHECKS for word in (*outcome_names(probe), "name", "what", *introduces(probe))
    }
    named |= RECORDED | {f"register_{register.id}.{word}" for register in REGISTERS for word in ("name", "what")}
    told = {".".join(key.split(".")[1:3]) for key in sorted(TEXTS["ja"].keys()) if key.startswith("checks.")}
    assert sorted(told - named) == []


def test_every_rule_names_a_question_and_options_that_exist():
    questions = {question.id: question for question in bank()}
    wrong = []
    for rule in RULES.outcomes.values():
        if rule.question is None:
            continue
        question = questions.get(rule.question)
        if question is None or any(question.option(value) is None for value in rule.contradicts):
            wrong.append(rule.code)
    assert sorted(wrong) == []


def test_what_a_probe_answers_is_marked_so_in_the_bank():
    questions = {question.id: question for question in bank()}
    rules = [rule for rule in RULES.outcomes.values() if rule.code not in RECORDED]
    answering = {rule.question for rule in rules if rule.effect is Effect.ANSWERS}
    lowering = {rule.question for rule in rules if rule.effect is Effect.LOWERS}
    assert sorted(name for name in answering if questions[name].measured is not Measured.FULL) == []
    assert sorted(name for name in lowering if questions[name].measured is Measured.NO) == []


def test_what_a_register_answers_is_marked_so_in_the_bank():
    answering = {
        (rule.question, rule.code.partition(".")[0].removeprefix("register_"))
        for rule in RULES.outcomes.values()
        if rule.code in RECORDED and rule.effect is not Effect.NONE
    }
    assert answering == {(question.id, question.register) for question in bank() if question.register}


def test_every_outcome_of_a_register_has_its_texts():
    keys = [f"checks.{code}.{name}" for code in RECORDED for name in ("title", "saw")]
    for code in RECORDED:
        if RULES.outcomes[code].severity >= Severity.INFO:
            keys += [f"checks.{code}.{name}" for name in ("risk", "action", "fix", "confirm")]
    assert missing(keys) == []
    titles = [f"checks.{code}.title" for code in RECORDED]
    assert [key for key in titles if len(TEXTS["ja"](key)) > 40 or len(TEXTS["en"](key)) > 90] == []


def test_every_column_and_option_of_a_register_has_its_word_and_no_word_is_left_over():
    wanted = {f"registers.{register.id}.{word}" for register in REGISTERS for word in ("name", "intro")}
    for register in REGISTERS:
        for column in register.columns:
            wanted.add(f"registers.{register.id}.column.{column.key}")
            wanted |= {f"registers.{register.id}.option.{column.key}.{option}" for option in column.options}
    for language in LANGUAGES:
        told = {key for key in sorted(TEXTS[language].keys()) if key.startswith("registers.")}
        assert sorted(wanted ^ told) == []


def test_the_heads_of_a_register_can_be_told_apart_in_all_languages_together():
    for register in REGISTERS:
        heads = [
            (TEXTS[language](f"registers.{register.id}.column.{column.key}"), column.key)
            for language in LANGUAGES
            for column in register.columns
        ]
        assert len({head for head, _ in heads}) == len(set(heads))


def test_a_measured_question_can_be_met_by_measuring():
    answering = {rule.question for rule in RULES.outcomes.values() if rule.effect is Effect.ANSWERS}
    met = {
        rule.question for rule in RULES.outcomes.values() if rule.effect is Effect.ANSWERS and rule.credit is Credit.MET
    }
    assert sorted(answering - met) == []


def test_an_outcome_is_met_exactly_when_it_is_all_right():
    rules = [rule for rule in RULES.outcomes.values() if rule.effect is Effect.ANSWERS]
    assert sorted(rule.code for rule in rules if (rule.credit is Credit.MET) and rule.severity > Severity.LOW) == []
    # A fact for information may leave a question unmet (SSH is reachable); what is all right may not.
    assert (
        sorted(rule.code for rule in rules if (rule.credit is not Credit.MET) and rule.severity < Severity.INFO) == []
    )


def test_every_rule_has_a_source_and_a_day():
    dated = {code: rule.date for code, rule in RULES.outcomes.items()}
    dated |= {name: threshold.date for name, threshold in RULES.thresholds.items()}
    assert sorted(name for name, day in dated.items() if not re.fullmatch(r"\d{4}(-\d\d){0,2}", day)) == []
    assert sorted(code for code, rule in RULES.outcomes.items() if not rule.source.strip()) == []


# --- the shared words ---------------------------------------------------------------------------------------------


def subclasses(kind: type) -> list[type]:
    return [kind, *(deeper for sub in kind.__subclasses__() for deeper in subclasses(sub))]


def not_seen_reasons() -> set[str]:
    source = "\n".join(path.read_text(encoding="utf-8") for path in Path(fumimori.__file__).parent.rglob("*.py"))
    raised = re.findall(
        r"(?:NotTestableHere|Unreachable|TimedOut|Refused|NotObserved)\(\s*[\"']([a-z0-9_]+)[\"']", source
    )
    return {*raised, "consent", "cancelled", "our_bug", "attempt_timeout"}


def not_readable_reasons() -> set[str]:
    source = "\n".join(path.read_text(encoding="utf-8") for path in Path(fumimori.__file__).parent.rglob("*.py"))
    raised = re.findall(
        r"(?:NotReadable|Damaged|TooMuch|Protected|Secret)\([^()\n]{0,80}reason=\"([a-z0-9_]+)\"", source
    )
    return {*raised, *(kind.usual for kind in subclasses(NotReadable)), "twice", "our_bug", "nothing_inside"}


@pytest.mark.parametrize(
    ("group", "members"),
    [
        ("severity", [severity.word for severity in Severity]),
        ("severity_sentence", [severity.word for severity in Severity]),
        ("verdict", list(Verdict)),
        ("state", list(QuestionState)),
        ("answer", ["yes", "partly", "no", "unknown", "not_applicable", "unanswered"]),
        ("credit", list(Credit)),
        ("confidence", list(Confidence)),
        ("basis", list(Basis)),
        ("hosting", [*Hosting, "unknown"]),
        ("consent", [f"{level:d}.{word}" for level in ConsentLevel for word in ("name", "we_do", "server_sees")]),
        ("status", list(Status)),
        ("reason", sorted(not_seen_reasons())),
        ("not_readable", sorted(not_readable_reasons())),
        ("not_applicable_reason", ["no_incoming_mail", "provider", "no_device", "other"]),
        ("owner", list(Owner)),
        ("effort", list(Effort)),
        ("cost", [*Cost, "contract", "contract_short"]),
        ("event", list(Event)),
        ("dispute", list(DisputeKind)),
        ("due", ["renewal"]),
        ("grade", [*"ABCDE", "withheld"]),
        (
            "grade_reason",
            [
                *("band", "cap_critical", "cap_high_many", "cap_high", "cap_medium", "cap_unknown"),
                *("coverage", "coverage_cap", "verified", "quick"),
            ],
        ),
        ("control_status", list(ControlStatus)),
        ("open_point", ["contradiction", "unknown", "unanswered", "not_measured"]),
        ("store_error", sorted({kind.code for kind in subclasses(StoreError)})),
        ("no_keyring", ["absent", "locked", "unsafe", "failed", "no_entry"]),
        ("mode", list(Mode)),
    ],
)
def test_every_code_has_its_word(group, members):
    assert missing(f"words.{group}.{member}" for member in members) == []


# --- what to do ---------------------------------------------------------------------------------------------------


def test_words_of_an_option_belong_to_an_option_that_is_there():
    options = {f"controls.{question.id}.for.{option.id}" for question in bank() for option in question.options}
    parts = ("finding", "risk", "action", "fix", "confirm")
    known = {f"{option}.{part}" for option in options for part in parts}
    told = {key for texts in TEXTS.values() for key in texts.keys() if ".for." in key}  # noqa: SIM118
    assert sorted(told - known) == []
    assert missing(told) == []
