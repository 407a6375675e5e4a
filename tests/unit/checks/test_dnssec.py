"""The DNSSEC probe tells broken chains from missing ones, and says nothing where nothing could be validated."""

import pytest

from fumimori.checks.dnssec import probe as dnssec
from fumimori.checks.mx import probe as mx
from fumimori.model import Severity, Status
from fumimori.network.dns import Security, ZoneKey, ZoneSecurity
from loopback.fake_network import FakeNetwork, looked, outcomes, rules, scope_of
from loopback.witnesses import outcome_names

ZONE = {"example.jp": {"MX": ["10 mx.host.test."]}, "mx.host.test": {"A": ["192.0.2.1"]}}


def key(algorithm: int, bits: int = 0) -> ZoneKey:
    return ZoneKey(algorithm=algorithm, bits=bits, tag=1, entry=True)


def zone(security: Security = Security.SECURE, **more: object) -> ZoneSecurity:
    fields = {"name": "example.jp", "zone": "example.jp", "keys": (key(13),), "digests": (2,)} | more
    return ZoneSecurity(security=security, **fields)


BARE = {"keys": (), "digests": ()}
ROWS = [
    ("secure", zone(), {"secure"}),
    ("insecure", zone(Security.INSECURE, insecure_from="example.jp", **BARE), {"insecure"}),
    ("keys without DS", zone(Security.INSECURE, insecure_from="example.jp", digests=()), {"no_ds"}),
    ("parent", zone(Security.INSECURE, insecure_from="jp", **BARE), {"parent_unsigned"}),
    ("unknown", zone(Security.INSECURE, insecure_from="example.jp", keys=(key(200),)), {"algorithm_unknown"}),
    ("bogus", zone(Security.BOGUS, reason="expired"), {"bogus"}),
    ("bogus with old keys", zone(Security.BOGUS, reason="ds_mismatch", keys=(key(7, 1024),)), {"bogus"}),
    ("SHA-1", zone(keys=(key(7, 2048),)), {"secure", "algorithm_sha1"}),
    ("DSA beside ECDSA", zone(keys=(key(13), key(3))), {"secure", "algorithm_old"}),
    ("digest", zone(digests=(1,)), {"secure", "digest_sha1"}),
    ("both digests", zone(digests=(1, 2)), {"secure"}),
    ("short", zone(keys=(key(8, 2048), key(8, 1024))), {"secure", "rsa_short"}),
    ("long enough", zone(keys=(key(8, 2048),)), {"secure"}),
]


@pytest.mark.parametrize(("seen", "expected"), [row[1:] for row in ROWS], ids=[row[0] for row in ROWS])
def test_outcomes_of_a_domain(seen: ZoneSecurity, expected: set[str]) -> None:
    assert set(outcomes(dnssec.PROBE, FakeNetwork({}, zones={"example.jp": seen}), scope_of("example.jp"))) == expected


@pytest.mark.parametrize(
    ("of_host", "expected"),
    [
        (zone(name="mx.host.test", zone="host.test"), set()),
        (zone(Security.INSECURE, name="mx.host.test", zone="host.test"), {"mx_insecure"}),
        (zone(Security.BOGUS, name="mx.host.test", zone="host.test"), {"mx_bogus"}),
        (zone(Security.BOGUS, name="mx.host.test", zone="example.jp"), set()),
    ],
)
def test_a_mail_server_counts_where_its_zone_is_another(of_host: ZoneSecurity, expected: set[str]) -> None:
    network = FakeNetwork(ZONE, zones={"example.jp": zone(), "mx.host.test": of_host})
    said = outcomes(dnssec.PROBE, network, scope_of("example.jp"), before=[mx.PROBE])
    assert set(said) == {"secure"} | expected


def test_what_was_not_checked_is_not_judged() -> None:
    network = FakeNetwork({}, zones={"example.jp": zone(Security.UNCHECKED, reason="dnssec_stripped")})
    assert outcomes(dnssec.PROBE, network, scope_of("example.jp")) == {}
    (attempt,) = looked([dnssec.PROBE], network, scope_of("example.jp"))
    assert (attempt.status, attempt.reason) == (Status.NOT_TESTABLE_HERE, "dnssec_stripped")


def test_broken_chains_are_critical_and_missing_ones_are_not() -> None:
    severities = {word: rules().outcomes[f"dnssec.{word}"].severity for word in outcome_names(dnssec.PROBE)}
    assert {word for word, severity in severities.items() if severity is Severity.CRITICAL} == {"bogus", "mx_bogus"}
    assert severities["insecure"] is Severity.LOW
