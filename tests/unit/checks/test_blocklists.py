"""Blocklists: off unless named, refusals told from listings, lists that fail their own test not believed."""

import pytest

from fumimori.checks.blocklists import probe as blocklists
from fumimori.checks.mx import probe as mx
from fumimori.checks.spf import probe as spf
from fumimori.model import DomainScope, Scope
from loopback.fake_network import SERVFAIL, FakeNetwork, outcomes

ZEN, COP = "zen.spamhaus.org", "bl.spamcop.net"


def words(*zones, entry=(), tests=("127.0.0.2",), clean=(), zone=""):
    at = zone or (zones[0] if zones else COP)
    table = {
        "example.jp": {"MX": ["10 mx.example.jp."]},
        "mx.example.jp": {"A": ["192.0.2.25"]},
        at: {},
        **({f"2.0.0.127.{at}": {"A": list(tests)}} if tests else {}),
        **({f"1.0.0.127.{at}": {"A": list(clean)}} if clean else {}),
        **({f"25.2.0.192.{at}": {"A": list(entry)}} if entry else {}),
    }
    network = FakeNetwork(table)
    scope = Scope(domains=(DomainScope(name="example.jp"),), blocklists=zones)
    return set(outcomes(blocklists.PROBE, network, scope, before=(mx.PROBE, spf.PROBE))), network


@pytest.mark.parametrize(
    ("zone", "answers", "expected"),
    [
        (COP, {"entry": ("127.0.0.2",)}, {"listed"}),
        (COP, {}, {"not_listed"}),
        (ZEN, {"entry": ("127.0.0.4",)}, {"listed_severe"}),
        (ZEN, {"entry": ("127.0.0.11", "127.0.0.2")}, {"listed_severe"}),
        (ZEN, {"entry": ("127.0.0.10",)}, {"listed_policy"}),
        (ZEN, {"entry": ("127.0.0.3",)}, {"listed"}),
        (ZEN, {"entry": ("127.255.255.254",)}, {"refused"}),
        (ZEN, {"tests": ("127.255.255.252",)}, {"refused"}),
        (COP, {"entry": ("203.0.113.9",)}, {"not_listed"}),
        (COP, {"tests": (), "entry": ("127.0.0.2",)}, set()),
        (COP, {"clean": ("127.0.0.2",), "entry": ("127.0.0.2",)}, set()),
    ],
)
def test_lists(zone, answers, expected):
    assert words(zone, **answers)[0] == expected


def test_off_unless_named():
    said, network = words()
    assert said == set()
    assert not any("spam" in name for name, _ in network.asked)


def test_a_list_that_fails_says_nothing():
    table = {
        "example.jp": {"MX": ["10 mx.example.jp."]},
        "mx.example.jp": {"A": ["192.0.2.25"]},
        f"2.0.0.127.{COP}": {SERVFAIL: []},
    }
    scope = Scope(domains=(DomainScope(name="example.jp"),), blocklists=(COP,))
    assert outcomes(blocklists.PROBE, FakeNetwork(table), scope, before=(mx.PROBE, spf.PROBE)) == {}
