"""The DMARC probe walks the tree of RFC 9989 and tells a policy that protects from one that only looks so."""

import pytest

from fumimori.checks.dmarc import probe as dmarc
from fumimori.checks.observations import Observations
from loopback.fake_network import SERVFAIL, FakeNetwork, looked, outcomes, scope_of

RUA = "; rua=mailto:d@example.jp"
MAIL = {name: {"MX": [f"10 mail.{name}."]} for name in ("example.jp", "reports.test", "dmarc.example.jp")}
"""Every place that reports go to takes mail, where a row does not say otherwise."""


def at(*records: str, name: str = "_dmarc.example.jp") -> dict[str, dict[str, list[str]]]:
    return {name: {"TXT": list(records)}}


TAGS_UNREAD = {"reject", "tags_unread", "reports_on"}

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
    ("white space before it", at(" v=DMARC1; p=reject" + RUA), {"lookalike"}),
    ("V in upper case", at("V=DMARC1; p=reject" + RUA), {"reject", "reports_on"}),
    ("a tag twice", at("v=DMARC1; p=reject; p=none" + RUA), {"repeated"}),
    (
        "options for failure reports that contradict",
        at("v=DMARC1; p=reject; fo=0:1; ruf=mailto:d@example.jp" + RUA),
        TAGS_UNREAD,
    ),
    (
        "one option for failure reports twice",
        at("v=DMARC1; p=reject; fo=d:d; ruf=mailto:d@example.jp" + RUA),
        TAGS_UNREAD,
    ),
    ("a part that is no tag", at("v=DMARC1; p=reject" + RUA + "; mailto:b@example.jp"), TAGS_UNREAD),
    (
        "two records below a parent's",
        {
            "_dmarc.example.jp": {"TXT": ["v=DMARC1; p=none", "v=DMARC1; p=quarantine"]},
            "_dmarc.jp": {"TXT": ["v=DMARC1; p=reject; psd=y" + RUA]},
            "example.jp": {"MX": ["10 mail.example.jp."]},
        },
        {"several_passed_over", "inherited", "old_readers_differ", "reject", "reports_on"},
    ),
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
    ("unknown tags", at("v=DMARC1; p=reject; foo=bar" + RUA), {"reject", "reports_on"}),
    ("known tags", at("v=DMARC1; p=reject; adkim=s; aspf=R; fo=s:d; psd=u; t=n" + RUA), {"reject", "reports_on"}),
    (
        "values that do not exist",
        at("v=DMARC1; p=reject; fo=9; adkim=strict; t=yes" + RUA),
        {"reject", "tags_unread", "reports_on"},
    ),
    ("a fault in fo, which nobody reads without ruf", at("v=DMARC1; p=reject; fo=1:d" + RUA), {"reject", "reports_on"}),
    (
        "a domain that claims to be a registry's",
        at("v=DMARC1; p=reject; psd=y" + RUA),
        {"reject", "claims_suffix", "reports_on"},
    ),
    ("a record at the domain itself", {"example.jp": {"TXT": ["v=DMARC1; p=reject"]}}, {"misplaced"}),
    (
        "three addresses",
        at("v=DMARC1; p=reject; rua=mailto:a@example.jp,mailto:b@example.jp,mailto:c@example.jp"),
        {"reject", "reports_many", "reports_on"},
    ),
    (
        "reports to a domain that does not exist",
        at("v=DMARC1; p=reject; rua=mailto:a@gone.example.jp"),
        {"reject", "report_host_missing"},
    ),
    (
        "reports to a domain that takes no mail",
        at("v=DMARC1; p=reject; rua=mailto:a@null.example.jp") | {"null.example.jp": {"MX": ["0 ."]}},
        {"reject", "report_host_missing"},
    ),
    (
        "reports to a domain with an address alone",
        at("v=DMARC1; p=reject; rua=mailto:a@plain.example.jp") | {"plain.example.jp": {"A": ["192.0.2.1"]}},
        {"reject", "reports_on"},
    ),
    (
        "reports to a domain that could not be looked up",
        at("v=DMARC1; p=reject; rua=mailto:a@dim.example.jp") | {"dim.example.jp": {SERVFAIL: []}},
        {"reject", "reports_on"},
    ),
    (
        "two foreign receivers of which one consents",
        at("v=DMARC1; p=reject; rua=mailto:x@reports.test,mailto:y@other.test")
        | at("v=DMARC1", name="example.jp._report._dmarc.reports.test")
        | {"other.test": {"MX": ["10 mail.other.test."]}},
        {"reject", "reports_unauthorised"},
    ),
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
    assert set(outcomes(dmarc.PROBE, FakeNetwork(MAIL | zone), scope_of("example.jp"))) == expected


def inherited(domain: str, zone: dict[str, dict[str, list[str]]]) -> set[str]:
    return set(outcomes(dmarc.PROBE, FakeNetwork(MAIL | {domain: {"A": ["192.0.2.9"]}} | zone), scope_of(domain)))


def test_a_subdomain_inherits_sp():
    zone = at("v=DMARC1; p=reject; sp=quarantine" + RUA)
    assert inherited("shop.example.jp", zone) == {"inherited", "quarantine", "reports_on"}


