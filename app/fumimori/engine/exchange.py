"""The scan as JSON: what other programs read, and what a measurement made elsewhere is imported from."""

import hashlib
from collections.abc import Iterable, Sequence
from datetime import UTC, datetime
from typing import Any

import msgspec

from fumimori import __version__
from fumimori.assess.judging import assess
from fumimori.checks.contract import Check
from fumimori.checks.observations import Observations
from fumimori.checks.tables.ports import port_matrix
from fumimori.engine.counting import counting, failure
from fumimori.engine.scan_limits import NotAScanError, check_runs
from fumimori.engine.toolkit import Toolkit, said_of
from fumimori.model import (
    Assessment,
    Attempt,
    Consent,
    Contact,
    DomainScope,
    Outcome,
    Record,
    Result,
    Run,
    Scope,
    Tool,
    Vantage,
    Verdict,
)

SCHEMA = "fumimori-scan-2"
FIRST_SCHEMA = "fumimori-scan-1"
"""One run without a name of its own; still read."""
IMPORT_LIMIT = 64 * 1024 * 1024
"""Bytes of JSON that an import reads at most."""


class AnotherDomainError(ValueError):
    """A scan of domains that the assessment is not about; `domains` are theirs."""

    def __init__(self, domains: tuple[str, ...]) -> None:
        super().__init__(", ".join(domains))
        self.domains = domains


class ScanFinding(Record):
    """A finding in the JSON; `values` by name."""

    code: str
    control: str
    severity: str
    subject: str
    values: dict[str, str | int]
    basis: str = ""
    """What it rests on, such as `measured`, `imported` or `answered`; empty in older scans."""
    tool: Tool | None = None
    """The other program on whose result it rests, alone or among others."""
    stale: bool = False
    """That program ran longer ago than the rules trust."""
    also: tuple[Outcome, ...] = ()
    """What says the same of the same host in another way."""


class ScanControl(Record):
    """A control in the JSON; scores are null when nothing of it applies."""

    id: str
    verdict: Verdict
    score_low: int | None
    score_high: int | None
    coverage: float


class ScanGrade(Record):
    """The grade in the JSON; `letter` is null when it is withheld."""

    letter: str | None
    lower_bound: str
    reason: str


class Scan(Record):
    """The measurements of one assessment with what follows from them."""

    schema: str
    tool: str
    rules: str
    domain: str
    started: datetime | None
    scope: Scope
    runs: tuple[Run, ...]
    """With those attempts that count under `scope`."""
    findings: tuple[ScanFinding, ...]
    good: tuple[Outcome, ...]
    controls: tuple[ScanControl, ...]
    grade: ScanGrade


class _FirstScan(Record):
    """What is needed of a scan in the first form."""

    schema: str
    tool: str
    rules: str
    domain: str
    started: datetime | None
    vantage: Vantage | None
    scope: Scope
    consent: Consent
    attempts: tuple[Attempt, ...]
    contacts: tuple[Contact, ...]
    findings: tuple[ScanFinding, ...]
    good: tuple[Outcome, ...]
    controls: tuple[ScanControl, ...]
    grade: ScanGrade


class _Head(Record):
    schema: str = ""


def scan_json(assessment: Assessment, result: Result) -> bytes:
    """The assessment's measurements and their result as indented JSON (UTF-8) that the published schema describes.

    Nothing in it depends on the order in which the attempts happened to end.
    """
    scan = Scan(
        schema=SCHEMA,
        tool=__version__,
        rules=result.rules_version,
        domain=assessment.scope.domains[0].name if assessment.scope.domains else "",
        started=min((run.started for run in result.runs), default=None),
        scope=assessment.scope,
        runs=tuple(_sorted(run) for run in result.runs),
        findings=tuple(
            ScanFinding(
                code=finding.code,
                control=finding.control,
                severity=finding.severity.word,
                subject=finding.subject,
                values=dict(finding.values),
                basis=finding.basis.value,
                tool=finding.tool,
                stale=finding.stale,
                also=finding.also,
            )
            for finding in result.findings
        ),
        good=tuple(sorted(result.good, key=lambda outcome: (outcome.code, outcome.subject))),
        controls=tuple(
            ScanControl(
                id=control.control,
                verdict=control.verdict,
                score_low=control.score_low,
                score_high=control.score_high,
                coverage=round(control.coverage, 4),
            )
            for control in result.controls
        ),
        grade=ScanGrade(letter=result.grade.letter, lower_bound=result.grade.lower_bound, reason=result.grade.reason),
    )
    return msgspec.json.format(msgspec.json.encode(scan), indent=2)


