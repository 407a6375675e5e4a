"""Traces of an installation: names that no machine can have, certificates that an installer made."""

import msgspec
import pytest

from fumimori.checks.defaults import probe as defaults
from fumimori.checks.mail_ports import facts as mail_ports
from fumimori.model import DomainScope, Scope
from fumimori.network.mail import MailService
from fumimori.network.tls import CertificateChain
from loopback.certificates import certificate
from loopback.fake_network import SERVFAIL, FakeNetwork, attempt, outcomes

HOST = "mx.example.jp"


def made_by(subject, *, issuer="", self_signed=True):
    return certificate(subject=subject, issuer=issuer or subject, names=(), self_signed=self_signed)


def words(*, greeting="", leaf=None, port=25, zone=None):
    chain = CertificateChain(certificates=(leaf,), trusted=False, trust_error="self_signed") if leaf else None
    service = MailService(
        host=HOST, address="192.0.2.25", port=port, protocol="smtp", open=True, untrusted_greeting=greeting, chain=chain
    )
    raw = msgspec.Raw(msgspec.json.encode(mail_ports.Facts(service=service)))
    extra = (attempt("mail_ports", f"{HOST}:{port}", facts=raw),)
    scope = Scope(domains=(DomainScope(name="example.jp"),))
    return set(outcomes(defaults.PROBE, FakeNetwork(zone or {}), scope, extra=extra))


@pytest.mark.parametrize(
    ("greeting", "zone", "expected"),
    [
        ("localhost.localdomain ESMTP Postfix", {}, {"default_name"}),
        ("localhost ESMTP", {}, {"default_name"}),
        ("EX01.contoso.local Microsoft ESMTP MAIL Service ready", {}, {"default_name"}),
        ("mailsrv ESMTP", {}, {"default_name"}),
        ("mx.example.jp ESMTP", {HOST: {"A": ["192.0.2.25"]}}, {"name_good"}),
        ("mx.example.jp ESMTP", {HOST: {"AAAA": ["2001:db8::1"]}}, {"name_good"}),
        ("mx.example.jp ESMTP", {}, {"name_unresolvable"}),
        ("mx.example.jp ESMTP", {HOST: {SERVFAIL: []}}, set()),
        ("*********** ready", {}, set()),
        ("", {}, set()),
    ],
)
def test_names(greeting, zone, expected):
    assert words(greeting=greeting, zone=zone) == expected


@pytest.mark.parametrize(
    ("leaf", "port", "expected"),
    [
        (made_by("CN=localhost"), 993, {"factory_certificate"}),
        (made_by("CN=debian"), 25, {"factory_certificate_mx"}),
        (made_by("CN=mail.local"), 465, {"factory_certificate"}),
        (made_by("CN=Plesk,O=Plesk"), 993, {"factory_certificate"}),
        (made_by("OU=IMAP server,O=Dovecot mail server"), 993, {"factory_certificate"}),
        (made_by("CN=mx", issuer="O=Zimbra Collaboration Server", self_signed=False), 993, {"factory_certificate"}),
        (made_by("CN=mail.example.jp"), 993, set()),
        (made_by("CN=localhost", issuer="CN=Real CA", self_signed=False), 993, set()),
        (None, 993, set()),
    ],
)
def test_certificates(leaf, port, expected):
    assert words(leaf=leaf, port=port) == expected
