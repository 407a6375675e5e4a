"""What is offered to copy is right by our own grammars, made for this domain and server, and harms nothing."""

import ast
from datetime import UTC, datetime
from pathlib import Path
from string import Formatter
from urllib.parse import urlsplit

import msgspec
import pytest

from fumimori import checks as probes
from fumimori import resources
from fumimori.__main__ import bank, rules
from fumimori.__main__ import repair as program_repair
from fumimori.checks import remediation
from fumimori.checks.dmarc import facts as dmarc
from fumimori.checks.mail_ports import facts as mail_ports
from fumimori.checks.mta_sts import facts as mta_sts
from fumimori.checks.mx import facts as mx
from fumimori.checks.spf import facts as spf
from fumimori.checks.tls_rpt import facts as tls_rpt
from fumimori.grammar.dmarc import POLICIES, parse_dmarc
from fumimori.grammar.mta_sts import parse_sts_policy, parse_sts_record
from fumimori.grammar.spf import parse_spf
from fumimori.grammar.tls_rpt import parse_tls_rpt
from fumimori.model import (
    Answer,
    Assessment,
    Attempt,
    Basis,
    ByHand,
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
from fumimori.network.mail import MailService
from fumimori.network.tls import CertificateChain
from fumimori.network.web import WebAnswer
from fumimori.texts import Texts, languages
from fumimori.wording.repairs import letter, note_words
from fumimori.wording.words import Words
from loopback.recorded_runs import run_of

NOW = datetime(2026, 11, 24, 10, 0, tzinfo=UTC)
DOMAIN = "example.jp"
HOSTS = ("mx1.example.jp", "mx2.example.jp")
RECORDS = sorted(
    code for code in remediation.walk() if code.partition(".")[0] in ("spf", "dmarc", "mta_sts", "tls_rpt", "mx")
)
SETTINGS = sorted(
    code for code in remediation.walk() if code.partition(".")[0] in ("mail_ports", "mail_behaviour", "open_relay")
)
ALLOWED = (DOMAIN, "mail.example.jp:587", "mail.example.jp:143", "mail.example.jp:25", "mail.example.jp")
KNOWN = Answer(question="sender_auth.senders_known", value="yes", at=NOW)


def attempt(probe: str, facts: Record, subject: str = DOMAIN) -> Attempt:
    raw = msgspec.Raw(msgspec.json.encode(facts))
    return Attempt(probe=probe, subject=subject, status=Status.COMPLETED, started=NOW, ended=NOW, facts=raw)


def answer(name: str, rdtype: str, *records: str) -> DnsAnswer:
    status = DnsStatus.ANSWER if records else DnsStatus.NODATA
    return DnsAnswer(name=name, rdtype=rdtype, status=status, records=records)


def port(host: str, number: int = 25, *, greeting: str = "", trusted: bool = True) -> Attempt:
    chain = CertificateChain(certificates=(), trusted=trusted, name_matches=True)
    service = MailService(
        host=host,
        address="192.0.2.1",
        port=number,
        protocol="smtp" if number in (25, 465, 587) else "imap",
        open=True,
        starttls=True,
        tls_works=True,
        chain=chain,
        untrusted_greeting=greeting,
    )
    return attempt("mail_ports", mail_ports.Facts(service=service), f"{host}:{number}")


def assessment(
    *more: Attempt,
    provider: str = "",
    spf_texts: tuple[str, ...] = (),
    others: tuple[DnsAnswer, ...] = (),
    dmarc_texts: tuple[str, ...] = (),
    hosting: Hosting | None = None,
    known: bool = False,
) -> Assessment:
    hosts = tuple(mx.MxHost(host=name, preference=10, addresses=("192.0.2.1",)) for name in HOSTS)
    told = answer(DOMAIN, "MX", *(f"10 {name}." for name in HOSTS))
    return Assessment(
        id="1",
        created=NOW,
        scope=Scope(domains=(DomainScope(name=DOMAIN, hosting=hosting),)),
        answers=(KNOWN,) if known else (),
        runs=(
            run_of(
                attempt("mx", mx.Facts(answer=told, hosts=hosts, provider=provider)),
                attempt("spf", spf.Facts(answers=(answer(DOMAIN, "TXT", *spf_texts), *others))),
                attempt("dmarc", dmarc.Facts(walk=(answer(DOMAIN, "TXT", *dmarc_texts),))),
                *more,
            ),
        ),
    )


def repair(code: str, subject: str, of: Assessment, **values: str | int) -> Repair:
    finding = Finding(
        code=code,
        subject=subject,
        control=Control.SENDER_AUTH,
        severity=Severity.HIGH,
        basis=Basis.MEASURED,
        values=tuple(values.items()),
    )
    return program_repair(finding, of)


def changes(made: Repair) -> list[tuple[str, str]]:
    return [(snippet.current, snippet.content) for snippet in made.snippets]


# --- SPF ----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("provider", "text"),
    [
        ("Google Workspace", "v=spf1 include:_spf.google.com ~all"),
        ("Microsoft 365", "v=spf1 include:spf.protection.outlook.com ~all"),
        ("", "v=spf1 mx ~all"),
    ],
)
def test_a_first_spf_record_names_the_provider(provider, text):
    (snippet,) = repair("spf.none", DOMAIN, assessment(provider=provider)).snippets
    assert (snippet.kind, snippet.place, snippet.content) == (SnippetKind.DNS_RECORD, "example.jp TXT", text)


