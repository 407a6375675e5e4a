"""One measurement: every probe as soon as what it needs is there, each attempt ends, whatever happens."""

import asyncio
import contextlib
import logging
import uuid
from collections.abc import Callable, Coroutine, Sequence
from dataclasses import dataclass, field
from typing import Any, Generic

import msgspec

from fumimori import __version__
from fumimori.assess.senders import registered_selectors
from fumimori.checks.contract import Probe, ProbeContext
from fumimori.checks.observations import Observations
from fumimori.engine.consent import Grounds, Refused, Target, allowed, allowed_file, planned
from fumimori.engine.counting import counting
from fumimori.engine.recheck import Targets
from fumimori.engine.toolkit import NetworkSettings, Toolkit
from fumimori.grammar.spf_macros import reverse_name
from fumimori.model import Assessment, Attempt, ConsentLevel, Contact, Record, Run, Status, T, Vantage
from fumimori.network import Allowance, BudgetSpentError, Network, Notes, NotObserved, NotTestableHere
from fumimori.network.deadline import Deadline
from fumimori.network.together import together

log = logging.getLogger(__name__)

AT_ONCE = 64
"""Attempts that run at the same time; the network itself limits the rate per host."""

ADDRESSES_NAMED = 3
"""Addresses of a host whose names are asked for."""

SETTLE_SECONDS = 5.0
"""Grace period for queries that nobody waits for any more when the last attempt has ended."""

EVIDENCE_LIMIT = 64
"""Exchanges kept per attempt; the contact log keeps count of all of them."""


class Progress(Record):
    """A progress event of a measurement."""

    probe: str
    subject: str
    state: str
    """`waiting`, `running` or `done`."""
    status: Status | None = None
    reason: str = ""
    done: int = 0
    total: int = 0


class Measurement(Record):
    """The result of a measurement."""

    run: Run

    @property
    def attempts(self) -> tuple[Attempt, ...]:
        """Every attempt, in the order in which they ended."""
        return self.run.attempts

    @property
    def contacts(self) -> tuple[Contact, ...]:
        """The contact log."""
        return self.run.contacts

    @property
    def vantage(self) -> Vantage | None:
        """Its vantage point."""
        return self.run.vantage

    @property
    def cancelled(self) -> bool:
        """Whether somebody stopped it."""
        return self.run.cancelled

    @property
    def saw_something(self) -> bool:
        """Whether anybody outside answered: an attempt without anybody to ask is completed and saw nothing."""
        return any(attempt.status is Status.COMPLETED and attempt.evidence for attempt in self.attempts)

    def added_to(self, assessment: Assessment) -> Assessment:
        """The assessment with this run behind the older ones; which attempts count is decided when they are judged."""
        return msgspec.structs.replace(assessment, runs=(*assessment.runs, self.run))


Observer = Callable[[Progress], None]


async def measure(
    toolkit: Toolkit,
    assessment: Assessment,
    network: Network,
    settings: NetworkSettings,
    *,
    observer: Observer = lambda _progress: None,
    cancel: asyncio.Event | None = None,
    only: Sequence[str] | None = None,
    again: Targets | None = None,
) -> Measurement:
    """Run the probes (all, or those in `only` with their needs) against the assessment's scope.

    With `again` nothing but those attempts, as far as the scope still wants them; what they need is taken from the runs
    before. The consent is asked in every case.

    Ends when every attempt has ended; after `cancel` is set, what did not end is CANCELLED. Never raises for what a
    server does; a bug of our own in one probe becomes OUR_BUG and leaves the others alone.
    """
    run = _Run(toolkit, assessment, network, settings, observer, again)
    return await run.run(cancel or asyncio.Event(), only)


