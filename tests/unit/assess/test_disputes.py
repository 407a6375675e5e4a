"""A finding is settled by a person as wrong, compensated or accepted, each with its effect and until its day."""

from datetime import date, timedelta

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from fumimori.assess.judging import assess
from fumimori.model import Assessment, Dispute, DisputeKind, QuestionState, Severity
from unit.assess.small import BANK, NOW, RULES, assessment, judged, outcome, said

TODAY = NOW.date()
LATER, BEFORE = (TODAY + timedelta(days=1)).isoformat(), (TODAY - timedelta(days=1)).isoformat()
WRONG, COMPENSATED, ACCEPTED = DisputeKind.WRONG, DisputeKind.COMPENSATED, DisputeKind.ACCEPTED


def dispute(kind, code="spf.none", subject="example.jp", **fields):
    usual = {"reason": "r", "approver": "a", "evidence": "e", "until": "" if kind is WRONG else LATER}
    return Dispute(code=code, subject=subject, kind=kind, **{**usual, **fields})


def result(*disputes, outcomes=("spf.none",), answers=()):
    return judged(answers, [outcome(code) for code in outcomes], disputes=disputes)


def test_a_wrong_measurement_stays_on_record_and_counts_for_nothing():
    plain, settled = result(), result(dispute(WRONG))
    (finding,) = settled.findings
    assert (finding.code, finding.severity, finding.dispute.kind) == ("spf.none", Severity.INFO, WRONG)
    assert (plain.grade.counts, settled.grade.counts) == ((0, 1, 0, 0), (0, 0, 0, 0))
    assert settled.actions == ()
    assert plain.question("sender_auth.spf").state is QuestionState.MEASURED
    assert settled.question("sender_auth.spf").state is QuestionState.UNANSWERED
    assert result(dispute(WRONG), answers=said(sender_auth__spf="yes")).question("sender_auth.spf").low == 6


def test_what_is_compensated_counts_one_severity_lower_and_earns_no_points():
    plain, settled = result(), result(dispute(COMPENSATED))
    (finding,) = settled.findings
    assert (finding.severity, finding.dispute.reason) == (Severity.MEDIUM, "r")
    assert settled.grade.counts == (0, 0, 1, 0)
    assert settled.question("sender_auth.spf") == plain.question("sender_auth.spf")
    assert settled.actions == ()


def test_what_is_accepted_changes_neither_score_nor_grade():
    plain, settled = result(), result(dispute(ACCEPTED))
    assert settled.grade == plain.grade
    assert settled.findings[0].dispute.kind is ACCEPTED
    assert settled.actions == ()


@pytest.mark.parametrize("kind", [COMPENSATED, ACCEPTED])
@pytest.mark.parametrize(("until", "holds"), [(LATER, True), (f"{TODAY}", True), (BEFORE, False), ("soon", False)])
def test_after_its_day_it_counts_again(kind, until, holds):
    settled = result(dispute(kind, until=until))
    assert (settled.findings[0].dispute is not None) is holds
    assert (settled.actions == ()) is holds
    if not holds:
        assert settled.grade == result().grade


@pytest.mark.parametrize(
    ("kind", "missing", "holds"),
    [
        *((kind, "approver", False) for kind in DisputeKind),
        (WRONG, "reason", False),
        (WRONG, "evidence", False),
        (WRONG, "until", True),
        (COMPENSATED, "reason", False),
        (COMPENSATED, "evidence", True),
        (ACCEPTED, "evidence", True),
        (ACCEPTED, "reason", True),  # as earlier files have it
    ],
)
def test_each_kind_says_what_it_must(kind, missing, holds):
    assert dispute(kind, **{missing: " "}).holds(TODAY) is holds


def test_only_the_subject_that_was_named_is_settled():
    both = [outcome("spf.none", "example.jp"), outcome("spf.none", "b.example")]
    settled = judged((), both, disputes=(dispute(WRONG),))
    assert {one.subject: one.severity for one in settled.findings} == {
        "b.example": Severity.HIGH,
        "example.jp": Severity.INFO,
    }
    assert settled.question("sender_auth.spf").state is QuestionState.MEASURED


def test_an_answer_is_changed_and_not_called_wrong():
    answers = said(access__admin_mfa="no")
    settled = result(dispute(WRONG, "access.admin_mfa.no", ""), outcomes=(), answers=answers)
    assert settled.findings == result(outcomes=(), answers=answers).findings
    milder = result(dispute(COMPENSATED, "access.admin_mfa.no", ""), outcomes=(), answers=answers)
    assert milder.findings[0].severity is Severity.MEDIUM


def test_a_wrong_measurement_contradicts_nobody():
    answers = said(sender_auth__spf="yes")
    assert result(answers=answers).contradictions
    assert result(dispute(WRONG), answers=answers).contradictions == ()


def test_what_is_settled_about_a_finding_that_is_gone_does_nothing():
    assert result(dispute(WRONG), outcomes=()) == result(outcomes=())


def test_files_of_earlier_versions_open_with_their_accepted_risks():
    old = msgspec.json.encode(assessment())
    fields = msgspec.json.decode(old)
    fields["accepted"] = [
        {"code": "spf.none", "subject": "example.jp", "reason": "r", "approver": "a", "until": "2027-01-01"}
    ]
    there = msgspec.json.decode(msgspec.json.encode(fields), type=Assessment)
    assert there.disputes == (dispute(ACCEPTED, evidence="", until="2027-01-01"),)
    assert there.disputes[0].last_day == date(2027, 1, 1)
    assert msgspec.json.decode(msgspec.json.encode(there))["accepted"][0]["kind"] == "accepted"


CODES = sorted(RULES.outcomes)


@settings(max_examples=40, deadline=None, derandomize=True, database=None)
@given(
    codes=st.lists(st.sampled_from(CODES), unique=True, max_size=6),
    code=st.sampled_from(CODES),
    kind=st.sampled_from([COMPENSATED, ACCEPTED]),
)
def test_settling_never_makes_anything_worse_and_changes_no_points(codes, code, kind):
    outcomes = tuple(outcome(one) for one in codes)
    before = judged((), outcomes)
    about = assessment(disputes=(dispute(kind, code),))
    after = assess(about, BANK, RULES, outcomes, NOW)
    assert after.grade.score_low == before.grade.score_low
    assert after.grade.lower_bound <= before.grade.lower_bound
    assert [question.low for question in after.questions] == [question.low for question in before.questions]