def test_a_rental_server_whose_value_nobody_knows_is_asked_for_it():
    made = repair("spf.none", DOMAIN, assessment(provider="Xserver", hosting=Hosting.RENTAL))
    assert (made.snippets, made.ask.key) == ((), "ask_spf_value")


@pytest.mark.parametrize(
    ("code", "texts", "wanted"),
    [
        ("spf.open", ("v=spf1 ip4:192.0.2.1 +all",), "v=spf1 ip4:192.0.2.1 ~all"),
        ("spf.open", ("v=spf1 ip4:192.0.2.1 all",), "v=spf1 ip4:192.0.2.1 ~all"),
        ("spf.neutral", ("v=spf1 mx ?all",), "v=spf1 mx ~all"),
        ("spf.no_all", ("v=spf1 mx",), "v=spf1 mx ~all"),
        ("spf.ptr", ("v=spf1 ptr mx -all",), "v=spf1 mx -all"),
        ("spf.ptr", ("v=spf1 ptr:example.jp mx ?ptr -all",), "v=spf1 mx -all"),
        (
            "spf.several",
            ("v=spf1 mx -all", "v=spf1 include:_spf.google.com mx ~all"),
            "v=spf1 mx include:_spf.google.com -all",
        ),
        (
            "spf.several",
            ("v=spf1 redirect=_spf.sakura.ne.jp", "v=spf1 include:_spf.google.com -all"),
            "v=spf1 include:_spf.sakura.ne.jp include:_spf.google.com -all",
        ),
        (
            "spf.lookalike",
            ("v=spf1; include:_spf.google.com ip4:192.0.2.1 ~all",),
            "v=spf1 include:_spf.google.com ip4:192.0.2.1 ~all",
        ),
        ("spf.lookalike", ("spf1 mx -all",), "v=spf1 mx -all"),
        ("spf.syntax", ("v=spf1 ipv4:192.0.2.1 ip4:2001:db8::1 -all;",), "v=spf1 ip4:192.0.2.1 ip6:2001:db8::1 -all"),
        (
            "spf.syntax",
            ("v=spf1 include=_spf.google.com ip4:mail.example.jp ~all",),
            "v=spf1 include:_spf.google.com a:mail.example.jp ~all",
        ),
        ("spf.after_all", ("v=spf1 mx -all include:_spf.google.com",), "v=spf1 mx include:_spf.google.com -all"),
        (
            "spf.redirect_ignored",
            ("v=spf1 mx redirect=_spf.google.com -all",),
            "v=spf1 mx include:_spf.google.com -all",
        ),
        ("spf.duplicate", ("v=spf1 mx MX include:_spf.google.com -all",), "v=spf1 mx include:_spf.google.com -all"),
    ],
)
def test_a_published_spf_record_keeps_its_senders_and_its_end(code, texts, wanted):
    made = repair(code, DOMAIN, assessment(spf_texts=texts))
    assert changes(made)[0] == (texts[0], wanted)
    assert changes(made)[1:] == [(old, "") for old in texts[1:]]


@pytest.mark.parametrize(
    "text", ["v=spf1 ip4:192.0.2.1/33 -all", "v=spf1 include: -all", "v=spf1 hello -all", "v=spf1 ip4:192.0.2 -all"]
)
def test_a_mistake_that_nobody_can_read_is_not_guessed_at(text):
    assert repair("spf.syntax", DOMAIN, assessment(spf_texts=(text,))).snippets == ()


def own_tree(count: int) -> tuple[DnsAnswer, ...]:
    return tuple(
        answer(f"_s{number}.example.jp", "TXT", f"v=spf1 ip4:192.0.2.{number} -all") for number in range(count)
    )