@dataclass
class _Run:
    toolkit: Toolkit
    assessment: Assessment
    network: Network
    settings: NetworkSettings
    observer: Observer
    again: Targets | None = None
    attempts: list[Attempt] = field(default_factory=list)
    notes: list[Notes] = field(default_factory=list)
    vantage: Vantage | None = None
    inside: dict[str, asyncio.Task[bool]] = field(default_factory=dict)
    """Host by host, whether it is in this machine's own network."""
    total: int = 0
    cancelling: bool = False

    async def run(self, cancel: asyncio.Event, only: Sequence[str] | None) -> Measurement:
        self.id, self.started = str(uuid.uuid4()), self.network.now()
        self.slots, self.vantage_set = asyncio.Semaphore(AT_ONCE), asyncio.Event()
        plans = planned(self.toolkit, self.assessment, thorough=self.settings.thorough)
        self.allowance = Allowance(most=sum(plan.connections for plan in plans if plan.allowed))
        wanted = _with_needs(self.toolkit.probes, only)
        if self.again is not None:
            wanted = [probe for probe in wanted if probe.id in self.again]
        around = asyncio.create_task(self.probe_environment())
        tasks: dict[str, asyncio.Task[None]] = {}
        for probe in wanted:
            needs = [tasks[need] for need in probe.needs if need in tasks]
            tasks[probe.id] = asyncio.create_task(self.probe(probe, needs))
        stop = asyncio.create_task(cancel.wait())
        everything: asyncio.Future[list[None]] = asyncio.gather(around, *tasks.values())
        waiting: set[asyncio.Future[Any]] = {everything, stop}
        try:
            await asyncio.wait(waiting, return_when=asyncio.FIRST_COMPLETED)
        finally:
            stop.cancel()
            if not everything.done():
                self.cancelling = True
                everything.cancel()
                with contextlib.suppress(asyncio.CancelledError):
                    await everything
            # after a bug of our own the others are still under way
            rest = (around, *tasks.values(), *self.inside.values())
            for task in rest:
                task.cancel()
            await asyncio.gather(*rest, return_exceptions=True)
            await self.settle()
        if not self.cancelling:
            everything.result()
        return Measurement(run=self.so_far())

    def so_far(self) -> Run:
        return Run(
            id=self.id,
            started=self.started,
            ended=self.network.now(),
            vantage=self.known_vantage(),
            consent=self.assessment.consent,
            scope=self.assessment.scope,
            program=__version__,
            rules=self.toolkit.rules.version,
            attempts=tuple(self.attempts),
            contacts=self.contacts(),
            cancelled=self.cancelling,
        )

    def observations(self) -> Observations:
        """What counts so far: nothing that is out of scope leads to a host that may not be asked any more."""
        scope, run = self.assessment.scope, self.so_far()
        observations = Observations.of(scope, counting(self.toolkit.checks, scope, (*self.assessment.runs, run)))
        observations.vantage = run.vantage
        return observations

    def known_vantage(self) -> Vantage | None:
        """The vantage point with the hosts that were found to be inside."""
        hosts = [host for host, task in self.inside.items() if task.done() and not task.cancelled() and task.result()]
        if self.vantage is None or not hosts:
            return self.vantage
        known = (*self.vantage.inside_hosts, *hosts)
        return msgspec.structs.replace(self.vantage, inside=True, inside_hosts=tuple(sorted(set(known))))

    async def find_inside(self, hosts: Sequence[str]) -> None:
        """Find out of each host, once, whether it is inside; before anything about it is judged."""
        if self.settings.from_outside:
            return
        for host in hosts:
            if host and host not in self.inside:
                self.inside[host] = asyncio.create_task(self.lies_inside(host))
        await asyncio.gather(*(asyncio.shield(self.inside[host]) for host in hosts if host))

    async def lies_inside(self, host: str) -> bool:
        return await self.network.for_attempt(self.noting()).lies_inside(host)

    def noting(self, allowance: Allowance | None = None) -> Notes:
        """New notes, whose contacts are kept whatever becomes of the attempt."""
        notes = Notes(allowance=allowance)
        self.notes.append(notes)
        return notes

    async def settle(self) -> None:
        """Wait briefly for what this run began, then cancel the rest; after a cancel at once."""
        while under_way := [task for notes in self.notes for task in notes.under_way if not task.done()]:
            if not self.cancelling:
                await asyncio.wait(under_way, timeout=SETTLE_SECONDS)
            for task in under_way:
                task.cancel()
            await asyncio.wait(under_way)

    def contacts(self) -> tuple[Contact, ...]:
        """Everybody who was contacted, in the order of time."""
        return tuple(sorted((one for notes in self.notes for one in notes.contacts), key=lambda one: one.at))

    async def probe_environment(self) -> None:
        try:
            ended = await _guarded(self.detect_vantage())
            if ended.value is not None:
                self.vantage = ended.value
        finally:
            self.vantage_set.set()

    async def detect_vantage(self) -> Vantage:
        """The vantage point of this run; nobody but the resolver is asked before ordinary connections are confirmed."""
        scope = self.assessment.scope
        named = (*scope.mail_hosts, *(domain.name for domain in scope.domains))
        connecting = self.assessment.consent.confirmed_level >= ConsentLevel.CONNECTIONS
        return await self.network.for_attempt(self.noting()).probe_environment(
            named,
            control_hosts=self.settings.control_hosts if connecting else (),
            from_outside=self.settings.from_outside,
            early=self.vantage_known,
        )

    def vantage_known(self, vantage: Vantage) -> None:
        self.vantage = vantage
        self.vantage_set.set()

    async def probe(self, probe: Probe[Record], needs: list[asyncio.Task[None]]) -> None:
        for need in needs:
            await asyncio.shield(need)
        if probe.consent >= ConsentLevel.CONNECTIONS:
            await self.vantage_set.wait()
        observations = self.observations()
        ended = await _guarded(_subjects(probe, observations))
        if ended.value is None:
            now = self.network.now()
            failed = Attempt(
                probe=probe.id, subject="", status=ended.status, reason=ended.reason, started=now, ended=now
            )
            self.ended(probe, "", failed)
            return
        subjects = ended.value
        if self.again is not None:
            subjects = tuple(subject for subject in subjects if subject in self.again[probe.id])
        self.total += len(subjects)
        for subject in subjects:
            self.tell(probe, subject, "waiting")
        grounds = Grounds.of(self.toolkit, self.assessment, observations)
        if probe.consent >= ConsentLevel.CONNECTIONS:
            await self.find_inside([probe.host(subject) for subject in subjects])
        await together(*(self.attempt(probe, subject, observations, grounds) for subject in subjects))
        takers = probe.deliveries(self.observations(), self.toolkit.rules)
        await self.find_inside([host for taker in takers for host in taker.hosts])

    async def attempt(self, probe: Probe[Record], subject: str, observations: Observations, grounds: Grounds) -> None:
        notes = self.noting(self.allowance if probe.consent >= ConsentLevel.CONNECTIONS else None)
        network, started = self.network.for_attempt(notes), self.network.now()
        ended: _Ended[msgspec.Raw] = _Ended(status=Status.CANCELLED, reason="cancelled")
        context = ProbeContext(
            network=network,
            observations=observations,
            rules=self.toolkit.rules,
            thorough=self.settings.thorough,
            selectors=registered_selectors(self.assessment.registers),
            may_fetch=lambda host, domain: allowed_file(host, domain, grounds),
        )
        try:
            refused = allowed(probe.consent, Target(host=probe.host(subject)), grounds)
            if isinstance(refused, Refused):
                ended = _Ended(status=Status.NOT_TESTABLE_HERE, reason=refused.why)
                return
            async with self.slots:
                self.tell(probe, subject, "running")
                started = network.now()
                ended = await _guarded(_facts(probe, subject, context, grounds, notes))
        finally:
            self.ended(
                probe,
                subject,
                Attempt(
                    probe=probe.id,
                    subject=subject,
                    status=ended.status,
                    reason=ended.reason,
                    started=started,
                    ended=network.now(),
                    facts=ended.value,
                    evidence=tuple(notes.exchanges[:EVIDENCE_LIMIT]),
                ),
            )

    def ended(self, probe: Probe[Record], subject: str, attempt: Attempt) -> None:
        self.attempts.append(attempt)
        self.tell(probe, subject, "done", attempt)

    def tell(self, probe: Probe[Record], subject: str, state: str, attempt: Attempt | None = None) -> None:
        self.observer(
            Progress(
                probe=probe.id,
                subject=subject,
                state=state,
                status=attempt.status if attempt else None,
                reason=attempt.reason if attempt else "",
                done=len(self.attempts),
                total=self.total,
            )
        )


