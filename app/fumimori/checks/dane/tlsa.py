"""DANE for mail (RFC 6698, 7671, 7672): what TLSA records say, and whether the certificates of a server match them."""

import hashlib
import re
from collections.abc import Iterable, Sequence
from enum import StrEnum

from fumimori.checks.dane.facts import DANE, DaneHost, Facts
from fumimori.checks.mail_ports.facts import MAIL_PORTS
from fumimori.checks.observations import Observations
from fumimori.grammar import der
from fumimori.grammar.mta_sts import covers
from fumimori.model import Record
from fumimori.network.dns import DnsAnswer, Security
from fumimori.network.mail import MailService
from fumimori.network.tls import Certificate, CertificateChain

PORT = 25
TRUST_ANCHOR, END_ENTITY = 2, 3
FULL, SHA256, SHA512 = 0, 1, 2
DIGEST_LENGTHS = {SHA256: 64, SHA512: 128}
WHOLE = {0: (der.SEQUENCE, der.SEQUENCE, der.BIT_STRING), 1: (der.SEQUENCE, der.BIT_STRING)}
"""What a certificate and a public key consist of (RFC 5280 section 4.1), by selector."""
COMMON_NAME = re.compile(r"(?:^|,)CN=([^,+\\]+)")


class Tlsa(Record):
    """One TLSA record."""

    usage: int
    selector: int
    matching: int
    association: str
    """Lower-case hex."""

    @property
    def usable(self) -> bool:
        """Whether senders take it into account (RFC 7672 section 3.1): usage 2 or 3, known parameters, whole data."""
        known = self.usage in (TRUST_ANCHOR, END_ENTITY) and self.selector in (0, 1) and self.matching in (0, 1, 2)
        if not known or len(self.association) % 2:
            return False
        if self.matching == FULL:
            return _shape(bytes.fromhex(self.association)) == WHOLE[self.selector]
        return len(self.association) == DIGEST_LENGTHS[self.matching]

    @property
    def printed(self) -> str:
        """`3 1 1`, without the association."""
        return f"{self.usage} {self.selector} {self.matching}"


class State(StrEnum):
    """The state of DANE at one mail server."""

    VALID = "valid"
    MISMATCH = "mismatch"
    NO_TLS = "no_tls"
    """TLSA demands encryption, and the server offers none."""
    UNUSABLE = "unusable"
    BOGUS = "bogus"
    INSECURE = "insecure"
    """TLSA is there, but something on the way to it is not signed: senders ignore it."""
    PUBLISHED = "published"
    """Signed and usable; the server's certificate was not seen."""
    ABSENT = "absent"
    POSSIBLE = "possible"
    """Absent, although everything on the way is signed."""
    UNCHECKED = "unchecked"


def parse_tlsa(text: str) -> Tlsa | None:
    """The record in presentation form; None when it is not one."""
    match = re.fullmatch(r"(\d{1,3}) (\d{1,3}) (\d{1,3}) ([0-9A-Fa-f][0-9A-Fa-f ]*)", text.strip())
    if match is None:
        return None
    usage, selector, matching = (int(match[number]) for number in (1, 2, 3))
    return Tlsa(usage=usage, selector=selector, matching=matching, association=match[4].replace(" ", "").lower())


def records(answer: DnsAnswer | None) -> tuple[Tlsa, ...]:
    """The TLSA records of an answer that senders can use."""
    parsed = (parse_tlsa(text) for text in (answer.records if answer else ()))
    return tuple(record for record in parsed if record is not None and record.usable)


def matches(record: Tlsa, chain: CertificateChain, names: Iterable[str]) -> bool | None:
    """Whether `record` fits the chain that a server sent; None when too little of the chain is known.

    Usage 3 looks at the leaf alone, neither at names nor at dates. Usage 2 requires one of `names` in a leaf that has
    not run out, and a path from the leaf up to the certificate that it names (RFC 7671 section 5.2, RFC 7672 3.2.3). A
    trust anchor that is in the DNS as a whole need not be sent; a path up to such a one is not followed here.
    """
    if not chain.certificates:
        return False
    leaf = chain.certificates[0]
    if record.usage == END_ENTITY:
        return _fits(record, leaf)
    wanted = tuple(names)
    if not any(covers(pattern, name) for pattern in _names(leaf) for name in wanted):
        return False
    if chain.above is None:
        return None
    above = (chain.certificates[position] for position in chain.above if position < len(chain.certificates))
    if any(_fits(record, certificate) for certificate in above):
        return True
    sent = any(_fits(record, certificate) for certificate in chain.certificates)
    return None if record.matching == FULL and not sent else False


