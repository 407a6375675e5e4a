"""Measure again only what some findings rest on, to see whether a repair worked."""

from collections.abc import Iterable, Mapping, Sequence

from fumimori.checks.contract import Probe
from fumimori.checks.observations import Observations, host_of
from fumimori.model import Finding, Record, Result, Severity, Status

Targets = Mapping[str, frozenset[str]]
"""By probe the subjects to measure again."""


def targets(findings: Iterable[Finding], probes: Sequence[Probe[Record]], observations: Observations) -> Targets:
    """The attempts that these findings rest on: of their own probe and of those that it needs, at the same places.

    A judge may read what other probes saw at a host where its own does not: then all attempts at that host are meant.
    What was only answered rests on no attempt. Nothing is added that was not attempted before.
    """
    by_id = {probe.id: probe for probe in probes}
    found: dict[str, set[str]] = {}
    for code, subject, hosts in _places(findings):
        probe = by_id.get(code.partition(".")[0])
        if probe is None or code.count(".") != 1:
            continue
        own = _subjects_at(observations, probe.id, subject, frozenset())
        found.setdefault(probe.id, set()).update(own)
        if own and host_of(subject) != subject:
            continue  # one port, and nothing else
        for name in (probe.id, *probe.needs):
            found.setdefault(name, set()).update(_subjects_at(observations, name, subject, hosts))
        for host in hosts - {host_of(looked) for looked in found[probe.id]}:
            for name in by_id:
                found.setdefault(name, set()).update(_subjects_at(observations, name, "", frozenset({host})))
    return {name: frozenset(subjects) for name, subjects in found.items() if subjects}


def _subjects_at(observations: Observations, probe: str, subject: str, hosts: frozenset[str]) -> set[str]:
    looked = (attempt.subject for attempt in observations.attempts(probe) if attempt.subject)
    return {one for one in looked if one == subject or host_of(one) in hosts}


class RecheckResult(Record):
    """The result for findings that were measured again."""

    fixed: tuple[Finding, ...] = ()
    remaining: tuple[Finding, ...] = ()
    incomplete: bool = False
    """An attempt of the last run failed, so that the earlier result still counts."""


def recheck_result(findings: Iterable[Finding], result: Result) -> RecheckResult:
    """Which of `findings` are still there under `result`, whose last run measured them again."""
    there = {(one.code, one.subject) for one in result.findings if one.severity >= Severity.LOW}
    measured = [finding for finding in findings if finding.measured]
    last = result.runs[-1].attempts if result.runs else ()
    return RecheckResult(
        fixed=tuple(finding for finding in measured if (finding.code, finding.subject) not in there),
        remaining=tuple(finding for finding in measured if (finding.code, finding.subject) in there),
        incomplete=any(attempt.status is not Status.COMPLETED for attempt in last),
    )


def _places(findings: Iterable[Finding]) -> Iterable[tuple[str, str, frozenset[str]]]:
    """Code, subject and further hosts of each finding, of a combination those of what meets in it."""
    for finding in findings:
        values = dict(finding.values)
        named = [name for key in ("host", "hosts") for name in str(values.get(key, "")).split(", ") if name]
        for code, subject in finding.joins or ((finding.code, finding.subject),):
            at = subject.partition(" ")[0]  # of an address on a blocklist the address
            yield code, at, frozenset(named or [host_of(at)]) - {""}
