"""What the window reads out of measured facts to ask people about: who seems to receive the domain's mail."""

import msgspec

from fumimori.checks.mx.facts import MX
from fumimori.checks.observations import Observations
from fumimori.checks.remediation.hosted import page_notes
from fumimori.model import Assessment, Hosting, Note, Record, Rules


class Receiver(Record):
    """Where a domain's mail goes by its DNS."""

    domain: str
    untrusted_hosts: tuple[str, ...]
    provider: str
    hosting: Hosting | None
    ends: str


def receivers(assessment: Assessment) -> tuple[Receiver, ...]:
    """What was measured of every domain's receiving; domains that could not be looked at are left out."""
    found = []
    observations = Observations.of_assessment(assessment)
    for domain in assessment.scope.domains:
        try:
            facts = observations.facts(MX, domain.name)
        except msgspec.DecodeError:
            continue
        if facts is None:
            continue
        hosts = tuple(host.host for host in facts.hosts if host.host)
        found.append(
            Receiver(
                domain=domain.name,
                untrusted_hosts=hosts,
                provider=facts.provider,
                hosting=facts.hosting,
                ends=facts.ends,
            )
        )
    return tuple(found)


def provider_notes(assessment: Assessment, rules: Rules, question: str) -> tuple[Note, ...]:
    """What the pages of the domains' providers say about a question; nothing for one's own servers."""
    said = {domain.name: domain.hosting for domain in assessment.scope.domains}
    hosted = [
        one.provider
        for one in receivers(assessment)
        if (hosting := said[one.domain] or one.hosting) is not None and not hosting.own_server
    ]
    table = rules.tables["provider_pages"]
    return tuple(found for name in dict.fromkeys(hosted) for found in page_notes(name, question, table))
