"""The SPF probe follows the whole tree as a receiver does, and names each fault once."""

import pytest

from fumimori.checks.dmarc import probe as dmarc
from fumimori.checks.observations import Observations
from fumimori.checks.spf import probe as spf
from loopback.fake_network import SERVFAIL, FakeNetwork, looked, outcomes, scope_of

ENFORCED = {"_dmarc.example.jp": {"TXT": ["v=DMARC1; p=quarantine; rua=mailto:d@example.jp"]}}
OTHER = {"_spf.example.com": {"TXT": ["v=spf1 ip4:192.0.2.0/24 -all"]}}


def txt(*records: str) -> dict[str, dict[str, list[str]]]:
    return {"example.jp": {"TXT": list(records)}}


def chain(length: int) -> dict[str, dict[str, list[str]]]:
    """A domain with so many includes, each with a record of its own."""
    names = [f"s{number}.example.com" for number in range(length)]
    root = txt("v=spf1 " + " ".join(f"include:{name}" for name in names) + " -all")
    return root | {name: {"TXT": ["v=spf1 ip4:192.0.2.1 -all"]} for name in names}


ROWS = [
    ("plain", txt("v=spf1 ip4:192.0.2.1 -all"), {"valid"}),
    ("upper case", txt("V=SPF1 IP4:192.0.2.1 -ALL"), {"valid"}),
    ("softfail under an enforcing DMARC", txt("v=spf1 ip4:192.0.2.1 ~all") | ENFORCED, {"valid"}),
    ("softfail without DMARC", txt("v=spf1 ip4:192.0.2.1 ~all"), {"valid", "softfail_alone"}),
    ("none", txt("google-site-verification=x"), {"none"}),
    ("no TXT at all", {"example.jp": {"A": ["192.0.2.1"]}}, {"none"}),
    ("a semicolon after the version", txt("v=spf1; ip4:192.0.2.1 -all"), {"lookalike"}),
    ("Sender ID", txt("spf2.0/pra -all"), {"lookalike"}),
    ("two records", txt("v=spf1 -all", "v=spf1 ~all"), {"several"}),
    ("unknown mechanism", txt("v=spf1 ipv4:192.0.2.1 -all"), {"syntax"}),
    ("address out of range", txt("v=spf1 ip4:192.0.2.999 -all"), {"syntax"}),
    ("prefix out of range", txt("v=spf1 ip4:192.0.2.0/33 -all"), {"syntax"}),
    ("ten lookups", chain(10), {"near_limit"}),
    ("eleven lookups", chain(11), {"too_many_lookups"}),
    ("eight lookups", chain(8), {"valid"}),
    (
        "three void lookups",
        txt("v=spf1 a:x.example.jp a:y.example.jp mx:z.example.jp -all"),
        {"void_lookups"},
    ),
    ("two void lookups", txt("v=spf1 a:x.example.jp a:y.example.jp -all"), {"valid"}),
    (
        "a loop",
        txt("v=spf1 include:a.example.com -all") | {"a.example.com": {"TXT": ["v=spf1 include:example.jp -all"]}},
        {"loop"},
    ),
    ("an include that includes itself", txt("v=spf1 include:example.jp -all"), {"loop"}),
    (
        "an include without SPF",
        txt("v=spf1 include:empty.example.com -all") | {"empty.example.com": {"TXT": ["hello"]}},
        {"include_missing"},
    ),
    (
        "an include of a domain that anybody can register",
        txt("v=spf1 include:_spf.gone-vendor.com -all"),
        {"include_missing", "registrable"},
    ),
    (
        "an include that does not exist in a domain that does",
        txt("v=spf1 include:gone.vendor.com -all") | {"vendor.com": {"NS": ["ns.vendor.com."]}},
        {"include_missing"},
    ),
    (
        "an include with a mistake",
        txt("v=spf1 include:a.example.com -all") | {"a.example.com": {"TXT": ["v=spf1 foo:bar -all"]}},
        {"include_broken"},
    ),
    ("+all", txt("v=spf1 +all"), {"open"}),
    ("all without a sign", txt("v=spf1 all"), {"open"}),
    (
        "+all in an include",
        txt("v=spf1 include:a.example.com -all") | {"a.example.com": {"TXT": ["v=spf1 +all"]}},
        {"open"},
    ),
    (
        "+all in an include that does not pass",
        txt("v=spf1 ?include:a.example.com -all") | {"a.example.com": {"TXT": ["v=spf1 +all"]}},
        {"valid"},
    ),
    ("exists that is always true", txt("v=spf1 exists:example.jp -all") | {"x": {}}, {"valid"}),
    ("half of the Internet", txt("v=spf1 ip4:0.0.0.0/1 -all"), {"open_range"}),
    ("all of it in two halves", txt("v=spf1 ip4:0.0.0.0/1 ip4:128.0.0.0/1 -all"), {"open_range"}),
    ("all of IPv6", txt("v=spf1 ip6:::/0 -all"), {"open_range"}),
    ("a /15", txt("v=spf1 ip4:10.0.0.0/15 -all"), {"wide"}),
    ("a /16", txt("v=spf1 ip4:10.0.0.0/16 -all"), {"valid"}),
    (
        "a wide range of a provider",
        txt("v=spf1 include:a.example.com -all") | {"a.example.com": {"TXT": ["v=spf1 ip4:10.0.0.0/12 -all"]}},
        {"valid"},
    ),
    ("?all", txt("v=spf1 ip4:192.0.2.1 ?all"), {"neutral"}),
    ("no all", txt("v=spf1 ip4:192.0.2.1"), {"no_all"}),
    ("redirect that ends", txt("v=spf1 redirect=_spf.example.com") | OTHER, {"valid"}),
    (
        "redirect that does not",
        txt("v=spf1 redirect=a.example.com") | {"a.example.com": {"TXT": ["v=spf1 ip4:192.0.2.1"]}},
        {"no_all"},
    ),
    ("redirect beside all", txt("v=spf1 -all redirect=_spf.example.com") | OTHER, {"valid", "redirect_ignored"}),
    ("ptr", txt("v=spf1 ptr -all"), {"valid", "ptr"}),
    ("a term after all", txt("v=spf1 -all ip4:192.0.2.1"), {"valid", "after_all"}),
    ("long", txt("v=spf1 " + "ip4:192.0.2.111 " * 30 + "-all"), {"valid", "long"}),
    (
        "an include named twice",
        txt("v=spf1 include:_spf.example.com include:_spf.example.com -all") | OTHER,
        {"valid", "duplicate"},
    ),
    ("macros", txt("v=spf1 exists:%{i}._spf.example.com -all"), {"valid", "macros"}),
    (
        "an include that cannot be read",
        txt("v=spf1 include:a.example.com -all") | {"a.example.com": {SERVFAIL: []}},
        {"incomplete"},
    ),
    (
        "eleven names behind mx",
        txt("v=spf1 mx -all")
        | {
            "example.jp": {
                "TXT": ["v=spf1 mx -all"],
                "MX": [f"10 m{number}.example.jp." for number in range(11)],
            }
        },
        {"mx_many"},
    ),
]


