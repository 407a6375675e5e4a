"""The ports of mail: TLS before passwords, versions and suites, certificates (RFC 8314, 8996, 9325, 9525)."""

import re
from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime

from fumimori.core.model import ConsentLevel, Control, Hosting, Outcome, Record, Rules, Values
from fumimori.core.network import NotSeen, NotTestableHere, Unreachable
from fumimori.core.network.mail import IMPLICIT_TLS_PORTS, MailService
from fumimori.core.network.tls import CertificateChain
from fumimori.core.seen import Seen
from fumimori.core.tls_facts import TlsSupport, suite_classes
from fumimori.probes import mx
from fumimori.probes.contract import Look, Probe
from fumimori.probes.tls.support import Service, find_support
from fumimori.probes.tls.worth import days_left, distrust, old_signature, urgency, weak_key

MX_PORT = 25
CLIENT_PORTS = (465, 587, 993, 995, 143, 110)
ADDRESSES_MOST = 3
"""Addresses of a host that are tried until one answers."""
OLD = ("tls1.0", "tls1.1")
MODERN = ("tls1.2", "tls1.3")
PRINTED = {"ssl3": "SSL 3.0", "tls1.0": "TLS 1.0", "tls1.1": "TLS 1.1", "tls1.2": "TLS 1.2", "tls1.3": "TLS 1.3"}

CLEAR_LOGINS = frozenset({"PLAIN", "LOGIN", "USER", "CRAM-MD5", "XOAUTH2", "OAUTHBEARER"})
"""Ways to log in that show a password, a token or something to guess it from to whoever listens (RFC 4954 4)."""

_PRODUCT = (
    r"exim|sendmail|postfix|version:?|dovecot|icewarp|mdaemon|kerio connect|smartermail\D*|haraka|cyrus imap4?"
    r"|zimbra|axigen|james smtp server|communigate pro|powermta\D*|domino (?:release|build)?"
)
_VERSION_IN_GREETING = re.compile(rf"(?i)\b(?:{_PRODUCT})[ /(]*v?\d+[._]\d+[\w.]*")


class Facts(Record):
    """One port of one mail host."""

    service: MailService
    support: TlsSupport = TlsSupport()

    @property
    def port(self) -> int:
        """The port's number."""
        return self.service.port

    @property
    def chain(self) -> CertificateChain | None:
        """The certificates; None when no handshake came about."""
        return self.service.chain

    @property
    def starttls(self) -> bool | None:
        """Whether the change to TLS is offered and works; None where that is not a question or was not seen."""
        if self.service.starttls is None or self.port in IMPLICIT_TLS_PORTS:
            return None
        return self.service.starttls and self.tls

    @property
    def tls(self) -> bool:
        """Whether TLS works, by the full handshake or by any hello that was accepted."""
        return bool(self.service.tls_works or self.support.accepted)


# --- where to look ------------------------------------------------------------------------------------------------


def subjects(seen: Seen) -> Sequence[str]:
    """Every MX on 25; the hosts that people use, else the MX hosts themselves, on the ports of clients."""
    exchangers: list[str] = []
    clients: list[str] = list(seen.scope.mail_hosts)
    for domain in seen.scope.domains:
        facts = seen.facts("mx", domain.name, mx.Facts)
        hosts = facts.mail_hosts if facts is not None else ()
        exchangers += hosts
        hosting = domain.hosting or (facts.hosting if facts is not None else None)
        # Cloud services have host names of their own for clients, the same for all their customers.
        if not seen.scope.mail_hosts and hosting not in (Hosting.GOOGLE, Hosting.MICROSOFT, Hosting.WORKMAIL):
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


async def collect(subject: str, look: Look) -> Facts:
    """The facts of `host:port`; a closed port is a fact, a port that this network does not let out is not."""
    host, _, number = subject.rpartition(":")
    port = int(number)
    vantage = look.seen.vantage
    if port == MX_PORT and vantage is not None and vantage.port25 == "blocked":
        raise NotTestableHere("port25_blocked")
    addresses = await look.network.addresses(host)
    if not addresses:
        raise Unreachable("no_address", host)
    service = await look.network.mail_service(host, addresses[0], port)
    for address in addresses[1:ADDRESSES_MOST]:
        if service.open:
            break
        service = await look.network.mail_service(host, address, port)
    if not service.open:
        way_out_proved = vantage is not None and vantage.port25 == "open"
        if port == MX_PORT and service.closed == "connect_timeout" and not way_out_proved:
            raise NotTestableHere("port25_unknown")
        return Facts(service=service)
    if not (port in IMPLICIT_TLS_PORTS or service.starttls) or service.error == "no_starttls":
        return Facts(service=service)
    where = Service(
        host=host,
        address=service.address,
        port=port,
        starttls="" if port in IMPLICIT_TLS_PORTS else service.protocol,
    )
    try:
        support = await find_support(look.network, look.rules, where, service.handshake)
    except NotSeen:
        # A server that has had enough of us has shown the rest already.
        return Facts(service=service)
    return Facts(service=service, support=support)


# --- judging ------------------------------------------------------------------------------------------------------


