"""The lines of the printed plan: neighbouring actions that are the same work at another place share one."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from fumimori.assess.plan import FIRST
from fumimori.model import Action, Finding, Outlook
from fumimori.report.context import ReportContext


@dataclass(frozen=True)
class Line:
    """One line of the plan."""

    number: int
    """The printed number of its first action."""
    actions: tuple[Action, ...]
    said: str
    """What to do, as an imperative; with the count of the other places where there are any."""

    @property
    def last(self) -> int:
        """The printed number of its last action."""
        return self.number + len(self.actions) - 1

    @property
    def printed(self) -> str:
        """Its numbers: 3, or 4–23."""
        return f"{self.number}" if len(self.actions) == 1 else f"{self.number}–{self.last}"

    @property
    def findings(self) -> tuple[Finding, ...]:
        """The findings that its actions repair."""
        return tuple(finding for action in self.actions for finding in action.findings)


def plan_lines(m: ReportContext) -> list[Line]:
    """Every action of the plan in order. Only what nobody has planned or done yet shares a line."""
    found: list[Line] = []
    before: tuple[str, ...] = ()
    for number, action in enumerate(m.result.actions, start=1):
        alike = _alike(m, action)
        if alike and alike == before:
            actions = (*found[-1].actions, action)
            found[-1] = Line(found[-1].number, actions, _everywhere(m, actions))
        else:
            found.append(Line(number, (action,), m.wording.action(action)))
        before = alike
    return found


def number_width(lines: Iterable[Line]) -> int:
    """Millimetres of the column of their numbers: 7 for one or two signs, 2 for each further one."""
    return max((7 + 2 * max(0, len(line.printed) - 3) if len(line.actions) > 1 else 7 for line in lines), default=7)


def first_lines(m: ReportContext) -> list[Line]:
    """Those that come first."""
    return plan_lines(m)[:FIRST]


def outlook(m: ReportContext) -> Outlook:
    """What finishing the lines that come first leads to."""
    expected, last = m.result.expected, max((line.last for line in first_lines(m)), default=0)
    together = m.result.actions[last - 1].together if last > FIRST else None
    return together or Outlook(letter=expected.letter, score_low=expected.score_low, score_high=expected.score_high)


def _alike(m: ReportContext, action: Action) -> tuple[str, ...]:
    """All that a line says of an action without the name of its place; empty where it must stand by itself."""
    w = m.wording
    said, place = w.action(action), w.free(action.place, 100)
    if action.entry is not None or not place:
        return ()
    return said.replace(place, "\0"), w.role(action), w.effort_and_cost(action), w.due(action), action.severity.word


def _everywhere(m: ReportContext, actions: Sequence[Action]) -> str:
    place = m.wording.free(actions[0].place, 100)
    places = m.wording.texts("words.action.and_others", place=place, count=len(actions) - 1)
    said = m.wording.action(actions[0])
    return said.replace(place, places) if place in said else said + m.wording.bracketed(places)