def test_too_many_references_to_names_of_ones_own_are_written_out():
    text = "v=spf1 " + " ".join(f"include:_s{number}.example.jp" for number in range(12)) + " -all"
    made = repair("spf.too_many_lookups", DOMAIN, assessment(spf_texts=(text,), others=own_tree(12)))
    assert changes(made) == [(text, "v=spf1 ip4:192.0.2.0/29 ip4:192.0.2.8/30 -all")]
    assert dict(made.after[0].values) == {"count": 0, "limit": 10}


def test_a_reference_to_others_is_never_copied():
    names = [f"spf{number}.example.com" for number in range(11)]
    others = tuple(answer(name, "TXT", "v=spf1 ip4:198.51.100.1 -all") for name in names)
    text = "v=spf1 " + " ".join(f"include:{name}" for name in names) + " -all"
    made = repair("spf.too_many_lookups", DOMAIN, assessment(spf_texts=(text,), others=others))
    assert (made.snippets, [note.key for note in made.before]) == ((), ["spf_still_too_many", "spf_lookups"])


def test_a_record_that_would_need_too_many_lookups_is_not_offered():
    names = [f"spf{number}.example.com" for number in range(11)]
    others = tuple(answer(name, "TXT", "v=spf1 ip4:198.51.100.1 -all") for name in names)
    texts = ("v=spf1 " + " ".join(f"include:{name}" for name in names) + " -all", "v=spf1 mx -all")
    assert repair("spf.several", DOMAIN, assessment(spf_texts=texts, others=others)).snippets == ()


def test_a_loop_is_cut_where_it_leads_back():
    others = (answer("_a.example.jp", "TXT", "v=spf1 ip4:192.0.2.9 include:example.jp -all"),)
    made = repair("spf.loop", DOMAIN, assessment(spf_texts=("v=spf1 include:_a.example.jp -all",), others=others))
    assert changes(made) == [(others[0].records[0], "v=spf1 ip4:192.0.2.9 -all")]
    assert made.snippets[0].place == "_a.example.jp TXT"


def test_what_leads_nowhere_goes_and_whoever_it_was_is_asked_about():
    gone = DnsAnswer(name="gone.example.com", rdtype="TXT", status=DnsStatus.NXDOMAIN)
    made = repair(
        "spf.include_missing",
        DOMAIN,
        assessment(spf_texts=("v=spf1 mx include:gone.example.com -all",), others=(gone,)),
    )
    assert changes(made) == [("v=spf1 mx include:gone.example.com -all", "v=spf1 mx -all")]
    assert [note.key for note in made.before] == ["spf_misspelt"]


# --- DMARC --------------------------------------------------------------------------------------------------------

STRICT = (
    "v=DMARC1; p=none; sp=reject; adkim=s; aspf=s; np=reject; ruf=mailto:f@example.jp; fo=1; rua=mailto:a@example.jp"
)


@pytest.mark.parametrize(
    ("code", "published", "wanted"),
    [
        ("dmarc.monitoring", STRICT, STRICT.replace("p=none; sp=reject", "p=quarantine; sp=reject")),
        (
            "dmarc.monitoring",
            "v=DMARC1; p=none; sp=none; pct=20; rua=mailto:a@example.jp,mailto:b@example.com",
            "v=DMARC1; p=quarantine; rua=mailto:a@example.jp,mailto:b@example.com",
        ),
        (
            "dmarc.subdomains_open",
            "v=DMARC1; p=reject; sp=none; rua=mailto:a@example.jp",
            "v=DMARC1; p=reject; sp=quarantine; rua=mailto:a@example.jp",
        ),
        (
            "dmarc.test_mode",
            "v=DMARC1; p=quarantine; t=y; rua=mailto:a@example.jp",
            "v=DMARC1; p=quarantine; rua=mailto:a@example.jp",
        ),
        ("dmarc.partial", "v=DMARC1; p=reject; pct=50", "v=DMARC1; p=reject"),
        ("dmarc.nonexistent_open", "v=DMARC1; p=reject; np=none; adkim=s", "v=DMARC1; p=reject; np=reject; adkim=s"),
        (
            "dmarc.report_address_bad",
            "v=DMARC1; p=reject; rua=a@example.jp",
            "v=DMARC1; p=reject; rua=mailto:a@example.jp",
        ),
        ("dmarc.tags_unread", "v=DMARC1; p=reject; adkim=x; aspf=s", "v=DMARC1; p=reject; aspf=s"),
        ("dmarc.old_tags", "v=DMARC1; p=reject; rf=afrf; ri=86400; sp=reject", "v=DMARC1; p=reject; sp=reject"),
        ("dmarc.claims_suffix", "v=DMARC1; p=reject; psd=y; adkim=s", "v=DMARC1; p=reject; adkim=s"),
        (
            "dmarc.repeated",
            "v=DMARC1; p=none; p=reject; rua=mailto:a@example.jp; rua=mailto:b@example.jp,mailto:a@example.jp",
            "v=DMARC1; p=reject; rua=mailto:a@example.jp,mailto:b@example.jp",
        ),
        (
            "dmarc.repeated",
            "v=DMARC1; p=reject; p=none; adkim=s; adkim=r; t=y; t=n",
            "v=DMARC1; p=reject; adkim=s; t=n",
        ),
        ("dmarc.lookalike", "v=DMARC1 p=reject rua=mailto:a@example.jp", "v=DMARC1; p=reject; rua=mailto:a@example.jp"),
        ("dmarc.lookalike", "DMARC1; p=quarantine; adkim=s", "v=DMARC1; p=quarantine; adkim=s"),
        (
            "dmarc.invalid",
            "v=DMARC1; p=rejct; adkim=s; rua=mailto:a@example.jp",
            "v=DMARC1; p=reject; adkim=s; rua=mailto:a@example.jp",
        ),
    ],
)
def test_a_dmarc_record_is_edited_tag_by_tag_where_senders_are_known(code, published, wanted):
    made = repair(code, DOMAIN, assessment(dmarc_texts=(published,), known=True))
    assert changes(made) == [(published, wanted)]
    assert made.snippets[0].place == "_dmarc.example.jp TXT"


