"""What a server says in a conversation: mail, HTTP with its redirects, SSH, open ports, encrypted resolvers, DNSSEC."""

import asyncio
import contextlib
import struct
from collections.abc import Sequence
from datetime import UTC, datetime
from functools import cache
from types import SimpleNamespace

import dns.dnssec
import dns.exception
import dns.flags
import dns.message
import dns.name
import dns.rcode
import dns.rdata
import dns.rdataclass
import dns.rdatatype
import dns.rrset
import msgspec
from cryptography.hazmat.primitives.asymmetric import ed25519

from fumimori.checks.admin_pages import probe as admin_pages
from fumimori.checks.contract import ProbeContext
from fumimori.checks.observations import Observations
from fumimori.checks.products import probe as products
from fumimori.checks.webmail import probe as webmail
from fumimori.model import Scope
from fumimori.net import services, ssh_wire
from fumimori.net.certificates import chain_of
from fumimori.net.dialogues import DIALOGUES
from fumimori.net.dns_streams import HttpsStream, TlsStream
from fumimori.net.dnssec import Validator
from fumimori.net.mail import MailServices
from fumimori.net.resolvers import Upstream
from fumimori.net.smtp_dialogue import Envelopes
from fumimori.net.ssh import SshServices
from fumimori.net.web import Web
from fumimori.network import Notes, NotObserved, Refused
from fumimori.network.dns import Security
from fumimori.network.mail import IMPLICIT_TLS_PORTS
from fumimori.network.web import WebAnswer
from fuzz.paper_stream import MOMENT, PaperDialer, PaperWriter, carried_out, reader_of
from loopback.fake_network import rules

HOST, ADDRESS = "mail.example.jp", "192.0.2.25"
PORTS = (25, 110, 143, 587, 4190)
"""One of each dialogue that begins in the clear."""


def mail(octets: bytes) -> None:
    """What a mail server says from its greeting to the end, in each protocol, and in an envelope."""
    dialer = PaperDialer(octets)
    looks = MailServices(dialer=dialer, judge_chain=lambda ders, name, at: chain_of(ders, name=name, at=at, roots=()))
    for port in PORTS:
        _told(looks.mail_service(HOST, ADDRESS, port, notes=Notes()))
    commands = ("VRFY postmaster", "MAIL FROM:<>", "RCPT TO:<u@example.jp>", "RSET")
    _told(Envelopes(dialer=dialer).smtp_dialogue(HOST, ADDRESS, 25, commands, notes=Notes()))
    assert set(PORTS).isdisjoint(IMPLICIT_TLS_PORTS)
    for dialogue in DIALOGUES.values():
        words = tuple(octets.decode("utf-8", "replace").upper().splitlines()[:64])
        dialogue.offers_tls(words)
        dialogue.logins(words)


class _PaperWeb:
    """The whole Internet answers every GET with the same octets, encrypted or not."""

    def __init__(self, octets: bytes) -> None:
        self._web = Web(dialer=PaperDialer(octets), addresses=self._address, roots=(), now=lambda: MOMENT)

    async def get(self, url: str, *, limit: int = 65536, any_certificate: bool = False) -> WebAnswer:
        del any_certificate
        scheme, colon, rest = url.partition(":")
        answer = await self._web.get("http" + colon + rest if scheme == "https" else url, Notes(), limit=limit)
        return msgspec.structs.replace(answer, url=url)

    async def addresses(self, _host: str) -> tuple[str, ...]:
        return (ADDRESS,)

    def now(self) -> datetime:
        return MOMENT

    async def _address(self, _host: str, _notes: Notes) -> tuple[str, ...]:
        return (ADDRESS,)


def web(octets: bytes) -> None:
    """An HTTP answer, and where its Location leads the probes that follow one."""
    network = _PaperWeb(octets)
    context = ProbeContext(network=network, observations=Observations(Scope(), ()), rules=rules())
    with contextlib.suppress(NotObserved):
        answer = carried_out(network.get(f"https://{HOST}/x/y"))
        msgspec.json.encode(answer)
        admin_pages.recognised(answer, rules().tables["admin_pages"].dicts())
    _told(products.collect(HOST, context))
    _told(admin_pages._page(f"https://{HOST}:8443/admin", context))
    _told(webmail._plain(HOST, context))


