"""From findings to what to do about them: grouped by root cause, in order, with the five that come first."""

from collections import Counter
from collections.abc import Collection, Iterable, Mapping, Sequence
from datetime import date, timedelta

from fumimori.assess.causes import causes, decision
from fumimori.assess.question_state import QuestionEvaluation
from fumimori.grammar.order import natural
from fumimori.model import (
    Action,
    Cost,
    Effort,
    Event,
    Finding,
    Grade,
    Owner,
    PlanEntry,
    QuestionState,
    Record,
    Rules,
    Severity,
    Work,
)
from fumimori.model.days import iso_day

FIRST = 5
"""How many actions come first, on one page."""

PER_CONTROL = 2
"""Most of them that one control may have, so that the first page is not one subject alone."""

WORKING_DAYS = (Event.CERTIFICATE, Event.POLICY_SITE)
"""What ends with a margin counted in working days; the other margins are counted in days."""

_EFFORT = {effort: rank for rank, effort in enumerate(Effort)}
_SATURDAY = 5


class Plan(Record):
    """The actions in order."""

    actions: tuple[Action, ...]

    @property
    def first(self) -> tuple[Action, ...]:
        """The actions to take first."""
        return first(self.actions)


def first(actions: Sequence[Action]) -> tuple[Action, ...]:
    """Those of a whole plan in order that window and report show as the ones to take first."""
    return tuple(actions[:FIRST])


def later(actions: Sequence[Action]) -> tuple[Action, ...]:
    """The rest of a whole plan in order."""
    return tuple(actions[FIRST:])


class Step(Record):
    """Where the grade changes on the way through the plan: the first action after which it is another one."""

    action: int
    """Its printed number."""
    letter: str


def steps(actions: Iterable[Action], grade: Grade) -> tuple[Step, ...]:
    """How the letter gets better from `grade` on, action by action; empty while it is withheld."""
    found: list[Step] = []
    best = grade.letter
    for number, action in enumerate(actions, start=1):
        letter = action.together.letter if action.together else None
        if best is not None and letter is not None and letter < best:
            found.append(Step(action=number, letter=letter))
            best = letter
    return tuple(found)


class Total(Record):
    """What the plan asks of one owner: open actions, and hours of work at least and at most."""

    owner: Owner
    actions: int
    least: float
    most: float


def totals(actions: Iterable[Action], rules: Rules) -> tuple[Total, ...]:
    """The open ones of `actions` summed up per owner, the owner with most of them first."""
    by_owner: dict[Owner, list[Effort]] = {}
    for action in actions:
        if not (action.entry and action.entry.done):
            by_owner.setdefault(action.work.owner, []).append(action.work.effort)
    found = [
        Total(
            owner=owner,
            actions=len(efforts),
            least=sum(rules.number(f"effort.{effort}_least") for effort in efforts),
            most=sum(rules.number(f"effort.{effort}_most") for effort in efforts),
        )
        for owner, efforts in by_owner.items()
    ]
    return tuple(sorted(found, key=lambda total: (-total.actions, list(Owner).index(total.owner))))


def plan(
    findings: Sequence[Finding],
    evaluations: Iterable[QuestionEvaluation],
    entries: Sequence[PlanEntry],
    rules: Rules,
    today: date,
) -> Plan:
    """All actions that `findings` and High or Critical questions without an answer call for `today`, in order.

    What was accepted as a risk on every subject needs no action. Order: open before done, then severity, due date,
    reachable from the Internet, less effort, more findings at once; then the first five are chosen so that no control
    takes more than two of them (a Critical one always may) and one with a date is among them when there is any. Whoever
    agreed on a day after the day of the thing itself does not move it down.
    """
    decided, table = {entry.action: entry for entry in entries}, tuple(evaluations)
    actions = [*_repairs(findings, decided, rules, today), *_questions_to_ask(table, decided, rules, today)]
    ordered = sorted(actions, key=_urgency)
    chosen = _first(ordered, dated={evaluation.question.id for evaluation in table if evaluation.question.dated})
    return Plan(actions=(*chosen, *(action for action in ordered if action not in chosen)))


