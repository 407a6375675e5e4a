"""What window and command line are handed to work with: probes, rules, questions and the network."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Any

import msgspec

from fumimori.assess import registers as register_joins
from fumimori.assess.absent import about_existing
from fumimori.assess.judging import assess, reconciled
from fumimori.checks.contract import Probe, Reader
from fumimori.checks.observations import Observations
from fumimori.checks.tables.ports import port_matrix
from fumimori.engine.counting import counting, guarded
from fumimori.model import (
    Assessment,
    Attempt,
    Outcome,
    PortRow,
    Question,
    QuestionResult,
    Record,
    Register,
    Result,
    Rules,
    Run,
    Scope,
    Status,
    Tool,
)
from fumimori.network import Network
from fumimori.network.tls import CertificateChain

OUR_BUG = "our_bug"
"""The reason of an attempt that a bug of our own made worthless."""


@dataclass(frozen=True, kw_only=True)
class NetworkSettings:
    """How a run connects to the network."""

    resolver: str | None = None
    """`IP[:PORT]`, `tls://IP[:PORT][#name]` or `https://host/path`; None for the system's."""
    second_resolver: str | None = None
    """Another one to compare with, in the same forms."""
    dnssec_anchor: Path | None = None
    """The root's DS or DNSKEY records in zone-file text instead of those of the public root."""
    ca_file: Path | None = None
    """Trusted roots in PEM instead of the system's."""
    control_hosts: tuple[str, ...] | None = None
    """`HOST` or `HOST:PORT` for the port-25 test; None for the two usual ones."""
    thorough: bool = False
    """List every suite and group, with many more connections."""
    from_outside: bool = False
    """A person's word that this machine is not in the target's network, although the addresses look like it."""


@dataclass(frozen=True, kw_only=True)
class Judged:
    """What follows from the runs alone, whatever people answered."""

    runs: tuple[Run, ...]
    """With only those attempts that count; those of a probe whose judge failed say so (OUR_BUG)."""
    outcomes: tuple[Outcome, ...]
    ports: tuple[PortRow, ...]
    of: tuple[tuple[Run, ...], Scope]
    """The runs and the scope that were judged."""


def _unknown_chain(_ders: Sequence[bytes], _at: datetime) -> CertificateChain:
    return CertificateChain(certificates=(), trusted=False, trust_error="other")


