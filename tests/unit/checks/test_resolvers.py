"""Two resolvers are compared without regard to order; one alone says nothing."""

import pytest

from fumimori.checks.resolvers import probe as resolvers
from loopback.fake_network import FakeNetwork, outcomes, scope_of

HERE = {"example.jp": {"MX": ["10 a.example.jp.", "20 b.example.jp."], "TXT": ["v=spf1 -all", "x"]}}
ROWS = [
    ("the same", HERE, {"agree"}),
    (
        "another order",
        {"example.jp": {"MX": ["20 B.example.jp.", "10 a.example.jp."], "TXT": ["x", "v=spf1 -all"]}},
        {"agree"},
    ),
    ("another MX", {"example.jp": HERE["example.jp"] | {"MX": ["10 inside.example.jp."]}}, {"split_dns"}),
    ("another SPF", {"example.jp": HERE["example.jp"] | {"TXT": ["v=spf1 +all"]}}, {"split_dns"}),
    ("DMARC inside only", HERE | {"_dmarc.example.jp": {"TXT": ["v=DMARC1; p=none"]}}, {"split_dns"}),
    ("no such domain inside", {}, {"split_dns"}),
    ("a server that knows no names that do not exist", HERE | {"x._dmarc.example.jp": {"A": ["192.0.2.1"]}}, {"agree"}),
    ("the domain exists inside only", {"x.example.jp": {}}, {"split_dns"}),
    ("the same record twice", {"example.jp": HERE["example.jp"] | {"TXT": ["x", "v=spf1 -all", "x"]}}, {"agree"}),
    ("no answer inside", {"example.jp": {"!servfail": []}}, set()),
]


@pytest.mark.parametrize(("other", "expected"), [row[1:] for row in ROWS], ids=[row[0] for row in ROWS])
def test_outcomes(other, expected: set[str]) -> None:
    network = FakeNetwork(HERE, other=FakeNetwork(other))
    assert set(outcomes(resolvers.PROBE, network, scope_of("example.jp"))) == expected


def test_one_resolver_alone_says_nothing_and_is_not_asked_for_it() -> None:
    network = FakeNetwork(HERE)
    assert outcomes(resolvers.PROBE, network, scope_of("example.jp")) == {}
    assert network.asked == []