@pytest.mark.parametrize(
    ("code", "published"),
    [
        ("dmarc.monitoring", STRICT),
        ("dmarc.test_mode", "v=DMARC1; p=reject; t=y; rua=mailto:a@example.jp"),
        ("dmarc.test_mode_softer", "v=DMARC1; p=reject; t=y; rua=mailto:a@example.jp"),
        ("dmarc.subdomains_open", "v=DMARC1; p=reject; sp=none"),
        ("dmarc.partial", "v=DMARC1; p=reject; pct=10"),
    ],
)
def test_no_stricter_policy_before_the_senders_are_known(code, published):
    made = repair(code, DOMAIN, assessment(dmarc_texts=(published,)))
    assert (made.snippets, [note.key for note in made.before]) == ((), ["senders_first", "dmarc_hold"])


def test_two_records_become_one_with_all_addresses_and_no_policy_that_none_of_them_had():
    texts = ("v=DMARC1; p=reject; rua=mailto:a@example.jp", "v=DMARC1; p=reject; rua=mailto:b@example.jp; adkim=s")
    made = repair("dmarc.several", DOMAIN, assessment(dmarc_texts=texts))
    wanted = "v=DMARC1; p=reject; rua=mailto:a@example.jp,mailto:b@example.jp; adkim=s"
    assert changes(made) == [(texts[0], wanted), (texts[1], "")]


def test_a_mailbox_that_does_not_exist_yet_is_a_step_of_its_own():
    made = repair("dmarc.none", DOMAIN, assessment())
    assert changes(made) == [("", "v=DMARC1; p=none; rua=mailto:dmarc-reports@example.jp")]
    assert [(note.key, dict(note.values)) for note in made.before] == [
        ("mailbox_first", {"address": "dmarc-reports@example.jp"})
    ]


def test_a_parents_record_is_left_alone():
    walk = (answer("sub.example.jp", "TXT"), answer(DOMAIN, "TXT", "v=DMARC1; p=reject; sp=none; adkim=s"))
    of = assessment(attempt("dmarc", dmarc.Facts(walk=walk), "sub.example.jp"), known=True)
    made = repair("dmarc.monitoring", "sub.example.jp", of)
    assert [(one.place, one.current, one.content) for one in made.snippets] == [
        ("_dmarc.sub.example.jp TXT", "", "v=DMARC1; p=quarantine; adkim=s")
    ]


def test_the_receiver_of_reports_gets_the_record_to_publish():
    walk = (answer(DOMAIN, "TXT", "v=DMARC1; p=reject; rua=mailto:a@reports.example"),)
    consents = (answer("reports.example", "TXT"),)
    of = assessment(attempt("dmarc", dmarc.Facts(walk=walk, consents=consents)))
    made = repair("dmarc.reports_unauthorised", DOMAIN, of)
    assert [(one.place, one.content) for one in made.snippets] == [
        ("example.jp._report._dmarc.reports.example TXT", "v=DMARC1")
    ]
    assert made.ask is not None


