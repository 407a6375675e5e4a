"""Repairs as somebody applies them who copies what is printed: to a zone, and with every place to fill in filled in."""

import re
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime

from fumimori import checks as probes
from fumimori.__main__ import repair, rules
from fumimori.assess.question_state import outcome_severity
from fumimori.checks.observations import Observations
from fumimori.model import (
    Answer,
    Assessment,
    Attempt,
    Basis,
    Finding,
    Repair,
    Scope,
    Severity,
    Snippet,
    SnippetKind,
    Vantage,
)
from loopback.fake_network import Zone
from loopback.recorded_runs import run_of

PROVED: set[str] = set()
"""Codes whose repair was applied to something real, after which the measurement found neither them nor anything new."""
KNOWN = Answer(question="sender_auth.senders_known", value="yes", at=datetime(2026, 11, 24, tzinfo=UTC))


def assessment_of(
    scope: Scope, attempts: Sequence[Attempt], *, known: bool = True, vantage: Vantage | None = None
) -> Assessment:
    """What the program holds after these attempts; with `known` somebody said that all senders are known."""
    created = max(attempt.ended for attempt in attempts)
    answers = (KNOWN,) if known else ()
    return Assessment(id="1", created=created, scope=scope, answers=answers, runs=(run_of(*attempts, vantage=vantage),))


def faults(of: Assessment, least: Severity = Severity.LOW) -> dict[tuple[str, str], Finding]:
    """Everything from `least` upwards that the judges say of it, by code and subject."""
    observations, found = Observations.of_assessment(of), {}
    for probe in probes.walk():
        for outcome in probe.judge(observations, rules()):
            severity = outcome_severity(outcome, rules(), of.scope)
            if severity >= least:
                found[outcome.code, outcome.subject] = Finding(
                    code=outcome.code,
                    subject=outcome.subject,
                    control=rules().outcomes[outcome.code].control,
                    severity=severity,
                    basis=Basis.MEASURED,
                    values=outcome.values,
                )
    return found


def printed(finding: Finding, of: Assessment) -> Repair:
    """What the program prints for a finding."""
    return repair(finding, of)


def published(zone: Zone, snippets: Sequence[Snippet], filled: str = "") -> dict[str, dict[str, list[str]]]:
    """The zone with these records as printed, `filled` in place of REPLACE."""
    new = {name: {rdtype: list(records) for rdtype, records in types.items()} for name, types in zone.items()}
    for snippet in snippets:
        if snippet.kind is not SnippetKind.DNS_RECORD:
            continue
        name, _, rdtype = snippet.place.rpartition(" ")
        records = new.setdefault(name, {}).setdefault(rdtype, [])
        if snippet.current:
            known = [record for record in records if record == snippet.current]
            assert known, f"{snippet.current!r} does not stand at {snippet.place}: {records}"
            records.remove(known[0])
        if snippet.content:
            records.append(re.sub("REPLACE", lambda _match: filled, snippet.content))
        if not records:
            del new[name][rdtype]
    return new


def new_faults(
    before: Mapping[tuple[str, str], Finding], after: Mapping[tuple[str, str], Finding], allowed: frozenset[str]
) -> set[tuple[str, str]]:
    """What was not there before, but for what is better than what it came in place of."""
    return {key for key in after.keys() - before.keys() if key[0] not in allowed}