def due(
    severity: Severity,
    findings: Iterable[Finding],
    rules: Rules,
    today: date,
    entry: PlanEntry | None = None,
) -> date | None:
    """By when something of this severity that `findings` call for is to be done; None for *at the next renewal*.

    The day that people agreed wins. Else it is the earlier of the severity's limit and the day of the thing itself
    less its margin: never before `today`, and never after the day of the thing itself unless that is past.
    """
    if entry is not None and entry.due_day is not None:
        return entry.due_day
    days = [before(event, day, rules) for event, day in _events(findings, rules)]
    if severity > Severity.LOW:
        days.append(today + timedelta(days=int(rules.number(f"scoring.due_{severity.word}_days"))))
    return max(today, min(days)) if days else None


def before(event: Event, day: date, rules: Rules) -> date:
    """The working day, Monday to Friday, by which the work for what ends on `day` is to be done."""
    margin = int(rules.number(f"calendar.{event}_days"))
    if event not in WORKING_DAYS:
        return _working_day(_earlier(day, margin))
    for _ in range(margin):
        day = _working_day(_earlier(day, 1))
    return _working_day(day)


def _earlier(day: date, days: int) -> date:
    """The date that many days before `day`; the calendar's first day, a Monday, for anything earlier."""
    return date.fromordinal(max(1, day.toordinal() - days))


def _working_day(day: date) -> date:
    """`day`, or the Friday before it."""
    return day - timedelta(days=max(0, day.weekday() - _SATURDAY + 1))


def _events(findings: Iterable[Finding], rules: Rules) -> list[tuple[Event, date]]:
    """What ends on which day, of all findings that name one; the first day first."""
    found = []
    for finding in findings:
        rule = rules.outcomes.get(finding.code)
        day = iso_day(str(dict(finding.values).get("day", "")))
        if rule is not None and rule.event is not None and day is not None:
            found.append((rule.event, day))
    return sorted(found, key=lambda one: one[1])


def _repairs(
    findings: Sequence[Finding], decided: Mapping[str, PlanEntry], rules: Rules, today: date
) -> Iterable[Action]:
    open_ones = [finding for finding in findings if finding.severity >= Severity.LOW and not finding.set_aside]
    for cause in causes(open_ones, rules):
        worst = cause.findings[0]
        event, day = next(iter(_events(cause.findings, rules)), (None, None))
        entry = decision(cause, decided)
        yield Action(
            id=cause.id,
            control=worst.control,
            severity=worst.severity,
            findings=cause.findings,
            work=cause.work,
            due=due(worst.severity, cause.findings, rules, today, entry),
            entry=entry,
            event=event,
            day=day,
            cause=cause.rule,
            place=cause.place,
        )


def _questions_to_ask(
    evaluations: Iterable[QuestionEvaluation], decided: Mapping[str, PlanEntry], rules: Rules, today: date
) -> Iterable[Action]:
    for evaluation in evaluations:
        question = evaluation.question
        if (
            evaluation.result.state is QuestionState.UNKNOWN
            and evaluation.worst_case >= Severity.HIGH
            and question.control is not None
        ):
            entry = decided.get(f"{question.id}.unknown")
            yield Action(
                id=f"{question.id}.unknown",
                control=question.control,
                severity=evaluation.severity_if_unknown,
                findings=(),
                work=Work(owner=question.work.owner, effort=Effort.MINUTES, cost=Cost.NOTHING),
                due=due(evaluation.severity_if_unknown, (), rules, today, entry),
                entry=entry,
                asks=True,
            )


def _urgency(action: Action) -> tuple[bool, int, date, bool, int, int, int, object]:
    return (
        action.entry is not None and action.entry.done,
        -action.severity,
        min(action.due or date.max, action.day or date.max),
        not action.work.exposed,
        _EFFORT[action.work.effort],
        -len(action.findings),
        action.control.number,
        natural(action.id),
    )


def _first(ordered: Sequence[Action], dated: Collection[str]) -> list[Action]:
    taken: Counter[str] = Counter()
    chosen: list[Action] = []
    for action in ordered:
        if len(chosen) < FIRST and (taken[action.control] < PER_CONTROL or action.severity is Severity.CRITICAL):
            taken[action.control] += 1
            chosen.append(action)
    rest = [action for action in ordered if action not in chosen]
    chosen += rest[: FIRST - len(chosen)]
    with_day = [action for action in ordered if any(finding.question in dated for finding in action.findings)]
    calendar = [action for action in with_day if not (action.entry and action.entry.done)]
    if calendar and not any(action in with_day for action in chosen):
        milder = [action for action in chosen if action.severity is not Severity.CRITICAL]
        if milder:
            chosen[chosen.index(milder[-1])] = calendar[0]
    return sorted(chosen, key=_urgency)
