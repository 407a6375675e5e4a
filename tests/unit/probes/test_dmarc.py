"""The DMARC probe walks the tree of RFC 9989 and tells a policy that protects from one that only looks so."""

import pytest

from fumimori.core.seen import Seen
from fumimori.probes import dmarc
from loopback.paper_network import SERVFAIL, PaperNetwork, looked, outcomes, scope_of

RUA = "; rua=mailto:d@example.jp"


def at(*records: str, name: str = "_dmarc.example.jp") -> dict[str, dict[str, list[str]]]:
    return {name: {"TXT": list(records)}}


ROWS = [
    ("reject", at("v=DMARC1; p=reject" + RUA), {"reject", "reports_on"}),
    ("quarantine", at("v=DMARC1;p=quarantine" + RUA), {"quarantine", "reports_on"}),
    ("upper-case value", at("v=DMARC1; p=Reject" + RUA), {"reject", "reports_on"}),
    ("spaces around the equals sign", at("v = DMARC1 ; p = reject" + RUA), {"reject", "reports_on"}),
    ("none with reports", at("v=DMARC1; p=none" + RUA), {"monitoring", "reports_on"}),
    ("none without reports", at("v=DMARC1; p=none"), {"monitoring_blind", "no_reports_yet"}),
    ("nothing", {"example.jp": {}}, {"none"}),
    ("other text at the name", at("hello"), {"none"}),
    ("lower-case version", at("v=dmarc1; p=reject"), {"lookalike"}),
    ("two records", at("v=DMARC1; p=reject", "v=DMARC1; p=none"), {"several"}),
    ("p missing, with reports", at("v=DMARC1" + RUA), {"policy_unread", "reports_on"}),
    ("p missing, without", at("v=DMARC1; sp=reject"), {"invalid"}),
    ("p invalid, with reports", at("v=DMARC1; p=rejct" + RUA), {"policy_unread", "reports_on"}),
    ("p invalid, without", at("v=DMARC1; p=rejct"), {"invalid"}),
    ("sp invalid", at("v=DMARC1; p=reject; sp=all" + RUA), {"policy_unread", "reports_on"}),
    ("enforcing without reports", at("v=DMARC1; p=reject"), {"reject", "no_reports"}),
    ("t=y over reject", at("v=DMARC1; p=reject; t=y" + RUA), {"quarantine", "test_mode_softer", "reports_on"}),
    ("t=y over quarantine", at("v=DMARC1; p=quarantine; t=y" + RUA), {"test_mode", "reports_on"}),
    ("sp=none", at("v=DMARC1; p=reject; sp=none" + RUA), {"reject", "subdomains_open", "reports_on"}),
    ("np=none", at("v=DMARC1; p=reject; np=none" + RUA), {"reject", "nonexistent_open", "reports_on"}),
    ("sp=quarantine under reject", at("v=DMARC1; p=reject; sp=quarantine" + RUA), {"reject", "reports_on"}),
    ("sp=none under none is no gap of its own", at("v=DMARC1; p=none; sp=none" + RUA), {"monitoring", "reports_on"}),
    ("pct=100", at("v=DMARC1; p=reject; pct=100" + RUA), {"reject", "old_tags", "reports_on"}),
    ("pct=20", at("v=DMARC1; p=reject; pct=20" + RUA), {"reject", "partial", "old_tags", "reports_on"}),
    ("rf and ri", at("v=DMARC1; p=reject; rf=afrf; ri=86400" + RUA), {"reject", "old_tags", "reports_on"}),
    ("!size", at("v=DMARC1; p=reject; rua=mailto:d@example.jp!10m"), {"reject", "old_tags", "reports_on"}),
    ("unknown tags", at("v=DMARC1; p=reject; foo=bar; fo=9" + RUA), {"reject", "reports_on"}),
    (
        "an unusable address beside a good one",
        at("v=DMARC1; p=reject; rua=d@example.jp,mailto:e@example.jp"),
        {"reject", "report_address_bad", "reports_on"},
    ),
    (
        "only an unusable address",
        at("v=DMARC1; p=reject; rua=d@example.jp"),
        {"reject", "report_address_bad", "no_reports"},
    ),
    (
        "a foreign receiver that consents",
        at("v=DMARC1; p=reject; rua=mailto:x@reports.test")
        | at("v=DMARC1;", name="example.jp._report._dmarc.reports.test"),
        {"reject", "reports_on"},
    ),
    (
        "a foreign receiver that does not",
        at("v=DMARC1; p=reject; rua=mailto:x@reports.test"),
        {"reject", "reports_unauthorised"},
    ),
    (
        "a foreign receiver whose consent could not be looked up",
        at("v=DMARC1; p=reject; rua=mailto:x@reports.test")
        | {"example.jp._report._dmarc.reports.test": {SERVFAIL: []}},
        {"reject", "reports_on"},
    ),
    (
        "a receiver in a sub-domain needs no consent",
        at("v=DMARC1; p=reject; rua=mailto:x@dmarc.example.jp"),
        {"reject", "reports_on"},
    ),
    (
        "a long record in one piece",
        at("v=DMARC1; p=reject" + RUA + "; foo=" + "x" * 60000),
        {"reject", "reports_on"},
    ),
]


