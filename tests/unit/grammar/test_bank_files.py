"""Files of questions become the bank, and a mistake in one names the file and the question."""

from typing import Any

import msgspec
import pytest

from fumimori.grammar.bank_files import BankError, bank_version, parse_bank
from fumimori.model import (
    Condition,
    Cost,
    Credit,
    Effort,
    Hosting,
    HostingSeverity,
    Measured,
    Option,
    Owner,
    Question,
    QuestionKind,
    Severity,
    Work,
)

PLAIN: dict[str, Any] = {"number": 1, "options": {"yes": "met", "no": "not_met high"}}
FULL: dict[str, Any] = {
    "number": 2,
    "options": {"yes": "met", "partly": "partly medium", "no": "not_met high"},
    "hosting": ["vps", "rental"],
    "kind": "inventory",
    "core": True,
    "measured": "part",
    "scored": False,
    "ask_if": {"ssh.used": ["yes", "not_applicable"]},
    "parent": "ssh.used",
    "hosting_severities": [
        {"hosting": ["rental"], "option": "no", "severity": "medium"},
        {"hosting": ["vps"], "option": "unknown", "severity": "low"},
    ],
    "may_be_not_applicable": False,
    "dated": True,
    "register": "staff",
    "work": {"owner": "dns", "effort": "days", "cost": "under_50k", "exposed": True},
    "work_for": {"partly": {"effort": "minutes", "exposed": False}},
}


def bank_of(**changed: Any) -> tuple[Question, ...]:
    """The bank of a plain question and one more that says what is handed in."""
    return parse_bank({"ssh": {"used": PLAIN, "second": {**PLAIN, "number": 2, **changed}}})


def test_a_question_that_says_the_least_takes_the_usual_for_the_rest() -> None:
    (question,) = parse_bank({"ssh": {"used": PLAIN}})
    no = Option(id="no", credit=Credit.NOT_MET, severity=Severity.HIGH)
    assert question == Question(
        id="ssh.used", number=1, options=(Option(id="yes", credit=Credit.MET), no), hosting=tuple(Hosting)
    )


def test_every_key_reaches_the_question() -> None:
    question = parse_bank({"ssh": {"used": PLAIN, "second": FULL}})[1]
    assert question == Question(
        id="ssh.second",
        number=2,
        options=(
            Option(id="yes", credit=Credit.MET),
            Option(
                id="partly",
                credit=Credit.PARTLY,
                severity=Severity.MEDIUM,
                work=Work(owner=Owner.DNS, effort=Effort.MINUTES, cost=Cost.UNDER_50K),
            ),
            Option(id="no", credit=Credit.NOT_MET, severity=Severity.HIGH),
        ),
        hosting=(Hosting.VPS, Hosting.RENTAL),
        kind=QuestionKind.INVENTORY,
        core=True,
        measured=Measured.PART,
        scored=False,
        ask_if=(Condition(question="ssh.used", values=("yes", "not_applicable")),),
        parent="ssh.used",
        hosting_severities=(
            HostingSeverity(hosting=(Hosting.RENTAL,), option="no", severity=Severity.MEDIUM),
            HostingSeverity(hosting=(Hosting.VPS,), option="unknown", severity=Severity.LOW),
        ),
        may_be_not_applicable=False,
        dated=True,
        register="staff",
        work=Work(owner=Owner.DNS, effort=Effort.DAYS, cost=Cost.UNDER_50K, exposed=True),
    )
    assert {*FULL, "id"} - {"work_for"} == set(Question.__struct_fields__)
    assert type(question.work) is Work


def test_questions_stand_in_printed_order_whatever_the_order_of_the_files() -> None:
    bank = parse_bank({"surroundings": {"room": PLAIN}, "signing": {"signed": PLAIN}, "defaults": {"banner": PLAIN}})
    assert [question.printed for question in bank] == ["C1-1", "C10-1", "S-1"]


