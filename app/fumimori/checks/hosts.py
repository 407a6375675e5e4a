"""The hosts that the scope is about; whether one may be looked at closely is the consent's to say."""

from fumimori.checks.mx import facts as mx
from fumimori.checks.observations import Observations
from fumimori.grammar.domain_names import split_host

__all__ = ["mail_exchangers", "own_hosts"]


def mail_exchangers(observations: Observations) -> tuple[str, ...]:
    """The hosts that the domains' mail is delivered to, as far as they were seen."""
    hosts: list[str] = []
    for domain in observations.scope.domains:
        facts = observations.facts(mx.MX, domain.name)
        hosts += facts.mail_hosts if facts is not None else ()
    return tuple(dict.fromkeys(hosts))


def own_hosts(observations: Observations) -> tuple[str, ...]:
    """Mail exchangers and every host that somebody named, each once and without port."""
    named = (split_host(host, 0)[0] for host in observations.scope.named_hosts)
    return tuple(dict.fromkeys((*mail_exchangers(observations), *named)))