@pytest.mark.parametrize(("zone", "expected"), [row[1:] for row in ROWS], ids=[row[0] for row in ROWS])
def test_outcomes(zone, expected):
    said = outcomes(spf.PROBE, FakeNetwork(zone), scope_of("example.jp"), before=[dmarc.PROBE])
    assert set(said) - ({"softfail_alone"} if "~all" not in str(zone) else set()) == expected


def test_exists_without_macros_lets_everybody_send():
    zone = txt("v=spf1 exists:on.example.com -all") | {"on.example.com": {"A": ["127.0.0.2"]}}
    assert set(outcomes(spf.PROBE, FakeNetwork(zone), scope_of("example.jp"))) == {"open"}


def test_the_count_covers_includes_redirects_and_every_address_term():
    zone = txt("v=spf1 a mx include:a.example.com exists:%{i}.example.com redirect=b.example.com") | {
        "a.example.com": {"TXT": ["v=spf1 a:c.example.com ?all"]},
        "b.example.com": {"TXT": ["v=spf1 ptr ip4:192.0.2.0/28 -all"]},
        "c.example.com": {"A": ["192.0.2.9"]},
    }
    zone["example.jp"] |= {"A": ["192.0.2.1"], "MX": ["10 mail.example.jp."]}
    zone["mail.example.jp"] = {"A": ["192.0.2.2"]}
    said = outcomes(spf.PROBE, FakeNetwork(zone), scope_of("example.jp"))
    assert dict(said["valid"].values) == {"lookups": 7, "limit": 10, "addresses": 16}


def test_a_record_of_a_thousand_includes_is_bounded():
    zone = txt("v=spf1 " + " ".join(f"include:s{number}.example.com" for number in range(1000)))
    network = FakeNetwork(zone | {f"s{number}.example.com": {"TXT": ["v=spf1 a mx ptr"]} for number in range(1000)})
    assert "too_many_lookups" in outcomes(spf.PROBE, network, scope_of("example.jp"))
    assert len(network.asked) < 400


@pytest.mark.parametrize(
    ("record", "expected"),
    [
        ("v=spf1 -all", "unused_closed"),
        ("v=spf1 ~all", "unused_open"),
        ("v=spf1 mx -all", "unused_open"),
        ("x", "unused_open"),
    ],
)
def test_a_domain_that_sends_no_mail_must_let_nobody_send(record, expected):
    said = outcomes(spf.PROBE, FakeNetwork(txt(record)), scope_of("example.jp", sends_mail=False))
    assert set(said) == {expected}


def test_servfail_at_the_domain_itself_says_nothing():
    network = FakeNetwork({"example.jp": {SERVFAIL: []}})
    (attempt,) = looked([spf.PROBE], network, scope_of("example.jp"))
    assert attempt.reason == "dns_servfail"
    assert list(spf.PROBE.judge(Observations(scope_of("example.jp"), [attempt]), None)) == []


def test_own_servers_are_tried_as_senders():
    zone = txt("v=spf1 ip4:192.0.2.25 -all") | {
        "mail.example.jp": {"A": ["192.0.2.25"]},
        "new.example.jp": {"A": ["198.51.100.1"]},
    }
    scope = scope_of("example.jp", mail_hosts=["mail.example.jp", "imap.example.com"])
    assert set(outcomes(spf.PROBE, FakeNetwork(zone), scope)) == {"valid", "own_host_passes"}
    scope = scope_of("example.jp", mail_hosts=["mail.example.jp", "new.example.jp:587"])
    said = outcomes(spf.PROBE, FakeNetwork(zone), scope)
    assert set(said) == {"valid", "own_host_fails"}
    assert dict(said["own_host_fails"].values) == {"hosts": "new.example.jp [198.51.100.1]"}


def test_only_txt_is_asked_for_the_record():
    network = FakeNetwork(txt("v=spf1 -all"))
    looked([spf.PROBE], network, scope_of("example.jp"))
    assert network.asked == [("example.jp", "TXT")]
