"""The ports of mail: TLS before passwords, versions and suites, certificates (RFC 8314, 8996, 9325, 9525)."""

import asyncio
from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime

from fumimori.checks.contract import Probe, ProbeContext
from fumimori.checks.dane.tlsa import State
from fumimori.checks.expiry import Urgency, days_left, days_since, urgency
from fumimori.checks.mail_ports.facts import MAIL_PORTS, Facts, Side
from fumimori.checks.mx import facts as mx
from fumimori.checks.observations import NamedOutcome, Observations
from fumimori.checks.products.recognition import shown_version
from fumimori.checks.tables.mail_servers import PolicyState, mx_table
from fumimori.checks.tables.ports import CLEAR_LOGINS
from fumimori.checks.tls.certificate_checks import distrust, old_signature, weak_key
from fumimori.checks.tls.search import LISTED_MOST, Service
from fumimori.checks.tls.support import find_support
from fumimori.checks.tls.verdicts import CLIENT, MX, MX_STRICT, tls_outcomes
from fumimori.model import ConsentLevel, Control, Hosting, Outcome, Rules, Values
from fumimori.network import NotObserved, NotTestableHere, Unreachable
from fumimori.network.mail import IMPLICIT_TLS_PORTS, MailService
from fumimori.network.tls import CertificateChain

MX_PORT = 25
CLIENT_PORTS = (465, 587, 993, 995, 143, 110, 4190)
ADDRESSES_MOST = 3
"""Addresses of each family that are tried until one answers."""


# --- where to look ------------------------------------------------------------------------------------------------


def subjects(observations: Observations) -> Sequence[str]:
    """Every MX on 25; the hosts that people use, else the MX hosts themselves, on the ports of clients."""
    exchangers: list[str] = []
    clients: list[str] = list(observations.scope.mail_hosts)
    for domain in observations.scope.domains:
        facts = observations.facts(mx.MX, domain.name)
        hosts = facts.mail_hosts if facts is not None else ()
        exchangers += hosts
        hosting = domain.hosting or (facts.hosting if facts is not None else None)
        # Cloud services have host names of their own for clients, the same for all their customers.
        if not observations.scope.mail_hosts and hosting not in (Hosting.GOOGLE, Hosting.MICROSOFT, Hosting.WORKMAIL):
            clients += hosts
    return tuple(
        dict.fromkeys(
            (
                *(f"{host}:{MX_PORT}" for host in exchangers),
                *(f"{host}:{port}" for host in clients for port in CLIENT_PORTS),
            )
        )
    )


# --- looking ------------------------------------------------------------------------------------------------------


async def collect(subject: str, context: ProbeContext) -> Facts:
    """The facts of `host:port`; a closed port is a fact, a port that this network does not let out is not."""
    host, _, number = subject.rpartition(":")
    port = int(number)
    vantage = context.observations.vantage
    if port == MX_PORT and vantage is not None and vantage.port25 == "blocked":
        raise NotTestableHere("port25_blocked")
    addresses = await context.network.addresses(host)
    if not addresses:
        raise Unreachable("no_address", host)
    services = await _services(host, addresses, port, context)
    first = next((service for service in services if service.open), services[0])
    if not first.open:
        way_out_proved = vantage is not None and vantage.port25 == "open"
        if port == MX_PORT and first.closed == "connect_timeout" and not way_out_proved:
            raise NotTestableHere("port25_unknown")
        return Facts(service=first)
    main = await _side(first, context)
    others = []
    for service in services:
        if service is first:
            continue
        # The same certificate in the same handshake is the same server; it need not be asked everything twice.
        same = service.handshake == first.handshake and Side(service=service).leaf == main.leaf
        others.append(Side(service=service) if same or not service.open else await _side(service, context))
    return Facts(service=main.service, support=main.support, others=tuple(others))


async def _services(host: str, addresses: Sequence[str], port: int, context: ProbeContext) -> list[MailService]:
    """What the first address that answers showed, for each family that the host has."""
    families = [[each for each in addresses if (":" in each) is six][:ADDRESSES_MOST] for six in (False, True)]
    looks = [_first_open(host, family, port, context) for family in families if family]
    found = await asyncio.gather(*looks, return_exceptions=True)
    services = [each for each in found if isinstance(each, MailService)]
    for each in found:
        if isinstance(each, BaseException) and (not services or not isinstance(each, NotObserved)):
            raise each
    return services


