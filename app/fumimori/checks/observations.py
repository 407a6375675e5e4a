"""What was seen so far: the attempts that count, read back as facts, each with the run that it belongs to."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Generic, Self, TypeVar

import msgspec

from fumimori.model import Assessment, Attempt, Record, Run, RunKind, Scope, Status, Vantage

F = TypeVar("F", bound=Record)
F_co = TypeVar("F_co", bound=Record, covariant=True)


@dataclass(frozen=True)
class FactsKey(Generic[F_co]):
    """Under which name one check's facts are kept, and what they are; each check's `facts.py` holds its own."""

    check: str
    kind: type[F_co]


class Observations:
    """A read-only view of attempts under a scope; each is judged under the vantage point of its own run.

    When a probe looked at a subject more than once, in whatever runs, the newest completed attempt counts, else the
    newest. Parts of a subject, as several messages of one domain are, count side by side.
    """

    def __init__(self, scope: Scope, attempts: Iterable[Attempt], vantage: Vantage | None = None) -> None:
        """The attempts of one run that stood at `vantage`."""
        self.scope = scope
        self.vantage = vantage
        """Where the newest run stands: what a look that is still to come has to reckon with."""
        self._attempts: dict[tuple[str, str, str], tuple[Attempt, Vantage | None]] = {}
        self._count(attempts, vantage)

    @classmethod
    def of(cls, scope: Scope, runs: Iterable[Run]) -> Self:
        """The attempts of all `runs`, the oldest first."""
        observations = cls(scope, ())
        for run in runs:
            if run.kind is RunKind.MEASURED:
                observations.vantage = run.vantage
            observations._count(run.attempts, run.vantage)
        return observations

    @classmethod
    def of_assessment(cls, assessment: Assessment) -> Self:
        """The attempts of all runs of `assessment` under its scope."""
        return cls.of(assessment.scope, assessment.runs)

    def _count(self, attempts: Iterable[Attempt], vantage: Vantage | None) -> None:
        for attempt in attempts:
            key = (attempt.probe, attempt.subject, attempt.part)
            known = self._attempts.get(key)
            if known is None or _rank(attempt) >= _rank(known[0]):
                self._attempts[key] = (attempt, vantage)

    def attempt(self, probe: str, subject: str) -> Attempt | None:
        """The attempt that counts for this check and subject; one that is a part of the subject is not."""
        known = self._attempts.get((probe, subject, ""))
        return known[0] if known else None

    def attempts(self, probe: str | None = None) -> Iterator[Attempt]:
        """All attempts that count, of one probe or of all."""
        return (attempt for attempt, _ in self._attempts.values() if probe in (None, attempt.probe))

    def vantage_of(self, attempt: Attempt) -> Vantage | None:
        """Where the run of this attempt stood; None when that is not known."""
        known = self._attempts.get((attempt.probe, attempt.subject, attempt.part))
        return known[1] if known else None

    def inside(self, attempt: Attempt, host: str = "") -> bool:
        """Whether what `attempt` looked at (or `host`, when its subject is none) lies in the network it looked from."""
        vantage = self.vantage_of(attempt)
        return vantage is not None and vantage.holds(host or host_of(attempt.subject))

    def facts(self, key: FactsKey[F], subject: str) -> F | None:
        """The facts of this check about this subject; None when it was not, or could not be, looked at."""
        attempt = self.attempt(key.check, subject)
        return None if attempt is None else _decoded(attempt, key.kind)

    def all(self, key: FactsKey[F]) -> Iterator[tuple[Attempt, F]]:
        """Every completed attempt of this check with its facts."""
        for attempt in self.attempts(key.check):
            facts = _decoded(attempt, key.kind)
            if facts is not None:
                yield attempt, facts


def host_of(subject: str) -> str:
    """The host of a subject: of `host:port`, `[IPv6]:port`, a bare name or a bare address."""
    host, _, port = subject.rpartition(":")
    if port.isdecimal() and host and (":" not in host or host.startswith("[")):
        return host.strip("[]")
    return subject.strip("[]")


def _rank(attempt: Attempt) -> tuple[bool, datetime]:
    return attempt.status is Status.COMPLETED, attempt.ended


def _decoded(attempt: Attempt, kind: type[F]) -> F | None:
    if attempt.status is not Status.COMPLETED or attempt.facts is None:
        return None
    return msgspec.json.decode(attempt.facts, type=kind)
