"""The names of the sending addresses: does each address have one, does it lead back, does the server use it.

Objective  Mail from an address without a name of its own is refused by large receivers; find that before they do.
Inputs     Addresses of the mail exchangers, single addresses that the SPF record names, addresses that somebody gave.
Steps      DNS only: PTR of each address, then the addresses of at most five of those names (forward-confirmed reverse
           DNS); the name in the greeting on port 25, when mail_ports saw one, is compared.
Outcomes   missing (high): a mail server's address without a name; missing_listed (medium): only the SPF record names
           the address, whether mail leaves from there is not known; unconfirmed, generic (medium); missing_receiving,
           greeting_differs (info); confirmed (ok).
           Addresses of providers are their own affair and are not looked at.
Sources    Sender guidelines of Google; RFC 1912 section 2.1; RFC 5321 section 4.1.4.
"""

import re
from collections.abc import Iterator, Sequence
from ipaddress import IPv4Address, IPv6Address, ip_address, ip_network

from fumimori.checks.contract import Probe, ProbeContext
from fumimori.checks.mail_ports import facts as mail_ports
from fumimori.checks.mx import facts as mx
from fumimori.checks.observations import NamedOutcome, Observations
from fumimori.checks.reverse_dns.facts import REVERSE_DNS, Facts, PointerName
from fumimori.checks.spf import facts as spf
from fumimori.model import ConsentLevel, Control, Hosting, Outcome, Rules, Values
from fumimori.network import NotObserved
from fumimori.network.dns import DnsStatus

NAMES_MOST = 5
ADDRESSES_MOST = 30
FEW = 4
"""A network of so few addresses is a list of single servers (adjacent addresses are collapsed into one network)."""
_DIAL_UP = re.compile(
    r"(?i)(?:^|[.-])(?:dyn(?:amic)?|dhcp|dial(?:up)?|ppp|pool|adsl|dsl|cable|customer|client)(?:[.\d-]|$)"
)


def subjects(observations: Observations) -> Sequence[str]:
    """The addresses, those that mail is known to leave from first."""
    receiving: list[str] = []
    for domain in observations.scope.domains:
        facts = observations.facts(mx.MX, domain.name)
        if facts is None or facts.provider or not _own(domain.hosting or facts.hosting):
            continue
        receiving += [address for host in facts.hosts for address in host.addresses]
        receiving += facts.fallback if not facts.hosts else ()
    return tuple(dict.fromkeys((*_sending(observations), *receiving)))[:ADDRESSES_MOST]


def _own(hosting: Hosting | None) -> bool:
    """Customers of a provider cannot set names for the provider's addresses."""
    return hosting is None or hosting.own_server


def _sending(observations: Observations) -> tuple[str, ...]:
    """Addresses that somebody gave, and single addresses in the domains' own SPF record."""
    found = list(observations.scope.sending_addresses)
    for domain in observations.scope.domains:
        facts = observations.facts(spf.SPF, domain.name)
        exchangers = observations.facts(mx.MX, domain.name)
        if facts is None or not _own(domain.hosting or (exchangers.hosting if exchangers else None)):
            continue
        for network in facts.tree(domain.name).own_networks:
            parsed = ip_network(network)
            if parsed.num_addresses <= FEW:
                found += map(str, parsed)
    return tuple(dict.fromkeys(found))


async def collect(subject: str, context: ProbeContext) -> Facts:
    """The names of one address, each followed back."""
    address = ip_address(subject)
    answer = await context.network.dns(address.reverse_pointer, "PTR")
    sending = subject in _sending(context.observations)
    if answer.status is not DnsStatus.ANSWER:
        return Facts(address=subject, sending=sending)
    rdtype = "A" if address.version == 4 else "AAAA"
    names = []
    for record in answer.records[:NAMES_MOST]:
        name = record.rstrip(".").lower()
        try:
            back = await context.network.dns(name, rdtype)
        except NotObserved:
            names.append(PointerName(name=name))
            continue
        found = set(map(_address, back.records)) if back.status is DnsStatus.ANSWER else set()
        names.append(PointerName(name=name, leads_back=address in found))
    return Facts(address=subject, sending=sending, names=tuple(names))


def judge(observations: Observations, rules: Rules) -> Iterator[Outcome]:  # noqa: ARG001 - the contract
    """What the names of each address mean."""
    for attempt, facts in observations.all(REVERSE_DNS):
        shown = ", ".join(name.name for name in facts.names)[:200] or "-"
        values: Values = (("address", facts.address), ("names", shown))
        yield from REVERSE_DNS.outcomes(attempt.subject, _outcomes(observations, facts), *values)


def _outcomes(observations: Observations, facts: Facts) -> Iterator[NamedOutcome]:
    if not facts.names:
        listed = "missing" if facts.address in _mail_servers(observations) else "missing_listed"
        yield (listed if facts.sending else "missing_receiving"), ()
        return
    back = [name.leads_back for name in facts.names]
    if True in back:
        names = [name.name for name in facts.names if name.leads_back]
        yield ("generic" if all(_generic(name, facts.address) for name in names) else "confirmed"), ()
    elif None not in back:
        yield "unconfirmed", ()
    for greeting in sorted(_greetings(observations, facts.address)):
        if greeting not in {name.name for name in facts.names}:
            yield "greeting_differs", (("greeting", greeting),)
            return


def _mail_servers(observations: Observations) -> frozenset[str]:
    """Addresses that somebody gave as senders, that mail is delivered to, or where a mail server answered.

    An address that only the SPF record names may be one that nobody sends from any more.
    """
    found = set(observations.scope.sending_addresses)
    for domain in observations.scope.domains:
        facts = observations.facts(mx.MX, domain.name)
        if facts is not None:
            found.update(address for host in facts.hosts for address in host.addresses)
            found.update(facts.fallback if not facts.hosts else ())
    found.update(facts.service.address for _, facts in observations.all(mail_ports.MAIL_PORTS) if facts.service.open)
    return frozenset(found)


def _address(text: str) -> IPv4Address | IPv6Address | None:
    try:
        return ip_address(text)
    except ValueError:
        return None


def _generic(name: str, address: str) -> bool:
    """Whether the name is a generic one: made of the address, or of words for dial-up lines."""
    if _DIAL_UP.search(name):
        return True
    parsed = _address(address)
    if parsed is None:
        return False
    if parsed.version == 6:
        return parsed.exploded.replace(":", "")[-8:] in re.sub(r"[^0-9a-f]", "", name)
    octets = address.split(".")
    numbers = re.findall(r"\d+", name)
    return sum(octet in numbers for octet in octets) >= 3 or "".join(f"{int(o):03d}" for o in octets) in name


def _greetings(observations: Observations, address: str) -> Iterator[str]:
    """The names in greetings on port 25 of this address, as far as they are names."""
    for _, facts in observations.all(mail_ports.MAIL_PORTS):
        if facts.port == 25 and facts.service.address == address and facts.service.open:
            name = facts.service.untrusted_greeting.partition(" ")[0].lower().rstrip(".")
            if re.fullmatch(r"[a-z0-9-]+(?:\.[a-z0-9-]+)+", name):
                yield name


PROBE = Probe(
    facts=REVERSE_DNS,
    control=Control.FIREWALL,
    consent=ConsentLevel.PUBLIC,
    subjects=subjects,
    collect=collect,
    judge=judge,
    needs=("mx", "spf"),
)