async def _first_open(host: str, addresses: Sequence[str], port: int, context: ProbeContext) -> MailService:
    service = await context.network.mail_service(host, addresses[0], port)
    for address in addresses[1:]:
        if service.open:
            break
        service = await context.network.mail_service(host, address, port)
    return service


async def _side(service: MailService, context: ProbeContext) -> Side:
    """The service with what its hellos show, where it has TLS."""
    implicit = service.port in IMPLICIT_TLS_PORTS
    silent = service.error == "reply_timeout" and not service.tls_works
    if silent or not (implicit or service.starttls) or service.error == "no_starttls":
        return Side(service=service)
    where = Service(
        host=service.host,
        address=service.address,
        port=service.port,
        starttls="" if implicit else service.protocol,
    )
    try:
        support = await find_support(
            context.network, context.rules, where, service.handshake, chain=service.chain, thorough=context.thorough
        )
    except NotObserved:
        # A server that refuses further connections has shown the rest already.
        return Side(service=service)
    return Side(service=service, support=support)


# --- judging ------------------------------------------------------------------------------------------------------


def judge(observations: Observations, rules: Rules) -> Iterator[Outcome]:
    """What the ports show, port by port, and what a host lacks altogether."""
    by_host: dict[str, list[Facts]] = {}
    strict = strict_hosts(observations)
    for attempt, facts in observations.all(MAIL_PORTS):
        by_host.setdefault(facts.service.host, []).append(facts)
        if not facts.service.open:
            continue
        yield from MAIL_PORTS.outcomes(
            attempt.subject,
            _outcomes(observations, rules, facts, attempt.ended, strict),
            ("host", facts.service.host),
            ("port", facts.port),
        )
    for host, ports in by_host.items():
        name = _implicit(ports)
        if name:
            yield MAIL_PORTS.outcome(name, host, (("host", host),))


def _outcomes(
    observations: Observations, rules: Rules, facts: Facts, at: datetime, strict: frozenset[str]
) -> Iterator[NamedOutcome]:
    """Each word once: what the first address showed goes before what the other family's adds."""
    told: set[str] = set()
    for side in (facts, *(other for other in facts.others if other.service.open)):
        for word, values in _side_outcomes(observations, rules, side, at, strict):
            if word not in told:
                told.add(word)
                yield word, values
    yield from _families(facts)


def _side_outcomes(
    observations: Observations, rules: Rules, side: Side, at: datetime, strict: frozenset[str]
) -> Iterator[NamedOutcome]:
    use = CLIENT
    if side.port == MX_PORT:
        use = MX_STRICT if side.service.host in strict else MX
        yield from _starttls(side)
    yield from _unseen(side)
    yield from _login(side)
    yield from tls_outcomes(side.support, use, rules)
    for chain in (side.chain, side.support.other_chain):
        yield from _certificate(observations, rules, side, chain, at)
    if side.service.large_hello_fails:
        yield "large_hello", ()
    yield from _greeting(side, rules)


def strict_hosts(observations: Observations) -> frozenset[str]:
    """The mail servers that senders must not deliver to without proper TLS: MTA-STS in enforce, or valid DANE."""
    return frozenset(
        row.host
        for row in mx_table(observations)
        if row.tlsa is State.VALID or (row.mode == "enforce" and row.policy is PolicyState.COVERED)
    )


def _families(facts: Facts) -> Iterator[NamedOutcome]:
    """Where IPv4 and IPv6 of one port are not alike."""
    for other in facts.others:
        if other.service.closed == "no_route":
            continue
        addresses: Values = (("open", facts.service.address), ("other", other.service.address))
        if not other.service.open:
            yield "address_closed", addresses
        elif _told_apart(other.service.kind, facts.service.kind) or _told_apart(other.leaf, facts.leaf):
            yield "address_differs", addresses


def _told_apart(one: str, other: str) -> bool:
    """Whether both are known and not the same."""
    return bool(one and other and one != other)


def _suffix(facts: Side) -> str:
    """Port 25 is judged on its own scale: senders there use any encryption rather than none."""
    return "_mx" if facts.port == MX_PORT else ""


def _starttls(facts: Side) -> Iterator[NamedOutcome]:
    service = facts.service
    if service.starttls is None:
        return
    if service.starttls and facts.tls:
        yield "starttls", ()
    elif service.starttls and service.tls_works is False:
        yield "starttls_broken", ()
    elif not service.starttls:
        masked = any(set(line) <= set("XA ") and len(line) > 4 for line in service.capabilities or ())
        yield ("starttls_stripped" if masked else "starttls_missing"), ()


