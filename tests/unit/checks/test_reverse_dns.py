"""Names of addresses: missing, generic, one-sided or right; nothing is said where nothing could be looked up."""

import msgspec
import pytest

from fumimori.checks.mail_ports import facts as mail_ports
from fumimori.checks.mx import probe as mx
from fumimori.checks.reverse_dns import probe as reverse_dns
from fumimori.checks.spf import probe as spf
from fumimori.model import DomainScope, Hosting, Scope
from fumimori.network.mail import MailService
from loopback.fake_network import SERVFAIL, FakeNetwork, attempt, outcomes

ARPA = "25.2.0.192.in-addr.arpa"


def zone(names=(), *, sends="ip4:192.0.2.25 ", **more):
    return {
        "example.jp": {"MX": ["10 mx.example.jp."], "TXT": [f"v=spf1 {sends}-all"]},
        "mx.example.jp": {"A": ["192.0.2.25"]},
        "in-addr.arpa": {},
        **({ARPA: {"PTR": list(names)}} if names else {}),
        **more,
    }


def words(table, *, hosting=Hosting.VPS, extra=(), addresses=()):
    scope = Scope(domains=(DomainScope(name="example.jp", hosting=hosting),), sending_addresses=addresses)
    said = outcomes(reverse_dns.PROBE, FakeNetwork(table), scope, before=(mx.PROBE, spf.PROBE), extra=extra)
    return set(said)


@pytest.mark.parametrize(
    ("table", "expected"),
    [
        (zone(["mx.example.jp."]), {"confirmed"}),
        (zone(["other.example.jp.", "mx.example.jp."]), {"confirmed"}),
        (zone(), {"missing"}),
        (zone(sends=""), {"missing_receiving"}),
        (zone(["mx.example.jp."], sends="ip4:192.0.2.25 ip4:192.0.2.99 "), {"confirmed", "missing_listed"}),
        (zone(["gone.example.jp."]), {"unconfirmed"}),
        (zone(["p192-0-2-25.isp.example."], **{"p192-0-2-25.isp.example": {"A": ["192.0.2.25"]}}), {"generic"}),
        (zone(["dhcp-7.isp.example."], **{"dhcp-7.isp.example": {"A": ["192.0.2.25"]}}), {"generic"}),
        (zone(["slow.example.jp."], **{"slow.example.jp": {SERVFAIL: []}}), set()),
        (zone(**{ARPA: {SERVFAIL: []}}), set()),
    ],
)
def test_names(table, expected):
    assert words(table) == expected


def test_an_address_that_somebody_gave_sends():
    assert words(zone(sends=""), addresses=("192.0.2.25",)) == {"missing"}


def test_an_address_of_the_spf_record_where_a_mail_server_answered_is_one():
    table = zone(["mx.example.jp."], sends="ip4:192.0.2.99 ")
    assert words(table) == {"confirmed", "missing_listed"}
    service = MailService(host="out.example.jp", address="192.0.2.99", port=25, protocol="smtp", open=True)
    raw = msgspec.Raw(msgspec.json.encode(mail_ports.Facts(service=service)))
    assert words(table, extra=(attempt("mail_ports", "out.example.jp:25", facts=raw),)) == {"confirmed", "missing"}
    assert words(table, addresses=("192.0.2.99",)) == {"confirmed", "missing"}


@pytest.mark.parametrize("hosting", [Hosting.RENTAL, Hosting.MICROSOFT])
def test_addresses_of_providers_are_not_looked_at(hosting):
    network = FakeNetwork(zone())
    scope = Scope(domains=(DomainScope(name="example.jp", hosting=hosting),))
    assert outcomes(reverse_dns.PROBE, network, scope, before=(mx.PROBE, spf.PROBE)) == {}
    assert not any(rdtype == "PTR" for _, rdtype in network.asked)


@pytest.mark.parametrize(
    ("greeting", "differs"),
    [("mx.example.jp ESMTP", False), ("mail.example.jp ESMTP", True), ("hello", False), ("", False)],
)
def test_the_greeting_is_compared(greeting, differs):
    service = MailService(
        host="mx.example.jp", address="192.0.2.25", port=25, protocol="smtp", open=True, untrusted_greeting=greeting
    )
    raw = msgspec.Raw(msgspec.json.encode(mail_ports.Facts(service=service)))
    seen = words(zone(["mx.example.jp."]), extra=(attempt("mail_ports", "mx.example.jp:25", facts=raw),))
    assert seen == {"confirmed"} | ({"greeting_differs"} if differs else set())


def test_ipv6():
    pointer = "1." + "0." * 23 + "8.b.d.0.1.0.0.2.ip6.arpa"
    table = {
        "example.jp": {"MX": ["10 mx.example.jp."], "TXT": ["v=spf1 mx -all"]},
        "mx.example.jp": {"AAAA": ["2001:db8::1"]},
        pointer: {"PTR": ["mx.example.jp."]},
    }
    assert words(table) == {"confirmed"}
