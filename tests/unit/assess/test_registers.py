"""Rows of registers, joined: each case says what follows and, beside it, what almost is the case and says nothing."""

from datetime import date

import msgspec
import pytest

from fumimori import resources
from fumimori.__main__ import bank
from fumimori.assess import registers as joins
from fumimori.assess.evidence import shown_questions
from fumimori.assess.judging import assess
from fumimori.assess.register_proofs import MONTHLY, YEARLY
from fumimori.assess.senders import proposed
from fumimori.checks.dkim.facts import Facts as DkimFacts
from fumimori.checks.dmarc_reports.facts import Facts as Reports
from fumimori.checks.observations import Observations
from fumimori.checks.spf.facts import Facts as SpfFacts
from fumimori.grammar.dmarc_report import DmarcReport, ReportRow
from fumimori.grammar.rule_files import parse_rules
from fumimori.model import (
    About,
    Attempt,
    Basis,
    DomainScope,
    Evidence,
    EvidenceKind,
    QuestionState,
    RegisterRow,
    Scope,
    Status,
)
from fumimori.network.dns import DnsAnswer, DnsStatus, Unanswered
from unit.assess.small import NOW, assessment, said

DAY = date(2026, 11, 24)
RULES = parse_rules("test", resources.rule_files(), resources.rule_tables())
SCOPE = Scope(domains=(DomainScope(name="example.jp"),))
BANK = bank()


def rows(**tables):
    """Rows of registers, each table a list of cells."""
    made = []
    for register, entries in tables.items():
        for cells in entries:
            made.append(RegisterRow(id=f"r{len(made)}", register=register, cells=cells))
    return tuple(made)


def follows(seen=None, **tables):
    observations = seen or Observations(SCOPE, ())
    about = msgspec.structs.replace(assessment(), scope=SCOPE, registers=rows(**tables))
    return joins.outcomes(about, observations, RULES, DAY)


def codes(seen=None, **tables):
    return [outcome.code.removeprefix("register_") for outcome in follows(seen, **tables)]


LEFT = {"name": "山田 太郎", "left": "2026-10-31"}
ACCOUNT = {"account": "taro@example.jp", "holder": "山田太郎さん"}


@pytest.mark.parametrize(
    ("tables", "expected"),
    [
        ({"staff": [LEFT], "accounts": [ACCOUNT]}, ["staff.leaver_account"]),
        ({"staff": [LEFT], "accounts": [{**ACCOUNT, "forwards_to": "x@y.example"}]}, ["staff.leaver_forwarding"]),
        (
            {"staff": [LEFT], "accounts": [{**ACCOUNT, "forwards_to": "x@y.example", "closed": "2026-10-31"}]},
            ["staff.leaver_forwarding"],
        ),
        ({"staff": [LEFT], "accounts": [{**ACCOUNT, "closed": "2026-10-31"}]}, ["staff.leavers_closed"]),
        ({"staff": [LEFT], "accounts": [{**ACCOUNT, "closed": "2026年11月7日"}]}, ["staff.leavers_closed"]),
        ({"staff": [LEFT], "accounts": [{**ACCOUNT, "closed": "2026-11-08"}]}, ["staff.leaver_late"]),
        # What cannot be read as a day was written by somebody who closed it: nobody knows when.
        ({"staff": [LEFT], "accounts": [{**ACCOUNT, "closed": "済"}]}, []),
        ({"staff": [{**LEFT, "left": "2026-11-24"}], "accounts": [ACCOUNT]}, []),
        ({"staff": [{**LEFT, "left": "来月"}], "accounts": [ACCOUNT]}, []),
        # A namesake, or somebody who came back.
        ({"staff": [LEFT, {"name": "山田太郎"}], "accounts": [ACCOUNT]}, []),
        ({"staff": [LEFT], "accounts": [{**ACCOUNT, "holder": "山田花子"}]}, []),
        (
            {"staff": [LEFT], "certificates": [{"subject": "deploy key", "holder": "山田太郎", "kind": "ssh_key"}]},
            ["staff.leaver_access"],
        ),
        (
            {
                "staff": [LEFT],
                "access": [{"who": "山田　太郎", "what": "VPN", "until": "2027-01-01", "approved_by": "社長"}],
            },
            ["staff.leaver_access", "access.in_order"],
        ),
    ],
)
def test_what_leavers_leave_behind(tables, expected):
    assert codes(**tables) == expected


