"""The plan puts first what matters most, mixes the controls, and never forgets a date."""

from collections import Counter
from datetime import timedelta
from types import SimpleNamespace

import msgspec
import pytest

from fumimori.__main__ import bank
from fumimori.assess.plan import FIRST, Total, due, first, later, plan, totals
from fumimori.model import Basis, Control, Cost, Dispute, Effort, Finding, Owner, PlanEntry, Severity, Work
from unit.assess.small import NOW, RULES, judged, outcome, said

TODAY = NOW.date()
CRITICAL, HIGH, MEDIUM, LOW = Severity.CRITICAL, Severity.HIGH, Severity.MEDIUM, Severity.LOW


def finding(code, severity, control=Control.SENDER_AUTH, *, subject="", **fields):
    work = Work(effort=fields.pop("effort", Effort.HOURS), exposed=fields.pop("exposed", False))
    return Finding(
        code=code, subject=subject, control=control, severity=severity, basis=Basis.MEASURED, work=work, **fields
    )


def order(*findings, entries=()):
    return [action.id for action in plan(findings, (), entries, RULES, TODAY).actions]


def test_severity_then_exposure_then_effort_then_number():
    findings = (
        finding("few", MEDIUM, Control.PEOPLE),
        finding("many", MEDIUM, Control.ACCESS, subject="a"),
        finding("many", MEDIUM, Control.ACCESS, subject="b"),
        finding("quick", MEDIUM, Control.SSH, effort=Effort.MINUTES),
        finding("exposed", MEDIUM, Control.FIREWALL, exposed=True, effort=Effort.DAYS),
        finding("bad", HIGH, Control.UPDATES, effort=Effort.DAYS),
    )
    assert order(*findings) == ["bad", "exposed", "quick", "many", "few"]


def test_one_control_takes_two_of_the_first_five_when_others_wait():
    findings = [finding(f"a{number}", HIGH) for number in range(4)]
    findings += [
        finding(f"b{number}", MEDIUM, control)
        for number, control in enumerate((Control.SSH, Control.PEOPLE, Control.ACCESS))
    ]
    first = plan(findings, (), (), RULES, TODAY).first
    assert Counter(action.control for action in first)[Control.SENDER_AUTH] == 2


def test_a_critical_one_always_comes_first():
    findings = [finding(f"c{number}", CRITICAL) for number in range(3)] + [finding("x", HIGH, Control.SSH)]
    assert set(order(*findings)[:3]) == {"c0", "c1", "c2"}


def test_the_first_five_are_filled_up_when_nothing_else_is_there():
    assert len(plan([finding(f"a{number}", HIGH) for number in range(7)], (), (), RULES, TODAY).first) == 5


def test_one_with_a_date_is_among_the_first_five():
    findings = [finding(f"a{number}", HIGH, control) for number, control in enumerate(list(Control)[:6])]
    dated = finding("ends", LOW, Control.UPDATES, question="updates.service_end")
    end = next(question for question in bank() if question.id == "updates.service_end")
    assert end.dated
    evaluation = SimpleNamespace(question=end, result=SimpleNamespace(state=None))
    assert "ends" not in [action.id for action in plan([*findings, dated], (), (), RULES, TODAY).first]
    actions = plan([*findings, dated], [evaluation], (), RULES, TODAY)
    assert "ends" in [action.id for action in actions.first]
    assert sorted(action.id for action in actions.actions) == sorted(["ends", *(f"a{number}" for number in range(6))])


def test_first_and_later_are_the_whole_plan_cut_once():
    actions = plan([finding(f"a{number}", HIGH) for number in range(7)], (), (), RULES, TODAY).actions
    assert (len(first(actions)), (*first(actions), *later(actions))) == (FIRST, actions)
    assert (first(actions[:3]), later(actions[:3])) == (actions[:3], ())


def test_facts_for_information_need_no_action():
    assert order(finding("note", Severity.INFO)) == []


def test_what_is_done_goes_last_and_keeps_its_entry():
    done = PlanEntry(action="bad", owner_name="x", done=True)
    actions = plan((finding("bad", HIGH), finding("mild", LOW)), (), (done,), RULES, TODAY).actions
    assert [(action.id, action.entry) for action in actions] == [("mild", None), ("bad", done)]


def test_an_accepted_risk_needs_no_action():
    risk = Dispute(code="bad", subject="", reason="r", approver="a", until="2027-01-01")
    assert order(finding("bad", HIGH, dispute=risk)) == []


@pytest.mark.parametrize(("severity", "days"), [(CRITICAL, 7), (HIGH, 30), (MEDIUM, 90)])
def test_the_severity_sets_the_day(severity, days):
    assert due(severity, (), RULES, TODAY) == TODAY + timedelta(days=days)


def test_what_is_low_waits_for_the_next_renewal():
    assert due(LOW, (), RULES, TODAY) is None


def test_of_two_as_severe_the_sooner_one_comes_first():
    later_on = PlanEntry(action="a", due="2026-12-24")
    sooner = PlanEntry(action="b", due="2026/12/1")
    findings = (finding("a", HIGH, exposed=True), finding("b", HIGH, Control.SSH))
    assert order(*findings, entries=(later_on, sooner)) == ["b", "a"]


def test_totals_count_what_is_open_per_owner():
    def by(owner, code, **fields):
        made = finding(code, HIGH, **fields)
        return msgspec.structs.replace(made, work=msgspec.structs.replace(made.work, owner=owner))

    findings = (
        by(Owner.MAINTENANCE, "a", effort=Effort.MINUTES),
        by(Owner.MAINTENANCE, "b", effort=Effort.DAYS),
        by(Owner.DNS, "c", effort=Effort.HALF_DAY),
        by(Owner.DNS, "d"),
    )
    done = PlanEntry(action="d", done=True)
    actions = plan(findings, (), (done,), RULES, TODAY).actions
    assert totals(actions, RULES) == (
        Total(owner=Owner.MAINTENANCE, actions=2, least=16.25, most=40.5),
        Total(owner=Owner.DNS, actions=1, least=3, most=5),
    )
    assert totals((), RULES) == ()


def test_finding_out_is_an_action_where_not_knowing_could_hide_something_serious():
    result = judged(said(access__admin_mfa=None, people__training=None))
    (action,) = result.actions
    assert (action.id, action.asks, action.severity) == ("access.admin_mfa.unknown", True, MEDIUM)
    assert (action.work.effort, action.work.cost, action.findings) == (Effort.MINUTES, Cost.NOTHING, ())


def test_findings_with_one_cause_are_one_action():
    result = judged((), [outcome("spf.none", "a.example"), outcome("spf.none", "b.example")])
    (action,) = result.actions
    assert (action.id, [finding.subject for finding in action.findings]) == ("spf.none", ["a.example", "b.example"])
