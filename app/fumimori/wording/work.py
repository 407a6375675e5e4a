"""What an action takes and brings, in words: by when, for how much, what the grade becomes; everywhere alike."""

from collections.abc import Iterable, Sequence
from math import ceil

from fumimori.assess.plan import Total, steps
from fumimori.model import Action, Cost, Grade, Owner, Rules, Severity, Work
from fumimori.texts import Texts, sanitize

OUTSIDE = frozenset({Owner.MAINTENANCE, Owner.PROVIDER, Owner.DNS})
"""Owners who are somebody else: what their work costs is in a contract that nobody measured."""

COUNTED = (Severity.CRITICAL, Severity.HIGH, Severity.MEDIUM, Severity.LOW)
"""The severities of findings in the order of a grade's counts."""

_DUE_MOST = 40
_DAYS_FROM = 2
"""Days of work from which on a sum is given in days and no longer in hours."""


def cost_words(t: Texts, work: Work, *, short: bool = False) -> str:
    """What it costs; the work of somebody else is never free, it is in the contract or it is not."""
    if work.cost is Cost.NOTHING and work.owner in OUTSIDE:
        return t("words.cost.contract_short" if short else "words.cost.contract")
    return t(f"words.cost.{work.cost}")


def due_words(action: Action, renewal: str) -> str:
    """By when: the day as YYYY-MM-DD, what people agreed in words of their own, or `renewal`."""
    if action.entry and action.entry.due.strip() and action.entry.due_day is None:
        return sanitize(action.entry.due, _DUE_MOST)
    return renewal if action.due is None else action.due.isoformat()


def late_words(t: Texts, action: Action) -> str:
    """That people agreed on a day after the day of the thing itself; empty when they did not."""
    if not action.late or action.due is None or action.day is None:
        return ""
    ends = t(f"words.event.{action.event}")
    return t("words.totals.late", due=action.due.isoformat(), event=ends, day=action.day.isoformat())


def count_words(t: Texts, kinds: int, places: int) -> str:
    """The number of kinds of findings, and of places where those are more."""
    return t("words.counts.kinds" if kinds == places else "words.counts.places", kinds=kinds, places=places)


def counts_words(t: Texts, grade: Grade) -> str:
    """All open findings in one line, by severity."""
    found = [
        f"{t(f'words.severity.{severity.word}')} {count_words(t, kinds, places)}"
        for severity, kinds, places in zip(COUNTED, grade.counts, grade.places, strict=True)
    ]
    return t.listed(found)


def points_words(t: Texts, action: Action, grade: Grade) -> str:
    """How many points this action alone brings; empty when it brings none."""
    points = action.alone.score_low - grade.score_low if action.alone else 0
    return t("words.outlook.points", points=points) if points > 0 else ""


def gain_words(t: Texts, action: Action, grade: Grade) -> str:
    """What this action alone brings: points, and a better letter; empty when it changes neither."""
    points = points_words(t, action, grade)
    said = [points] if points else []
    if action.alone and action.alone.letter and grade.letter and action.alone.letter < grade.letter:
        said.append(f"{grade.letter} → {action.alone.letter}")
    return t.style.short_separator.join(said)


def outlook_words(t: Texts, actions: Sequence[Action], grade: Grade) -> str:
    """After which actions the grade gets better; empty when it does not, or while it is withheld."""
    found = steps(actions, grade)
    if not found:
        return ""
    way = " ".join(
        t("words.outlook.step_one" if step.action == 1 else "words.outlook.step", letter=step.letter, last=step.action)
        for step in found
    )
    return t("words.outlook.line", grade=grade.letter, way=way)


def totals_words(t: Texts, totals: Iterable[Total], rules: Rules) -> str:
    """The plan per owner in one line; empty when there is nothing to do."""
    said = [_total(t, total, rules) for total in totals]
    return t("words.totals.line", owners=t.listed(said)) if said else ""


def total_time(t: Texts, total: Total, rules: Rules) -> str:
    """The time that a total asks for, at least and at most: *2–5 days*, *6–11 hours*."""
    kind, time = _time(total, rules)
    return t(f"words.totals.in_{kind}", time=time)


def _total(t: Texts, total: Total, rules: Rules) -> str:
    owner = t(f"words.owner.{total.owner}").partition("（")[0]
    kind, time = _time(total, rules)
    return t(f"words.totals.{kind}", owner=owner, count=total.actions, time=time)


def _time(total: Total, rules: Rules) -> tuple[str, str]:
    """`days` or `hours`, and how many of them."""
    day = rules.number("effort.hours_of_a_day")
    kind, size = ("days", day) if total.most >= _DAYS_FROM * day else ("hours", 1)
    most = ceil(total.most / size)
    least = min(most, max(1, round(total.least / size)))
    return kind, f"{most}" if least == most else f"{least}–{most}"
