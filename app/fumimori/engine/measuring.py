"""One measurement: every probe as soon as what it needs is there, each attempt with an end, whatever happens."""

import asyncio
import contextlib
import logging
import uuid
from collections.abc import Callable, Coroutine, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Generic, TypeVar

import msgspec

from fumimori import __version__
from fumimori.core.model import Assessment, Attempt, ConsentLevel, Contact, Record, Run, Status, Vantage
from fumimori.core.network import Network, Notes, NotSeen
from fumimori.core.seen import Seen, host_of
from fumimori.engine.counting import counting
from fumimori.engine.instruments import Instruments, NetworkSettings
from fumimori.probes import mx
from fumimori.probes.contract import Look, Probe

T = TypeVar("T")

log = logging.getLogger(__name__)

AT_ONCE = 64
"""Attempts that run at the same time; politeness towards a single host is kept by the network itself."""

EVIDENCE_LIMIT = 64
"""Exchanges kept per attempt; the contact log keeps count of all of them."""


class Progress(Record):
    """A step of a measurement, for whoever watches."""

    probe: str
    subject: str
    state: str
    """`waiting`, `running` or `done`."""
    status: Status | None = None
    reason: str = ""
    done: int = 0
    total: int = 0


class Planned(Record):
    """What a measurement of this scope would do, for the list that people see before they start."""

    probe: str
    consent: ConsentLevel
    allowed: bool
    connections: int = 0
    """TCP connections that one host will see at the most; 0 for probes that only ask DNS or public files."""


class Measurement(Record):
    """What a measurement brought home."""

    run: Run

    @property
    def attempts(self) -> tuple[Attempt, ...]:
        """Every look, in the order in which they ended."""
        return self.run.attempts

    @property
    def contacts(self) -> tuple[Contact, ...]:
        """The contact log."""
        return self.run.contacts

    @property
    def vantage(self) -> Vantage | None:
        """Where it stood."""
        return self.run.vantage

    @property
    def cancelled(self) -> bool:
        """Whether somebody stopped it."""
        return self.run.cancelled

    @property
    def saw_something(self) -> bool:
        """Whether anybody outside answered: a look that had nobody to ask is completed and saw nothing."""
        return any(attempt.status is Status.COMPLETED and attempt.evidence for attempt in self.attempts)

    def added_to(self, assessment: Assessment) -> Assessment:
        """The assessment with this run behind the older ones; which looks count is decided when they are judged."""
        return msgspec.structs.replace(assessment, runs=(*assessment.runs, self.run))


Observer = Callable[[Progress], None]


def allowed_level(assessment: Assessment, seen: Seen | None = None) -> ConsentLevel:
    """How far this assessment may go: what was consented, never beyond ordinary connections on somebody else's server.

    Level 3 also needs the word that the server is the organisation's own. While the hosting is not known, what the
    MX probe saw decides.
    """
    consent = assessment.consent
    level = consent.level
    if level >= ConsentLevel.AUTHORISED and not (consent.name.strip() and consent.role.strip()):
        return ConsentLevel.CONNECTIONS
    if level >= ConsentLevel.RELAY and not consent.own_server:
        level = ConsentLevel.AUTHORISED
    hosting = assessment.scope.hosting
    if hosting is None and seen is not None:
        guesses = [facts.hosting for _, facts in seen.all("mx", mx.Facts) if facts.hosting is not None]
        hosting = guesses[0] if guesses else None
    if hosting is not None and not hosting.own_server:
        return min(level, ConsentLevel.CONNECTIONS)
    return level


def planned(instruments: Instruments, assessment: Assessment) -> tuple[Planned, ...]:
    """Every probe, and whether the consent lets it run."""
    level = allowed_level(assessment)
    return tuple(
        Planned(probe=probe.id, consent=probe.consent, allowed=probe.consent <= level, connections=probe.connections)
        for probe in instruments.probes
    )


def registries(instruments: Instruments, assessment: Assessment) -> tuple[str, ...]:
    """The hosts of the registries that will be asked about the scope's domains, for the list of third parties."""
    from fumimori.probes import registration

    services = (registration.service_for(domain.name, instruments.rules) for domain in assessment.scope.domains)
    return tuple(dict.fromkeys(service.split("/")[2] for service in services if service))