def addressed(octets: bytes) -> None:
    """A URL that a server names: a redirect, and the place that a record points to."""
    location = octets.decode("utf-8", "replace").translate({10: None, 13: None})
    web(f"HTTP/1.1 302 Found\r\nLocation: {location}\r\nContent-Length: 0\r\n\r\n".encode())


def ssh_talk(octets: bytes) -> None:
    """What an SSH server sends: version, packets, key exchange."""
    looks = SshServices(dialer=PaperDialer(octets))
    _told(looks.ssh_service(HOST, ADDRESS, 22, notes=Notes()))
    _told(looks.ssh_group_size(HOST, ADDRESS, 22, notes=Notes()))


def packet(payload: bytes) -> bytes:
    """`payload` in a packet before any key is agreed (RFC 4253 section 6)."""
    padding = 8 - (len(payload) + 5) % 8
    padding += 8 if padding < 4 else 0
    return struct.pack("!IB", len(payload) + padding + 1, padding) + payload + bytes(padding)


def kex_reply() -> bytes:
    """A server's half of a curve25519 exchange with a host key."""
    key = ssh_wire.string(b"ssh-ed25519") + ssh_wire.string(bytes(range(32)))
    parts = (ssh_wire.string(part) for part in (key, bytes(range(1, 33)), b"signature"))
    return bytes((ssh_wire.KEX_REPLY,)) + b"".join(parts)


def open_port(octets: bytes) -> None:
    """What a service behind an open port says first."""
    looks = services.Services(dialer=PaperDialer(octets))
    for kind in services.WAYS:
        _told(looks.open_port(HOST, ADDRESS, 9, kind, notes=Notes()))


def resolver_stream(octets: bytes) -> None:
    """Frames of an encrypted resolver: HTTP/2 and DNS over TLS."""
    carried_out(_heard(octets))


async def _heard(octets: bytes) -> None:
    upstream = Upstream(host="192.0.2.53", port=443, kind="https", path="/dns-query")
    for stream in (HttpsStream(upstream, SimpleNamespace()), TlsStream(upstream, SimpleNamespace())):
        writer = PaperWriter()
        stream.greet(writer)
        reply = asyncio.get_running_loop().create_future()
        stream._waiting[1] = reply
        stream.send(writer, 1, bytes(12))
        stream._writer = writer
        await stream._listened(reader_of(octets), writer)
        assert reply.done()
        if reply.exception() is None:
            assert len(reply.result()) <= 1 << 16


def _told(context: object) -> None:
    """Carry out one look; not to have seen is an answer, and what was seen can be recorded."""
    try:
        observations = carried_out(context)
    except NotObserved:
        return
    msgspec.json.encode(observations)


# --- DNSSEC -------------------------------------------------------------------------------------------------------


