"""What a fuzzer feeds: one function for each thing that comes from outside. Whatever the octets, each of them returns.

A parser may refuse (the exceptions that its docstring names are caught here); anything else that gets out is a fault.
"""

import base64
import contextlib
import importlib.util
from collections.abc import Callable
from datetime import UTC, datetime
from functools import cache
from importlib import import_module

import dns.exception
import dns.message
import dns.rrset
import msgspec

from fumimori.checks.admin_pages import probe as admin_pages
from fumimori.checks.bimi.mark import read_mark
from fumimori.checks.products.recognition import recognised, shown_version
from fumimori.grammar import (
    bimi,
    brand_profile,
    caa,
    client_config,
    der,
    dkim,
    dmarc,
    logotype,
    mta_sts,
    spf,
    svg,
    tags,
    tls_rpt,
)
from fumimori.grammar.certificate import parse_certificate
from fumimori.net import certificate_parts, certificates, dns_wire, ssh_wire, tls_flight
from fumimori.net.ssh_wire import BadPacketError
from fumimori.network import NotObserved
from fumimori.network.dns import DnsAnswer, DnsStatus
from fumimori.network.web import WebAnswer
from fumimori.report import protection
from fuzz import documents, hostile, inputs, inside, judged, registers, talks
from loopback.fake_network import rules

MOMENT = datetime(2026, 11, 24, tzinfo=UTC)


def tls(octets: bytes) -> None:
    """A server's first flight, and the certificates in it."""
    first = tls_flight.read_answer(octets)
    whole = tls_flight.read_answer(octets, whole_flight=True)
    for answer in (first, whole):
        if answer is not None:
            msgspec.json.encode(answer)
    found = tls_flight.certificates_in(octets)
    msgspec.json.encode(certificates.chain_of(found[:4], name="mx.example.jp", at=MOMENT, roots=()))


def ssh(octets: bytes) -> None:
    """Key exchange lists, a host key, and the strings of any packet."""
    msgspec.json.encode(ssh_wire.read_host_key(octets))
    with contextlib.suppress(BadPacketError):
        lists = ssh_wire.read_lists(octets)
        assert len(lists.key_exchanges) <= 2 * ssh_wire.NAMES_MOST
    with contextlib.suppress(BadPacketError):
        parts = ssh_wire.Parts(octets)
        while True:
            parts.string()


def dns_reply(octets: bytes) -> None:
    """A resolver's reply to a question for TXT."""
    query = dns_wire.query_for("_dmarc.example.jp", "TXT", edns=True)
    # the fuzzer cannot guess what a reply repeats of its question
    fitting = query.to_wire()[:2] + octets[2:]
    for wire in (octets, fitting):
        with contextlib.suppress(NotObserved):
            reply = dns_wire.parsed(wire, query)
            rrset, _, _ = dns_wire.followed(reply, "_dmarc.example.jp", "TXT")
            for rdata in rrset or ():
                dns_wire.presentation(rdata, "TXT")
            dns_wire.absence(reply)
    with contextlib.suppress(dns.exception.DNSException, ValueError, IndexError):
        dns_wire.absence(dns.message.from_wire(octets))


def txt(octets: bytes) -> None:
    """A TXT record by every grammar that reads one."""
    text = octets.decode("utf-8", "replace")
    parsers: tuple[Callable[[str], object], ...] = (
        *(spf.parse_spf, dkim.parse_dkim, dmarc.parse_dmarc, mta_sts.parse_sts_record, mta_sts.parse_sts_policy),
        *(tls_rpt.parse_tls_rpt, bimi.parse_bimi, caa.parse_caa, tags.parse_tags),
        *(spf.is_spf, spf.looks_like_spf, dkim.is_dkim, dmarc.is_dmarc, dmarc.looks_like_dmarc, bimi.looks_like_bimi),
        *(mta_sts.looks_like_sts, tls_rpt.looks_like_tls_rpt),
    )
    for parse in parsers:
        msgspec.json.encode(parse(text))
    answer = DnsAnswer(name="example.jp", rdtype="TXT", status=DnsStatus.ANSWER, records=(text,))
    from fumimori.grammar.spf_walk import walk

    msgspec.json.encode(walk("example.jp", {("example.jp", "TXT"): answer}))


def picture(octets: bytes) -> None:
    """A logo."""
    msgspec.json.encode(svg.read_svg(octets.decode("utf-8", "replace"), _profile()))


