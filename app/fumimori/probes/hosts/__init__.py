"""The hosts that written authorisation is about: the organisation's own servers, never a provider's."""

from fumimori.core.domains import split_host
from fumimori.core.network import NotTestableHere, Unreachable
from fumimori.core.seen import Seen
from fumimori.probes import mx
from fumimori.probes.contract import Look

__all__ = ["mail_exchangers", "own_addresses", "own_hosts"]


def mail_exchangers(seen: Seen) -> tuple[str, ...]:
    """The hosts that the domains' mail is delivered to, as far as they were seen."""
    hosts: list[str] = []
    for domain in seen.scope.domains:
        facts = seen.facts("mx", domain.name, mx.Facts)
        hosts += facts.mail_hosts if facts is not None else ()
    return tuple(dict.fromkeys(hosts))


def own_hosts(seen: Seen) -> tuple[str, ...]:
    """Mail exchangers and every host that somebody named, each once and without port."""
    scope = seen.scope
    named = (*scope.mail_hosts, *scope.webmail_hosts, *scope.ssh_hosts)
    return tuple(dict.fromkeys((*mail_exchangers(seen), *(split_host(host, 0)[0] for host in named))))


async def own_addresses(host: str, look: Look) -> tuple[str, ...]:
    """The addresses of a host that may be looked at closely.

    Raises NotTestableHere (`not_allowed`) for a host of a provider whatever the consent says, Unreachable
    (`no_address`), and what `addresses` raises.
    """
    provider, _ = mx.hosting_guess((host,), look.rules.tables["providers"])
    if provider:
        raise NotTestableHere("not_allowed", provider)
    addresses = await look.network.addresses(host)
    if not addresses:
        raise Unreachable("no_address", host)
    return addresses