GIVEN = {"who": "業者A", "what": "VPN", "until": "2026-12-31", "approved_by": "社長"}


@pytest.mark.parametrize(
    ("changes", "expected"),
    [
        ({}, ["access.in_order"]),
        ({"until": "2026-11-24"}, ["access.in_order"]),
        ({"until": "2026-11-23"}, ["access.overdue"]),
        ({"until": "2026-11-23", "closed": "2026-11-23"}, ["access.in_order"]),
        ({"until": ""}, ["access.no_end"]),
        ({"until": "契約の間"}, ["access.no_end"]),
        ({"approved_by": ""}, ["access.unapproved"]),
    ],
)
def test_access_has_an_end_and_somebody_who_approved_it(changes, expected):
    assert codes(access=[{**GIVEN, **changes}]) == expected


def account(kind, mfa, name="a"):
    return {"account": f"{name}@example.jp", "holder": "A", "kind": kind, "mfa": mfa}


@pytest.mark.parametrize(
    ("accounts", "expected"),
    [
        ([account("admin", "no")], ["accounts.admins_no_mfa"]),
        ([account("admin", "no"), account("admin", "yes")], ["accounts.admins_some_no_mfa"]),
        ([account("admin", "yes")], ["accounts.admins_mfa"]),
        ([account("admin", "yes"), account("admin", "")], []),
        ([account("admin", "")], []),
        ([{**account("admin", "no"), "closed": "2026-01-01"}], []),
        ([account("user", "no")], ["accounts.users_no_mfa"]),
        ([account("", "no"), account("shared", "yes")], ["accounts.users_some_no_mfa"]),
        ([account("service", "no")], []),
        ([account("user", "yes")], ["accounts.users_mfa"]),
    ],
)
def test_who_signs_in_without_a_second_factor(accounts, expected):
    listed = {"accounts.admins_listed", "accounts.services_listed"}
    assert [code for code in codes(accounts=accounts) if code not in listed] == expected


@pytest.mark.parametrize(
    ("accounts", "expected"),
    [
        ([account("admin", ""), account("admin", "")], ["accounts.admins_listed"]),
        ([account("service", "")], ["accounts.services_listed"]),
        ([{**account("service", ""), "holder": ""}], []),
        ([{**account("service", ""), "closed": "2026-01-01"}], []),
        ([account("user", "")], []),
    ],
)
def test_lists_of_those_who_administer_and_of_what_logs_in_by_itself(accounts, expected):
    assert codes(accounts=accounts) == expected


EVERY, OFFICER = {"everyone": "yes", "subject": "Phishing"}, {"name": "Mori", "kind": "officer"}


@pytest.mark.parametrize(
    ("staff", "training", "expected"),
    [
        ([], [{"held": "2026-05-01", "click_rate": "4"}], ["training.exercised"]),
        ([], [{"held": "2025-05-01", "click_rate": "4"}], ["training.exercise_old"]),
        ([], [{"held": "2027-05-01", "click_rate": "4"}], []),
        (
            [],
            [{"held": day} for day in ("2026-02-20", "2026-05-20", "2026-08-20", "2026-11-01")],
            ["training.reminded"],
        ),
        ([], [{"held": "2026-02-20"}, {"held": "2026-08-20"}], ["training.reminded_seldom"]),
        ([], [{"held": "2026-08-20"}, {"held": "2025-08-20"}], []),
        (
            [OFFICER],
            [{**EVERY, "held": "2026-05-01"}, {"who": "Mori", "held": "2026-05-01", "subject": "Payments"}],
            ["training.trained", "training.two_audiences"],
        ),
        (
            [OFFICER],
            [{**EVERY, "held": "2026-05-01"}, {"who": "Mori", "held": "2026-05-01", "subject": "Phishing"}],
            ["training.trained"],
        ),
        ([OFFICER], [{"who": "Mori", "held": "2026-05-01", "subject": "Payments"}], ["training.trained"]),
    ],
)
def test_exercises_reminders_and_training_for_management(staff, training, expected):
    assert codes(staff=staff, training=training) == expected


