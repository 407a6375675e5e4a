"""Between what was said and what was measured the worse counts, until somebody settles it."""

import pytest

from fumimori.assess.question_state import evaluations
from fumimori.assess.reconcile import compare, stands
from fumimori.model import Credit, Hosting, QuestionState
from unit.assess.small import BANK, RULES, assessment, outcome, said

SPF = next(question for question in BANK if question.id == "sender_auth.spf")
DKIM = next(question for question in BANK if question.id == "sender_auth.dkim")
CERTIFICATE = next(question for question in BANK if question.id == "mta_sts.policy_certificate")
MET, PARTLY, NOT_MET = Credit.MET, Credit.PARTLY, Credit.NOT_MET
MEASURED, ANSWERED = QuestionState.MEASURED, QuestionState.ANSWERED


def compared(question, value=..., outcomes=(), **fields):
    answers = () if value is ... else said(**{question.id.replace(".", "__"): {"value": value, **fields}})
    return compare(question, answers[0] if answers else None, [outcome(code) for code in outcomes], RULES)


@pytest.mark.parametrize(
    ("value", "outcomes", "settled", "expected"),
    [
        (..., [], "", (QuestionState.UNANSWERED, None, False)),
        (None, [], "", (QuestionState.UNKNOWN, None, False)),
        ("partly", [], "", (ANSWERED, PARTLY, False)),
        (..., ["spf.valid"], "", (MEASURED, MET, False)),
        (..., ["spf.valid", "spf.none"], "", (MEASURED, NOT_MET, False)),
        (None, ["spf.neutral"], "", (MEASURED, PARTLY, False)),
        ("yes", ["spf.valid"], "", (MEASURED, MET, False)),
        ("yes", ["spf.none"], "", (MEASURED, NOT_MET, True)),
        ("yes", ["spf.none"], "answer", (ANSWERED, MET, False)),
        ("yes", ["spf.none"], "measurement", (MEASURED, NOT_MET, False)),
        ("no", ["spf.valid"], "", (MEASURED, NOT_MET, True)),
        ("no", ["spf.valid"], "measurement", (MEASURED, MET, False)),
        ("no", ["spf.valid"], "answer", (ANSWERED, NOT_MET, False)),
        ("nonsense", [], "", (QuestionState.UNANSWERED, None, False)),
    ],
)
def test_the_worse_counts_until_it_is_settled(value, outcomes, settled, expected):
    result = compared(SPF, value, outcomes, settled=settled) if value is not ... else compared(SPF, ..., outcomes)
    assert expected == (result.state, result.credit, result.contradicted)


def test_an_outcome_that_contradicts_an_option_lowers_it_and_leaves_others_alone():
    assert (compared(DKIM, "yes", ["dkim.revoked"]).credit, True) == (NOT_MET, True)
    assert (compared(DKIM, "partly", ["dkim.revoked"]).credit, False) == (PARTLY, False)
    assert compared(DKIM, "yes", ["dkim.revoked"]).contradicted
    assert not compared(DKIM, "partly", ["dkim.revoked"]).contradicted


@pytest.mark.parametrize(("value", "credit"), [("yes", PARTLY), ("partly", PARTLY), ("no", NOT_MET)])
def test_a_part_measurement_only_lowers(value, credit):
    result = compared(CERTIFICATE, value, ["mta_sts.expiring"])
    assert (credit, False) == (result.credit, result.contradicted)


def test_a_part_measurement_leaves_the_question_open_and_limits_what_is_left_to_earn():
    result = compared(CERTIFICATE, ..., ["mta_sts.expiring"])
    assert (result.state, result.credit, result.best) == (QuestionState.UNANSWERED, None, PARTLY)


def test_a_measured_fault_is_not_set_aside_by_calling_it_not_applicable():
    dkim_like = next(question for question in BANK if question.id == "protocols.login_before_tls")
    result = compared(dkim_like, "not_applicable", ["mail_ports.login_in_clear"], reason="provider")
    assert (result.state, result.credit, result.contradicted) == (MEASURED, NOT_MET, True)


@pytest.mark.parametrize(
    ("question", "reason", "expected"), [(DKIM, "no_device", True), (DKIM, " ", False), (SPF, "no_device", False)]
)
def test_not_applicable_needs_a_reason_and_a_question_that_allows_it(question, reason, expected):
    answer = said(**{question.id.replace(".", "__"): {"value": "not_applicable", "reason": reason}})[0]
    assert expected is stands(question, answer)


@pytest.mark.parametrize(
    ("value", "outcomes", "fields", "verified"),
    [
        ("yes", [], {}, False),
        ("yes", [], {"confidence": "confirmed"}, False),
        ("yes", ["spf.valid"], {}, True),
        ("no", ["spf.valid"], {}, False),
        ("yes", ["spf.none"], {}, True),
        ("yes", ["spf.none"], {"settled": "answer"}, False),
    ],
)
def test_what_counts_is_verified_when_a_measurement_or_evidence_backs_it(value, outcomes, fields, verified):
    assert verified is compared(SPF, value, outcomes, **fields).verified


@pytest.mark.parametrize(("outcomes", "settled"), [([], ""), (["spf.valid"], ""), (["spf.none"], "answer")])
def test_evidence_verifies_whatever_counts(outcomes, settled):
    answer = said(sender_auth__spf={"value": "yes", "settled": settled})[0]
    assert compare(SPF, answer, [outcome(code) for code in outcomes], RULES, shown=True).verified


@pytest.mark.parametrize(
    ("outcomes", "expected"),
    [
        ([], (QuestionState.UNANSWERED, None, MET, False)),
        (["dkim.one_signed"], (MEASURED, PARTLY, MET, True)),
        (["dkim.one_signed", "dkim.all_signed"], (MEASURED, MET, MET, False)),
        (["dkim.one_signed", "dkim.one_unsigned"], (MEASURED, PARTLY, MET, False)),
        (["dkim.all_signed", "dkim.one_unsigned"], (MEASURED, PARTLY, MET, False)),
        (["dkim.one_unsigned"], (QuestionState.UNANSWERED, None, PARTLY, False)),
        (["dkim.one_signed", "dkim.no_signature"], (MEASURED, NOT_MET, MET, False)),
    ],
)
def test_what_is_proved_counts_while_nobody_has_answered(outcomes, expected):
    result = compared(DKIM, ..., outcomes)
    assert (result.state, result.credit, result.best, result.open_above) == expected
    assert result.verified is result.measured is (expected[0] is MEASURED)


def test_whoever_knows_of_more_than_was_proved_may_say_so():
    result = compared(DKIM, "yes", ["dkim.one_signed"])
    assert (result.state, result.credit, result.contradicted, result.open_above) == (ANSWERED, MET, False, False)
    assert compared(DKIM, "no", ["dkim.one_signed"]).contradicted


def test_what_is_proved_in_part_is_still_asked_and_leaves_the_rest_to_earn():
    about = assessment(hosting=Hosting.ON_PREMISES)
    table = {one.question.id: one.result for one in evaluations(about, BANK, RULES, [outcome("dkim.one_signed")])}
    dkim = table["sender_auth.dkim"]
    assert (dkim.asked, dkim.low, dkim.high) == (True, dkim.weight / 2, dkim.weight)
    whole = {one.question.id: one.result for one in evaluations(about, BANK, RULES, [outcome("dkim.all_signed")])}
    assert not whole["sender_auth.dkim"].asked