@dataclass(frozen=True, kw_only=True)
class _Ended(Generic[T]):
    """How a piece of work ended: with a value when COMPLETED, else with the reason."""

    status: Status
    reason: str = ""
    value: T | None = None


async def _guarded(work: Coroutine[Any, Any, T]) -> _Ended[T]:
    try:
        return _Ended(status=Status.COMPLETED, value=await work)
    except NotObserved as not_observed:
        return _Ended(status=not_observed.status, reason=not_observed.reason)
    except BudgetSpentError:
        return _Ended(status=Status.NOT_TESTABLE_HERE, reason="budget_spent")
    except TimeoutError:
        return _Ended(status=Status.TIMED_OUT, reason="attempt_timeout")
    except Exception:
        # A broad catch, as in engine.counting for the judges: one broken probe never hides the others.
        log.exception("a probe failed")
        return _Ended(status=Status.OUR_BUG, reason="our_bug")


async def _facts(
    probe: Probe[Record], subject: str, context: ProbeContext, grounds: Grounds, notes: Notes
) -> msgspec.Raw:
    async with asyncio.timeout(probe.timeout) as timeout:
        notes.deadline = Deadline(timeout=timeout)
        if probe.consent >= ConsentLevel.AUTHORISED:
            decision = allowed(probe.consent, await _addressed(probe.host(subject), context), grounds)
            if isinstance(decision, Refused):
                raise NotTestableHere(decision.why, decision.detail)
        return msgspec.Raw(msgspec.json.encode(await probe.collect(subject, context)))


async def _addressed(host: str, context: ProbeContext) -> Target:
    """The host with what DNS says about it, from the same answers that the attempt itself will get."""
    addresses = await context.network.addresses(host)
    if host in addresses:
        return Target(host=host, addresses=addresses, names=await _names(addresses, context))
    alias = (await context.network.dns(host, "A")).canonical_name
    return Target(host=host, addresses=addresses, alias=alias, names=await _names(addresses, context))


async def _names(addresses: Sequence[str], context: ProbeContext) -> tuple[str, ...]:
    """The names of the first addresses (PTR), as far as they could be had."""
    names: list[str] = []
    for address in addresses[:ADDRESSES_NAMED]:
        with contextlib.suppress(NotObserved):
            names += (await context.network.dns(reverse_name(address), "PTR")).records
    return tuple(name.rstrip(".").lower() for name in names)


async def _subjects(probe: Probe[Record], observations: Observations) -> tuple[str, ...]:
    return tuple(dict.fromkeys(probe.subjects(observations)))


def _with_needs(probes: Sequence[Probe[Record]], only: Sequence[str] | None) -> list[Probe[Record]]:
    wanted = {probe.id for probe in probes} if only is None else set(only)
    for probe in reversed(probes):
        if probe.id in wanted:
            wanted.update(probe.needs)
    return [probe for probe in probes if probe.id in wanted]
