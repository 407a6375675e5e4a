"""How the file's tables and rows came to be: one module per version, carried out in order, in one transaction."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass

from fumimori.store.migrations import v1, v2, v3

Row = tuple[str, str, int, bytes]
"""Kind, identity, place and body."""


def _as_they_are(rows: Iterable[Row]) -> Sequence[Row]:
    return tuple(rows)


@dataclass(frozen=True, kw_only=True)
class Step:
    """What leads from one version to the next: statements for the tables, a pure function for what is in them."""

    statements: tuple[str, ...] = ()
    rows: Callable[[Iterable[Row]], Sequence[Row]] = _as_they_are


STEPS: tuple[Step, ...] = (Step(statements=v1.STATEMENTS), Step(rows=v2.rows), Step(statements=v3.STATEMENTS))
"""The step that leads from version n to n + 1, at place n."""

BLOBS_SINCE = 3
"""The version that brought the table of octets."""

VERSION = len(STEPS)
"""The version that this program writes; is in `PRAGMA user_version`."""


def brought_up(rows: Iterable[Row], version: int) -> Sequence[Row]:
    """The rows of a file of `version` as today's program writes them."""
    for step in STEPS[version:]:
        rows = step.rows(rows)
    return tuple(rows)
