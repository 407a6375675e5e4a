"""What people settled about findings: which of it is in force today, and what it does to a finding."""

from collections.abc import Iterable, Mapping
from datetime import date

import msgspec

from fumimori.model import Dispute, DisputeKind, Finding, Outcome, Severity


def in_force(disputes: Iterable[Dispute], today: date) -> Mapping[tuple[str, str], Dispute]:
    """By code and subject: those that say all they must and whose day has not passed; the last of several counts."""
    return {(dispute.code, dispute.subject): dispute for dispute in disputes if dispute.holds(today)}


def not_refuted(outcomes: Iterable[Outcome], disputes: Mapping[tuple[str, str], Dispute]) -> tuple[Outcome, ...]:
    """The outcomes that nobody showed to be wrong: only those answer questions and join others."""
    return tuple(outcome for outcome in outcomes if not _wrong(disputes.get((outcome.code, outcome.subject))))


def settled(finding: Finding, disputes: Mapping[tuple[str, str], Dispute]) -> Finding:
    """`finding` with what was settled about it: a wrong one is only information, a compensated one is milder.

    An accepted one stays as bad as it is. What was answered cannot be wrong here: whoever knows better answers anew.
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
