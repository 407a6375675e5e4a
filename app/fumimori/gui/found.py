"""What the window reads out of measured facts to ask people about: who seems to receive the domain's mail."""

import msgspec

from fumimori.checks.mx.facts import MX
from fumimori.checks.observations import Observations
from fumimori.model import Assessment, Hosting, Record


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
