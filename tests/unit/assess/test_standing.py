"""Hosting, gates and parents decide which questions exist and what they can earn."""

import msgspec
import pytest

from fumimori.__main__ import bank, rules
from fumimori.assess.question_state import evaluations, quick_questions, unknown_severity, weight, worst_outcomes
from fumimori.model import QuestionState, Severity
from unit.assess.small import BANK, OWN, RENTAL, RULES, assessment, judged, outcome, said

BY_ID = {question.id: question for question in BANK}


def state(name, answers=(), outcomes=(), **fields):
    return judged(answers, outcomes, **fields).question(name)


def state_of_the_bank(name, answers):
    """Where a question of the real bank stands."""
    table = evaluations(assessment(answers), bank(), rules(), ())
    return next(one.result for one in table if one.question.id == name)


def test_another_hosting_puts_a_question_out_of_scope():
    assert QuestionState.OUT_OF_SCOPE is state("firewall.open_relay", hosting=RENTAL).state


def test_while_the_hosting_is_unknown_everything_applies():
    assert QuestionState.UNANSWERED is state("firewall.open_relay", hosting=None).state


@pytest.mark.parametrize(
    ("used", "expected", "asked"),
    [
        ({}, QuestionState.UNANSWERED, False),
        ({"ssh__used": None}, QuestionState.UNANSWERED, False),
        ({"ssh__used": "yes"}, QuestionState.UNANSWERED, True),
        ({"ssh__used": "no"}, QuestionState.OUT_OF_SCOPE, False),
    ],
)
def test_a_gate_decides_whether_a_question_exists_and_unanswered_it_decides_nothing(used, expected, asked):
    result = state("ssh.password_login", said(**used))
    assert (expected, asked) == (result.state, result.asked)
    assert (result.weight == 0) is (expected is QuestionState.OUT_OF_SCOPE)


@pytest.mark.parametrize(
    ("items", "exists"),
    [
        (("webmail",), False),
        (("webmail", "copier"), False),
        (("pc",), True),
        (("Our booking robot",), True),
        ((), True),
    ],
)
def test_an_inventory_opens_what_is_asked_about_its_items(items, exists):
    listed = said(protocols__inventory={"value": None, "items": items}) if items else ()
    result = state_of_the_bank("protocols.client_settings", listed)
    assert (result.state is not QuestionState.OUT_OF_SCOPE) is result.asked is exists


def test_an_answer_about_a_device_stays_whatever_the_list_says():
    answers = (
        *said(protocols__inventory={"value": None, "items": ("webmail",)}),
        *said(protocols__device_sending="no"),
    )
    result = state_of_the_bank("protocols.device_sending", answers)
    assert (result.state, result.severity) == (QuestionState.ANSWERED, Severity.HIGH)


def test_what_was_seen_opens_a_gate_that_somebody_closed():
    result = judged(said(ssh__used="no"), [outcome("ssh.reachable", "mail.example.jp")])
    assert QuestionState.UNANSWERED is result.question("ssh.password_login").state
    assert [contradiction.question for contradiction in result.contradictions] == ["ssh.used"]


def test_a_measured_question_exists_whatever_the_gate_says():
    result = state("ssh.password_login", said(ssh__used="no"), [outcome("ssh.password", "mail.example.jp")])
    assert (result.state, result.low) == (QuestionState.MEASURED, 0.0)


def test_a_gate_closed_by_a_bad_answer_leaves_its_question_in_the_score():
    result = state("signing.certificate_list", said(signing__signed="no"))
    assert (result.state, result.weight, result.low, result.high) == (QuestionState.PARENT_UNMET, 6, 0.0, 0.0)


def test_an_unmet_parent_leaves_its_child_in_the_score_with_nothing_earned_or_found():
    result = judged(said(mta_sts__policy_matches="no"), [outcome("mta_sts.absent")])
    child = result.question("mta_sts.policy_matches")
    assert (child.state, child.weight, child.low, child.high) == (QuestionState.PARENT_UNMET, 6, 0.0, 0.0)
    assert [finding.code for finding in result.findings] == ["mta_sts.absent"]


