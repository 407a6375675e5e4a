"""No due date lies after the day of the thing itself; people's days win, and a day too late is said."""

from datetime import date, timedelta
from string import Formatter

import msgspec
import pytest

from fumimori import checks, resources
from fumimori.assess.judging import assess
from fumimori.assess.plan import before, due, plan
from fumimori.assess.question_state import on_the_day
from fumimori.grammar.rule_files import parse_rules
from fumimori.model import Assessment, Basis, DomainScope, Event, Finding, Outcome, PlanEntry, Scope, Severity
from fumimori.texts import Texts
from loopback.witnesses import outcome_names
from unit.assess.small import NOW

RULES = parse_rules("test", resources.rule_files(), resources.rule_tables())
TODAY = date(2026, 11, 24)
DATED = sorted(code for code, rule in RULES.outcomes.items() if rule.event is not None)
DAYS = [TODAY + timedelta(days=days) for days in (-400, -1, 0, 1, 2, 3, 4, 5, 6, 7, 15, 31, 45, 92, 127, 400)]


def found(code, day, **fields):
    rule = RULES.outcomes[code]
    usual = {"subject": "", "control": rule.control, "severity": max(rule.severity, Severity.LOW), "work": rule.work}
    usual["values"] = (("day", day.isoformat()), ("days", (day - TODAY).days))
    return Finding(code=code, basis=Basis.MEASURED, **{**usual, **fields})


def planned(*findings, entries=(), today=TODAY):
    return plan(findings, (), entries, RULES, today).actions


@pytest.mark.parametrize("language", ["ja", "en"])
def test_every_code_that_names_a_day_says_what_ends_on_it(language):
    texts = Texts(resources.root(), language)
    named = set()
    for key in texts.keys():  # noqa: SIM118 - not a mapping
        words = key.split(".")
        fields = {name for line in texts.lines(key) for _, name, _, _ in Formatter().parse(line)}
        if words[0] == "checks" and "day" in fields:
            named.add(".".join(words[1:3]))
    assert {code for code in named if RULES.outcomes[code].event is None} == set()
    every = (*checks.walk(), *checks.readers())
    known = {code for check in every for code in (f"{check.id}.{word}" for word in outcome_names(check))}
    assert known | RULES.combinations.keys() >= {code for code in DATED if not code.startswith("register_")}


@pytest.mark.parametrize("code", DATED)
def test_no_due_date_lies_after_the_day_of_the_thing_itself(code):
    for severity in (Severity.LOW, Severity.MEDIUM, Severity.HIGH, Severity.CRITICAL):
        for day in DAYS:
            (action,) = planned(found(code, day, severity=severity))
            assert action.due is not None
            assert TODAY <= action.due <= max(day, TODAY)
            assert (action.day, action.event) == (day, RULES.outcomes[code].event)
            limit = due(severity, (), RULES, TODAY)
            assert limit is None or action.due <= limit


@pytest.mark.parametrize("event", list(Event))
def test_the_day_to_be_done_by_is_a_working_day(event):
    for number in range(800):
        day = date(2027, 12, 1) + timedelta(days=number)
        by = before(event, day, RULES)
        assert by < day
        assert by.weekday() < 5


@pytest.mark.parametrize(
    ("event", "day", "by"),
    [
        (Event.CERTIFICATE, date(2026, 11, 29), date(2026, 11, 26)),  # a Sunday: Friday and Thursday before it
        (Event.CERTIFICATE, date(2026, 11, 30), date(2026, 11, 26)),
        (Event.CERTIFICATE, date(2026, 12, 2), date(2026, 11, 30)),
        (Event.CERTIFICATE, date(2028, 3, 1), date(2028, 2, 28)),  # the year has a 29 February
        (Event.REGISTRATION, date(2028, 3, 14), date(2028, 2, 29)),
        (Event.SERVICE, date(2027, 3, 31), date(2027, 3, 1)),
        (Event.SUPPORT, date(2027, 3, 30), date(2027, 2, 26)),  # a Sunday is moved back to the Friday
    ],
)
def test_margins(event, day, by):
    assert before(event, day, RULES) == by


def test_what_ends_too_soon_for_its_margin_is_to_be_done_today():
    for days in (-1, 0, 1, 2):
        (action,) = planned(found("mail_ports.certificate_urgent", TODAY + timedelta(days=days)))
        assert action.due == TODAY


def test_the_first_day_of_several_counts():
    soon, later = TODAY + timedelta(days=5), TODAY + timedelta(days=20)
    code = "mail_ports.certificate_urgent"
    (action,) = planned(found(code, later, subject="a.example:465"), found(code, soon, subject="a.example:993"))
    assert (action.day, action.due) == (soon, date(2026, 11, 26))


