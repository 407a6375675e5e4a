"""The scan as JSON: what other programs read, and what a measurement made elsewhere is imported from."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

import msgspec

from fumimori import __version__
from fumimori.core.model import (
    Assessment,
    Attempt,
    Consent,
    Contact,
    Outcome,
    Record,
    Result,
    Scope,
    Vantage,
    Verdict,
)
from fumimori.probes.contract import Probe

SCHEMA = "fumimori-scan-1"
IMPORT_LIMIT = 64 * 1024 * 1024
"""Bytes of JSON that an import reads at the most."""


class NotAScanError(ValueError):
    """A file that is not a scan of ours; the message says where it goes wrong."""


class ScanFinding(Record):
    """A finding in the JSON; `values` by name."""

    code: str
    control: str
    severity: str
    subject: str
    values: dict[str, str | int]


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
    """One measurement with what follows from it."""

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


def scan_json(assessment: Assessment, result: Result) -> bytes:
    """The assessment's measurements and their result as indented JSON (UTF-8) that the published schema describes."""
    started = min((attempt.started for attempt in assessment.attempts), default=None)
    scan = Scan(
        schema=SCHEMA,
        tool=__version__,
        rules=result.rules_version,
        domain=assessment.scope.domains[0].name if assessment.scope.domains else "",
        started=started,
        vantage=assessment.vantages[-1] if assessment.vantages else None,
        scope=assessment.scope,
        consent=assessment.consent,
        attempts=assessment.attempts,
        contacts=assessment.contacts,
        findings=tuple(
            ScanFinding(
                code=finding.code,
                control=finding.control,
                severity=finding.severity.word,
                subject=finding.subject,
                values=dict(finding.values),
            )
            for finding in result.findings
        ),
        good=result.good,
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


def read_scan(untrusted_json: bytes, probes: Sequence[Probe]) -> Scan:
    """The scan in `untrusted_json`, the facts checked against their probes' records; NotAScanError else."""
    if len(untrusted_json) > IMPORT_LIMIT:
        raise NotAScanError(f"larger than {IMPORT_LIMIT} bytes")
    try:
        scan = msgspec.json.decode(untrusted_json, type=Scan)
        if scan.schema != SCHEMA:
            raise NotAScanError(f"schema {scan.schema[:40]!r} instead of {SCHEMA!r}")
        kinds = {probe.id: probe.facts for probe in probes}
        for attempt in scan.attempts:
            if attempt.facts is not None and attempt.probe in kinds:
                msgspec.json.decode(attempt.facts, type=kinds[attempt.probe])
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
        raise NotAScanError(str(error)) from error
    return scan


def imported(scan: Scan, into: Assessment) -> Assessment:
    """`into` with the measurements of `scan`; its vantage point is kept and marked as imported."""
    vantage = msgspec.structs.replace(scan.vantage, imported=True) if scan.vantage else None
    return msgspec.structs.replace(
        into,
        scope=scan.scope if not into.scope.domains else into.scope,
        consent=scan.consent if not into.consent.name else into.consent,
        attempts=(*into.attempts, *scan.attempts),
        contacts=(*into.contacts, *scan.contacts),
        vantages=(*into.vantages, vantage) if vantage else into.vantages,
    )


def schema(probes: Sequence[Probe]) -> dict[str, Any]:
    """The JSON Schema (2020-12) of a scan, with the facts of every probe."""
    (reference, *facts), components = msgspec.json.schema_components(
        [Scan, *(probe.facts for probe in probes)], ref_template="#/$defs/{name}"
    )
    by_probe = [
        {
            "if": {"properties": {"probe": {"const": probe.id}, "facts": {"not": {"type": "null"}}}},
            "then": {"properties": {"facts": fact}},
        }
        for probe, fact in zip(probes, facts, strict=True)
    ]
    components["Attempt"]["allOf"] = by_probe
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "$id": f"urn:fumimori:{SCHEMA}",
        "title": "A Fumimori scan",
        **reference,
        "$defs": components,
    }
