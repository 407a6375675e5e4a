"""From findings to what to do about them: grouped by root cause, in order, with the five that come first."""

from collections import Counter
from collections.abc import Collection, Iterable, Mapping, Sequence

from fumimori.assess.question_state import Standing
from fumimori.model import Action, Cost, Effort, Finding, PlanEntry, QuestionState, Record, Rules, Severity, Work

FIRST = 5
"""How many actions come first, on one page."""

PER_CONTROL = 2
"""At most so many of them for one control, so that the first page is not one subject alone."""

_EFFORT = {effort: rank for rank, effort in enumerate(Effort)}


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


def plan(
    findings: Sequence[Finding], standings: Iterable[Standing], entries: Sequence[PlanEntry], rules: Rules
) -> Plan:
    """All actions that `findings` and High or Critical questions without an answer call for, in order.

    What was accepted as a risk on every subject needs no action. Order: open before done, then severity, reachable
    from the Internet, less effort, more findings at once; then the first five are chosen so that no control takes
    more than two of them (a Critical one always may) and one with a date is among them when there is any.
    """
    decided, table = {entry.action: entry for entry in entries}, tuple(standings)
    actions = [*_repairs(findings, decided, rules), *_questions_to_ask(table, decided, rules)]
    ordered = sorted(actions, key=_urgency)
    chosen = _first(ordered, dated={standing.question.id for standing in table if standing.question.dated})
    return Plan(actions=(*chosen, *(action for action in ordered if action not in chosen)))


def due_days(severity: Severity, rules: Rules) -> int | None:
    """Days in which a finding of this severity is to be put right; None for *at the next renewal*."""
    if severity <= Severity.LOW:
        return None
    return int(rules.number(f"scoring.due_{severity.word}_days"))


def _repairs(findings: Sequence[Finding], decided: Mapping[str, PlanEntry], rules: Rules) -> Iterable[Action]:
    by_code: dict[str, list[Finding]] = {}
    for finding in findings:
        if finding.severity >= Severity.LOW:
            by_code.setdefault(finding.code, []).append(finding)
    for code, group in by_code.items():
        still_open = [finding for finding in group if finding.accepted is None]
        if not still_open:
            continue
        worst = max(still_open, key=lambda finding: finding.severity)
        yield Action(
            id=code,
            control=worst.control,
            severity=worst.severity,
            findings=tuple(still_open),
            work=worst.work,
            due_days=due_days(worst.severity, rules),
            entry=decided.get(code),
        )


def _questions_to_ask(
    standings: Iterable[Standing], decided: Mapping[str, PlanEntry], rules: Rules
) -> Iterable[Action]:
    for standing in standings:
        question = standing.question
        if (
            standing.result.state is QuestionState.UNKNOWN
            and standing.feared >= Severity.HIGH
            and question.control is not None
        ):
            yield Action(
                id=f"{question.id}.unknown",
                control=question.control,
                severity=standing.pending,
                findings=(),
                work=Work(owner=question.work.owner, effort=Effort.MINUTES, cost=Cost.NOTHING),
                due_days=due_days(standing.pending, rules),
                entry=decided.get(f"{question.id}.unknown"),
                asks=True,
            )


def _urgency(action: Action) -> tuple[bool, int, bool, int, int, int, str]:
    return (
        action.entry is not None and action.entry.done,
        -action.severity,
        not action.work.exposed,
        _EFFORT[action.work.effort],
        -len(action.findings),
        action.control.number,
        action.id,
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
