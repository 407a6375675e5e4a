"""The undo history: earlier and later states, one step for one user action."""

import time
from collections.abc import Mapping, Sequence
from itertools import takewhile
from typing import Any

import msgspec

from fumimori.model import Assessment, Run

SEEN = frozenset({"id", "created", "attempts", "contacts", "vantages", "runs", "evidence_numbers"})
"""Fields that nobody typed: undoing takes back what was handed over, no measurement, and gives no number twice."""
ONE_STEP_S = 3.0
"""Typing in one field stays one step while the pauses are shorter, in seconds."""
STEPS = 500

_NAMES = ("question", "action", "code", "id", "number", "name")


class UndoHistory:
    """The undo and redo stacks of assessments, each with its place."""

    def __init__(self) -> None:
        self._undone: list[tuple[Assessment, object]] = []
        self._done: list[tuple[Assessment, object]] = []
        self._typing: tuple[str, ...] = ()
        self._at = 0.0

    @property
    def can_undo(self) -> bool:
        """Whether anything was said."""
        return bool(self._done)

    @property
    def can_redo(self) -> bool:
        """Whether anything was undone."""
        return bool(self._undone)

    def record(self, before: Assessment, after: Assessment, place: object) -> None:
        """`before` became `after` by what was done at `place`; a further letter in the same field is no new step."""
        changes = _changes(before, after)
        if not changes:
            return
        (where, letters), now = _typed(changes), time.monotonic()
        goes_on = bool(where) and where == self._typing and bool(self._done)
        if goes_on and not _changes(self._done[-1][0], after):
            # The field's own undoing has come back to where the typing began.
            self._done.pop()
            where = ()
        elif not (goes_on and letters and now - self._at <= ONE_STEP_S):
            self._done = [*self._done[1 - STEPS :], (before, place)]
        self._typing, self._at = where, now
        self._undone.clear()

    def undo(self, now: Assessment) -> tuple[Assessment, object] | None:
        """The assessment without the last step, and where that was made; None when there is none."""
        return self._turn(self._done, self._undone, now)

    def redo(self, now: Assessment) -> tuple[Assessment, object] | None:
        """The assessment with the step that was undone last, and its place."""
        return self._turn(self._undone, self._done, now)

    def _turn(
        self, taken: list[tuple[Assessment, object]], kept: list[tuple[Assessment, object]], now: Assessment
    ) -> tuple[Assessment, object] | None:
        if not taken:
            return None
        then, place = taken.pop()
        kept.append((now, place))
        self._typing = ()
        said = {field: getattr(then, field) for field in then.__struct_fields__ if field not in SEEN}
        if then.consent != now.consent:
            # What was withdrawn, or confirmed in another way, holds only once somebody confirms it again.
            said["consent"] = msgspec.structs.replace(then.consent, at=None)
        return msgspec.structs.replace(now, **said, runs=_runs(then.runs, now.runs)), place


def _runs(then: Sequence[Run], now: Sequence[Run]) -> tuple[Run, ...]:
    """What was handed over as it was `then`, each in its old place among all that was measured until `now`."""
    known = {run.id for run in then}
    runs = [run for run in now if not run.handed_over or run.id in known]
    there = {run.id for run in runs}
    place = 0
    for run in then:
        if run.id in there:
            place = next(at for at, one in enumerate(runs) if one.id == run.id) + 1
        elif run.handed_over:
            runs.insert(place, run)
            place += 1
    return tuple(runs)


Changes = list[tuple[tuple[str, ...], object, object]]
"""Where something differs, what stood there and what is there now."""


def _changes(before: Assessment, after: Assessment) -> Changes:
    found: Changes = []
    for field in before.__struct_fields__:
        if field not in SEEN:
            _compare((field,), getattr(before, field), getattr(after, field), found)
    read, reread = (tuple(run.id for run in one.runs if run.handed_over) for one in (before, after))
    return found if read == reread else [*found, (("runs",), read, reread)]


def _compare(where: tuple[str, ...], one: object, other: object, found: Changes) -> None:
    if one == other:
        return
    if isinstance(one, msgspec.Struct) and type(one) is type(other):
        for field in one.__struct_fields__:
            _compare((*where, field), getattr(one, field), getattr(other, field), found)
        return
    left, right = _named(one), _named(other)
    if left is not None and right is not None and left.keys() == right.keys():
        for name, record in left.items():
            _compare((*where, name), record, right[name], found)
        return
    found.append((where, one, other))


def _named(records: object) -> Mapping[str, Any] | None:
    """Records by what names them; None for anything else."""
    if not isinstance(records, tuple) or not all(isinstance(record, msgspec.Struct) for record in records):
        return None
    return {next((str(getattr(one, name)) for name in _NAMES if hasattr(one, name)), ""): one for one in records}


def _typed(changes: Changes) -> tuple[tuple[str, ...], bool]:
    """The one text that changed, and whether letters came or went in it; empty for everything else."""
    texts = [(where, one, other) for where, one, other in changes if where[-1] != "at"]
    if len(texts) != 1:
        return (), False
    where, one, other = texts[0]
    if not isinstance(one, str) or not isinstance(other, str):
        return (), False
    start = _shared(one, other)
    end = _shared(one[start:][::-1], other[start:][::-1])
    return where, start + end >= min(len(one), len(other))


def _shared(one: str, other: str) -> int:
    """The length of the common prefix."""
    return sum(1 for _ in takewhile(lambda pair: pair[0] == pair[1], zip(one, other, strict=False)))