@pytest.mark.parametrize(
    ("device", "expected"),
    [
        ({"kind": "router", "support_ends": "2026-11-23"}, ["devices.unsupported_edge"]),
        ({"kind": "nas", "support_ends": "2026-11-23"}, ["devices.unsupported"]),
        ({"kind": "nas", "support_ends": "2026-11-24"}, ["devices.supported"]),
        ({"kind": "nas", "support_ends": "2026-11-23", "retired": "2026-11-01"}, []),
        ({"kind": "server", "model": "Debian", "firmware": "10.13"}, ["devices.unsupported"]),
        ({"kind": "server", "model": "debian", "firmware": "12"}, ["devices.supported"]),
        ({"kind": "server", "model": "Debian", "firmware": "1"}, ["devices.support_unknown"]),
        ({"kind": "router"}, ["devices.support_unknown"]),
    ],
)
def test_devices_out_of_support(device, expected):
    assert codes(devices=[{"device": "D", **device}]) == expected


@pytest.mark.parametrize(
    ("entries", "expected"),
    [
        ([{"changed": "no"}], ["credentials.unchanged"]),
        ([{"changed": "yes", "changed_on": "2026-01-01", "changed_by": "B"}], ["credentials.changed"]),
        ([{"changed": "yes", "changed_on": "2026-01-01"}], ["credentials.undated", "credentials.changed"]),
        ([{"changed": ""}], []),
        ([{"changed": "yes", "changed_on": "2026-01-01", "changed_by": "B"}, {}], []),
    ],
)
def test_default_passwords(entries, expected):
    assert codes(credentials=[{"device": "NAS", **entry} for entry in entries]) == expected


A, B = {"name": "A"}, {"name": "B", "joined": "2020-04-01"}


@pytest.mark.parametrize(
    ("staff", "training", "expected"),
    [
        ([A, B], [{"who": "A", "held": "2026-05-01"}], ["training.untrained"]),
        ([A, B], [{"who": "A", "held": "2025-05-01"}], ["training.nobody"]),
        ([A, B], [{"everyone": "yes", "held": "2026-05-01"}], ["training.trained"]),
        ([A, {**B, "joined": "2026-06-01"}], [{"everyone": "yes", "held": "2026-05-01"}], ["training.untrained"]),
        ([A, {**B, "joined": "2026-11-10"}], [{"everyone": "yes", "held": "2026-05-01"}], ["training.trained"]),
        ([A, {**B, "left": "2026-06-01"}], [{"who": "a", "held": "2026-05-01"}], ["training.trained"]),
        ([A, {**B, "kind": "contractor"}], [{"who": "a", "held": "2026-05-01"}], ["training.trained"]),
        ([A], [{"who": "A", "held": "2027-05-01"}], ["training.nobody"]),
        ([A], [], []),
        ([], [{"who": "A", "held": "2026-05-01"}], []),
    ],
)
def test_who_was_trained_within_a_year(staff, training, expected):
    assert codes(staff=staff, training=training) == expected


@pytest.mark.parametrize(
    ("certificate", "expected"),
    [
        ({"ends": "2026-11-23"}, ["certificates.expired"]),
        ({"ends": "2026-11-23", "replaced": "2026-11-01"}, []),
        ({"ends": "2027-01-01"}, ["certificates.no_renewal"]),
        ({"ends": "2027-01-01", "renewal": "manual"}, ["certificates.no_renewal"]),
        ({"ends": "2027-01-01", "responsible": "B", "renewal": "none"}, ["certificates.no_renewal"]),
        ({"ends": "2027-01-01", "responsible": "B"}, []),
        ({"ends": "2027-01-01", "renewal": "automatic", "kind": "smime"}, ["certificates.listed"]),
        ({"kind": "smime"}, ["certificates.no_day"]),
        ({"kind": "ssh_key"}, []),
    ],
)
def test_certificates_have_a_day_and_somebody_who_renews_them(certificate, expected):
    assert codes(certificates=[{"subject": "S", **certificate}]) == expected