@pytest.mark.parametrize("code", [code for code in RECORDS if code.startswith("dmarc.")])
@pytest.mark.parametrize("known", [False, True])
@pytest.mark.parametrize("policy", POLICIES)
def test_no_policy_and_no_alignment_ever_gets_softer(code, known, policy):
    published = f"v=DMARC1; p={policy}; sp=reject; np=reject; adkim=s; aspf=s; rua=mailto:a@example.jp; fo=1"
    before = parse_dmarc(published)
    for snippet in repair(code, DOMAIN, assessment(dmarc_texts=(published,), known=known)).snippets:
        if snippet.current != published or not snippet.content:
            continue
        after = parse_dmarc(snippet.content)
        for relation in ("own", "sub", "nonexistent"):
            assert POLICIES.index(after.policy(relation)) >= POLICIES.index(before.policy(relation))
        assert {"adkim=s", "aspf=s", "fo=1"} <= {part.strip() for part in snippet.content.split(";")}
        assert {uri.text for uri in before.rua} <= {uri.text for uri in after.rua}


# --- MTA-STS and TLS reporting ------------------------------------------------------------------------------------


def sts(body: str, text: str = "v=STSv1; id=1") -> Attempt:
    policy = WebAnswer(url="https://mta-sts.example.jp/", status=200, untrusted_body=body)
    return attempt("mta_sts", mta_sts.Facts(answer=answer(DOMAIN, "TXT", text), policy=policy))


def policy_of(made: Repair) -> str:
    return next((one.content for one in made.snippets if one.kind is SnippetKind.FILE), "")


def test_an_mta_sts_policy_names_todays_mail_servers():
    policy, record = repair("mta_sts.absent", DOMAIN, assessment()).snippets
    parsed = parse_sts_policy(policy.content)
    assert (parsed.mode, parsed.mx, parsed.fault) == ("testing", HOSTS, "")
    assert policy.place == "https://mta-sts.example.jp/.well-known/mta-sts.txt"
    assert parse_sts_record(record.content).id == "20261124T000000"


PUBLISHED = "version: STSv1\nmode: enforce\nmx: mx1.example.jp\nmx: *.mail.example.jp\nmax_age: 604800\n"


def test_a_missing_server_joins_the_policy_that_keeps_its_lines():
    made = repair("mta_sts.mx_uncovered", DOMAIN, assessment(sts(PUBLISHED), *map(port, HOSTS)))
    assert policy_of(made) == PUBLISHED.replace("max_age", "mx: mx2.example.jp\nmax_age")
    assert [note.key for note in made.before] == []


def test_no_policy_in_enforce_names_a_server_that_fails_it():
    of = assessment(sts(PUBLISHED), port("mx1.example.jp"), port("mx2.example.jp", trusted=False))
    made = repair("mta_sts.mx_uncovered", DOMAIN, of)
    assert (made.snippets, [note.key for note in made.before]) == ((), ["certificate_first"])


def test_enforce_comes_after_the_certificates():
    body = PUBLISHED.replace("enforce", "testing")
    failing = assessment(sts(body), port("mx1.example.jp"), port("mx2.example.jp", trusted=False))
    held = repair("mta_sts.mode_testing", DOMAIN, failing)
    assert (held.snippets, held.after[0].key) == ((), "sts_then_enforce")
    made = repair("mta_sts.mode_testing", DOMAIN, assessment(sts(body), *map(port, HOSTS)))
    assert "mode: enforce" in policy_of(made)
    assert "mx: *.mail.example.jp" in policy_of(made)


def test_a_new_id_is_one_that_was_not_there():
    of = assessment(sts(PUBLISHED, "v=STSv1; id=20261124T000000"))
    (record,) = repair("mta_sts.id_unchanged", DOMAIN, of).snippets
    assert parse_sts_record(record.content).id == "20261124T000001"


@pytest.mark.parametrize(
    ("code", "texts", "wanted"),
    [
        ("tls_rpt.malformed", ("v=TLSRPTv1; rua=tls@example.jp",), "v=TLSRPTv1; rua=mailto:tls@example.jp"),
        ("tls_rpt.malformed", ("v=TLSRPTv1 rua=mailto:tls@example.jp",), "v=TLSRPTv1; rua=mailto:tls@example.jp"),
        (
            "tls_rpt.several",
            ("v=TLSRPTv1; rua=mailto:a@example.jp", "v=TLSRPTv1; rua=https://r.example/x"),
            "v=TLSRPTv1; rua=mailto:a@example.jp,https://r.example/x",
        ),
        (
            "tls_rpt.address_unread",
            ("v=TLSRPTv1; rua=mailto:a@example.jp,b@example.jp,mailto:c@example.jp!10m",),
            "v=TLSRPTv1; rua=mailto:a@example.jp,mailto:b@example.jp,mailto:c@example.jp",
        ),
    ],
)
def test_reports_keep_their_mailbox(code, texts, wanted):
    of = assessment(attempt("tls_rpt", tls_rpt.Facts(answer=answer(DOMAIN, "TXT", *texts))))
    made = repair(code, DOMAIN, of)
    assert changes(made)[0] == (texts[0], wanted)
    assert not parse_tls_rpt(wanted).fault
    assert [note.key for note in made.before] == []


