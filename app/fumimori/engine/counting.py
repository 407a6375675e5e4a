"""Which attempts count today: the newest completed attempt at each subject that the scope still has."""

import logging
from collections.abc import Callable, Iterable, Sequence
from functools import partial
from typing import Any

import msgspec

from fumimori.checks.contract import About, Probe, Reader
from fumimori.checks.observations import Observations, host_of
from fumimori.model import Attempt, Contact, Record, Run, Scope, T

log = logging.getLogger(__name__)


def guarded(work: Callable[[], T], *, logged: bool = True) -> T | None:
    """What `work` returns; None, and a line in the log when it is to be `logged`, when a bug of our own stops it.

    For pure computations: one broken probe never hides the others, and a file always opens.
    """
    try:
        return work()
    except Exception:
        if logged:
            log.exception("a probe failed")
        return None


def failure(work: Callable[[], object]) -> Exception | None:
    """The exception of `work` on foreign input; None when it succeeds."""
    try:
        work()
    except Exception as error:  # noqa: BLE001 - any exception is the foreign file's fault
        return error
    return None


def counting(
    checks: Sequence[Probe[Record] | Reader[Any]], scope: Scope, runs: Sequence[Run], *, failed: list[str] | None = None
) -> tuple[Run, ...]:
    """The runs with only those attempts that count under `scope`, each in the run that it belongs to.

    An attempt counts when its subject is one that its probe names for this scope, from what its needs saw, or what was
    read belongs to the scope; and when no run has a newer completed one. A run of which nothing is left because the
    scope is another one now is left out; lines of the contact log go with the subjects that they were about. Probes
    stand before those that need them; one that fails to name its subjects is put into `failed`, and logged when
    somebody asks for that.
    """
    kept = _kept([check for check in checks if not isinstance(check, Reader)], scope, runs, failed)
    kept |= _read([check for check in checks if isinstance(check, Reader)], scope, runs)
    observations = Observations.of(scope, runs)
    newest = [*observations.attempts(), *(attempt for attempt, _ in observations.imports())]
    counts = {id(attempt) for attempt in newest if (attempt.probe, attempt.subject) in kept}
    narrowed = []
    for run in runs:
        out = [attempt for attempt in run.attempts if (attempt.probe, attempt.subject) not in kept]
        if out and len(out) == len(run.attempts):
            continue
        narrowed.append(
            msgspec.structs.replace(
                run,
                attempts=tuple(attempt for attempt in run.attempts if id(attempt) in counts),
                contacts=tuple(_about(run.contacts, out, kept)) if out else run.contacts,
            )
        )
    return tuple(narrowed)


def _kept(
    probes: Sequence[Probe[Record]], scope: Scope, runs: Sequence[Run], failed: list[str] | None
) -> set[tuple[str, str]]:
    """Probe and subject of all that is in scope; a probe that cannot name its subjects has none but itself."""
    kept: set[tuple[str, str]] = set()
    observations = Observations.of(scope, (msgspec.structs.replace(run, attempts=()) for run in runs))
    of_probe: dict[str, list[tuple[Run, Attempt]]] = {}
    for run in runs:
        for attempt in run.attempts:
            of_probe.setdefault(attempt.probe, []).append((run, attempt))
    for probe in probes:
        subjects = guarded(partial(_subjects, probe, observations), logged=failed is not None)
        kept.update((probe.id, subject) for subject in (("",) if subjects is None else subjects))
        if subjects is None and failed is not None:
            failed.append(probe.id)
        for run, attempt in of_probe.get(probe.id, ()):
            if (probe.id, attempt.subject) in kept:
                observations.add(run, (attempt,))
    return kept


def _subjects(probe: Probe[Record], observations: Observations) -> tuple[str, ...]:
    return tuple(probe.subjects(observations))


def _read(readers: Sequence[Reader[Any]], scope: Scope, runs: Sequence[Run]) -> set[tuple[str, str]]:
    """Reader and subject of all that was read and belongs to the scope."""
    by_id = {reader.id: reader for reader in readers}
    subjects = {(attempt.probe, attempt.subject) for run in runs for attempt in run.attempts if attempt.probe in by_id}
    return {(check, subject) for check, subject in subjects if belongs(by_id[check].about, subject, scope)}


def belongs(about: About, subject: str, scope: Scope) -> bool:
    """Whether what was read of `subject` is the assessment's: its domain or one below, or a host that it names."""
    if about is About.ORGANISATION:
        return not subject
    names = {domain.name for domain in scope.domains}
    if about is About.HOST:
        names.update(host_of(host) for host in scope.named_hosts)
        subject = host_of(subject)
    return _below(subject.rpartition("@")[2], names)


def _about(contacts: Iterable[Contact], out: Iterable[Attempt], kept: Iterable[tuple[str, str]]) -> Iterable[Contact]:
    """The contacts without those that only served subjects that are out of scope."""
    still = {host_of(subject) for _, subject in kept} - {""}
    gone = {host_of(attempt.subject) for attempt in out} - still - {""}
    for contact in contacts:
        named = (contact.target.partition(" ")[0], contact.detail.rpartition(" ")[2].rstrip("."))
        if not any(_below(name, gone) and not _below(name, still) for name in named):
            yield contact


def _below(name: str, hosts: set[str]) -> bool:
    """Whether `name` is one of `hosts` or a name below one."""
    labels = name.split(".")
    return any(".".join(labels[start:]) in hosts for start in range(len(labels)))