# --- what leaves nothing open ------------------------------------------------------------------------------------


def review(kind, held, **more):
    return {"kind": kind, "held": held, "by": "B", **more}


@pytest.mark.parametrize(
    ("reviews", "expected"),
    [
        *(([review(kind, "2025-11-24")], [f"reviews.{kind}"]) for kind in YEARLY),
        *(([review(kind, "2025-11-23")], []) for kind in YEARLY),
        *(([review(kind, "2026-11-20"), review(kind, "2026-10-16")], [f"reviews.{kind}"]) for kind in MONTHLY),
        *(([review(kind, "2026-11-20"), review(kind, "2026-10-15")], []) for kind in MONTHLY),
        *(([review(kind, "2026-11-20"), review(kind, "2026-11-20")], []) for kind in MONTHLY),
        *(([review(kind, "2026-10-19"), review(kind, "2026-09-30")], []) for kind in MONTHLY),
        ([review("admin_log", "2026-08-24")], ["reviews.admin_log"]),
        ([review("admin_log", "2026-08-23")], []),
        ([review("restore_test", "2026-11-25")], []),
        ([review("restore_test", "last week")], []),
        ([{**review("restore_test", "2026-11-01"), "by": ""}], []),
        ([review("restore_test", "2026-11-01", result="corrected")], ["reviews.restore_test"]),
        (
            [
                review("restore_test", "2026-05-01", result="good"),
                review("restore_test", "2026-11-01", result="failed"),
            ],
            [],
        ),
        ([review("other", "2026-11-01"), review("", "2026-11-01")], []),
    ],
)
def test_checks_that_somebody_did_in_time(reviews, expected):
    assert codes(reviews=reviews) == expected


def attempt(probe, facts):
    return Attempt(
        probe=probe,
        subject="example.jp",
        status=Status.COMPLETED,
        started=NOW,
        ended=NOW,
        facts=msgspec.Raw(msgspec.json.encode(facts)),
    )


def administrators(*names, kind="administrators"):
    from fumimori.checks.system_accounts.facts import Facts, SystemAccount

    listed = Facts(kind=kind, accounts=tuple(SystemAccount(name=name) for name in names))
    return Observations(SCOPE, (attempt("system_accounts", listed),))


def admin(name, holder, **more):
    return {"account": name, "holder": holder, "kind": "admin", **more}


REVIEW = review("access_review", "2026-06-01")
OWN, APART, SEEN_THROUGH = "accounts.admins_own", "accounts.admins_apart", "accounts.admins_reviewed"
LISTED, REVIEWED = "accounts.admins_listed", "reviews.access_review"


@pytest.mark.parametrize(
    ("seen", "accounts", "reviews", "expected"),
    [
        (administrators("a", "root"), [admin("A", "Mori")], [], [LISTED, OWN]),
        (administrators("a"), [admin("a@example.jp", "Mori")], [REVIEW], [LISTED, REVIEWED, OWN, SEEN_THROUGH]),
        (
            administrators("a"),
            [admin("a", "Mori"), {"account": "mori@example.jp", "holder": "mori さん", "kind": "user"}],
            [],
            [LISTED, OWN, APART],
        ),
        # somebody who was read stands in no row, nothing was read, or nothing but root
        (administrators("a", "b"), [admin("a", "Mori")], [REVIEW], [LISTED, REVIEWED]),
        (None, [admin("a", "Mori")], [REVIEW], [LISTED, REVIEWED]),
        (administrators("root"), [admin("a", "Mori")], [], [LISTED]),
        (administrators("a", kind="mailboxes"), [admin("a", "Mori")], [], [LISTED]),
        # two people, one account
        (administrators("a"), [admin("a", "Mori、Ueda")], [REVIEW], [LISTED, REVIEWED]),
        (administrators("a"), [admin("a", "Mori"), admin("a", "Ueda")], [], [LISTED]),
        (administrators("a"), [admin("a", "Mori"), admin("b", "")], [], []),
    ],
)
def test_a_complete_list_of_administrators_proves_what_a_gap_does_not(seen, accounts, reviews, expected):
    assert codes(seen, accounts=accounts, reviews=reviews) == expected


