"""No due date lies after the day of the thing itself; people's days win, and a day too late is said."""

from datetime import date, timedelta
from string import Formatter

import msgspec
import pytest

from fumimori import checks, resources
from fumimori.assess.plan import before, due, plan
from fumimori.grammar.rule_files import parse_rules
from fumimori.model import Basis, Event, Finding, PlanEntry, Severity
from fumimori.texts import Texts

RULES = parse_rules("test", resources.rule_files(), resources.rule_tables())
TODAY = date(2026, 11, 24)
DATED = sorted(code for code, rule in RULES.outcomes.items() if rule.event is not None)
DAYS = [TODAY + timedelta(days=days) for days in (-400, -1, 0, 1, 2, 3, 4, 5, 6, 7, 15, 31, 45, 92, 127, 400)]


def found(code, day, **fields):
    rule = RULES.outcomes[code]
    usual = {"subject": "", "control": rule.control, "severity": max(rule.severity, Severity.LOW), "work": rule.work}
    values = (("day", day.isoformat()), ("days", (day - TODAY).days))
    return Finding(code=code, basis=Basis.MEASURED, values=values, **{**usual, **fields})


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
    assert {
        code
        for probe in (*checks.walk(), *checks.readers())
        for code in (f"{probe.id}.{word}" for word in probe.outcomes)
    } >= set(DATED)


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
    (action,) = planned(found(code, later, subject="a.example:993"), found(code, soon, subject="b.example:993"))
    assert (action.day, action.due) == (soon, date(2026, 11, 26))


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