def test_a_domain_without_mail_gets_what_it_lacks_and_loses_what_contradicts():
    made = repair(
        "spf.unused_open", DOMAIN, assessment(spf_texts=("v=spf1 mx -all",), dmarc_texts=("v=DMARC1; p=reject",))
    )
    assert [(one.place, one.current, one.content) for one in made.snippets] == [
        ("example.jp TXT", "v=spf1 mx -all", "v=spf1 -all"),
        ("example.jp MX", "10 mx1.example.jp.", "0 ."),
        ("example.jp MX", "10 mx2.example.jp.", ""),
    ]


# --- servers ------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("code", SETTINGS)
@pytest.mark.parametrize("hosting", [None, *Hosting])
def test_settings_are_for_servers_of_ones_own_and_others_are_asked(code, hosting):
    made = repair(code, "mail.example.jp:587", assessment(hosting=hosting), hosts=DOMAIN)
    if hosting is None or hosting.own_server:
        assert made.snippets or made.proof
    else:
        assert made.ask is not None or code == "mail_ports.address_closed"


@pytest.mark.parametrize(
    ("greeting", "contains", "lacks"),
    [
        ("mail.example.jp ESMTP Postfix (3.7.11)", ">=TLSv1.2", "!TLSv1"),
        ("mail.example.jp ESMTP Postfix (3.4.13)", "!SSLv2, !SSLv3, !TLSv1, !TLSv1.1", ">="),
    ],
)
def test_a_known_version_gets_its_own_words(greeting, contains, lacks):
    of = assessment(port("mail.example.jp", 587, greeting=greeting))
    (snippet,) = repair("mail_ports.tls_old", "mail.example.jp:587", of).snippets
    assert contains in snippet.content
    assert lacks not in snippet.content.replace(
        "!TLSv1, !TLSv1.1", "" if contains.startswith(">") else "!TLSv1, !TLSv1.1"
    )


def test_an_unknown_version_gets_both_marked():
    made = repair("mail_ports.tls_old", "mail.example.jp:587", assessment())
    assert [one.note.key for one in made.snippets] == ["version_from", "version_before"]


@pytest.mark.parametrize("number", [143, 993, 110, 995])
@pytest.mark.parametrize(
    "code", ["tls_old", "certificate_incomplete", "login_clear", "suite_weak", "certificate_expired"]
)
def test_ports_of_mailboxes_get_dovecots_settings(code, number):
    made = repair(f"mail_ports.{code}", f"mail.example.jp:{number}", assessment())
    assert made.snippets
    assert not any("postconf" in one.content for one in made.snippets)


@pytest.mark.parametrize(
    "code", [code for code in SETTINGS if code.startswith("mail_ports.") and "starttls" not in code]
)
def test_port_25_is_never_closed_for_old_tls(code):
    for snippet in repair(code, "mail.example.jp:25", assessment()).snippets:
        for line in snippet.content.splitlines():
            if "smtpd_tls_protocols" in line:
                assert "TLSv1.2" not in line
                assert "!TLSv1" not in line


def test_a_proof_lets_openssl_try_what_is_old_and_says_what_it_prints():
    (proof,) = repair("mail_ports.tls_old", "mail.example.jp:143", assessment()).proof
    assert proof.command == (
        "openssl s_client -connect mail.example.jp:143 -servername mail.example.jp -starttls imap"
        " -tls1_1 -cipher 'DEFAULT@SECLEVEL=0' < /dev/null"
    )
    assert (proof.repaired, proof.broken) == ("Cipher is (NONE)", "Cipher is ")


def test_ssh_keeps_a_session_open_and_says_the_way_back():
    made = repair("ssh.password", "mail.example.jp", assessment())
    assert [note.key for note in made.before] == ["ssh_key_works", "ssh_session"]
    assert made.snippets[0].place == "/etc/ssh/sshd_config.d/00-keys-only.conf"
    assert "sshd -T" in made.snippets[2].content
    assert made.back[0].key == "back_delete_file"
    assert (made.proof[0].repaired, made.proof[0].broken) == ("Permission denied (publickey)", "password:")


