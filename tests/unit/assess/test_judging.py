"""What was seen and said leads to the right findings, open points and control results."""

from datetime import timedelta

import msgspec
import pytest

from fumimori.assess.judging import assess
from fumimori.model import (
    Attempt,
    Basis,
    Control,
    Dispute,
    DomainScope,
    Owner,
    Scope,
    Severity,
    Status,
    Verdict,
    Work,
)
from loopback.recorded_runs import run_of
from unit.assess.small import BANK, NOW, OWN, RENTAL, RULES, assessment, judged, outcome, said


def codes(result):
    return [(finding.code, finding.subject, finding.severity.word) for finding in result.findings]


def test_every_subject_has_a_finding_of_its_own_the_worst_first():
    result = judged((), [outcome("spf.neutral", "a.example"), outcome("spf.none", "b.example"), outcome("spf.note")])
    expected = [
        ("spf.none", "b.example", "high"),
        ("spf.neutral", "a.example", "medium"),
        ("spf.note", "example.jp", "info"),
    ]
    assert codes(result) == expected


def test_what_is_all_right_is_good_and_no_finding():
    result = judged((), [outcome("spf.valid")])
    assert (codes(result), [good.code for good in result.good]) == ([], ["spf.valid"])


def test_the_same_outcome_twice_is_one_finding():
    assert len(judged((), [outcome("spf.none"), outcome("spf.none", value=2)]).findings) == 1


def test_an_answer_finds_what_its_option_says():
    result = judged(said(access__admin_mfa={"value": "no", "confidence": "guess"}))
    (finding,) = result.findings
    assert (finding.code, finding.subject, finding.basis) == ("access.admin_mfa.no", "", Basis.ANSWERED)
    assert (finding.severity, finding.confidence) == (Severity.HIGH, "guess")


def test_an_unknown_is_an_open_point_and_no_finding():
    result = judged(said(access__admin_mfa={"value": None, "who_knows": "IT", "due": "2026-12-01"}))
    (point,) = [point for point in result.open_points if point.kind == "unknown"]
    assert (point.question, point.who, point.due) == ("access.admin_mfa", "IT", "2026-12-01")
    assert (codes(result), point.severity) == ([], Severity.MEDIUM)


def test_the_hosting_of_the_domain_decides_the_severity_of_a_measured_fault():
    scope = Scope(domains=(DomainScope(name="a.example"), DomainScope(name="b.example", hosting=RENTAL)))
    case = msgspec.structs.replace(assessment(), scope=scope)
    outcomes = (outcome("mail_ports.login_in_clear", "a.example"), outcome("mail_ports.login_in_clear", "b.example"))
    result = assess(case, BANK, RULES, outcomes, NOW)
    assert [finding.severity for finding in result.findings] == [Severity.HIGH, Severity.MEDIUM]


def test_the_hosting_decides_the_severity_of_an_answer():
    (finding,) = judged(said(protocols__login_before_tls="no"), hosting=RENTAL).findings
    assert finding.severity is Severity.MEDIUM


def test_one_fault_is_not_found_twice_by_saying_what_was_measured():
    result = judged(said(sender_auth__spf="no"), [outcome("spf.none")])
    assert codes(result) == [("spf.none", "example.jp", "high")]


def test_an_open_contradiction_shows_both_and_the_worse_counts():
    result = judged(said(sender_auth__spf="yes"), [outcome("spf.none")])
    (finding,), (contradiction,) = result.findings, result.contradictions
    assert finding.basis is Basis.CONTRADICTION
    assert (contradiction.question, contradiction.answer) == ("sender_auth.spf", "yes")
    assert (contradiction.outcome.code, contradiction.severity) == ("spf.none", Severity.HIGH)
    assert result.open_points[0].kind == "contradiction"


def test_an_answer_worse_than_the_measurement_is_found_until_it_is_settled():
    answers = said(sender_auth__spf="no")
    assert codes(judged(answers, [outcome("spf.valid")])) == [("sender_auth.spf.no", "", "high")]
    settled = said(sender_auth__spf={"value": "no", "settled": "measurement"})
    assert codes(judged(settled, [outcome("spf.valid")])) == []


def test_a_measurement_that_somebody_showed_to_err_stays_on_record_and_costs_nothing():
    answers = said(sender_auth__spf={"value": "yes", "settled": "answer"})
    result = judged(answers, [outcome("spf.none")])
    assert codes(result) == [("spf.none", "example.jp", "info")]
    assert result.question("sender_auth.spf").low == 6.0
    assert result.contradictions == ()


def test_an_outcome_without_a_question_limits_the_grade_and_no_score():
    without, with_it = judged(), judged((), [outcome("relay.open", "mail.example.jp")])
    assert with_it.grade.letter == "E"
    assert with_it.grade.score_low == without.grade.score_low
    assert with_it.control(Control.FIREWALL).worst is Severity.CRITICAL


def test_an_outcome_that_no_rule_knows_is_a_mistake_of_ours():
    with pytest.raises(KeyError):
        judged((), [outcome("spf.unheard_of")])


def test_several_servers_with_one_fault_count_once_for_the_grade():
    many = [outcome("mail_ports.login_in_clear", f"mail.example.jp:{port}") for port in (110, 143, 587, 993, 995, 25)]
    result = judged((), many)
    assert (len(result.findings), result.grade.counts) == (6, (0, 1, 0, 0))


