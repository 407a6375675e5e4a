"""From a finding to what to do: the record, file or setting to copy, made for this domain and kind of hosting; pure."""

from fumimori.checks.observations import Observations
from fumimori.model import Assessment, Finding, Repair
from fumimori.repairs import dns_records, server_settings

__all__ = ["repair"]


def repair(finding: Finding, assessment: Assessment) -> Repair:
    """What to copy for `finding` and what proves that it worked; empty where the steps in words are all there is."""
    observations = Observations.of_assessment(assessment)
    records = dns_records.REPAIRS.get(finding.code)
    if records is not None and finding.subject:
        return records(finding.subject, observations)
    settings = server_settings.REPAIRS.get(finding.code)
    hosting = assessment.scope.hosting
    if settings is not None and (hosting is None or hosting.own_server):
        return settings(finding.subject)
    return Repair()