def _names(leaf: Certificate) -> tuple[str, ...]:
    """The leaf's dNSNames; without any, its common name, as mail servers take it (RFC 7672 section 3.2.3)."""
    return leaf.names or tuple(name.strip().lower() for name in COMMON_NAME.findall(leaf.subject))


def state(facts: Facts, look: DaneHost, service: MailService | None, domain: str) -> State:
    """The state of DANE at the server of `look`; `service` is its port 25 as it was seen, None when it was not."""
    if look.tlsa is None:
        return State.UNCHECKED
    verdicts = (facts.mx.security, look.addresses, look.tlsa.security)
    if not look.tlsa.records:
        return _without(look.tlsa, verdicts)
    unproved = {Security.BOGUS: State.BOGUS, Security.UNCHECKED: State.UNCHECKED, Security.INSECURE: State.INSECURE}
    broken = next((result for security, result in unproved.items() if security in verdicts), None)
    return broken or _matched(records(look.tlsa), service, reference_names(look, domain))


def reference_names(look: DaneHost, domain: str) -> tuple[str, ...]:
    """The names that a certificate may show under usage 2 (RFC 7672 section 3.2.2)."""
    return tuple(dict.fromkeys(name for name in (look.base, look.host, domain) if name))


def _matched(usable: Sequence[Tlsa], service: MailService | None, names: Sequence[str]) -> State:
    """The state that validated records lead to with what the server showed; unusable ones still demand encryption."""
    if service is not None and service.open and service.starttls is False:
        return State.NO_TLS
    if not usable:
        return State.UNUSABLE
    if service is None or not service.open or service.chain is None:
        return State.PUBLISHED
    chain = service.chain
    fitting = {matches(record, chain, names) for record in usable}
    if True in fitting:
        return State.VALID
    return State.UNCHECKED if None in fitting else State.MISMATCH


def states(observations: Observations, domain: str) -> dict[str, State]:
    """The state at every mail server of `domain`; empty when DANE was not looked at."""
    facts = observations.facts(DANE, domain)
    if facts is None:
        return {}
    return {look.host: state(facts, look, mail_service(observations, look.host), domain) for look in facts.hosts}


def looks(observations: Observations) -> dict[str, DaneHost]:
    """The DNS of each mail server once, whatever domains it serves; one that was answered goes first."""
    found: dict[str, DaneHost] = {}
    for _, facts in observations.all(DANE):
        for look in facts.hosts:
            if look.host not in found or found[look.host].tlsa is None:
                found[look.host] = look
    return found


def protects(observations: Observations, domain: str) -> bool:
    """Whether DANE is valid at every mail server, so that it does what MTA-STS would do."""
    found = states(observations, domain)
    return bool(found) and set(found.values()) == {State.VALID}


def unmatched_second(observations: Observations, domain: str) -> tuple[str, ...]:
    """The servers whose usual certificate matches, while a second one, shown to some senders, does not."""
    facts = observations.facts(DANE, domain)
    valid = {host for host, result in states(observations, domain).items() if result is State.VALID}
    found = []
    for look in facts.hosts if facts is not None else ():
        port = observations.facts(MAIL_PORTS, f"{look.host}:{PORT}")
        second = port.support.other_chain if port is not None and look.host in valid else None
        names = reference_names(look, domain)
        if second is not None and all(matches(one, second, names) is False for one in records(look.tlsa)):
            found.append(look.host)
    return tuple(found)


def mail_service(observations: Observations, host: str) -> MailService | None:
    """Port 25 of `host` as it was seen; None when it was not."""
    port = observations.facts(MAIL_PORTS, f"{host}:{PORT}")
    return None if port is None else port.service


def _without(tlsa: DnsAnswer, verdicts: tuple[Security, ...]) -> State:
    if tlsa.security is Security.BOGUS:
        return State.BOGUS
    return State.POSSIBLE if set(verdicts) == {Security.SECURE} else State.ABSENT


def _shape(octets: bytes) -> tuple[int, ...]:
    """The kinds of the elements in a DER sequence that is all of `octets`; empty when it is not one."""
    tag, contents, rest = der.first(octets)
    return tuple(kind for kind, _ in der.elements(contents)) if tag == der.SEQUENCE and not rest else ()


def _fits(record: Tlsa, certificate: Certificate) -> bool:
    whole = record.selector == 0
    if record.matching == SHA512:
        return record.association == (certificate.sha512 if whole else certificate.spki_sha512)
    wanted = record.association
    if record.matching == FULL:
        wanted = hashlib.sha256(bytes.fromhex(wanted)).hexdigest()
    return wanted == (certificate.sha256 if whole else certificate.spki_sha256)