class SignedTree:
    """The root, `example.` and its answers, each signed by a key of its own; made once."""

    def __init__(self) -> None:
        self._keys = {name: ed25519.Ed25519PrivateKey.generate() for name in (".", "example.")}
        dnskeys = {name: self._dnskey(name) for name in self._keys}
        self.anchors = [dns.dnssec.make_ds(dns.name.root, dnskeys["."][0], "SHA256")]
        ds = dns.dnssec.make_ds(dns.name.from_text("example."), dnskeys["example."][0], "SHA256")
        self.honest: set[bytes] = set()
        nothing = "a.example. 300 IN NSEC z.example. A TXT RRSIG NSEC"
        apex = "example. 300 IN NSEC a.example. SOA NS DNSKEY RRSIG NSEC"
        self.messages = (
            self._message(".", "DNSKEY", dnskeys["."], signer="."),
            self._message("example.", "DS", dns.rrset.from_rdata("example.", 300, ds), signer="."),
            self._message("example.", "DNSKEY", dnskeys["example."], signer="example."),
            self._message("a.example.", "TXT", _rrset('a.example. 300 IN TXT "v=spf1 -all"')),
            self._message("a.example.", "TLSA", denied=(nothing,)),
            self._message("b.example.", "TLSA", denied=(nothing, apex), rcode=dns.rcode.NXDOMAIN),
            self._message("a.example.", "DS", denied=(nothing,)),
            self._message("b.example.", "DS", denied=(nothing, apex), rcode=dns.rcode.NXDOMAIN),
            self._message("c.example.", "TXT", _rrset("c.example. 300 IN CNAME a.example.")),
            self._message("a.d.example.", "TXT", _rrset("d.example. 300 IN DNAME example.")),
        )

    def _dnskey(self, name: str) -> dns.rrset.RRset:
        key = dns.dnssec.make_dnskey(self._keys[name].public_key(), "ED25519", flags=257)
        return dns.rrset.from_rdata(name, 300, key)

    def _signature(self, rrset: dns.rrset.RRset, signer: str) -> dns.rrset.RRset:
        made = dns.dnssec.sign(
            rrset,
            self._keys[signer],
            dns.name.from_text(signer),
            self._dnskey(signer)[0],
            inception=datetime(2026, 1, 1, tzinfo=UTC),
            expiration=datetime(2027, 12, 31, tzinfo=UTC),
        )
        return dns.rrset.from_rdata(rrset.name, rrset.ttl, made)

    def _message(
        self,
        name: str,
        rdtype: str,
        answer: dns.rrset.RRset | None = None,
        *,
        signer: str = "example.",
        denied: Sequence[str] = (),
        rcode: dns.rcode.Rcode = dns.rcode.NOERROR,
    ) -> bytes:
        message = dns.message.make_response(dns.message.make_query(name, rdtype, want_dnssec=True))
        message.set_rcode(rcode)
        if answer is not None:
            message.answer += [answer, self._signature(answer, signer)]
            self.honest |= {_canonical(answer.name, rdata) for rdata in answer}
        for text in denied:
            rrset = _rrset(text)
            message.authority += [rrset, self._signature(rrset, signer)]
        return message.to_wire()


def _rrset(line: str) -> dns.rrset.RRset:
    name, ttl, kind, rdtype, *rest = line.split(" ")
    return dns.rrset.from_text(name, int(ttl), kind, rdtype, " ".join(rest))


def _canonical(name: dns.name.Name, rdata: dns.rdata.Rdata) -> bytes:
    return name.canonicalize().to_wire() + struct.pack("!H", rdata.rdtype) + rdata.to_digestable()


@cache
def tree() -> SignedTree:
    return SignedTree()


def chain_of_trust(octets: bytes) -> None:
    """Signed answers of a resolver that lies: nothing raises, and nothing is believed that nobody signed.

    The input is messages in wire format, each behind its length in two octets, as DNS over TCP sends them.
    """
    messages: list[dns.message.Message] = []
    rest = octets
    while len(rest) > 2 and len(messages) < 32:
        length = int.from_bytes(rest[:2], "big")
        wire, rest = rest[2 : 2 + length], rest[2 + length :]
        with contextlib.suppress(dns.exception.DNSException, ValueError, IndexError):
            message = dns.message.from_wire(wire, ignore_trailing=True, raise_on_truncation=False)
            if message.question:
                messages.append(message)
    for message in messages:
        if message.question[0].rdtype in (dns.rdatatype.TXT, dns.rdatatype.TLSA):
            _judged(message, messages)


def _judged(asked: dns.message.Message, messages: Sequence[dns.message.Message]) -> None:
    async def query(name: dns.name.Name, rdtype: dns.rdatatype.RdataType) -> dns.message.Message:
        for message in messages:
            if (message.question[0].name, message.question[0].rdtype) == (name, rdtype):
                return message
        raise Refused("dns_servfail")

    validator = Validator(query=query, anchors=tree().anchors, now=lambda: MOMENT)
    try:
        verdict = carried_out(validator.judge(asked))
    except NotObserved:
        return
    if verdict.security is Security.SECURE:
        question = asked.question[0]
        for rrset in asked.answer:
            if (rrset.name, rrset.rdtype) == (question.name, question.rdtype):
                assert {_canonical(rrset.name, rdata) for rdata in rrset} <= tree().honest


def framed(messages: Sequence[bytes]) -> bytes:
    """Messages as DNS over TCP sends them."""
    return b"".join(struct.pack("!H", len(message)) + message for message in messages)