def _sorted(run: Run) -> Run:
    return msgspec.structs.replace(
        run,
        attempts=tuple(sorted(run.attempts, key=lambda one: (one.probe, one.subject, one.started))),
        contacts=tuple(
            sorted(run.contacts, key=lambda one: (one.target, one.port, one.transport, one.what, one.detail, one.at))
        ),
    )


# --- reading ------------------------------------------------------------------------------------------------------


def read_scan(untrusted_json: bytes, toolkit: Toolkit, now: datetime | None = None) -> Scan:
    """The scan in `untrusted_json`, in today's form; NotAScanError for anything that cannot be judged and printed.

    Facts are checked against their probes' records, values against what they can be (moments against `now`, where that
    is given), and every judge has read it once.
    """
    if len(untrusted_json) > IMPORT_LIMIT:
        raise NotAScanError(f"larger than {IMPORT_LIMIT} bytes")
    try:
        scan = _decoded(untrusted_json)
        kinds = {check.id: check.facts.kind for check in toolkit.checks}
        for attempt in (attempt for run in scan.runs for attempt in run.attempts):
            if attempt.facts is not None and attempt.probe in kinds:
                msgspec.json.decode(attempt.facts, type=kinds[attempt.probe])
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError, OverflowError) as error:
        raise NotAScanError(str(error)) from error
    check_runs(scan.runs, scan.scope, now)
    _try(scan, toolkit)
    return scan


def _decoded(untrusted_json: bytes) -> Scan:
    written = msgspec.json.decode(untrusted_json, type=_Head).schema
    if written == SCHEMA:
        return msgspec.json.decode(untrusted_json, type=Scan)
    if written == FIRST_SCHEMA:
        return _brought_up(msgspec.json.decode(untrusted_json, type=_FirstScan), untrusted_json)
    raise NotAScanError(f"schema {written[:40]!r} instead of {SCHEMA!r}")


def _brought_up(first: _FirstScan, untrusted_json: bytes) -> Scan:
    """A scan in the first form as one run, whose name is the same whenever the same file is read."""
    moments = [moment for attempt in first.attempts for moment in (attempt.started, attempt.ended) if moment.tzinfo]
    moments += [first.vantage.at] if first.vantage and first.vantage.at.tzinfo else []
    run = Run(
        id=hashlib.sha256(untrusted_json).hexdigest()[:32],
        started=first.started or min(moments, default=datetime(2000, 1, 1, tzinfo=UTC)),
        ended=max(moments, default=first.started or datetime(2000, 1, 1, tzinfo=UTC)),
        vantage=first.vantage,
        consent=first.consent,
        scope=first.scope,
        program=first.tool,
        rules=first.rules,
        attempts=first.attempts,
        contacts=first.contacts,
    )
    return Scan(
        schema=SCHEMA,
        tool=first.tool,
        rules=first.rules,
        domain=first.domain,
        started=first.started,
        scope=first.scope,
        runs=(run,) if first.attempts or first.vantage else (),
        findings=first.findings,
        good=first.good,
        controls=first.controls,
        grade=first.grade,
    )


def _try(scan: Scan, toolkit: Toolkit) -> None:
    """NotAScanError when the scan could not be judged afterwards: that is known before anything is taken over."""
    observations = Observations.of(scan.scope, runs := counting(toolkit.checks, scan.scope, scan.runs))
    about = Assessment(id="", created=datetime(2000, 1, 1, tzinfo=UTC), scope=scan.scope, runs=runs)

    def everything() -> None:
        for probe in toolkit.probes:
            tuple(probe.subjects(observations))
        outcomes = [one for check in toolkit.checks for one in said_of(check, observations, toolkit.rules)]
        assess(about, toolkit.bank, toolkit.rules, outcomes, about.created)
        port_matrix(observations, toolkit.rules)

    error = failure(everything)
    if error is not None:
        raise NotAScanError(f"facts that no measurement can have: {type(error).__name__} {str(error)[:100]}".rstrip())


