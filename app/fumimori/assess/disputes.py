"""Disputes of findings: which are in force today, and what they do to a finding."""

from collections.abc import Iterable, Mapping
from datetime import date

import msgspec

from fumimori.model import Dispute, DisputeKind, Finding, Outcome, Severity


def in_force(disputes: Iterable[Dispute], today: date) -> Mapping[tuple[str, str], Dispute]:
    """By code and subject: the complete ones whose day has not passed; the last of several counts."""
    return {(dispute.code, dispute.subject): dispute for dispute in disputes if dispute.holds(today)}


def not_refuted(outcomes: Iterable[Outcome], disputes: Mapping[tuple[str, str], Dispute]) -> tuple[Outcome, ...]:
    """The outcomes that are not disputed as wrong: only those answer questions and join others."""
    return tuple(outcome for outcome in outcomes if not _wrong(disputes.get((outcome.code, outcome.subject))))


def settled(finding: Finding, disputes: Mapping[tuple[str, str], Dispute]) -> Finding:
    """`finding` with what was settled about it: a wrong one is only information, a compensated one is milder.

    An accepted one stays as bad as it is. What was answered cannot be wrong here: to correct it, answer again.
    """
    dispute = disputes.get((finding.code, finding.subject))
    if dispute is None or (_wrong(dispute) and not finding.measured):
        return finding
    severity = {
        DisputeKind.WRONG: Severity.INFO,
        DisputeKind.COMPENSATED: finding.severity.one_step_lower(),
        DisputeKind.ACCEPTED: finding.severity,
    }[dispute.kind]
    return msgspec.structs.replace(finding, dispute=dispute, severity=min(severity, finding.severity))


def _wrong(dispute: Dispute | None) -> bool:
    return dispute is not None and dispute.kind is DisputeKind.WRONG
