"""What was seen so far: the attempts that count, read back as facts, each with the run that it belongs to."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Generic, Self, TypeVar

import msgspec

from fumimori.model import Assessment, Attempt, Outcome, Record, Run, RunKind, Scope, Status, Tool, Values, Vantage

NamedOutcome = tuple[str, Values]
"""An outcome's name in the `rules.toml` of its check, and its values; `judge` adds check and subject."""
F = TypeVar("F", bound=Record)
F_co = TypeVar("F_co", bound=Record, covariant=True)


@dataclass(frozen=True)
class FactsKey(Generic[F_co]):
    """What one check is called, and the type of its facts; each check's `facts.py` holds its own."""

    check: str
    kind: type[F_co]

    def outcome(self, name: str, subject: str, values: Values = (), *, tool: Tool | None = None) -> Outcome:
        """The outcome that the check's `rules.toml` calls `name`."""
        return Outcome(code=f"{self.check}.{name}", subject=subject, values=values, tool=tool)

    def outcomes(
        self, subject: str, named: Iterable[NamedOutcome], *common: tuple[str, str | int]
    ) -> Iterator[Outcome]:
        """One for each of `named`; the values in `common` come before its own."""
        return (self.outcome(name, subject, (*common, *values)) for name, values in named)


class Observations:
    """A read-only view of attempts under a scope; each is judged under the vantage point of its own run.

    When a probe looked at a subject more than once, whatever the runs, the newest completed attempt counts, else the
    newest. Parts of a subject, as several messages of one domain are, count side by side.

    What another tool saw is kept apart: it fills nothing in unless one check asks for its own (`with_imports`), so that
    no other check concludes anything from it.
    """

    def __init__(self, scope: Scope, attempts: Iterable[Attempt], vantage: Vantage | None = None) -> None:
        """The attempts of one run with this `vantage`."""
        self.scope = scope
        self.vantage = vantage
        """The vantage point of the newest run: what the next attempt has to expect."""
        self._attempts: dict[tuple[str, str, str], tuple[Attempt, Vantage | None]] = {}
        self._overtaken: dict[tuple[str, str, str], list[Attempt]] = {}
        """What does not count any more because a newer look was completed."""
        self._imports: dict[tuple[str, str, str, str], tuple[Attempt, Tool]] = {}
        self._filled: dict[tuple[str, str, str], tuple[Attempt, Tool]] = {}
        """Those of the imports that count here, because this program did not look."""
        self._count(attempts, vantage)

    @classmethod
    def of(cls, scope: Scope, runs: Iterable[Run]) -> Self:
        """The attempts of all `runs`, oldest first."""
        observations = cls(scope, ())
        for run in runs:
            if run.tool is None and run.kind is RunKind.MEASURED:
                observations.vantage = run.vantage
            observations.add(run, run.attempts)
        return observations

    @classmethod
    def of_assessment(cls, assessment: Assessment) -> Self:
        """The attempts of all runs of `assessment` under its scope."""
        return cls.of(assessment.scope, assessment.runs)

    def add(self, run: Run, attempts: Iterable[Attempt]) -> None:
        """Count these attempts of `run` too; of each check, older runs come before newer ones."""
        if run.tool is None:
            self._count(attempts, run.vantage)
        else:
            self._import(attempts, run.tool)

    def _count(self, attempts: Iterable[Attempt], vantage: Vantage | None) -> None:
        for attempt in attempts:
            key = (attempt.probe, attempt.subject, attempt.part)
            known = self._attempts.get(key)
            newest = known is None or _rank(attempt) >= _rank(known[0])
            if known is not None:
                self._overtaken.setdefault(key, []).append(known[0] if newest else attempt)
            if newest:
                self._attempts[key] = (attempt, vantage)

    def _import(self, attempts: Iterable[Attempt], tool: Tool) -> None:
        for attempt in attempts:
            key = (attempt.probe, attempt.subject, attempt.part, tool.name)
            known = self._imports.get(key)
            if attempt.status is Status.COMPLETED and (known is None or _rank(attempt) >= _rank(known[0])):
                self._imports[key] = (attempt, tool)

    def with_imports(self, check: str) -> "Observations":
        """The same, with what other tools saw of this check's subjects where this program has no completed attempt."""
        mine = sorted((one for one in self._imports.values() if one[0].probe == check), key=lambda one: one[0].ended)
        if not mine:
            return self
        filled = Observations(self.scope, (), self.vantage)
        filled._attempts, filled._imports = dict(self._attempts), self._imports
        filled._overtaken = self._overtaken
        for attempt, tool in mine:
            key = (attempt.probe, attempt.subject, attempt.part)
            own = self._attempts.get(key)
            if own is None or own[0].status is not Status.COMPLETED:
                filled._attempts[key] = (attempt, None)
                filled._filled[key] = (attempt, tool)
        return filled

    def imports(self) -> Iterator[tuple[Attempt, Tool]]:
        """What other tools saw, whether or not this program looked too; of each tool the newest."""
        yield from self._imports.values()

    def tool_of(self, attempt: Attempt) -> Tool | None:
        """The other tool that looked; None for this program, and for an attempt that does not count here."""
        known = self._filled.get((attempt.probe, attempt.subject, attempt.part))
        return known[1] if known and known[0] is attempt else None

    def tool_behind(self, check: str, subject: str) -> Tool | None:
        """The other tool that last looked for this check at this subject, else at its host, else anywhere."""
        mine = sorted(
            (one for one in self._filled.values() if one[0].probe == check),
            key=lambda one: (one[0].subject == subject, host_of(one[0].subject) == host_of(subject), one[0].ended),
        )
        return mine[-1][1] if mine else None

    def attempt(self, probe: str, subject: str) -> Attempt | None:
        """The attempt that counts for this check and subject; one that is a part of the subject is not."""
        known = self._attempts.get((probe, subject, ""))
        return known[0] if known else None

    def attempts(self, probe: str | None = None) -> Iterator[Attempt]:
        """All attempts that count, of one probe or of all."""
        return (attempt for attempt, _ in self._attempts.values() if probe in (None, attempt.probe))

    def vantage_of(self, attempt: Attempt) -> Vantage | None:
        """The vantage point of this attempt's run; None when it is not known."""
        known = self._attempts.get((attempt.probe, attempt.subject, attempt.part))
        return known[1] if known else None

    def inside(self, attempt: Attempt, host: str = "") -> bool:
        """Whether what `attempt` looked at (or `host`, when its subject is none) is in the network it looked from."""
        vantage = self.vantage_of(attempt)
        return vantage is not None and vantage.holds(host or host_of(attempt.subject))

    def facts(self, key: FactsKey[F], subject: str) -> F | None:
        """The facts of this check about this subject; None when it was not, or could not be, looked at."""
        attempt = self.attempt(key.check, subject)
        return None if attempt is None else _decoded(attempt, key.kind)

    def earlier(self, key: FactsKey[F], subject: str) -> Iterator[tuple[Attempt, F]]:
        """The completed looks of this check at this subject before the one that counts, the newest first."""
        for attempt in sorted(
            self._overtaken.get((key.check, subject, ""), ()), key=lambda one: one.ended, reverse=True
        ):
            facts = _decoded(attempt, key.kind)
            if facts is not None:
                yield attempt, facts

    def all(self, key: FactsKey[F], subject: str | None = None) -> Iterator[tuple[Attempt, F]]:
        """Every completed attempt of this check, at one subject or at all, with its facts."""
        for attempt in self.attempts(key.check):
            facts = _decoded(attempt, key.kind) if subject in (None, attempt.subject) else None
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