async def measure(
    instruments: Instruments,
    assessment: Assessment,
    network: Network,
    settings: NetworkSettings,
    *,
    observer: Observer = lambda _progress: None,
    cancel: asyncio.Event | None = None,
    only: Sequence[str] | None = None,
) -> Measurement:
    """Run the probes (all, or those in `only` with their needs) against the assessment's scope.

    Ends when every attempt has ended; after `cancel` is set, what did not end is CANCELLED. Never raises for what a
    server does; a fault of ours in one probe becomes OUR_BUG and leaves the others alone.
    """
    return await _Run(instruments, assessment, network, settings, observer).run(cancel or asyncio.Event(), only)


@dataclass
class _Run:
    instruments: Instruments
    assessment: Assessment
    network: Network
    settings: NetworkSettings
    observer: Observer
    attempts: list[Attempt] = field(default_factory=list)
    contacts: list[Contact] = field(default_factory=list)
    vantage: Vantage | None = None
    inside: dict[str, asyncio.Task[bool]] = field(default_factory=dict)
    """Host by host, whether it lies in this machine's own network."""
    total: int = 0
    cancelling: bool = False

    async def run(self, cancel: asyncio.Event, only: Sequence[str] | None) -> Measurement:
        self.id, self.started = str(uuid.uuid4()), self.network.now()
        self.slots = asyncio.Semaphore(AT_ONCE)
        self.standing = asyncio.Event()
        wanted = _with_needs(self.instruments.probes, only)
        around = asyncio.create_task(self.look_around())
        tasks: dict[str, asyncio.Task[None]] = {}
        for probe in wanted:
            tasks[probe.id] = asyncio.create_task(self.probe(probe, [tasks[need] for need in probe.needs]))
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
            # after a fault of ours the others are still under way
            rest = (around, *tasks.values(), *self.inside.values())
            for task in rest:
                task.cancel()
            await asyncio.gather(*rest, return_exceptions=True)
        if not self.cancelling:
            everything.result()
        return Measurement(run=self.so_far())

    def so_far(self) -> Run:
        return Run(
            id=self.id,
            started=self.started,
            ended=self.network.now(),
            vantage=self.stood(),
            consent=self.assessment.consent,
            scope=self.assessment.scope,
            program=__version__,
            rules=self.instruments.rules.version,
            attempts=tuple(self.attempts),
            contacts=tuple(self.contacts),
            cancelled=self.cancelling,
        )

    def seen(self) -> Seen:
        """What counts so far: nothing that is out of scope leads to a host that may not be asked any more."""
        scope, run = self.assessment.scope, self.so_far()
        seen = Seen.of(scope, counting(self.instruments.probes, scope, (*self.assessment.runs, run)))
        seen.vantage = run.vantage
        return seen

    def stood(self) -> Vantage | None:
        """The vantage point with the hosts that were found to lie inside."""
        hosts = [host for host, task in self.inside.items() if task.done() and not task.cancelled() and task.result()]
        if self.vantage is None or not hosts:
            return self.vantage
        known = (*self.vantage.inside_hosts, *hosts)
        return msgspec.structs.replace(self.vantage, inside=True, inside_hosts=tuple(sorted(set(known))))

    async def find_inside(self, hosts: Sequence[str]) -> None:
        """Find out of each host, once, whether it lies inside; before anything about it is judged."""
        if self.settings.from_outside:
            return
        for host in hosts:
            if host and host not in self.inside:
                self.inside[host] = asyncio.create_task(self.lies_inside(host))
        await asyncio.gather(*(asyncio.shield(self.inside[host]) for host in hosts if host))

    async def lies_inside(self, host: str) -> bool:
        notes = Notes()
        try:
            return await self.network.for_attempt(notes).lies_inside(host)
        finally:
            self.contacts.extend(notes.contacts)

    async def look_around(self) -> None:
        notes = Notes()
        try:
            scope = self.assessment.scope
            targets = (*scope.mail_hosts, *(domain.name for domain in scope.domains))
            self.vantage = await self.network.for_attempt(notes).look_around(
                targets,
                control_hosts=self.settings.control_hosts,
                from_outside=self.settings.from_outside,
                early=self.stands,
            )
        finally:
            self.standing.set()
            self.contacts.extend(notes.contacts)

    def stands(self, vantage: Vantage) -> None:
        self.vantage = vantage
        self.standing.set()

    async def probe(self, probe: Probe, needs: list[asyncio.Task[None]]) -> None:
        for need in needs:
            await asyncio.shield(need)
        if probe.consent >= ConsentLevel.CONNECTIONS:
            await self.standing.wait()
        seen = self.seen()
        ended = await _guarded(_subjects(probe, seen))
        if ended.value is None:
            self.ended(probe, "", _unlooked(probe, "", self.network.now(), ended))
            return
        subjects = ended.value
        self.total += len(subjects)
        for subject in subjects:
            self.tell(probe, subject, "waiting")
        if probe.consent > allowed_level(self.assessment, seen):
            for subject in subjects:
                self.ended(probe, subject, _unlooked(probe, subject, self.network.now(), _NO_CONSENT))
            return
        if probe.consent >= ConsentLevel.CONNECTIONS:
            await self.find_inside([host_of(subject) for subject in subjects])
        await asyncio.gather(*(self.attempt(probe, subject, seen) for subject in subjects))
        if probe.id == mx.PROBE.id:
            facts = (self.seen().facts(mx.PROBE.id, subject, mx.Facts) for subject in subjects)
            await self.find_inside([host for one in facts if one is not None for host in one.mail_hosts])

    async def attempt(self, probe: Probe, subject: str, seen: Seen) -> None:
        notes = Notes()
        network = self.network.for_attempt(notes)
        started = network.now()
        ended: _Ended[msgspec.Raw] = _Ended(status=Status.CANCELLED, reason="cancelled")
        try:
            async with self.slots:
                self.tell(probe, subject, "running")
                started = network.now()
                look = Look(network=network, seen=seen, rules=self.instruments.rules, thorough=self.settings.thorough)
                ended = await _guarded(_facts(probe, subject, look))
        finally:
            self.contacts.extend(notes.contacts)
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

    def ended(self, probe: Probe, subject: str, attempt: Attempt) -> None:
        self.attempts.append(attempt)
        self.tell(probe, subject, "done", attempt)

    def tell(self, probe: Probe, subject: str, state: str, attempt: Attempt | None = None) -> None:
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


