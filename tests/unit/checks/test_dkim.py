"""The DKIM probe judges the keys that it sees, and never takes a failed guess for a missing key."""

import asyncio
import base64
from datetime import UTC, datetime, timedelta

import msgspec
import pytest
from cryptography.hazmat.primitives.asymmetric import ed25519, rsa
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from fumimori.checks.contract import ProbeContext
from fumimori.checks.dkim import facts as dkim_facts
from fumimori.checks.dkim import probe as dkim
from fumimori.checks.dmarc_reports.facts import Facts as Reports
from fumimori.checks.mx import probe as mx
from fumimori.checks.observations import Observations
from fumimori.grammar.dmarc_report import DmarcReport, ReportRow
from fumimori.model import DomainScope, Scope
from loopback.fake_network import NOW, SERVFAIL, FakeNetwork, attempt, looked, outcomes, rules, scope_of
from loopback.signed_mail import signed_messages


def public(bits: int) -> str:
    key = rsa.generate_private_key(public_exponent=65537, key_size=bits).public_key()
    return base64.b64encode(key.public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)).decode()


RSA1024, RSA2048 = public(1024), public(2048)
# A modulus of 768 bits written by hand: this library refuses to make one.
_N = b"\x02\x61\x00" + b"\xc1" * 96
_INNER = b"\x30\x68" + _N + b"\x02\x03\x01\x00\x01"
_SPKI = b"\x30\x0d\x06\x09\x2a\x86\x48\x86\xf7\x0d\x01\x01\x01\x05\x00" + b"\x03\x6b\x00" + _INNER
RSA768 = base64.b64encode(b"\x30\x7c" + _SPKI).decode()
_LONG = b"\x02\x82\x02\x81\x00" + b"\xc1" * 640 + b"\x02\x03\x01\x00\x01"
RSA5120 = base64.b64encode(b"\x30\x82" + len(_LONG).to_bytes(2, "big") + _LONG).decode()
ED25519 = base64.b64encode(
    ed25519.Ed25519PrivateKey.generate().public_key().public_bytes(Encoding.Raw, PublicFormat.Raw)
).decode()


def at(selector: str, *records: str) -> dict[str, dict[str, list[str]]]:
    return {f"{selector}._domainkey.example.jp": {"TXT": list(records)}}


STRONG = f"v=DKIM1; k=rsa; p={RSA2048}"
ROWS = [
    ("2048 bits", at("default", STRONG), {"found", "key_strong"}),
    ("without v and k", at("default", f"p={RSA2048}"), {"found", "key_strong"}),
    ("white space in the key", at("default", f"v=DKIM1; p={RSA2048[:60]} {RSA2048[60:]}"), {"found", "key_strong"}),
    ("1024 bits", at("default", f"v=DKIM1; p={RSA1024}"), {"found", "key_short"}),
    ("768 bits", at("default", f"v=DKIM1; p={RSA768}"), {"found", "key_weak"}),
    ("1024 beside 2048", at("s1", STRONG) | at("s2", f"p={RSA1024}"), {"found", "key_short"}),
    ("Ed25519 alone", at("default", f"v=DKIM1; k=ed25519; p={ED25519}"), {"found", "ed25519_only"}),
    ("Ed25519 beside RSA", at("s1", STRONG) | at("s2", f"k=ed25519; p={ED25519}"), {"found", "key_strong"}),
    ("revoked", at("default", "v=DKIM1; p="), {"revoked", "only_revoked"}),
    ("revoked beside a good one", at("s1", STRONG) | at("s2", "v=DKIM1; p="), {"found", "key_strong", "revoked"}),
    ("test mode", at("default", f"v=DKIM1; t=y; p={RSA2048}"), {"found", "key_strong", "test_mode"}),
    ("SHA-1 only", at("default", f"v=DKIM1; h=sha1; p={RSA2048}"), {"sha1_only"}),
    ("both hashes", at("default", f"v=DKIM1; h=sha1:sha256; p={RSA2048}"), {"found", "key_strong"}),
    ("broken base64", at("default", "v=DKIM1; p=%%%"), {"malformed"}),
    ("no key in the base64", at("default", "v=DKIM1; p=aGVsbG8="), {"malformed"}),
    ("a version that is not first", at("default", f"p={RSA2048}; v=DKIM1"), {"malformed"}),
    ("two keys", at("default", STRONG, f"v=DKIM1; p={RSA1024}"), {"found", "several", "key_short"}),
    ("nothing", {"example.jp": {}}, {"not_found"}),
    (
        "an alias that leads nowhere",
        {"selector1._domainkey.example.jp": {"CNAME": ["gone.example.com"]}},
        {"alias_empty", "not_found"},
    ),
    ("one key at two selectors", at("s1", STRONG) | at("s2", STRONG), {"found", "key_strong", "key_reused"}),
    ("not for mail", at("default", f"v=DKIM1; s=other; p={RSA2048}"), {"malformed"}),
    ("for mail among others", at("default", f"v=DKIM1; s=other:email; p={RSA2048}"), {"found", "key_strong"}),
    ("an unknown kind of key", at("default", "v=DKIM1; k=rot13; p=aGVsbG8="), {"malformed"}),
    ("5120 bits", at("default", f"v=DKIM1; p={RSA5120}"), {"found", "key_strong", "key_long"}),
    ("other text", at("default", "v=spf1 -all"), {"not_found"}),
    (
        "through an alias",
        {
            "selector1._domainkey.example.jp": {"CNAME": ["k.example.com"]},
            "k.example.com": {"TXT": [STRONG]},
        },
        {"found", "key_strong"},
    ),
    (
        "a name server that fails at some names",
        at("s1", STRONG) | {"s2._domainkey.example.jp": {SERVFAIL: []}},
        {"found", "key_strong"},
    ),
]