def test_a_day_that_was_agreed_too_late_does_not_move_it_down():
    ends = found("mail_ports.certificate_urgent", TODAY + timedelta(days=5), subject="a.example:993")
    other = found("spf.none", TODAY, severity=Severity.HIGH, values=())
    late = PlanEntry(action="certificate:a.example", due="2027-03-01")
    assert [action.id for action in planned(other, ends, entries=(late,))] == ["certificate:a.example", "zone"]


def test_an_agreed_day_wins_and_one_too_late_is_told():
    finding = found("mail_ports.certificate_urgent", date(2026, 11, 29))
    for typed, by, late in (
        ("2026-11-25", date(2026, 11, 25), False),
        ("2026年11月29日", date(2026, 11, 29), False),
        ("2026/12/24", date(2026, 12, 24), True),
        ("来月末", date(2026, 11, 26), False),
        ("", date(2026, 11, 26), False),
    ):
        (action,) = planned(finding, entries=(PlanEntry(action=finding.code, due=typed),))
        assert (action.due, action.late) == (by, late)


def test_a_day_that_is_none_and_an_old_fact_without_one_leave_the_limit():
    finding = found("mx.service_ends_soon", TODAY)
    for values in ((), (("day", "-"),), (("day", 5),)):
        (action,) = planned(msgspec.structs.replace(finding, values=values))
        assert (action.due, action.day, action.event) == (TODAY + timedelta(days=30), None, None)


def test_a_service_that_ends_within_half_a_year_is_high():
    severities = {word: RULES.outcomes[f"mx.{word}"].severity for word in ("service_ends", "service_ends_soon")}
    assert severities == {"service_ends": Severity.MEDIUM, "service_ends_soon": Severity.HIGH}


@pytest.mark.parametrize("code", DATED)
def test_a_cause_is_due_by_the_day_of_the_first_thing_that_ends_in_it(code):
    soon = TODAY + timedelta(days=9)
    rule = next((one for one in RULES.causes if code in one.codes or code.startswith(one.prefixes)), None)
    others = [other for other in RULES.outcomes if rule and (other in rule.codes or other.startswith(rule.prefixes))]
    for other in others or [code]:
        undated = found(other, TODAY, subject="a.example", severity=Severity.LOW, values=())
        actions = planned(found(code, soon, subject="a.example"), *([undated] if other != code else []))
        (action,) = (one for one in actions if any(finding.code == code for finding in one.findings))
        assert (action.day, len(actions)) == (soon, 1)
        assert action.due <= soon


def test_a_combination_of_something_that_ends_says_what_ends():
    for code, rule in RULES.combinations.items():
        events = {RULES.outcomes[one].event for group in rule.needs for one in group if one in RULES.outcomes}
        assert events - {None} <= {RULES.outcomes[code].event}


@pytest.mark.parametrize(
    ("code", "days", "severity"),
    [
        ("mx.service_ends", 184, Severity.MEDIUM),
        ("mx.service_ends", 183, Severity.MEDIUM),
        ("mx.service_ends", 182, Severity.HIGH),
        ("mx.service_ends_soon", 10, Severity.HIGH),
        ("products.os_extended", 400, Severity.INFO),
        ("products.os_extended", 182, Severity.MEDIUM),
        ("products.os_extended", -5, Severity.MEDIUM),
        ("products.os_extended_paid", 182, Severity.MEDIUM),
        ("registration.expires_soon", 40, Severity.MEDIUM),
        ("registration.expires_soon", 13, Severity.HIGH),
        ("mail_ports.certificate_soon_mx", 1, Severity.INFO),
    ],
)
def test_severity_follows_the_calendar(code, days, severity):
    day = (TODAY + timedelta(days=days)).isoformat()
    rule = RULES.outcomes[code]
    for values, expected in (((("day", day),), severity), ((), rule.severity), ((("day", "soon"),), rule.severity)):
        outcome = Outcome(code=code, subject="a.example", values=values)
        assert on_the_day(rule.severity, outcome, RULES, TODAY) is expected


def test_the_finding_is_as_severe_as_the_day_of_the_report_makes_it():
    outcome = Outcome(code="mx.service_ends", subject="a.example", values=(("day", "2027-03-31"),))
    about = Assessment(id="t", created=NOW, scope=Scope(domains=(DomainScope(name="a.example"),)))
    for moment, severity in ((NOW, Severity.HIGH), (NOW - timedelta(days=200), Severity.MEDIUM)):
        (finding,) = assess(about, (), RULES, (outcome,), moment).findings
        assert finding.severity is severity


@pytest.mark.parametrize("event", list(Event))
def test_the_first_day_of_the_calendar_is_a_day_like_any_other(event):
    assert before(event, date.min, RULES) == date.min