@pytest.mark.parametrize(
    "changed",
    [
        pytest.param({"gate": {}}, id="a key that nobody knows"),
        pytest.param({"number": "two"}, id="a number in words"),
        pytest.param({"number": 1}, id="a number that is taken"),
        pytest.param({"options": {"yes": "met", "no": "not_met dreadful"}}, id="no severity"),
        pytest.param({"options": {"yes": "perfect"}}, id="no credit"),
        pytest.param({"options": {"yes": "met "}}, id="a blank behind the credit"),
        pytest.param({"options": {"unknown": "met"}}, id="an option that every question has"),
        pytest.param({"options": {"not_applicable": "met"}}, id="another that every question has"),
        pytest.param({"hosting": ["cellar"]}, id="no hosting"),
        pytest.param({"kind": "essay"}, id="no kind"),
        pytest.param({"measured": "perhaps"}, id="not how far a probe answers"),
        pytest.param({"core": "true"}, id="a word for a truth"),
        pytest.param({"work": {"owner": "butler"}}, id="no owner"),
        pytest.param({"work": {"who": "it"}}, id="a key of the work that nobody knows"),
        pytest.param({"work_for": {"perhaps": {}}}, id="work for an option that is not there"),
        pytest.param({"work_for": {"no": {"who": "it"}}}, id="a key of an option's work that nobody knows"),
        pytest.param({"ask_if": {"ssh.lost": ["yes"]}}, id="a gate that is not there"),
        pytest.param({"ask_if": {"ssh.second": ["yes"]}}, id="a gate that is the question itself"),
        pytest.param({"ask_if": {"ssh.used": ["perhaps"]}}, id="a gate's answer that is not there"),
        pytest.param({"parent": "ssh.lost"}, id="a parent that is not there"),
        pytest.param(
            {"hosting_severities": [{"hosting": ["vps"], "option": "perhaps", "severity": "low"}]},
            id="a severity for an option that is not there",
        ),
        pytest.param(
            {"hosting_severities": [{"hosting": ["vps"], "option": "no", "severity": "bad"}]},
            id="a hosting's severity that is none",
        ),
        pytest.param(
            {"hosting_severities": [{"hosting": ["vps"], "option": "no", "severity": "low", "why": ""}]},
            id="a key of a hosting's severity that nobody knows",
        ),
    ],
)
def test_a_mistake_is_refused_and_names_file_and_question(changed: dict[str, Any]) -> None:
    with pytest.raises(BankError, match=r"^ssh\.second: "):
        bank_of(**changed)


@pytest.mark.parametrize("missing", ["number", "options"])
def test_a_question_without_what_it_needs_is_refused(missing: str) -> None:
    with pytest.raises(BankError, match=rf"^ssh\.used: .*{missing}"):
        parse_bank({"ssh": {"used": {key: value for key, value in PLAIN.items() if key != missing}}})


def test_what_is_no_question_is_refused() -> None:
    with pytest.raises(BankError, match=r"^ssh\.date: "):
        parse_bank({"ssh": {"date": "2026-11-01"}})


def test_a_file_of_no_control_is_refused() -> None:
    with pytest.raises(BankError, match=r"^cellar: "):
        parse_bank({"cellar": {}})


@pytest.mark.parametrize(
    "changed",
    [
        {"options": {"yes": "met", "no": "not_met medium"}},
        {"options": {"no": "not_met high", "yes": "met"}},
        {"ask_if": {"ssh.used": ["yes"]}},
        {"core": True},
        {"hosting": ["vps"]},
        {"work": {"owner": "dns"}},
    ],
)
def test_the_version_moves_with_whatever_changes(changed: dict[str, Any]) -> None:
    assert bank_version(bank_of(**changed)) != bank_version(bank_of())


def test_the_version_stays_while_nothing_changes() -> None:
    again = msgspec.json.decode(msgspec.json.encode(bank_of()), type=tuple[Question, ...])
    assert bank_version(list(again)) == bank_version(bank_of())
    assert bank_version(again[:1]) != bank_version(again)