def _unseen(facts: Side) -> Iterator[NamedOutcome]:
    """An open port whose encryption is unknown: an open point, never a fault of the server."""
    service = facts.service
    if facts.tls or not service.error:
        return
    if facts.port in IMPLICIT_TLS_PORTS:
        yield "tls_never_starts", ()
    elif service.starttls is None or (service.starttls and service.tls_works is None):
        yield ("turned_away" if service.error == "not_welcome" else "broken_off"), ()


def _login(facts: Side) -> Iterator[NamedOutcome]:
    service = facts.service
    if facts.port in IMPLICIT_TLS_PORTS:
        if facts.tls:
            yield "login_protected", ()
        return
    if service.login_before is None:
        return
    clear = [name for name in service.login_before if name in CLEAR_LOGINS]
    if clear:
        yield f"login_clear{_suffix(facts)}", (("methods", ", ".join(clear)),)
    elif facts.port != MX_PORT:
        yield "login_protected", ()
        if facts.port in (110, 143):
            yield "clear_port", ()


def _certificate(
    observations: Observations, rules: Rules, facts: Side, chain: CertificateChain | None, at: datetime
) -> Iterator[NamedOutcome]:
    if chain is None or not chain.certificates:
        return
    leaf, suffix = chain.certificates[0], _suffix(facts)
    on_25 = facts.port == MX_PORT
    confirmed = on_25 or facts.service.host in observations.scope.mail_hosts
    time = urgency(leaf.not_before, leaf.not_after, at, rules)
    expired = time is Urgency.EXPIRED
    days = days_since(leaf.not_after, at) if expired else days_left(leaf.not_after, at)
    when: Values = (("day", f"{leaf.not_after:%Y-%m-%d}"), ("days", days))
    if expired:
        yield f"certificate_expired{suffix}", when
    elif time is not Urgency.FINE:
        yield ("certificate_soon_mx" if on_25 else f"certificate_{time.value}"), when
    faults = distrust(chain, name_is_confirmed=confirmed)
    for fault in faults:
        word = "untrusted" if on_25 and fault == "incomplete" else fault
        yield f"certificate_{word}{suffix}", (("names", ", ".join(leaf.names[:5]) or "-"), ("issuer", leaf.issuer))
    weak = weak_key(chain, rules)
    if weak is not None:
        yield f"key_weak{suffix}", (("key", weak.key.upper()), ("bits", weak.key_bits))
    old = old_signature(chain)
    if old:
        yield f"signature_old{suffix}", (("hash", old.upper()),)
    if time is Urgency.FINE and not (faults or old) and chain.trusted and chain.name_matches:
        yield "certificate_good", when


def _greeting(facts: Side, rules: Rules) -> Iterator[NamedOutcome]:
    service = facts.service
    shown = shown_version(service.protocol, service.untrusted_greeting, rules.tables["banners"])
    if shown:
        yield "banner_version", (("shown", shown),)
    elif service.untrusted_greeting.strip():
        yield "banner_quiet", ()
    listed = service.capabilities if service.capabilities_after is None else service.capabilities_after
    if service.protocol == "smtp" and listed:
        if service.size:
            yield "size_limit", (("megabytes", round(service.size / 1_000_000)),)
        else:
            yield "size_missing", ()


def _implicit(ports: Iterable[Facts]) -> str:
    """Whether a host offers clients the safer form; says nothing unless all three ports were seen."""
    state = {facts.port: facts.service.open and facts.tls for facts in ports}
    if not {465, 993, 995} <= set(state):
        return ""
    if state[465] or state[993] or state[995]:
        return "implicit_tls"
    is_open = any(facts.service.open for facts in ports if facts.port in (587, 143, 110))
    return "implicit_missing" if is_open else ""


PROBE = Probe(
    facts=MAIL_PORTS,
    control=Control.PROTOCOLS,
    consent=ConsentLevel.CONNECTIONS,
    subjects=subjects,
    collect=collect,
    judge=judge,
    needs=("mx",),
    connections=80,
    connections_thorough=80 + 2 * LISTED_MOST * (1 + len(CLIENT_PORTS)),
    timeout=240.0,
)