def judge(seen: Seen, rules: Rules) -> Iterator[Outcome]:
    """What the ports show, port by port, and what a host lacks altogether."""
    by_host: dict[str, list[Facts]] = {}
    for attempt, facts in seen.all("mail_ports", Facts):
        by_host.setdefault(facts.service.host, []).append(facts)
        if not facts.service.open:
            continue
        for word, values in _words(seen, rules, facts, attempt.ended):
            yield Outcome(
                code=f"mail_ports.{word}",
                subject=attempt.subject,
                values=(("host", facts.service.host), ("port", facts.port), *values),
            )
    for host, ports in by_host.items():
        word = _implicit(ports)
        if word:
            yield Outcome(code=f"mail_ports.{word}", subject=host, values=(("host", host),))


def _words(seen: Seen, rules: Rules, facts: Facts, at: datetime) -> Iterator[tuple[str, Values]]:
    if facts.port == MX_PORT:
        yield from _starttls(facts)
    yield from _login(facts)
    yield from _versions(facts)
    yield from _suites(facts, rules)
    yield from _certificate(seen, rules, facts, at)
    yield from _greeting(facts)


def _suffix(facts: Facts) -> str:
    """Port 25 is judged on its own scale: who delivers there takes any encryption rather than none."""
    return "_mx" if facts.port == MX_PORT else ""


def _starttls(facts: Facts) -> Iterator[tuple[str, Values]]:
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


def _login(facts: Facts) -> Iterator[tuple[str, Values]]:
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


def _versions(facts: Facts) -> Iterator[tuple[str, Values]]:
    accepted, refused, suffix = facts.support.accepted, facts.support.refused, _suffix(facts)
    if not accepted:
        return
    if "ssl3" in accepted:
        yield f"ssl3{suffix}", ()
    old = [PRINTED[version] for version in OLD if version in accepted]
    if old:
        yield f"tls_old{suffix}", (("versions", ", ".join(old)),)
    modern = [PRINTED[version] for version in MODERN if version in accepted]
    if not modern and set(MODERN) <= set(refused):
        yield f"tls_modern_missing{suffix}", (("versions", ", ".join(PRINTED[version] for version in accepted)),)
    if modern and not suffix and {"ssl3", *OLD} <= set(refused):
        yield "tls_modern", (("versions", ", ".join(modern)),)
    if "tls1.2" in accepted and "tls1.3" in refused:
        yield "tls13_missing", ()


def _suites(facts: Facts, rules: Rules) -> Iterator[tuple[str, Values]]:
    if not facts.support.bad_suites:
        return
    known = suite_classes(rules)
    column = "mx" if facts.port == MX_PORT else "client"
    words = {row["class"]: row[column] for row in rules.tables["tls_cipher_classes"].dicts()}
    names: dict[str, list[str]] = {}
    for code in facts.support.bad_suites:
        kind, name = known.get(code, ("", f"0x{code:04X}"))
        names.setdefault(words.get(kind, "-"), []).append(name)
    for word in ("broken", "weak", "old"):
        if word in names:
            yield f"suite_{word}{_suffix(facts)}", (("suites", ", ".join(names[word])),)
            return


def _certificate(seen: Seen, rules: Rules, facts: Facts, at: datetime) -> Iterator[tuple[str, Values]]:
    chain = facts.chain
    if chain is None or not chain.certificates:
        return
    leaf, suffix = chain.certificates[0], _suffix(facts)
    on_25 = facts.port == MX_PORT
    confirmed = on_25 or facts.service.host in seen.scope.mail_hosts
    when: Values = (("day", f"{leaf.not_after:%Y-%m-%d}"), ("days", abs(days_left(leaf, at))))
    time = urgency(leaf, at, rules)
    if time == "expired":
        yield f"certificate_expired{suffix}", when
    elif time and on_25:
        yield "certificate_near_mx", when
    elif time:
        yield f"certificate_{time}", when
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
    if not (time or faults or old) and chain.trusted and chain.name_matches:
        yield "certificate_good", when


def _greeting(facts: Facts) -> Iterator[tuple[str, Values]]:
    service = facts.service
    shown = _VERSION_IN_GREETING.search(service.untrusted_greeting)
    if shown:
        yield "banner_version", (("shown", shown.group()[:80]),)
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
    id="mail_ports",
    control=Control.PROTOCOLS,
    consent=ConsentLevel.CONNECTIONS,
    facts=Facts,
    outcomes=(
        *("starttls", "starttls_missing", "starttls_broken", "starttls_stripped"),
        *("login_protected", "login_clear", "login_clear_mx", "clear_port", "implicit_tls", "implicit_missing"),
        *("tls_modern", "tls13_missing", "tls_old", "tls_old_mx", "ssl3", "ssl3_mx"),
        *("tls_modern_missing", "tls_modern_missing_mx"),
        *("suite_broken", "suite_weak", "suite_broken_mx", "suite_weak_mx", "suite_old_mx"),
        *("certificate_good", "certificate_expired", "certificate_expired_mx"),
        *("certificate_soon", "certificate_near", "certificate_near_mx"),
        *("certificate_self_signed", "certificate_self_signed_mx", "certificate_incomplete"),
        *("certificate_untrusted", "certificate_untrusted_mx"),
        *("certificate_wrong_name", "certificate_wrong_name_mx"),
        *("key_weak", "key_weak_mx", "signature_old", "signature_old_mx"),
        *("banner_quiet", "banner_version", "size_limit", "size_missing"),
    ),
    subjects=subjects,
    collect=collect,
    judge=judge,
    needs=("mx",),
)