def settings(octets: bytes) -> None:
    """A file of automatic settings."""
    msgspec.json.encode(client_config.parse_client_config(octets.decode("utf-8", "replace")))


def profile(octets: bytes) -> None:
    """A brand profile that somebody sent; what was taken in is a profile again when it is written."""
    with contextlib.suppress(brand_profile.BadProfileError):
        found = brand_profile.parse_profile(octets)
        assert brand_profile.parse_profile(brand_profile.profile_octets(found)) == found


def key_file(octets: bytes) -> None:
    """A key that somebody chose to sign with."""
    with contextlib.suppress(protection.ProtectionError):
        protection._opened_key(protection.Protection(key=octets, key_passphrase="word"))


def asn1(octets: bytes) -> None:
    """DER: elements, a logotype, an RSA key, a certificate by itself, in a chain and as a mark certificate."""
    _, contents, _ = der.first(octets)
    assert len(list(der.elements(contents))) <= len(octets)
    msgspec.json.encode(logotype.subject_logos(octets))
    dkim.rsa_bits(octets)
    parse_certificate(octets)
    parts = certificate_parts.parts_of(octets)
    assert all(name == name.lower() for name in certificate_parts.dns_names(parts))
    certificate_parts.says_where_its_issuer_is(parts)
    msgspec.json.encode(certificates.chain_of((octets, octets), name="mx.example.jp", at=MOMENT, roots=()))
    pem = f"-----BEGIN CERTIFICATE-----\n{base64.encodebytes(octets).decode()}-----END CERTIFICATE-----\n"
    msgspec.json.encode(read_mark(pem, MOMENT))
    read_mark(octets.decode("latin-1"), MOMENT)


def greeting(octets: bytes) -> None:
    """What a service says first."""
    text = octets.decode("utf-8", "replace")
    for protocol in ("smtp", "imap", "pop3", "ssh", "http"):
        msgspec.json.encode(recognised(protocol, text, rules().tables["banners"]))
        shown_version(protocol, text, rules().tables["banners"])
    page = WebAnswer(url="https://mail.example.jp/admin/", status=200, untrusted_body=text)
    admin_pages.recognised(page, rules().tables["admin_pages"].dicts())


@cache
def _profile() -> svg.Profile:
    return svg.profile(rules().tables["svg_tiny_ps"], rules().tables["svg_tiny_ps_values"])


HARNESSES: dict[str, Callable[[bytes], None]] = {
    "tls": tls,
    "ssh": ssh,
    "dns": dns_reply,
    "txt": txt,
    "svg": picture,
    "settings": settings,
    "der": asn1,
    "profile": profile,
    "key_file": key_file,
    "greeting": greeting,
    "mail": talks.mail,
    "http": talks.web,
    "redirect": talks.addressed,
    "ssh_talk": talks.ssh_talk,
    "open_port": talks.open_port,
    "resolver": talks.resolver_stream,
    "dnssec": talks.chain_of_trust,
    "scan": judged.scan,
    "assessment": judged.assessment,
    "pages": judged.pages,
    "report_text": judged.report_text,
    "logo": judged.logo,
    "table": inside.table,
    "collection": inside.collection,
    "document": documents.document,
    "message": documents.message,
    "report": documents.report,
    "cms": documents.signed_data,
    "archive": documents.archive,
    "register": registers.table,
    "evidence": registers.evidence,
}

SLOWEST = 0.2
"""Seconds of processor time that one input may take; a whole assessment is judged, worded and laid out in them."""


@cache
def makers() -> dict[str, inputs.Make]:
    """How each harness's inputs are drawn when no fuzzer guides: structures by their types, all else from the seeds."""
    return {name: inputs.astray(given) for name, given in seeds().items()} | {
        "scan": inputs.scan,
        "assessment": inputs.assessment,
        "pages": inputs.assessment,
    }


def _handed_in() -> dict[str, list[bytes]]:
    """The seeds that stand beside the grammars and the DNS, by harness."""
    from fuzz import seeds_dns

    found: dict[str, list[bytes]] = {"dns": list(seeds_dns.replies())}
    if importlib.util.find_spec("fuzz.seeds_grammar") is not None:
        for name, given in import_module("fuzz.seeds_grammar").SEEDS.items():
            harness = name if name == "svg" else "txt"
            found.setdefault(harness, []).extend(one.encode() if isinstance(one, str) else one for one in given)
    return found


