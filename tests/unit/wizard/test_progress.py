"""How far somebody is: what is asked, how it is numbered, the state of a block in one word, how long it still takes."""

from datetime import timedelta

import msgspec
import pytest

from fumimori.assess.judging import assess
from fumimori.assess.reconcile import may_be_final
from fumimori.model import Severity
from fumimori.wizard import progress
from fumimori.wizard.progress import ControlStatus
from unit.assess.small import BANK, NOW, RENTAL, RULES, assessment, outcome, said


def view(answers=(), outcomes=(), **fields):
    case = assessment(answers, **fields)
    return case, assess(case, BANK, RULES, tuple(outcomes), NOW)


def asked(block, answers=(), outcomes=()):
    return [one.id for one in progress.asked(view(answers, outcomes)[1], block)]


def test_what_was_measured_is_not_asked_unless_it_is_contradicted():
    assert asked("sender_auth", (), [outcome("spf.valid")]) == ["sender_auth.dkim"]
    contradicted = asked("sender_auth", said(sender_auth__spf="yes"), [outcome("spf.none")])
    assert contradicted == ["sender_auth.spf", "sender_auth.dkim"]


def test_an_answer_can_open_the_questions_behind_a_gate():
    assert asked("ssh")[-1] == "ssh.used"
    assert asked("ssh", said(ssh__used="yes"))[-1] == "ssh.password_login"


@pytest.mark.parametrize(
    ("name", "fields", "expected"),
    [
        ("mta_sts.policy_certificate", {}, (3, 3)),
        ("mta_sts.published", {"quick": True}, (1, 1)),
        ("firewall.alerts", {}, (2, 2)),
        ("firewall.alerts", {"hosting": RENTAL}, (1, 1)),
        ("defaults.banner", {"quick": True}, (2, 2)),
        ("ssh.password_login", {}, (2, 2)),
        ("surroundings.mail_at_rest", {"quick": True}, (1, 1)),
    ],
)
def test_the_number_depends_on_hosting_and_kind_of_assessment_alone(name, fields, expected):
    for answers in ((), said(ssh__used="no", mta_sts__published="no")):
        assert progress.position(*view(answers, **fields), name) == expected


@pytest.mark.parametrize(
    ("answers", "outcomes", "fields", "block", "expected"),
    [
        ({}, [], {}, "sender_auth", ControlStatus.NOT_STARTED),
        ({}, ["spf.valid"], {}, "sender_auth", ControlStatus.NOT_STARTED),
        ({"sender_auth__dkim": "yes"}, [], {}, "sender_auth", ControlStatus.IN_PROGRESS),
        ({"sender_auth__dkim": "yes"}, ["spf.valid"], {}, "sender_auth", ControlStatus.DONE),
        ({"sender_auth__dkim": None}, ["spf.valid"], {}, "sender_auth", ControlStatus.OPEN_POINTS),
        (
            {"sender_auth__dkim": "yes", "sender_auth__spf": "yes"},
            ["spf.none"],
            {},
            "sender_auth",
            ControlStatus.OPEN_POINTS,
        ),
        ({"ssh__used": "no"}, [], {}, "ssh", ControlStatus.DONE),
        ({}, [], {"quick": True}, "surroundings", ControlStatus.NOT_ASKED),
        ({}, [], {"hosting": RENTAL}, "ssh", ControlStatus.OUT_OF_SCOPE),
        ({}, [], {}, "surroundings", ControlStatus.NOT_STARTED),
    ],
)
def test_the_status_of_a_block_in_one_word(answers, outcomes, fields, block, expected):
    seen = view(said(**answers), [outcome(code) for code in outcomes], **fields)
    assert progress.status(*seen, block) is expected


def test_one_that_was_begun_comes_before_one_that_was_not():
    assert progress.next_block(*view(said(firewall__alerts="yes"))) == "firewall"
    assert progress.next_block(*view()) == "defaults"


def test_what_waits_for_an_answer_and_what_nobody_settled_are_counted():
    answers = said(ssh__used="yes", ssh__password_login=None)
    assert [progress.open_questions(view(given)[1], "ssh") for given in ((), answers)] == [1, 0]
    assert progress.unsettled(*view(answers), "ssh") == 1


def test_a_critical_contradiction_keeps_the_report_a_draft():
    assert may_be_final(view()[1].contradictions)
    assert may_be_final(view(said(sender_auth__spf="yes"), [outcome("spf.none")])[1].contradictions)
    harsh = {
        **RULES.outcomes,
        "spf.none": msgspec.structs.replace(RULES.outcomes["spf.none"], severity=Severity.CRITICAL),
    }
    case = assessment(said(sender_auth__spf="yes"))
    rules = msgspec.structs.replace(RULES, outcomes=harsh)
    assert not may_be_final(assess(case, BANK, rules, (outcome("spf.none"),), NOW).contradictions)


def test_the_time_left_is_a_range_and_told_after_five_answers():
    names = [entry.id for entry in BANK if entry.options][:6]
    answers = [
        msgspec.structs.replace(said(**{name.replace(".", "__"): "yes"})[0], at=NOW + timedelta(seconds=30 * place))
        for place, name in enumerate(names)
    ]
    assert progress.minutes_left(*view(tuple(answers[:4]))) is None
    low, high = progress.minutes_left(*view(tuple(answers)))
    assert 1 <= low < high <= 15