def test_a_child_of_an_unanswered_parent_may_still_earn_but_is_not_counted_yet():
    child = state("mta_sts.policy_matches", said(mta_sts__policy_matches="yes"))
    assert (child.low, child.high, child.asked and child.state is QuestionState.UNANSWERED) == (0.0, 6.0, False)


def test_not_applicable_hands_down_to_children():
    answers = said(mta_sts__published={"value": "not_applicable", "reason": "no_incoming_mail"})
    assert QuestionState.NOT_APPLICABLE is state("mta_sts.policy_matches", answers).state


def test_an_unmeasured_question_becomes_a_human_one():
    assert state("sender_auth.spf").asked
    assert not state("sender_auth.spf", outcomes=[outcome("spf.valid")]).asked


def test_several_subjects_count_by_the_worst():
    outcomes = [outcome("spf.valid", "example.jp"), outcome("spf.none", "example.com")]
    assert state("sender_auth.spf", outcomes=outcomes).low == 0.0


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("defaults.admin_passwords", 10),
        ("sender_auth.spf", 6),
        ("people.training", 3),
        ("defaults.banner", 1),
        ("ssh.used", 0),
        ("surroundings.mail_at_rest", 0),
    ],
)
def test_the_weight_is_that_of_the_worst_severity(name, expected):
    assert expected == weight(BY_ID[name], RULES, worst_outcomes(RULES))


def test_an_outcome_can_raise_a_weight_and_hosting_cannot_change_it():
    harsher = {
        **RULES.outcomes,
        "spf.none": msgspec.structs.replace(RULES.outcomes["spf.none"], severity=Severity.CRITICAL),
    }
    rules = msgspec.structs.replace(RULES, outcomes=harsher)
    assert weight(BY_ID["sender_auth.spf"], rules, worst_outcomes(rules)) == 10
    assert state("protocols.login_before_tls", hosting=RENTAL).weight == 6


def test_not_knowing_is_one_step_milder_than_the_worst_answer_under_this_hosting():
    login = BY_ID["protocols.login_before_tls"]
    assert Severity.MEDIUM is unknown_severity(login, OWN)
    assert unknown_severity(login, RENTAL) is Severity.LOW
    assert Severity.HIGH is unknown_severity(BY_ID["defaults.admin_passwords"], OWN)


def test_quick_asks_the_core_and_keeps_what_was_measured():
    assert "firewall.alerts" not in quick_questions(BANK)
    assert not state("firewall.alerts", quick=True).in_score
    assert not state("defaults.banner", quick=True).in_score
    assert state("defaults.banner", outcomes=[outcome("banner.plain")], quick=True).in_score


def test_a_probe_question_lost_with_its_measured_parent_stays_in_the_quick_score():
    assert state("mta_sts.policy_matches", outcomes=[outcome("mta_sts.absent")], quick=True).in_score
    assert state("mta_sts.policy_matches", quick=True).in_score
    assert not state("mta_sts.policy_matches", outcomes=[outcome("mta_sts.valid")], quick=True).in_score


def test_the_core_brings_its_gates_along():
    without = tuple(msgspec.structs.replace(question, core=question.id == "ssh.password_login") for question in BANK)
    assert {"ssh.used", "ssh.password_login"} == quick_questions(without)


def test_questions_in_a_circle_are_a_mistake_of_ours():
    circle = tuple(
        msgspec.structs.replace(
            question, parent="sender_auth.dkim" if question.id == "sender_auth.spf" else "sender_auth.spf"
        )
        for question in BANK
        if question.id in ("sender_auth.spf", "sender_auth.dkim")
    )
    with pytest.raises(LookupError, match="circle"):
        evaluations(assessment(), circle, RULES, ())


def test_an_inventory_is_answered_by_its_list():
    answers = said(protocols__inventory={"value": None, "items": ("Outlook", "copier")})
    assert QuestionState.ANSWERED is state("protocols.inventory", answers).state
    assert QuestionState.UNKNOWN is state("protocols.inventory", said(protocols__inventory=None)).state