@pytest.mark.parametrize(("zone", "expected"), [row[1:] for row in ROWS], ids=[row[0] for row in ROWS])
def test_outcomes(zone, expected):
    assert set(outcomes(dkim.PROBE, FakeNetwork(zone), scope_of("example.jp"))) == expected


class Wildcard(FakeNetwork):
    """A zone that has a TXT record at every name below `_domainkey`."""

    async def dns(self, name, rdtype):
        answer = await super().dns(name, rdtype)
        if answer.records or not name.endswith("._domainkey.example.jp"):
            return answer
        return (await super().dns("*.example.jp", rdtype)).renamed(name)


def test_a_wildcard_proves_nothing():
    network = Wildcard({"*.example.jp": {"TXT": [STRONG]}})
    assert set(outcomes(dkim.PROBE, network, scope_of("example.jp"))) == {"wildcard", "not_found"}


def test_a_wildcard_without_a_key_closes_the_names_that_are_not_used():
    network = Wildcard({"*.example.jp": {"TXT": ["v=DKIM1; p="]}})
    assert set(outcomes(dkim.PROBE, network, scope_of("example.jp"))) == {"wildcard_closed", "not_found"}


def test_a_key_of_its_own_counts_beside_a_wildcard():
    network = Wildcard({"*.example.jp": {"TXT": ["v=spf1 -all"]}} | at("s1", STRONG))
    said = outcomes(dkim.PROBE, network, scope_of("example.jp"))
    assert set(said) == {"wildcard", "found", "key_strong"}
    assert dict(said["found"].values) == {"selectors": "s1"}


def test_given_selectors_are_tried_first_and_the_providers_next():
    zone = {"example.jp": {"MX": ["0 example-jp.mail.protection.outlook.com."]}}
    network = FakeNetwork(zone)
    looked([mx.PROBE, dkim.PROBE], network, scope_of("example.jp", selectors=["lark1234567890"]))
    tried = [name.partition("._domainkey.")[0] for name, _ in network.asked if "._domainkey." in name][1:]
    assert tried[:3] == ["lark1234567890", "selector1", "selector2"]
    assert len(tried) == len(set(tried)) > 50


def tried_with(network, selectors, attempts=()):
    """The selectors that are asked for, with the register's `selectors` and after `attempts`."""
    scope = scope_of("example.jp")
    context = ProbeContext(
        network=network, observations=Observations(scope, attempts), rules=rules(), selectors={"example.jp": selectors}
    )
    return asyncio.run(dkim.PROBE.collect("example.jp", context))


def reported(*key_names):
    """The reading of a report with a right signature by each of these keys."""
    when = datetime(2026, 11, 20, tzinfo=UTC)
    row = ReportRow(address="192.0.2.1", count=1, disposition="none", dkim=True, spf=True, key_names=key_names)
    report = DmarcReport(
        organisation="a", id="1", begin=when, end=when, domain="example.jp", policy="none", rows=(row,)
    )
    return attempt("dmarc_reports", "example.jp", facts=msgspec.Raw(msgspec.json.encode(Reports(reports=(report,)))))