TAUGHT = {"everyone": "yes", "held": "2026-11-01"}
SERVER = {"subject": "mx.example.jp", "kind": "server", "ends": "2027-01-01", "renewal": "automatic"}
KEY = {"subject": "k", "kind": "ssh_key", "holder": "A"}
LAPTOP = {"device": "PC", "kind": "computer", "support_ends": "2030-01-01"}
CHANGED = {"device": "MX", "changed": "yes", "changed_on": "2026-01-01", "changed_by": "B"}


@pytest.mark.parametrize(
    ("tables", "expected"),
    [
        (
            {"accounts": [{**account("service", ""), "ends": "2026-11-24"}]},
            ["accounts.services_listed", "accounts.services_dated"],
        ),
        ({"accounts": [{**account("service", ""), "ends": "2026-11-23"}]}, ["accounts.services_listed"]),
        (
            {"accounts": [{**account("service", ""), "ends": "2027-11-23"}, account("service", "")]},
            ["accounts.services_listed"],
        ),
        ({"accounts": [{**account("shared", ""), "own_login": "yes"}]}, ["accounts.shared_own"]),
        ({"accounts": [{**account("shared", ""), "own_login": "yes"}, account("shared", "")]}, []),
        (
            {"staff": [OFFICER], "training": [{**TAUGHT, "topic": "passwords"}]},
            ["training.trained", "training.taught_passwords"],
        ),
        (
            {"staff": [OFFICER], "training": [{**TAUGHT, "topic": "signatures"}]},
            ["training.trained", "training.taught_signatures"],
        ),
        (
            {"staff": [OFFICER], "training": [{**TAUGHT, "topic": "reporting"}]},
            ["training.trained", "training.taught_reporting"],
        ),
        (
            {"staff": [OFFICER], "training": [{"who": "B", "held": "2026-11-01", "topic": "passwords"}]},
            ["training.nobody"],
        ),
        ({"training": [{**TAUGHT, "topic": "passwords"}]}, []),
        ({"devices": [{**LAPTOP, "encrypted": "yes"}]}, ["devices.supported", "devices.all_encrypted"]),
        ({"devices": [{**LAPTOP, "encrypted": "yes"}, {**LAPTOP, "kind": "phone"}]}, ["devices.supported"]),
        ({"devices": [{**LAPTOP, "kind": "nas", "encrypted": "yes"}]}, ["devices.supported"]),
        ({"certificates": [{**SERVER, "watched": "yes"}]}, ["certificates.servers_watched"]),
        (
            {"certificates": [{**SERVER, "watched": "yes", "subject": "mta-sts.example.jp"}]},
            ["certificates.policy_watched"],
        ),
        ({"certificates": [{**SERVER, "watched": "yes"}, SERVER]}, []),
        ({"certificates": [{**SERVER, "watched": "yes", "renewal": "manual", "responsible": "B"}]}, []),
        (
            {"certificates": [{**KEY, "passphrase": "yes"}, {**KEY, "holder": "B", "passphrase": "yes"}]},
            ["certificates.keys_own"],
        ),
        ({"certificates": [{**KEY, "passphrase": "yes"}, {**KEY, "passphrase": "yes"}]}, []),
        ({"certificates": [{**KEY, "passphrase": "no"}]}, []),
        ({"certificates": [{**KEY, "kept": "own_device"}]}, ["certificates.keys_kept"]),
        ({"certificates": [{**KEY, "kept": "own_device"}, {**KEY, "kept": "limited"}]}, []),
        (
            {"devices": [{**LAPTOP, "device": "mx", "kind": "server"}], "credentials": [CHANGED]},
            ["devices.supported", "credentials.changed", "credentials.servers_changed"],
        ),
        (
            {"devices": [{**LAPTOP, "device": "db", "kind": "server"}], "credentials": [CHANGED]},
            ["devices.supported", "credentials.changed"],
        ),
        ({"credentials": [CHANGED]}, ["credentials.changed"]),
    ],
)
def test_columns_that_leave_nothing_open(tables, expected):
    assert codes(**tables) == expected