@pytest.mark.parametrize(
    ("approver", "until", "expected"),
    [
        ("owner", "2027-06-30", True),
        ("owner", "2026-11-24", True),
        ("owner", "2026-11-23", False),
        (" ", "2027-06-30", False),
        ("owner", "", False),
        ("owner", "31.12.2035", False),
        ("owner", "来年3月", False),
        ("owner", "next year", False),
        ("owner", "9999", False),
        ("owner", "2027-02-30", False),
        ("owner", "2027-06-30 or later", False),
        ("owner", " 2027-06-30 ", True),
    ],
)
def test_a_risk_is_accepted_by_somebody_until_a_day_and_stays_in_the_score(approver, until, expected):
    risk = Dispute(code="spf.none", subject="example.jp", reason="moving", approver=approver, until=until)
    plain, result = judged((), [outcome("spf.none")]), judged((), [outcome("spf.none")], disputes=(risk,))
    assert (result.findings[0].dispute is not None) is expected
    assert result.grade == plain.grade


def test_what_somebody_decided_to_live_with_is_not_repaired_by_the_plan():
    risk = Dispute(code="spf.none", subject="a.example", reason="x", approver="owner", until="2027-06-30")
    both = [outcome("spf.none", "a.example"), outcome("spf.none", "b.example")]
    assert judged((), both).expected.counts == (0, 0, 0, 0)
    result = judged((), both, disputes=(risk,))
    assert [action.id for action in result.actions] == ["spf.none"]
    assert result.expected.counts == (0, 1, 0, 0)


def test_a_wrong_name_is_a_key_that_is_not_there():
    with pytest.raises(KeyError):
        judged().question("access.unheard_of")


def test_what_could_not_be_looked_at_is_an_open_point_with_its_reason():
    attempt = Attempt(
        probe="mail_ports",
        subject="mail.example.jp:25",
        status=Status.NOT_TESTABLE_HERE,
        started=NOW,
        ended=NOW + timedelta(seconds=1),
        reason="port25_blocked",
    )
    (point,) = [point for point in judged(runs=(run_of(attempt),)).open_points if point.kind == "not_measured"]
    assert (point.probe, point.subject, point.reason) == ("mail_ports", "mail.example.jp:25", "port25_blocked")


def test_nothing_about_the_surroundings_is_scored_or_found():
    result = judged(said(surroundings__mail_at_rest="no"))
    assert (codes(result), result.question("surroundings.mail_at_rest").weight) == ([], 0)


def test_a_control_out_of_scope_has_no_score():
    control = judged(hosting=RENTAL).control(Control.SSH)
    assert (control.verdict, control.score_low) == (Verdict.NOT_APPLICABLE, None)


def test_a_control_counts_its_questions_answers_and_open_points():
    control = judged(said(sender_auth__dkim=None), [outcome("spf.valid")]).control(Control.SENDER_AUTH)
    assert (control.questions, control.answered, control.open_points) == (2, 2, 1)


def test_too_many_questions_set_aside_are_told():
    nothing = {"value": "not_applicable", "reason": "other"}
    result = judged(said(people__training=nothing, access__admin_mfa=nothing))
    assert 0 < result.grade.not_applicable_share < 0.2


def test_the_expected_grade_is_that_without_the_first_five():
    answers = said(
        access__admin_mfa="no",
        sender_auth__dkim="no",
        people__training="no",
        updates__service_end="no",
        defaults__admin_passwords="yes",
        firewall__open_relay="yes",
        firewall__alerts="yes",
        ssh__used="no",
        signing__signed="yes",
        signing__certificate_list="yes",
        mta_sts__policy_certificate="yes",
    )
    measured = ["spf.valid", "mta_sts.valid", "mta_sts.matches", "banner.plain"]
    login = said(protocols__login_before_tls="yes")
    result = judged((*answers, *login), [outcome(code) for code in measured])
    assert (result.grade.letter, result.expected.letter, result.expected.score_low) == ("C", "B", 100)
    assert result.expected.reason == "verified"


def test_a_repaired_finding_leaves_its_question_at_what_else_is_wrong_with_it():
    rules = {**RULES.outcomes, "spf.many": msgspec.structs.replace(RULES.outcomes["spf.none"], code="spf.many")}
    more = msgspec.structs.replace(RULES, outcomes=rules)
    outcomes = [outcome(code) for code in ("spf.none", "spf.many", "spf.neutral")]
    result = assess(assessment(), BANK, more, outcomes, NOW)
    assert result.expected.score_low >= result.grade.score_low


@pytest.mark.parametrize(
    ("hosting", "usual", "owner"),
    [
        (OWN, "provider", "maintenance"),
        (RENTAL, "maintenance", "provider"),
        (OWN, "dns", "dns"),
        (RENTAL, "dns", "dns"),
        (None, "provider", "provider"),
    ],
)
def test_the_hosting_says_who_repairs_a_measured_fault(hosting, usual, owner):
    rule = msgspec.structs.replace(RULES.outcomes["spf.none"], work=Work(owner=Owner(usual)))
    rules = msgspec.structs.replace(RULES, outcomes={**RULES.outcomes, "spf.none": rule})
    result = assess(assessment((), hosting=hosting), BANK, rules, [outcome("spf.none")], NOW)
    assert [finding.work.owner for finding in result.findings] == [owner]