def test_a_subdomain_inherits_p_where_sp_is_missing():
    assert inherited("shop.example.jp", at("v=DMARC1; p=reject" + RUA)) == {"inherited", "reject", "reports_on"}


def test_np_counts_for_a_domain_that_does_not_exist_itself():
    zone = MAIL | at("v=DMARC1; p=none; sp=none; np=reject" + RUA)
    said = set(outcomes(dmarc.PROBE, FakeNetwork(zone), scope_of("gone.example.jp")))
    assert said == {"inherited", "reject", "reports_on"}
    assert inherited("here.example.jp", zone) == {"inherited", "monitoring", "reports_on"}


def test_np_falls_back_to_sp_and_sp_to_p():
    zone = MAIL | at("v=DMARC1; p=reject; sp=quarantine" + RUA)
    assert "quarantine" in outcomes(dmarc.PROBE, FakeNetwork(zone), scope_of("gone.example.jp"))


def test_psd_n_ends_the_walk_and_old_readers_look_at_the_registrable_domain():
    zone = at("v=DMARC1; p=none" + RUA) | at(
        "v=DMARC1; p=reject; psd=n; rua=mailto:d@branch.example.jp", name="_dmarc.branch.example.jp"
    )
    zone["branch.example.jp"] = {"MX": ["10 mail.example.jp."]}
    said = outcomes(
        dmarc.PROBE,
        FakeNetwork(MAIL | zone | {"a.branch.example.jp": {"A": ["192.0.2.1"]}}),
        scope_of("a.branch.example.jp"),
    )
    assert set(said) == {"inherited", "old_readers_differ", "reject", "reports_on"}
    assert dict(said["old_readers_differ"].values) == {"parent": "branch.example.jp", "other": "example.jp"}


def test_a_record_between_the_domain_and_the_registrable_one_is_unknown_to_old_readers():
    zone = at("v=DMARC1; p=reject; rua=mailto:d@example.jp", name="_dmarc.branch.example.jp")
    assert "old_readers_differ" in inherited("a.branch.example.jp", zone)


def test_below_a_registry_with_a_record_of_its_own_the_name_below_it_is_the_organisation():
    zone = at("v=DMARC1; p=reject; psd=y; rua=mailto:d@example.jp", name="_dmarc.jp")
    assert inherited("shop.example.jp", zone) >= {"inherited", "reject"}


def test_old_readers_know_the_suffixes_of_places():
    zone = at("v=DMARC1; p=reject" + RUA, name="_dmarc.branch.office.chiyoda.tokyo.jp")
    assert "old_readers_differ" in inherited("a.branch.office.chiyoda.tokyo.jp", zone)
    zone = at("v=DMARC1; p=reject" + RUA, name="_dmarc.office.chiyoda.tokyo.jp")
    assert "old_readers_differ" not in inherited("a.office.chiyoda.tokyo.jp", zone)


def test_a_wildcard_consent_counts():
    class Consenting(FakeNetwork):
        async def dns(self, name, rdtype):
            if name.endswith("._report._dmarc.reports.test"):
                return (await super().dns("*._report._dmarc.reports.test", rdtype)).renamed(name)
            return await super().dns(name, rdtype)

    zone = at("v=DMARC1; p=reject; rua=mailto:x@reports.test") | at("v=DMARC1", name="*._report._dmarc.reports.test")
    said = outcomes(dmarc.PROBE, Consenting(MAIL | zone), scope_of("example.jp"))
    assert set(said) == {"reject", "reports_on"}


def test_own_record_wins_over_the_parents():
    zone = at("v=DMARC1; p=reject" + RUA) | at("v=DMARC1; p=none" + RUA, name="_dmarc.shop.example.jp")
    assert inherited("shop.example.jp", zone) == {"monitoring", "reports_on"}


def test_a_parent_that_could_not_be_asked_leaves_the_question_open():
    zone = {"_dmarc.example.jp": {SERVFAIL: []}, "shop.example.jp": {}}
    assert inherited("shop.example.jp", zone) == set()


def test_an_unused_domain_needs_reject():
    scope = scope_of("example.jp", sends_mail=False)
    zone = at("v=DMARC1; p=reject")
    assert set(outcomes(dmarc.PROBE, FakeNetwork(zone), scope)) == {"unused_closed"}
    zone = at("v=DMARC1; p=quarantine")
    assert set(outcomes(dmarc.PROBE, FakeNetwork(zone), scope)) == {"unused_open"}


def test_servfail_at_the_domain_itself_says_nothing():
    (attempt,) = looked([dmarc.PROBE], FakeNetwork({"_dmarc.example.jp": {SERVFAIL: []}}), scope_of("example.jp"))
    assert attempt.reason == "dns_servfail"
    assert list(dmarc.PROBE.judge(Observations(scope_of("example.jp"), [attempt]), None)) == []


def test_the_walk_asks_eight_names_at_the_most():
    network = FakeNetwork({"jp": {}})
    domain = "a.b.c.d.e.f.g.h.i.example.jp"
    looked([dmarc.PROBE], network, scope_of(domain))
    walk = [name for name, _ in network.asked if name.startswith("_dmarc.")]
    assert walk[:2] == [f"_dmarc.{domain}", "_dmarc.e.f.g.h.i.example.jp"]
    assert len(walk) == 8
    assert len(network.asked) == 9