@pytest.mark.parametrize("kind", YEARLY)
def test_evidence_of_one_check_backs_the_question_of_its_kind_alone(kind):
    made = rows(reviews=[review(kind, "2026-11-01")])
    piece = Evidence(
        number=1, kind=EvidenceKind.TEXT, name="a", sha256="", size=1, added=NOW, about=About.REGISTER,
        subject=made[0].id, shows="done",
    )  # fmt: skip
    about = msgspec.structs.replace(assessment(), registers=made, evidence=(piece,))
    assert shown_questions(about, BANK, RULES) == {RULES.outcomes[f"register_reviews.{kind}"].question}


# --- senders ------------------------------------------------------------------------------------------------------


def txt(name, *records):
    status = DnsStatus.ANSWER if records else DnsStatus.NXDOMAIN
    return DnsAnswer(name=name, rdtype="TXT", status=status, records=records)


def measured(spf=("v=spf1 ip4:192.0.2.0/24 include:spf.news.example -all",), keys=("s1",), unanswered=()):
    from fumimori.checks.dkim.facts import SelectorSeen

    record = "v=DKIM1; k=rsa; p=MIGf"
    return Observations(
        SCOPE,
        (
            attempt(
                "spf",
                SpfFacts(
                    answers=(
                        txt("example.jp", *spf),
                        txt("spf.news.example", "v=spf1 ip4:198.51.100.0/24 include:deep.news.example ~all"),
                        txt("deep.news.example", "v=spf1 ip4:203.0.113.0/24 ~all"),
                    ),
                    unanswered=unanswered,
                ),
            ),
            attempt(
                "dkim",
                DkimFacts(
                    tried=("s1", "s2"),
                    control=txt("nothing._domainkey.example.jp"),
                    found=tuple(SelectorSeen(selector=key, canonical_name="", records=(record,)) for key in keys),
                ),
            ),
        ),
    )


LOST = Unanswered(name="gone.example", rdtype="TXT", reason="dns_timeout")
NEWS = {"service": "News", "domain": "@Example.JP", "spf": "include:spf.news.example"}


@pytest.mark.parametrize(
    ("entries", "seen", "expected"),
    [
        ([NEWS], measured(), ["senders.listed"]),
        ([{**NEWS, "spf": "spf.news.example、192.0.2.7"}], measured(), ["senders.listed"]),
        ([{**NEWS, "spf": "203.0.113.5"}], measured(), ["senders.unknown_in_spf"]),
        ([NEWS, {**NEWS, "spf": "ip4:203.0.114.5"}], measured(), ["senders.not_in_spf"]),
        ([NEWS, {**NEWS, "spf": "spf.other.example"}], measured(), ["senders.not_in_spf"]),
        ([NEWS, {**NEWS, "spf": "spf.other.example", "ended": "2026-01-01"}], measured(), ["senders.listed"]),
        ([NEWS, {**NEWS, "spf": "", "selector": "S1"}], measured(), ["senders.listed"]),
        ([NEWS, {**NEWS, "spf": "", "selector": "s2"}], measured(), ["senders.not_in_dkim"]),
        # A selector that nobody asked for, and a record that could not be read: nothing is known, so nothing is said.
        ([NEWS, {**NEWS, "spf": "", "selector": "s3"}], measured(), ["senders.listed"]),
        ([{**NEWS, "spf": "spf.other.example"}], Observations(SCOPE, ()), []),
        (
            [{**NEWS, "spf": "spf.other.example"}],
            measured(
                spf=("v=spf1 include:gone.example -all",),
                unanswered=(LOST,),
            ),
            [],
        ),
        ([NEWS, {**NEWS, "spf": ""}], measured(), ["senders.unproven"]),
        ([{**NEWS, "domain": "other.example"}], measured(), []),
    ],
)
def test_senders_against_spf_and_dkim(entries, seen, expected):
    assert codes(seen, senders=entries) == expected


