"""The verdict for one sender by RFC 7208, in cases of our own: limits, macros, what DNS cannot carry, and loops."""

import asyncio

import pytest

from fumimori.grammar.spf_check import Client, check_host
from loopback.fake_network import SERVFAIL, FakeNetwork

HOST = "192.0.2.25"


def verdict(zone, *, address=HOST, sender="user@example.jp", helo="mail.example.jp"):
    network = FakeNetwork(zone)
    return asyncio.run(check_host(Client(address=address, sender=sender, helo=helo), network.dns))


def txt(record: str) -> dict[str, dict[str, list[str]]]:
    return {"example.jp": {"TXT": [record]}}


ROWS = [
    ("the address itself", txt("v=spf1 ip4:192.0.2.25 -all"), "pass"),
    ("a network", txt("v=spf1 ip4:192.0.2.0/24 -all"), "pass"),
    ("outside", txt("v=spf1 ip4:198.51.100.0/24 -all"), "fail"),
    ("outside, softly", txt("v=spf1 ip4:198.51.100.0/24 ~all"), "softfail"),
    ("outside, without an opinion", txt("v=spf1 ip4:198.51.100.0/24"), "neutral"),
    ("no record", {"example.jp": {"TXT": ["hello"]}}, "none"),
    ("two records", {"example.jp": {"TXT": ["v=spf1 -all", "v=spf1 ~all"]}}, "permerror"),
    ("a mistake behind the term that matches", txt("v=spf1 ip4:192.0.2.25 foo:bar -all"), "permerror"),
    ("a record that cannot be read", {"example.jp": {SERVFAIL: []}}, "temperror"),
    (
        "an include that cannot be read",
        txt("v=spf1 include:a.example -all") | {"a.example": {SERVFAIL: []}},
        "temperror",
    ),
    (
        "a match before what cannot be read",
        txt("v=spf1 +all include:a.example") | {"a.example": {SERVFAIL: []}},
        "pass",
    ),
    ("an include of nothing", txt("v=spf1 include:a.example -all"), "permerror"),
    ("a record that includes itself", txt("v=spf1 include:example.jp -all"), "permerror"),
    ("a record that redirects to itself", txt("v=spf1 redirect=example.jp"), "permerror"),
    ("three empty look-ups", txt("v=spf1 a:x.example.jp a:y.example.jp a:z.example.jp -all"), "permerror"),
    ("two empty look-ups", txt("v=spf1 a:x.example.jp a:y.example.jp -all"), "fail"),
    (
        "eleven look-ups",
        txt("v=spf1 " + "a:on.example.jp " * 11 + "-all") | {"on.example.jp": {"A": ["192.0.2.1"]}},
        "permerror",
    ),
    (
        "the sender's local part",
        txt("v=spf1 exists:%{l}.ok.example -all") | {"user.ok.example": {"A": ["127.0.0.2"]}},
        "pass",
    ),
    (
        "the address turned round",
        txt("v=spf1 exists:%{ir}.b.example -all") | {"25.2.0.192.b.example": {"A": ["127.0.0.2"]}},
        "pass",
    ),
    ("part of the domain", txt("v=spf1 exists:%{d1}.b.example -all") | {"jp.b.example": {"A": ["127.0.0.2"]}}, "pass"),
    ("nought parts of the domain", txt("v=spf1 exists:%{d0}.b.example -all"), "permerror"),
]


@pytest.mark.parametrize(("zone", "result"), [row[1:] for row in ROWS], ids=[row[0] for row in ROWS])
def test_results(zone, result):
    assert verdict(zone).result == result


def test_a_mapped_ipv6_address_counts_as_the_ipv4_address():
    assert verdict(txt("v=spf1 ip4:192.0.2.25 -all"), address="::ffff:192.0.2.25").result == "pass"


def test_ipv6_is_compared_with_ipv6_alone():
    zone = txt("v=spf1 a:mail.example.jp -all") | {"mail.example.jp": {"A": [HOST], "AAAA": ["2001:db8::25"]}}
    assert verdict(zone, address="2001:db8::25").result == "pass"
    assert verdict(zone, address="2001:db8::26").result == "fail"


def test_a_bounce_is_judged_by_the_helo_name():
    zone = {"mail.example.jp": {"TXT": ["v=spf1 a -all"], "A": [HOST]}}
    assert verdict(zone, sender="").result == "pass"


def test_the_term_that_decided_and_the_words_of_the_domain_are_told():
    zone = txt("v=spf1 ip4:198.51.100.1 -all exp=why.example.jp") | {
        "why.example.jp": {"TXT": ["%{i} may not send for %{d}"]}
    }
    said = verdict(zone)
    assert (said.term, said.explanation) == ("-all", "192.0.2.25 may not send for example.jp")


def test_a_name_of_many_labels_is_cut_on_the_left():
    network = FakeNetwork(txt("v=spf1 exists:%{l}.example.jp -all"))
    sender = ".".join(["abcdefghij"] * 30) + "@example.jp"
    asyncio.run(check_host(Client(address=HOST, sender=sender, helo="x.example"), network.dns))
    assert all(len(name) <= 253 for name, _ in network.asked)