@pytest.mark.parametrize(("zone", "expected"), [row[1:] for row in ROWS], ids=[row[0] for row in ROWS])
def test_outcomes(zone, expected):
    assert set(outcomes(dmarc.PROBE, PaperNetwork(zone), scope_of("example.jp"))) == expected


def inherited(domain: str, zone: dict[str, dict[str, list[str]]]) -> set[str]:
    return set(outcomes(dmarc.PROBE, PaperNetwork(zone), scope_of(domain)))


def test_a_subdomain_inherits_sp():
    zone = at("v=DMARC1; p=reject; sp=quarantine" + RUA)
    assert inherited("shop.example.jp", zone) == {"inherited", "quarantine", "reports_on"}


def test_a_subdomain_inherits_p_where_sp_is_missing():
    assert inherited("shop.example.jp", at("v=DMARC1; p=reject" + RUA)) == {"inherited", "reject", "reports_on"}


def test_own_record_wins_over_the_parents():
    zone = at("v=DMARC1; p=reject" + RUA) | at("v=DMARC1; p=none" + RUA, name="_dmarc.shop.example.jp")
    assert inherited("shop.example.jp", zone) == {"monitoring", "reports_on"}


def test_a_parent_that_could_not_be_asked_leaves_the_question_open():
    zone = {"_dmarc.example.jp": {SERVFAIL: []}, "shop.example.jp": {}}
    assert inherited("shop.example.jp", zone) == set()


def test_an_unused_domain_needs_reject():
    scope = scope_of("example.jp", sends_mail=False)
    zone = at("v=DMARC1; p=reject")
    assert set(outcomes(dmarc.PROBE, PaperNetwork(zone), scope)) == {"unused_closed"}
    zone = at("v=DMARC1; p=quarantine")
    assert set(outcomes(dmarc.PROBE, PaperNetwork(zone), scope)) == {"unused_open"}


def test_servfail_at_the_domain_itself_says_nothing():
    (attempt,) = looked([dmarc.PROBE], PaperNetwork({"_dmarc.example.jp": {SERVFAIL: []}}), scope_of("example.jp"))
    assert attempt.reason == "dns_servfail"
    assert list(dmarc.PROBE.judge(Seen(scope_of("example.jp"), [attempt]), None)) == []


def test_the_walk_asks_eight_names_at_the_most():
    network = PaperNetwork({"jp": {}})
    domain = "a.b.c.d.e.f.g.h.i.example.jp"
    looked([dmarc.PROBE], network, scope_of(domain))
    assert [name for name, _ in network.asked][:2] == [f"_dmarc.{domain}", "_dmarc.e.f.g.h.i.example.jp"]
    assert len(network.asked) == 8