# --- taking over --------------------------------------------------------------------------------------------------


def imported(scan: Scan, into: Assessment, *, widen: bool = False) -> Assessment:
    """`into` with the runs of `scan`, marked as imported; a run that is there already is not taken twice.

    Consent, name and role stay in the run as they were said there. Raises AnotherDomainError when the scan is of
    domains that the assessment is not about, unless `widen` says that they, and the hosts named with them, belong to
    it from now on. Hosts below the assessment's own domains are taken into its scope.
    """
    foreign = foreign_domains(scan, into)
    if foreign and not widen:
        raise AnotherDomainError(foreign)
    known = {run.id for run in into.runs}
    fresh = (msgspec.structs.replace(run, imported=True) for run in scan.runs if run.id not in known)
    return msgspec.structs.replace(
        into, scope=_widened(into.scope, scan.scope, everything=widen), runs=(*into.runs, *fresh)
    )


def foreign_domains(scan: Scan, into: Assessment) -> tuple[str, ...]:
    """The scan's domains that the assessment is not about; none while the assessment names no domain yet."""
    ours = {domain.name for domain in into.scope.domains}
    return tuple(domain.name for domain in scan.scope.domains if ours and domain.name not in ours)


def _widened(ours: Scope, theirs: Scope, *, everything: bool) -> Scope:
    if not ours.domains:
        return msgspec.structs.replace(theirs, domains=tuple(_unconfirmed(domain) for domain in theirs.domains))
    names = {domain.name for domain in ours.domains}
    added = tuple(_unconfirmed(domain) for domain in theirs.domains if everything and domain.name not in names)
    domains = tuple(_with_selectors(domain, theirs.domains) for domain in ours.domains)

    def hosts(mine: tuple[str, ...], others: Iterable[str]) -> tuple[str, ...]:
        fitting = (host for host in others if everything or _belongs(host, names))
        return tuple(dict.fromkeys((*mine, *fitting)))

    return msgspec.structs.replace(
        ours,
        domains=(*domains, *added),
        mail_hosts=hosts(ours.mail_hosts, theirs.mail_hosts),
        ssh_hosts=hosts(ours.ssh_hosts, theirs.ssh_hosts),
        webmail_hosts=hosts(ours.webmail_hosts, theirs.webmail_hosts),
        addresses=hosts(ours.addresses, theirs.addresses),
    )


def _unconfirmed(domain: DomainScope) -> DomainScope:
    """What somebody confirmed elsewhere about the hosting has to be confirmed here again."""
    return msgspec.structs.replace(domain, hosting_confirmed=False)


def _belongs(host: str, domains: Iterable[str]) -> bool:
    name = host.rpartition("@")[2].partition(":")[0]
    return any(name == domain or name.endswith(f".{domain}") for domain in domains)


def _with_selectors(domain: DomainScope, others: Iterable[DomainScope]) -> DomainScope:
    """The domain with the DKIM selectors that the other side knew, so that the next measurement here asks for them."""
    same = [other for other in others if other.name == domain.name]
    more = {
        kind: tuple(dict.fromkeys(name for one in (domain, *same) for name in getattr(one, kind)))
        for kind in ("selectors", "mail_selectors")
    }
    return msgspec.structs.replace(domain, **more)


def schema(checks: Sequence[Check[Record]]) -> dict[str, Any]:
    """The JSON Schema (2020-12) of a scan, with the facts of every check."""
    kinds = [Scan, *(check.facts.kind for check in checks)]
    (reference, *facts), components = msgspec.json.schema_components(kinds, ref_template="#/$defs/{name}")
    by_check = [
        {
            "if": {"properties": {"probe": {"const": check.id}, "facts": {"not": {"type": "null"}}}},
            "then": {"properties": {"facts": fact}},
        }
        for check, fact in zip(checks, facts, strict=True)
    ]
    components["Attempt"]["allOf"] = by_check
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "$id": f"urn:fumimori:{SCHEMA}",
        "title": "A Fumimori scan",
        **reference,
        "$defs": components,
    }