def test_paths_that_nobody_knows_are_places_to_fill_in():
    made = repair("mail_ports.certificate_expired", "mail.example.jp:993", assessment())
    assert "letsencrypt" not in "".join(one.content for one in made.snippets)
    assert any("REPLACE/fullchain.pem" in one.content for one in made.snippets)
    assert made.before[0].key == "replace_paths"


# --- everything ---------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("code", RECORDS)
@pytest.mark.parametrize("sign", ["\n", "\r", "\x0b", "\x85", "\u2028", '"', "\x1b"])
def test_no_record_breaks_the_line(code, sign):
    text = f"v=DMARC1; p=none; p=reject; rua=mailto:a@example.jp{sign}x.example.jp"
    of = assessment(dmarc_texts=(text,), spf_texts=(f"v=spf1 include:a{sign}b.example.jp ?all",), known=True)
    for snippet in repair(code, DOMAIN, of, text=text).snippets:
        if snippet.kind is SnippetKind.DNS_RECORD:
            assert len(snippet.content.splitlines()) <= 1
            assert sign not in snippet.content + snippet.current


@pytest.mark.parametrize("code", RECORDS)
@pytest.mark.parametrize("known", [False, True])
def test_every_offered_record_is_right_by_our_own_grammars(code, known):
    of = assessment(spf_texts=("v=spf1 mx +all",), dmarc_texts=("v=DMARC1; p=none",), known=known)
    for snippet in repair(code, DOMAIN, of).snippets:
        if snippet.content.startswith("v=spf1") and "REPLACE" not in snippet.content:
            assert parse_spf(snippet.content).faults == ()
        if snippet.content.startswith("v=DMARC1"):
            assert parse_dmarc(snippet.content).invalid == ()
        if snippet.kind is SnippetKind.FILE:
            assert parse_sts_policy(snippet.content).fault == ""


@pytest.mark.parametrize("name", ["\ufeff", "a\nmode: none", "a b.example.jp", "mx_1.example.jp", "192.0.2.1 "])
def test_no_policy_is_handed_out_that_cannot_hold_every_server(name):
    hosts = (mx.MxHost(host="mx1.example.jp", preference=10), mx.MxHost(host=name, preference=20))
    facts = mx.Facts(answer=answer(DOMAIN, "MX", "10 mx1.example.jp."), hosts=hosts)
    of = Assessment(
        id="1", created=NOW, scope=Scope(domains=(DomainScope(name=DOMAIN),)), runs=(run_of(attempt("mx", facts)),)
    )
    assert repair("mta_sts.absent", DOMAIN, of).snippets == ()


def test_a_finding_of_a_question_needs_words_not_records():
    assert repair("access.admin_mfa.no", "", assessment()).empty


def test_every_text_of_a_repair_is_used_and_every_note_has_one():
    """The keys and placeholders of `note(…)` calls as they are written in the code, crossed with both languages."""
    used = notes_in_code() | {f"by_hand_{one}": set() for one in ByHand}
    for language in languages(resources.root()):
        texts = Texts(resources.root(), language)
        known = {key.removeprefix("repairs.note.") for key in sorted(texts.keys()) if key.startswith("repairs.note.")}
        assert known == set(used), language
        for key, names in used.items():
            wanted = {field for _, field, _, _ in Formatter().parse(texts(f"repairs.note.{key}")) if field}
            assert wanted <= names, (language, key)


ASKED = {"host", "port"}


def notes_in_code() -> dict[str, set[str]]:
    """Each key with the values that every call gives it."""
    found: dict[str, set[str]] = {}

    def saw(key: object, names: set[str]) -> None:
        if isinstance(key, ast.Constant) and isinstance(key.value, str):
            found[key.value] = found.get(key.value, names) & names

    folder = Path(probes.__file__).parent
    for path in (*folder.glob("*/repair.py"), *folder.glob("remediation/*.py")):
        for call in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if not isinstance(call, ast.Call):
                continue
            name = getattr(call.func, "id", getattr(call.func, "attr", ""))
            given = {keyword.arg for keyword in call.keywords if keyword.arg}
            strings = [call.args[0]] if name == "note" and call.args else call.args[1:]
            if name not in ("note", "letter", "_own", "_or_asked", "_without", "configured"):
                continue
            for one in strings:
                branches = [one.body, one.orelse] if isinstance(one, ast.IfExp) else [one]
                for key in branches:
                    saw(key, given if name in ("note", "_or_asked") else ASKED | given)
    return {key: names for key, names in found.items() if "_" in key or key == "listening"}