def test_selectors_of_the_register_and_of_reports_are_asked_for_before_the_guessed_ones():
    own = (f"{name}._domainkey.example.jp" for name in ("seen1", "bad name", "s.dotted"))
    handed = reported(*own, "other._domainkey.news.example")
    facts = tried_with(FakeNetwork(at("lark9", STRONG) | at("seen1", STRONG)), ["lark9", "not a name"], [handed])
    assert facts.tried[:3] == ("lark9", "seen1", "s.dotted")
    assert not {"not a name", "bad name", "other"} & set(facts.tried)
    assert {seen.selector: seen.source for seen in facts.found} == {"lark9": "register", "seen1": "reported"}
    # nobody says that they are in use today, so that a key which is not there means nothing yet
    assert facts.given == facts.from_mail == ()


def test_no_more_reported_selectors_are_asked_for_than_a_domain_can_have():
    handed = reported(*(f"forged{number}._domainkey.example.jp" for number in range(500)))
    facts = tried_with(FakeNetwork({}), [], [handed])
    assert sum(one.startswith("forged") for one in facts.tried) == dkim.REPORTED_MOST
    assert "default" in facts.tried


def test_guessing_is_no_finding():
    assert rules().outcomes["dkim.not_found"].severity.word == "info"
    assert rules().outcomes["dkim.not_found"].question is None


def test_sources_are_told_apart():
    zone = at("lark1", STRONG) | at("google", f"v=DKIM1; p={RSA1024}") | at("k9", f"p={RSA1024}")
    zone["example.jp"] = {"MX": ["1 smtp.google.com."]}
    scope = scope_of("example.jp", selectors=["k9"], mail_selectors=["lark1"])
    attempts = looked([mx.PROBE, dkim.PROBE], FakeNetwork(zone), scope)
    facts = Observations(scope, attempts).facts(dkim_facts.DKIM, "example.jp")
    assert facts is not None
    assert {seen.selector: seen.source for seen in facts.found} == {
        "lark1": "mail",
        "k9": "given",
        "google": "provider",
    }


@pytest.mark.parametrize(
    ("named", "word"), [({"selectors": ["k9"]}, "given_without_key"), ({"mail_selectors": ["k9"]}, "mail_without_key")]
)
def test_a_selector_that_somebody_is_sure_of_must_have_a_key(named, word):
    scope = scope_of("example.jp", **named)
    mail = signed_messages(scope, NOW)
    assert set(outcomes(dkim.PROBE, FakeNetwork({"example.jp": {}}), scope, extra=mail)) == {word, "not_found"}
    failing = FakeNetwork({"k9._domainkey.example.jp": {SERVFAIL: []}})
    assert set(outcomes(dkim.PROBE, failing, scope, extra=mail)) == {"not_found"}


@pytest.mark.parametrize(
    ("mail", "told"),
    [
        ({}, True),
        ({"vouched": False}, False),
        ({"at": NOW - timedelta(days=5)}, True),
        ({"at": NOW - timedelta(days=6)}, False),
        ({"at": NOW + timedelta(days=2)}, False),
    ],
    ids=["own and young", "nobody vouches", "still young", "its key may be gone by now", "signed after the look"],
)
def test_a_message_tells_of_a_missing_key_only_while_it_is_young_and_somebody_vouches_for_it(mail, told):
    scope = scope_of("example.jp", mail_selectors=["k9"])
    said = outcomes(
        dkim.PROBE, FakeNetwork({"example.jp": {}}), scope, extra=signed_messages(scope, **({"at": NOW} | mail))
    )
    assert ("mail_without_key" in said) is told
    without_mail = outcomes(dkim.PROBE, FakeNetwork({"example.jp": {}}), scope)
    assert "mail_without_key" not in without_mail


@pytest.mark.parametrize("named", [{"selectors": ["K9"]}, {"mail_selectors": ["k9"]}])
def test_a_selector_that_was_taken_back_is_missed_by_nobody(named):
    scope = scope_of("example.jp", **named)
    attempts = looked([dkim.PROBE], FakeNetwork({"example.jp": {}}), scope, signed_messages(scope, NOW))
    for now, told in ((scope, True), (scope_of("example.jp"), False)):
        codes = {one.code for one in dkim.PROBE.judge(Observations(now, attempts), rules())}
        assert any(code.endswith("_without_key") for code in codes) is told


def test_one_key_for_two_domains_is_told():
    zone = at("s1", STRONG) | {"s1._domainkey.example.com": {"TXT": [STRONG]}}
    scope = Scope(domains=(DomainScope(name="example.jp"), DomainScope(name="example.com")))
    observations = Observations(scope, looked([dkim.PROBE], FakeNetwork(zone), scope))
    shared = [outcome for outcome in dkim.PROBE.judge(observations, rules()) if outcome.code == "dkim.key_shared"]
    assert {(outcome.subject, dict(outcome.values)["domains"]) for outcome in shared} == {
        ("example.jp", "example.com"),
        ("example.com", "example.jp"),
    }
