"""What was seen so far: the attempts of an assessment, read back as the facts records of their probes."""

from collections.abc import Iterable, Iterator
from typing import TypeVar

import msgspec

from fumimori.core.model import Attempt, Record, Scope, Status, Vantage

F = TypeVar("F", bound=Record)


class Seen:
    """A read-only view of attempts, with the scope and the vantage point that they belong to.

    When a probe looked at a subject more than once the newest completed attempt counts, else the newest.
    """

    def __init__(self, scope: Scope, attempts: Iterable[Attempt], vantage: Vantage | None = None) -> None:
        self.scope = scope
        self.vantage = vantage
        self._attempts: dict[tuple[str, str], Attempt] = {}
        for attempt in attempts:
            key = (attempt.probe, attempt.subject)
            known = self._attempts.get(key)
            rank = (attempt.status is Status.COMPLETED, attempt.ended)
            if known is None or rank >= (known.status is Status.COMPLETED, known.ended):
                self._attempts[key] = attempt

    def attempt(self, probe: str, subject: str) -> Attempt | None:
        """The attempt that counts for this probe and subject."""
        return self._attempts.get((probe, subject))

    def attempts(self, probe: str | None = None) -> Iterator[Attempt]:
        """All attempts that count, of one probe or of all."""
        return (attempt for attempt in self._attempts.values() if probe in (None, attempt.probe))

    def facts(self, probe: str, subject: str, kind: type[F]) -> F | None:
        """The facts of this probe about this subject; None when it was not, or could not be, looked at."""
        attempt = self.attempt(probe, subject)
        return None if attempt is None else _decoded(attempt, kind)

    def all(self, probe: str, kind: type[F]) -> Iterator[tuple[Attempt, F]]:
        """Every completed attempt of this probe with its facts."""
        for attempt in self.attempts(probe):
            facts = _decoded(attempt, kind)
            if facts is not None:
                yield attempt, facts


def _decoded(attempt: Attempt, kind: type[F]) -> F | None:
    if attempt.status is not Status.COMPLETED or attempt.facts is None:
        return None
    return msgspec.json.decode(attempt.facts, type=kind)