_NO_CONSENT: _Ended[Any] = _Ended(status=Status.NOT_TESTABLE_HERE, reason="consent")


async def _guarded(work: Coroutine[Any, Any, T]) -> _Ended[T]:
    try:
        return _Ended(status=Status.COMPLETED, value=await work)
    except NotSeen as not_seen:
        return _Ended(status=not_seen.status, reason=not_seen.reason)
    except TimeoutError:
        return _Ended(status=Status.TIMED_OUT, reason="attempt_timeout")
    except Exception:
        # The one broad catch of the program: one broken probe never hides the others.
        log.exception("a probe failed")
        return _Ended(status=Status.OUR_BUG, reason="our_bug")


async def _facts(probe: Probe, subject: str, look: Look) -> msgspec.Raw:
    async with asyncio.timeout(probe.timeout):
        return msgspec.Raw(msgspec.json.encode(await probe.collect(subject, look)))


async def _subjects(probe: Probe, seen: Seen) -> tuple[str, ...]:
    return tuple(dict.fromkeys(probe.subjects(seen)))


def _unlooked(probe: Probe, subject: str, now: datetime, ended: _Ended[Any]) -> Attempt:
    return Attempt(probe=probe.id, subject=subject, status=ended.status, reason=ended.reason, started=now, ended=now)


def _with_needs(probes: Sequence[Probe], only: Sequence[str] | None) -> list[Probe]:
    if only is None:
        return list(probes)
    wanted = set(only)
    for probe in reversed(probes):
        if probe.id in wanted:
            wanted.update(probe.needs)
    return [probe for probe in probes if probe.id in wanted]
