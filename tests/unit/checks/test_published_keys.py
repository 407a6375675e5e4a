"""Published keys are looked for where the standards say, and trusted only where the DNS is signed."""

import pytest

from fumimori.checks.published_keys import probe as published_keys
from fumimori.model import Scope
from fumimori.network import TimedOut
from fumimori.network.dns import Security
from fumimori.network.web import WebAnswer
from loopback.fake_network import FakeNetwork, outcomes

HUGH = "c93f1e400f26708f98cb19d936620da35eec8f72e57f9eec01c1afd6"
SMIMEA = {f"{HUGH}._smimecert.example.com": {"SMIMEA": ["3 0 0 abcd"]}}
OPENPGP = {f"{HUGH}._openpgpkey.example.com": {"OPENPGPKEY": ["mQEN"]}}
SIGNED = {"example.com": Security.SECURE}
DIRECT = f"https://example.com/.well-known/openpgpkey/hu/{published_keys.wkd_hash('hugh')}?l=hugh"
ADVANCED = (
    f"https://openpgpkey.example.com/.well-known/openpgpkey/example.com/hu/{published_keys.wkd_hash('hugh')}?l=hugh"
)
KEY = WebAnswer(url="", status=200, untrusted_body="\ufffd\x01key")
NOTHING = WebAnswer(url="", status=404)
HERE = {"openpgpkey.example.com": {"A": ["192.0.2.1"]}}

ROWS = [
    ("nothing", {}, {DIRECT: NOTHING}, {}, {"none"}),
    ("nothing, and no answer", {}, {DIRECT: TimedOut("reply_timeout")}, {}, set()),
    ("SMIMEA", SMIMEA, {DIRECT: NOTHING}, SIGNED, {"smimea"}),
    ("SMIMEA unsigned", SMIMEA, {DIRECT: NOTHING}, {}, {"smimea_unsigned"}),
    ("SMIMEA bogus", SMIMEA, {DIRECT: NOTHING}, {"example.com": Security.BOGUS}, {"smimea_unsigned"}),
    ("SMIMEA unchecked", SMIMEA, {DIRECT: NOTHING}, {"example.com": Security.UNCHECKED}, set()),
    ("OPENPGPKEY", OPENPGP, {DIRECT: NOTHING}, SIGNED, {"openpgpkey"}),
    ("OPENPGPKEY unsigned", OPENPGP, {DIRECT: NOTHING}, {}, {"openpgpkey_unsigned"}),
    ("directory", {}, {DIRECT: KEY}, {}, {"wkd"}),
    ("directory of its own", HERE, {ADVANCED: KEY}, {}, {"wkd"}),
    ("directory of its own goes before", HERE, {ADVANCED: NOTHING, DIRECT: KEY}, {}, {"none"}),
    ("a page for people", {}, {DIRECT: WebAnswer(url="", status=200, untrusted_body="<html>")}, {}, {"none"}),
    ("an empty file", {}, {DIRECT: WebAnswer(url="", status=200)}, {}, {"none"}),
    ("a certificate that fails", {}, {DIRECT: WebAnswer(url="", tls_error="expired")}, {}, {"none"}),
]


@pytest.mark.parametrize(
    ("zone", "pages", "verdicts", "expected"), [row[1:] for row in ROWS], ids=[row[0] for row in ROWS]
)
def test_outcomes(zone, pages, verdicts, expected: set[str]) -> None:
    network = FakeNetwork(zone, pages, verdicts=verdicts)
    assert set(outcomes(published_keys.PROBE, network, Scope(addresses=("hugh@example.com",)))) == expected


def test_without_addresses_nothing_is_looked_for() -> None:
    assert outcomes(published_keys.PROBE, FakeNetwork({}), Scope()) == {}


def test_the_local_part_is_hashed_as_it_is_and_the_directory_ignores_case() -> None:
    assert published_keys.owner_label("hugh") == HUGH
    assert published_keys.owner_label("Hugh") != HUGH
    # the example of the draft of the directory
    assert published_keys.wkd_hash("Joe.Doe") == "iy9q119eutrkn8s1mk4r39qejnbu3n5q"