@cache
def seeds() -> dict[str, list[bytes]]:
    """Whole right inputs for each harness and the hostile ones of old, from which a fuzzer goes astray."""
    from cryptography.hazmat.primitives.serialization import (
        BestAvailableEncryption,
        Encoding,
        NoEncryption,
        pkcs12,
    )

    from loopback.sample_vmc import LOGO
    from loopback.ssh_faults import SshScript
    from loopback.tls_hands import HandMade, Hello
    from loopback.toy_ca import ToyCa

    leaf = ToyCa(MOMENT).leaf("mx.example.jp")
    one = leaf.certificate.public_bytes(Encoding.DER)
    hello = Hello(version=0x0303, suites=(0xC02F,), extensions={10: b"\0\2\0\x1d"})
    server = HandMade(leaves=(leaf,), suites=(0xC02F, 0xC02B))
    hello.suites = (0xC02B,)
    reply = dns.message.make_response(dns_wire.query_for("_dmarc.example.jp", "TXT", edns=True))
    reply.answer.append(dns.rrset.from_text("_dmarc.example.jp.", 300, "IN", "TXT", '"v=DMARC1; p=none"'))
    lists = SshScript()._lists().payload(bytes(16))
    messages = talks.tree().messages
    texts = [text.encode("utf-8", "replace") for text in hostile.TEXTS]
    known = {
        "tls": [server.answer(hello), bytes.fromhex("15030300020228")],
        "ssh": [lists, SshScript(host_key_bits=2048)._host_key()],
        "dns": [reply.to_wire(), *messages],
        "txt": [
            b"v=spf1 include:_spf.example.com a:%{d} ip4:192.0.2.0/24 exists:%{ir}.x.example -all",
            b"v=DMARC1; p=reject; sp=none; rua=mailto:d@example.jp!10m",
            b"v=DKIM1; k=rsa; p=MIGfMA0GCSqGSIb3DQEBAQUAA4GNADCBiQ==",
            b"version: STSv1\nmode: enforce\nmx: *.example.jp\nmax_age: 604800\n",
            b'0 issue "ca.example; a=b"',
            *hostile.RECORDS,
        ],
        "svg": [LOGO.encode(), *hostile.LOGOS],
        "settings": [
            b'<clientConfig><emailProvider id="x"><incomingServer type="imap"/></emailProvider></clientConfig>',
            *hostile.SETTINGS,
        ],
        "der": [one],
        "key_file": [
            pkcs12.serialize_key_and_certificates(b"k", leaf.key, leaf.certificate, None, closing)
            for closing in (NoEncryption(), BestAvailableEncryption(b"word"))
        ]
        + list(hostile.KEYS),
        "profile": [b'{"name":"A","brand":{"logo":"AAAA","logo_type":"svg","colour":"#2E7D32","seals":["X"]}}', *texts],
        "greeting": [b"220 mx.example.jp ESMTP Exim 4.94", b"SSH-2.0-OpenSSH_9.2p1 Debian-2", *hostile.GREETINGS],
        "mail": list(hostile.MAIL),
        "http": list(hostile.HTTP),
        "redirect": list(hostile.LOCATIONS),
        "ssh_talk": [b"SSH-2.0-Toy_1.0\r\n" + talks.packet(lists) + talks.packet(talks.kex_reply()), *texts],
        "open_port": [b"220 ftp ready\r\n", b"+PONG\r\n", b"\x03\0\0\x13\x0e\xd0\0\0\x124\0\2\x1f\x08\0\2\0\0\0"],
        "resolver": list(hostile.FRAMES),
        "dnssec": [talks.framed(messages), *(talks.framed((message, *messages[:3])) for message in messages[3:])],
        "scan": inputs.scan_seeds(),
        "assessment": inputs.assessment_seeds(),
        "pages": inputs.assessment_seeds(),
        "report_text": texts,
        "logo": [LOGO.encode(), hostile.PNG, *hostile.LOGOS],
    }
    known |= documents.seeds() | registers.seeds()
    more, from_inside = _handed_in(), inside.seeds()
    known |= {name: [] for name in from_inside if name not in known}
    return {name: [*given, *more.get(name, ()), *from_inside.get(name, ())] for name, given in known.items()}
