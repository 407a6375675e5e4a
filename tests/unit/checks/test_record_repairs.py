"""Repairs of what is published: SPF, DMARC, MTA-STS and TLS reporting."""

import pytest

from fumimori.checks.dmarc import facts as dmarc
from fumimori.checks.mta_sts import facts as mta_sts
from fumimori.checks.tls_rpt import facts as tls_rpt
from fumimori.grammar.dmarc import POLICIES, parse_dmarc
from fumimori.grammar.mta_sts import parse_sts_policy, parse_sts_record
from fumimori.grammar.tls_rpt import parse_tls_rpt
from fumimori.model import (
    Attempt,
    Hosting,
    Repair,
    SnippetKind,
)
from fumimori.network.dns import DnsAnswer, DnsStatus
from fumimori.network.web import WebAnswer
from unit.checks.repair_cases import DOMAIN, HOSTS, RECORDS, answer, assessment, attempt, changes, port, repair

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