@dataclass(frozen=True, kw_only=True)
class Toolkit:
    """Everything that turns a scope into attempts and attempts into a result; put together once, by `__main__`."""

    probes: tuple[Probe[Record], ...]
    rules: Rules
    bank: tuple[Question, ...]
    open_network: Callable[[NetworkSettings], Network]
    registers: tuple[Register, ...] = ()
    """What the registers are made of, in the order that they are shown in."""
    readers: tuple[Reader[Any], ...] = ()
    chain: Callable[[Sequence[bytes], datetime], CertificateChain] = _unknown_chain
    """What certificates (DER, the leaf first) are worth at a moment, by the authorities that this system trusts."""

    _last: list[Judged] = field(default_factory=list, init=False, repr=False, compare=False)
    """The last judgement: an answer that is typed does not make anything that a server said be read again."""

    @property
    def checks(self) -> tuple[Probe[Record] | Reader[Any], ...]:
        """Probes and readers."""
        return (*self.probes, *self.readers)

    def outcomes(self, assessment: Assessment) -> tuple[Outcome, ...]:
        """What all judges say about everything that counts under today's scope."""
        return self.judged(assessment).outcomes

    def observations(self, assessment: Assessment) -> Observations:
        """What was seen of today's scope, in all runs."""
        return Observations.of(assessment.scope, self.judged(assessment).runs)

    def assess(self, assessment: Assessment, moment: datetime, judged: Judged | None = None) -> Result:
        """All that follows from `assessment` under today's rules and today's scope. Never raises for what was seen.

        `judged` is an earlier judgement to go by instead, where a new one would take too long.
        """
        judged = judged or self.judged(assessment)
        of_today, outcomes = self._of_today(assessment, moment, judged)
        result = assess(of_today, self.bank, self.rules, outcomes, moment)
        return msgspec.structs.replace(result, ports=judged.ports)

    def questions(self, assessment: Assessment, moment: datetime, judged: Judged) -> tuple[QuestionResult, ...]:
        """Where every question stands under `assessment`, as `assess` says."""
        of_today, outcomes = self._of_today(assessment, moment, judged)
        table = reconciled(of_today, self.bank, self.rules, outcomes, moment).table
        return tuple(evaluation.result for evaluation in table)

    def _of_today(
        self, assessment: Assessment, moment: datetime, judged: Judged
    ) -> tuple[Assessment, tuple[Outcome, ...]]:
        """The assessment with what counts of its runs, and every outcome, those of its registers too."""
        of_today = msgspec.structs.replace(assessment, runs=judged.runs)
        seen = Observations.of(assessment.scope, judged.runs)
        return of_today, (*judged.outcomes, *register_joins.outcomes(of_today, seen, self.rules, moment.date()))

    def judged(self, assessment: Assessment) -> Judged:
        """What all judges say, each on its own: one that fails is logged, and its probe's attempts become OUR_BUG."""
        for known in self._last:
            if known.of[0] is assessment.runs and known.of[1] is assessment.scope:
                return known
        judged = self._judge(assessment.runs, assessment.scope)
        self._last[:] = [judged]
        return judged

    def _judge(self, runs: tuple[Run, ...], scope: Scope) -> Judged:
        failed: list[str] = []
        narrowed = counting(self.checks, scope, runs, failed=failed)
        observations = Observations.of(scope, narrowed)
        outcomes: list[Outcome] = []
        for check in self.checks if narrowed else ():
            said = guarded(lambda check=check: said_of(check, observations, self.rules))  # type: ignore[misc]
            if said is None:
                failed.append(check.id)
            else:
                outcomes += said
        if failed and narrowed:
            narrowed = _marked(narrowed, failed)
            observations = Observations.of(scope, narrowed)
        ports = guarded(lambda: port_matrix(observations, self.rules))
        return Judged(runs=narrowed, outcomes=about_existing(outcomes), ports=ports or (), of=(runs, scope))


def said_of(check: Probe[Any] | Reader[Any], observations: Observations, rules: Rules) -> tuple[Outcome, ...]:
    """What the check's judge says of this program's attempts, then what only another tool's result adds, marked so."""
    own = tuple(check.judge(observations, rules))
    filled = observations.with_imports(check.id)
    if filled is observations:
        return own
    known = {(one.code, one.subject) for one in own}
    added = (one for one in check.judge(filled, rules) if (one.code, one.subject) not in known)
    return (*own, *(_by_tool(one, filled.tool_behind(check.id, one.subject)) for one in added))


def _by_tool(outcome: Outcome, tool: Tool | None) -> Outcome:
    return outcome if outcome.tool else msgspec.structs.replace(outcome, tool=tool)


def _marked(runs: tuple[Run, ...], failed: Sequence[str]) -> tuple[Run, ...]:
    """The runs, where what these probes saw counts as not seen, by our own mistake."""
    marked = tuple(
        msgspec.structs.replace(run, attempts=tuple(_spoiled(a) if a.probe in failed else a for a in run.attempts))
        for run in runs
    )
    present = {attempt.probe for run in marked for attempt in run.attempts}
    last = marked[-1]
    added = tuple(
        Attempt(
            probe=probe,
            subject="",
            status=Status.OUR_BUG,
            reason=OUR_BUG,
            started=last.ended,
            ended=last.ended,
        )
        for probe in failed
        if probe not in present
    )
    return (*marked[:-1], msgspec.structs.replace(last, attempts=(*last.attempts, *added)))


def _spoiled(attempt: Attempt) -> Attempt:
    if attempt.status is not Status.COMPLETED:
        return attempt
    return msgspec.structs.replace(attempt, status=Status.OUR_BUG, reason=OUR_BUG, facts=None)