@pytest.mark.parametrize("language", sorted(languages(resources.root())))
def test_a_letter_names_exactly_what_fails(language):
    texts = Texts(resources.root(), language)
    finding = Finding(
        code="mail_ports.tls_old",
        subject="sv1.xserver.jp:993",
        control=Control.PROTOCOLS,
        severity=Severity.MEDIUM,
        basis=Basis.MEASURED,
        values=(("host", "sv1.xserver.jp"), ("port", 993), ("versions", "TLS 1.0")),
    )
    of = assessment(hosting=Hosting.RENTAL)
    made = program_repair(finding, of)
    text = letter(Words(texts, bank()), [finding], [made.ask], of)
    assert made.snippets == ()
    assert note_words(texts, made.ask) in text
    assert "sv1.xserver.jp:993" in text
    assert "TLS 1.0" in text


@pytest.mark.parametrize("language", sorted(languages(resources.root())))
def test_a_letter_loses_no_point_and_gives_each_its_own_line(language):
    texts = Texts(resources.root(), language)
    found = [
        Finding(
            code="mail_ports.tls_old",
            subject=f"sv{number}.a-rather-long-name-of-a-server.xserver.jp:993",
            control=Control.PROTOCOLS,
            severity=Severity.MEDIUM,
            basis=Basis.MEASURED,
            values=(("host", f"sv{number}.xserver.jp"), ("port", 993), ("versions", "TLS 1.0")),
        )
        for number in range(12)
    ]
    of = assessment(hosting=Hosting.RENTAL)
    asks = list(dict.fromkeys(program_repair(finding, of).ask for finding in found))
    words = Words(texts, bank())
    lines = letter(words, found, asks, of).splitlines()
    for one in found:
        point = texts("repairs.letter_point", subject=one.subject, title=words.title(one), saw=words.saw(one))
        assert lines.count(point) == 1
    assert [note_words(texts, ask) for ask in asks if note_words(texts, ask) not in lines] == []
    assert not any("{" in line for line in lines)


def test_every_value_of_a_provider_has_its_own_page_and_is_one_term():
    providers = {row["provider"] for row in rules().tables["providers"].dicts()}
    for row in rules().tables["provider_settings"].dicts():
        assert row["provider"] in providers
        assert parse_spf(f"v=spf1 {row['spf']} ~all").faults == ()
        assert len(row["spf"].split()) == 1
        assert row["source"].startswith("https://")
        assert datetime.fromisoformat(row["checked"])


def test_every_page_of_a_provider_is_about_questions_that_its_customers_are_asked():
    hosting = {row["provider"]: row["hosting"] for row in rules().tables["providers"].dicts()}
    questions = {question.id: question for question in bank()}
    told = []
    for row in rules().tables["provider_pages"].dicts():
        assert hosting[row["provider"]], row
        assert urlsplit(row["url"]).scheme == "https"
        assert datetime.fromisoformat(row["checked"])
        for one in row["questions"].split():
            assert hosting[row["provider"]] in questions[one].hosting, (row["provider"], one)
            told.append((row["provider"], one))
    assert len(told) == len(set(told))


def test_a_provider_whose_page_is_known_is_named_with_it():
    made = repair("dkim.key_short", DOMAIN, assessment(provider="LINE WORKS", hosting=Hosting.OTHER_HOSTED))
    assert made.ask is not None
    assert dict(made.before[0].values)["provider"] == "LINE WORKS"


def test_a_rental_server_whose_value_is_not_known_is_asked_with_its_own_pages_named():
    of = assessment(provider="KAGOYA", hosting=Hosting.RENTAL)
    key = {note.key: dict(note.values) for note in repair("dkim.key_short", DOMAIN, of).before}
    assert key["provider_page"]["url"].startswith("https://support.kagoya.jp/")
    assert "独自ドメイン管理" in key["provider_menu"]["menu"]
    made = repair("spf.none", DOMAIN, of)
    assert made.snippets == ()
    assert made.ask is not None
    assert [note.key for note in made.before] == ["senders_first", "provider_page"]
    assert dict(made.before[1].values)["url"].startswith("https://support.kagoya.jp/")


def test_an_answer_s_finding_comes_with_the_provider_s_own_pages_too():
    of = assessment(provider="Sakura Internet", hosting=Hosting.RENTAL)
    pages = [dict(note.values)["url"] for note in repair("access.admin_mfa.no", "", of).before]
    assert pages == ["https://help.sakura.ad.jp/rs/2244"]


@pytest.mark.parametrize("hosting", [Hosting.VPS, Hosting.ON_PREMISES])
def test_on_one_s_own_server_no_provider_s_panel_is_named(hosting):
    of = assessment(provider="Sakura Internet", hosting=hosting)
    assert repair("access.admin_mfa.no", "", of).empty