def reported(*report_rows):
    """What was read of one aggregate report about example.jp."""
    report = DmarcReport(
        organisation="a", id="1", begin=NOW, end=NOW, domain="example.jp", policy="none", rows=report_rows
    )
    return Observations(SCOPE, (attempt("dmarc_reports", Reports(reports=(report,))),))


def seen_row(*key_names, dkim=True, **fields):
    given = {"address": "192.0.2.1", "count": 9, "disposition": "none", "dkim": dkim, "spf": dkim}
    return ReportRow(**given, key_names=key_names, **fields)


@pytest.mark.parametrize(
    ("kept", "expected"),
    [
        ([], [("k1", "k1"), ("news.example", "")]),
        ([{"service": "Own", "domain": "example.jp", "selector": "K1"}], [("news.example", "")]),
        ([{"service": "News.Example", "domain": "example.jp"}], [("k1", "k1")]),
        ([{"service": "news.example", "domain": "other.example"}], [("k1", "k1"), ("news.example", "")]),
    ],
)
def test_reports_suggest_senders_that_the_register_does_not_hold(kept, expected):
    seen = reported(
        seen_row("k1._domainkey.example.jp", "k2._domainkey.mail.example.jp", "=1+1._domainkey.example.jp"),
        seen_row(dkim=False, dkim_domains=("mta.news.example",)),
        seen_row(dkim=False, dkim_domains=("=cmd|x",)),
        seen_row(dkim=False),
    )
    found = proposed(seen, "example.jp", rows(senders=kept))
    assert [(row["service"], row.get("selector", "")) for row in found] == expected
    assert {row["domain"] for row in found} == {"example.jp"}


# --- what the outcomes do -----------------------------------------------------------------------------------------


def result_of(tables, answers=(), evidence=(), **fields):
    about = assessment(answers, registers=rows(**tables), evidence=evidence, **fields)
    recorded = joins.outcomes(about, Observations(about.scope, ()), RULES, DAY)
    return assess(about, BANK, RULES, recorded, NOW)


def test_a_register_answers_its_question_by_itself_and_is_no_proof():
    result = result_of({"staff": [LEFT], "accounts": [{**ACCOUNT, "closed": "2026-10-31"}]})
    leavers = result.question("access.leavers")
    assert (leavers.state, leavers.asked, leavers.verified) == (QuestionState.RECORDED, False, False)
    assert leavers.low == leavers.high == leavers.weight > 0
    assert result.question("access.time_limited").state is QuestionState.UNANSWERED


def test_what_a_register_finds_says_that_it_comes_from_one():
    result = result_of({"staff": [LEFT], "accounts": [ACCOUNT]})
    finding = next(one for one in result.findings if one.code == "register_staff.leaver_account")
    assert (finding.basis, finding.question) == (Basis.RECORDED, "access.leavers")


def test_an_answer_that_the_register_does_not_bear_out_is_a_contradiction():
    result = result_of({"staff": [LEFT], "accounts": [ACCOUNT]}, said(access__leavers="yes"))
    assert [one.question for one in result.contradictions] == ["access.leavers"]
    assert result.question("access.leavers").low == 0


def test_every_outcome_is_named_by_some_case_here():
    """Whatever the rules hold comes about from rows in the tables above."""
    named = {code for case in CASES for code in case}
    known = {code.removeprefix("register_") for code in RULES.outcomes if code.startswith("register_")}
    assert known - named == set()


CASES = [
    mark.args[1][number][-1]
    for test in (
        test_what_leavers_leave_behind,
        test_access_has_an_end_and_somebody_who_approved_it,
        test_who_signs_in_without_a_second_factor,
        test_devices_out_of_support,
        test_default_passwords,
        test_who_was_trained_within_a_year,
        test_lists_of_those_who_administer_and_of_what_logs_in_by_itself,
        test_exercises_reminders_and_training_for_management,
        test_certificates_have_a_day_and_somebody_who_renews_them,
        test_senders_against_spf_and_dkim,
        test_checks_that_somebody_did_in_time,
        test_a_complete_list_of_administrators_proves_what_a_gap_does_not,
        test_columns_that_leave_nothing_open,
    )
    for mark in test.pytestmark
    for number in range(len(mark.args[1]))
]
