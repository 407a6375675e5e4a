"""What most outcomes of a file share stands once at its head; a mistake names the file and the outcome."""

from typing import Any

import msgspec
import pytest

from fumimori import resources
from fumimori.checks.tls.facts import class_ranks, group_classes, suite_classes
from fumimori.grammar.rule_files import RulesError, parse_rules, parse_table
from fumimori.model import ByHand, Control, OutcomeRule, Severity, Table

HEAD = {"control": "sender_auth", "source": "RFC 7208 section 4", "date": "2014-04"}


def outcome_of(said: dict[str, Any], defaults: dict[str, Any] | None = None) -> OutcomeRule:
    """The rule of an outcome that says `said` in a file with these defaults."""
    file: dict[str, Any] = {"outcomes": {"none": {"severity": "high", **said}}}
    if defaults is not None:
        file["defaults"] = defaults
    return parse_rules("test", {"spf": file}, {}).outcomes["spf.none"]


def test_an_outcome_takes_from_the_head_what_it_does_not_say() -> None:
    rule = outcome_of({}, HEAD)
    assert rule == outcome_of(HEAD)
    assert (rule.control, rule.source, rule.date) == (Control.SENDER_AUTH, HEAD["source"], HEAD["date"])
    assert rule.severity is Severity.HIGH


def test_what_an_outcome_says_itself_wins() -> None:
    rule = outcome_of({"control": "mta_sts", "source": "our judgement", "date": "2026-11-24"}, HEAD)
    assert (rule.control, rule.source, rule.date) == (Control.MTA_STS, "our judgement", "2026-11-24")


def test_a_source_of_its_own_keeps_the_control_of_the_head() -> None:
    rule = outcome_of({"source": "our judgement", "date": "2026-11-24"}, HEAD)
    assert (rule.control, rule.source, rule.date) == (Control.SENDER_AUTH, "our judgement", "2026-11-24")


@pytest.mark.parametrize(("said", "missing"), [({"source": "our judgement"}, "date"), ({"date": "2020"}, "source")])
def test_a_source_never_gets_the_date_of_another_one(said: dict[str, str], missing: str) -> None:
    with pytest.raises(RulesError, match=rf"^spf: spf\.none: .*{missing}"):
        outcome_of(said, HEAD)


@pytest.mark.parametrize("missing", list(HEAD))
def test_what_neither_says_is_refused(missing: str) -> None:
    with pytest.raises(RulesError, match=rf"^spf: spf\.none: .*{missing}"):
        outcome_of({}, {key: value for key, value in HEAD.items() if key != missing})


@pytest.mark.parametrize(
    "defaults",
    [
        pytest.param({**HEAD, "severity": "high"}, id="a severity is each outcome's own"),
        pytest.param({**HEAD, "work": {}}, id="so is the work"),
        pytest.param({**HEAD, "date": 2014}, id="a number for a date"),
    ],
)
def test_a_head_says_nothing_else(defaults: dict[str, Any]) -> None:
    with pytest.raises(RulesError, match=r"^spf: "):
        outcome_of({}, defaults)


def test_a_head_with_a_control_that_is_none_is_refused() -> None:
    with pytest.raises(RulesError, match=r"^spf: spf\.none: "):
        outcome_of({}, {**HEAD, "control": "cellar"})


def test_a_head_reaches_no_other_file() -> None:
    files: dict[str, Any] = {"mx": {"defaults": HEAD}, "spf": {"outcomes": {"none": {"severity": "high"}}}}
    with pytest.raises(RulesError, match=r"^spf: spf\.none: "):
        parse_rules("test", files, {})


def test_a_repair_by_hand_says_why() -> None:
    assert outcome_of({**HEAD, "by_hand": "registrar"}).by_hand is ByHand.REGISTRAR
    assert outcome_of(HEAD).by_hand is None


@pytest.mark.parametrize(
    "said",
    [
        pytest.param({"by_hand": "somebody"}, id="a reason that is none"),
        pytest.param({"severity": "info", "by_hand": "registrar"}, id="nothing to repair"),
    ],
)
def test_a_reason_is_one_of_the_known_ones_and_belongs_to_a_fault(said: dict[str, str]) -> None:
    with pytest.raises(RulesError, match=r"^spf: spf\.none: "):
        outcome_of({**HEAD, **said})


def test_what_is_made_of_a_table_is_made_once() -> None:
    table = parse_table("small", "# date: 2026-11-24\nname\tclass\na\tgood\nb\tbad")
    calls: list[Table] = []

    def names(of: Table) -> tuple[str, ...]:
        calls.append(of)
        return tuple(row["name"] for row in of.dicts())

    assert table.once(names) == ("a", "b")
    assert table.once(names) is table.once(names)
    assert calls == [table]
    other = msgspec.structs.replace(table, rows=(("c", "bad"),))
    assert other.once(names) == ("c",)


def test_the_suites_of_tls_are_sorted_into_their_classes_once() -> None:
    rules = parse_rules("test", {}, resources.rule_tables())
    assert suite_classes(rules) is suite_classes(rules)
    assert group_classes(rules) is group_classes(rules)
    assert class_ranks(rules) is class_ranks(rules)
