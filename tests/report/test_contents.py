"""What is printed can be copied, what is not printed is attached, and a part or a draft says that it is one."""

import csv
import shutil
import subprocess
from datetime import date, timedelta
from io import BytesIO, StringIO

import msgspec
import pikepdf
import pypdfium2
import pytest

from fumimori.__main__ import bank, repairs, sample, toolkit
from fumimori.assess.plan import first
from fumimori.model import (
    About,
    Answer,
    Confidence,
    Consent,
    ConsentLevel,
    Contradiction,
    Credit,
    Exchange,
    Outcome,
    PlanEntry,
    Proof,
    RegisterRow,
    Repair,
    Severity,
    Snippet,
    SnippetKind,
    Status,
    Vantage,
)
from fumimori.wording.repairs import part_words
from fumimori.wording.report import Wording
from fumimori.wording.words import kinds
from report import example

RECORD = "v=DKIM1; k=rsa; p=" + "MIIBIjANBgkqhkiG9w0BAQEFAAOCAQ8A" * 14 + " end"
DAY = timedelta(days=1)
FILE = "version: STSv1\nmode: testing\nmx: mail.example.jp\nmax_age: 1209600\n"


def text(content: bytes, *options: str) -> str:
    tool = shutil.which("pdftotext")
    assert tool
    return subprocess.run([tool, *options, "-", "-"], input=content, check=True, capture_output=True).stdout.decode()


def pages(content: bytes) -> list[str]:
    return text(content).split("\f")[:-1]


@pytest.fixture(scope="module")
def of_sample():
    """The report of the sample company in both languages."""
    about = sample()
    result = toolkit().assess(about, example.ISSUED)
    return {name: example.pdf(about, language=name, following=result) for name in ("ja", "en")}


def test_the_sample_can_be_printed(of_sample):
    assert len(pages(of_sample["ja"])) <= 42
    assert len(pages(of_sample["en"])) <= 42


@pytest.mark.parametrize("language", ["ja", "en"])
def test_the_list_of_evidence_begins_below_its_heading(of_sample, language):
    intro = "".join(example.texts(language)("report.t7.intro").split())
    page = next(page for page in pages(of_sample[language]) if intro in "".join(page.split()))
    assert "E-001" in page


CERTIFICATE = "mail_ports.certificate_urgent"
BY_CALENDAR = {
    "ja": (
        "証明書が11月28日（土）に切れます。",
        "（担当：保守業者、期限：11月26日（木）まで、費用：契約の範囲か確認）",
    ),
    "en": (
        "The certificate expires on 28 November.",
        "(who: Maintenance company, when: by 26 November, cost: Check contract)",
    ),
}


def first_page(language, days=4, **changes):
    """Page 1 in one line, of an example whose certificate ends in so many days."""
    day = (example.ISSUED + days * DAY).date().isoformat()
    ends = Outcome(code=CERTIFICATE, subject="mail.example.jp:993", values=(("day", day), ("days", days)))
    about = example.assessment(**changes)
    said = [one for one in example.outcomes() if not one.code.startswith(("defaults.", "registration."))]
    content = example.pdf(about, language=language, following=example.result(about, (*said, ends)))
    return "".join(text(content, "-f", "2", "-l", "2").split())


@pytest.mark.parametrize("language", ["ja", "en"])
def test_the_first_sentence_names_the_day_what_stops_who_and_until_when(language):
    milder = tuple(one for one in example.answers() if one.question != "defaults.admin_passwords")
    printed, said = first_page(language, answers=milder), example.texts(language)
    event, who = ("".join(words.split()) for words in BY_CALENDAR[language])
    assert -1 < printed.find(event) < printed.find(who)
    assert "".join(said(f"checks.{CERTIFICATE}.risk").split()) in printed
    assert "".join(said("report.due_today").split()) in first_page(language, days=1, answers=milder)


@pytest.mark.parametrize("language", ["ja", "en"])
def test_something_critical_stands_before_what_ends_soon(language):
    printed = first_page(language)
    title = "".join(example.texts(language)("combinations.default_login_open.title").rstrip("。.").split())
    assert -1 < printed.find(title) < printed.find("".join(BY_CALENDAR[language][0].split()))


@pytest.mark.parametrize("language", ["ja", "en"])
def test_an_agreed_day_is_printed_everywhere_and_one_too_late_is_told(language):
    for due, late in (("2026/11/27", False), ("2026-12-24", True)):
        printed = first_page(language, plan=(PlanEntry(action=CERTIFICATE, due=due),))
        agreed = example.texts(language).day(date.fromisoformat(due.replace("/", "-")), known_year=2026)
        assert "".join(example.texts(language)("report.due_by", day=agreed).split()) in printed
        words = example.texts(language)(
            "words.totals.late",
            due=due.replace("/", "-"),
            event=example.texts(language)("words.event.certificate"),
            day="2026-11-28",
        )
        assert ("".join(words.split()) in printed) == late


def test_the_tables_for_the_technician_show_what_was_seen(of_sample):
    for name, words in (
        ("ja", ("受信サーバーの一覧", "ポートの一覧", "暗号化必須の送信元からは届かない", "STARTTLSで暗号化")),
        ("en", ("Mail servers that receive", "TLS-only senders cannot deliver", "TLS from the start")),
    ):
        printed = "".join(text(of_sample[name]).split())
        assert [word for word in words if "".join(word.split()) not in printed] == []


def test_what_is_to_be_copied_comes_out_whole_however_often_it_was_wrapped():
    to_copy = Repair(
        snippets=(
            Snippet(kind=SnippetKind.DNS_RECORD, place="k1._domainkey.example.jp TXT", content=RECORD),
            Snippet(kind=SnippetKind.FILE, place="https://mta-sts.example.jp/", content=FILE),
        ),
        proof=(Proof(command="nslookup -type=TXT k1._domainkey.example.jp", repaired="v=DKIM1"),),
    )
    about = example.assessment(answers=(), runs=())
    said = tuple(o for o in example.outcomes() if example.rules().outcomes[o.code].severity is Severity.HIGH)[:1]
    content = example.pdf(about, following=example.result(about, said), to_copy=to_copy)
    copied = text(content)
    assert RECORD in copied
    assert "DNSレコード" in copied
    assert FILE.strip() in copied
    assert "nslookup -type=TXT k1._domainkey.example.jp" in copied
    with pypdfium2.PdfDocument(content) as document:
        seen = "".join(page.get_textpage().get_text_range() for page in document)
    assert RECORD in seen


def test_every_contact_is_attached_even_though_print_sums_them_up():
    with pikepdf.open(BytesIO(example.made("en"))) as document:
        attached = document.attachments["contacts.csv"].get_file().read_bytes().decode("utf-8-sig")
    rows = list(csv.DictReader(StringIO(attached)))
    contacts = example.contacts()
    assert [row["detail"] for row in rows] == [contact.detail for contact in contacts]
    printed = text(example.made("en"), "-layout")
    assert "40 times in all" in " ".join(printed.split())
    assert "contacts.csv lists every single contact" in " ".join(printed.split())


def test_repeated_answers_are_printed_once_and_long_ones_say_what_is_missing():
    exchanges = [
        Exchange(at=example.MEASURED, target="192.0.2.53", sent=f"TXT s{n}.example.jp", untrusted_received="NXDOMAIN")
        for n in range(5)
    ]
    long = Exchange(at=example.MEASURED, target="192.0.2.53", sent="TXT long.example.jp", untrusted_received="a" * 5000)
    attempts = example.looks()
    first = msgspec.structs.replace(attempts[0], evidence=(*exchanges, long, long))
    again = msgspec.structs.replace(attempts[1], evidence=(long,))
    about = example.assessment(runs=(example.measured((first, again)),))
    printed = " ".join(text(example.pdf(about, language="en"), "-raw").split())
    record = printed[printed.index("What was exchanged") :]
    assert record.count("NXDOMAIN") == 1
    assert [record.count(f"TXT s{n}.example.jp") for n in range(5)] == [1] * 5  # a page may end between them
    assert "(4600 more bytes left out)" in record
    assert record.count("long.example.jp") == 1
    assert "1 as in M-001" in record


@pytest.mark.parametrize(
    ("language", "apart"), [("ja", "この冊子は経営層向けの部分です"), ("en", "the management part")]
)
def test_the_management_part_stands_alone_and_says_where_the_rest_is(language, apart):
    content = example.pdf(language=language, parts="management")
    assert apart in " ".join(pages(content)[-1].split())
    with pikepdf.open(BytesIO(content)) as document:
        assert not document.attachments
    assert pages(content)[1].splitlines()[0] == pages(example.made(language))[1].splitlines()[0]


def test_a_draft_says_so_on_every_page():
    assert all("DRAFT" in page for page in pages(example.pdf(language="en", parts="management", draft=True)))
    assert "DRAFT" not in text(example.made("en"))


def test_an_open_contradiction_that_is_critical_makes_a_draft():
    result = example.result(example.assessment())
    outcome = example.outcomes()[0]
    for severity, drafted in ((Severity.CRITICAL, True), (Severity.HIGH, False)):
        clash = Contradiction(question="sender_auth.dmarc", answer="yes", outcome=outcome, severity=severity)
        following = msgspec.structs.replace(result, contradictions=(clash,))
        assert ("案（未確定）" in text(example.pdf(following=following, parts="management"), "-l", "1")) is drafted


def test_a_measurement_that_saw_nothing_is_not_taken_for_health():
    nothing = tuple(
        msgspec.structs.replace(a, status=Status.NOT_TESTABLE_HERE, reason="offline", facts=None, evidence=())
        for a in example.looks()
    )
    offline = Vantage(at=example.MEASURED, online=False, resolver="")
    runs = (example.measured(nothing, contacts=(), vantage=offline),)
    about = example.assessment(answers=(), plan=(), disputes=(), runs=runs)
    content = example.pdf(about, following=example.result(about, ()), parts="management", language="en")
    first, plan = (" ".join(page.split()) for page in pages(content)[1:3])
    assert "There was no Internet connection" in first
    assert "Name who asks about" in first
    assert "Too much is not known yet to plan any action" in plan
    assert "C1-1 Default administrator passwords" in plan
    assert "is expected to be" not in plan


def test_an_offline_measurement_afterwards_takes_nothing_back():
    offline = Vantage(at=example.MEASURED, online=False, resolver="")
    nothing = tuple(
        msgspec.structs.replace(
            a, status=Status.NOT_TESTABLE_HERE, reason="offline", facts=None, evidence=(), ended=a.ended + DAY
        )
        for a in example.looks()
    )
    later = example.measured(nothing, id="run-2", contacts=(), vantage=offline)
    about = example.assessment(runs=(example.measured(), later))
    first = " ".join(pages(example.pdf(about, parts="management", language="en"))[1].split())
    assert "There was no Internet connection" not in first


def test_a_risk_accepted_without_a_day_is_listed_and_said_to_count_for_nothing():
    found = example.result(example.assessment()).findings[-1]
    risk = msgspec.structs.replace(
        example.assessment().disputes[0], code=found.code, subject=found.subject, until="来年3月"
    )
    about = example.assessment(disputes=(risk,))
    assert all(finding.dispute is None for finding in example.result(about).findings)
    printed = "".join(text(example.pdf(about)).split())
    assert f"来年3月{example.texts('ja')('report.t9.until_unclear', text='').strip()}" in printed


def test_a_blocked_port_25_is_named_as_no_fault_of_the_server():
    blocked = Vantage(at=example.MEASURED, online=True, resolver="192.0.2.53", port25="blocked")
    looks = tuple(
        msgspec.structs.replace(a, status=Status.NOT_TESTABLE_HERE, reason="port25_blocked", facts=None)
        if a.subject.endswith(":25")
        else a
        for a in example.looks()
    )
    about = example.assessment(runs=(example.measured(looks, vantage=blocked),))
    content = example.pdf(about, parts="management")
    assert "25番ポートの通信が止められているため" in pages(content)[1]


def test_each_measurement_is_printed_with_the_consent_that_it_was_made_under():
    elsewhere = Consent(level=ConsentLevel.CONNECTIONS, name="Branch", role="Manager", at=example.MEASURED)
    imported = example.measured(id="run-2", consent=elsewhere, imported=True)
    never = example.measured(
        id="run-3", consent=Consent(level=ConsentLevel.AUTHORISED, name="A", role="B"), vantage=None
    )
    about = example.assessment(runs=(example.measured(consent=example.assessment().consent), imported, never))
    printed = " ".join(text(example.pdf(about, language="en")).split())
    assert "Made elsewhere and imported." in printed
    assert "1: Connection check (Branch, Manager)" in printed
    assert "2: Reachability check (" in printed
    assert "0: Passive check" in printed
    assert "The state of the connection is not known." in printed


def test_the_annex_names_what_the_consent_covers():
    consent = msgspec.structs.replace(
        example.assessment().consent, domains=("example.jp",), hosts=("mail.example.jp", "mx.elsewhere.example")
    )
    about = example.assessment(consent=consent)
    printed = " ".join(text(example.pdf(about, language="en")).split())
    assert "Covers example.jp, mail.example.jp, mx.elsewhere.example" in printed


def test_a_consent_that_was_withdrawn_later_does_not_change_what_was_authorised_when_it_was_measured():
    run = example.measured(consent=example.assessment().consent)
    about = example.assessment(runs=(run,), consent=Consent())
    printed = " ".join(text(example.pdf(about, parts="management", language="en")).split())
    assert "Measurements were limited to what was authorised: “Reachability check”" in printed


def test_the_annex_names_the_requirements_of_other_frameworks_with_their_sources():
    printed = " ".join(text(example.pdf(example.assessment(), language="en"), "-layout").split())
    requirements = printed.partition("Requirements of well-known frameworks")[2].partition("T11")[0]
    assert "CIS Controls v8 4.7; NIST CSF 2.0 PR.AA-01, PR.PS-01" in requirements
    assert "NIST CSWP 29" in requirements
    assert "SCuBA" not in requirements


@pytest.mark.parametrize("language", ["ja", "en"])
def test_evidence_is_listed_with_the_finding_or_the_row_that_it_is_about(language):
    about = example.assessment()
    finding = next(one for one in example.result(about).findings if one.subject)
    row = RegisterRow(id="r1", register="access", cells={"who": "Yamada", "what": "VPN"})
    subjects = ((About.FINDING, f"{finding.code} {finding.subject}"), (About.REGISTER, "r1"))
    made = tuple(
        msgspec.structs.replace(about.evidence[0], number=70 + at, about=kind, subject=subject)
        for at, (kind, subject) in enumerate(subjects)
    )
    whole = msgspec.structs.replace(about, evidence=made, registers=(row,))
    result, texts = example.result(whole), example.texts(language)
    page = "".join(
        page
        for page in pages(example.pdf(whole, language=language))
        if "SHA-256" in page and ("E-070" in page or "E-071" in page)
    )
    wording = Wording(whole, result, texts, example.ISSUED)
    there = next(one for one in result.findings if one.code == finding.code and one.subject == finding.subject)
    flat = "".join(page.split())
    assert "".join(f"{wording.number(there)} {wording.title(there)}".split()) in flat
    assert "".join(f"{texts('registers.access.name')} Yamada".split()) in flat


@pytest.mark.parametrize("language", ["ja", "en"])
def test_where_nothing_is_to_be_done_the_plan_says_what_to_keep_up_and_when_to_look_again(language):
    met = ((one.id, next((o.id for o in one.options if o.credit is Credit.MET), None)) for one in bank())
    said = tuple(
        Answer(question=name, value=value, at=example.ISSUED, confidence=Confidence.CONFIRMED)
        for name, value in met
        if value
    )
    about = msgspec.structs.replace(sample(), answers=said, runs=())
    result = example.result(about, ())
    assert (result.actions, result.grade.letter) == ((), "B")
    printed = "".join(pages(example.pdf(about, language=language, following=result, parts="management"))[2].split())
    say = example.texts(language)
    assert "".join(say("report.plan.sooner").split()) in printed
    names = [say(f"controls.{name}.label") for name in ("ssh.password_login", "firewall.open_ports")]
    assert ["".join(name.split()) in printed for name in names] == [True, True]


@pytest.mark.parametrize("language", ["ja", "en"])
def test_a_full_first_page_holds_five_actions_or_says_how_many_there_are(language):
    about = msgspec.structs.replace(sample(), runs=())
    result = toolkit().assess(about, example.ISSUED)
    wording = Wording(about, result, example.texts(language), example.ISSUED)
    page = "".join(pages(example.pdf(about, language=language, following=result, parts="management"))[1].split())
    wanted = ["".join(wording.action(action).split()) for action in first(result.actions)]
    assert [one for one in wanted if one not in page] == []
    assert len(wanted) == 5


def test_a_page_too_full_for_five_actions_says_so():
    """Long names of owners and a risk of many words leave less room."""
    about = msgspec.structs.replace(sample(), runs=())
    result = toolkit().assess(about, example.ISSUED)
    plan = tuple(PlanEntry(action=one.id, owner_name="Section for " + "networks and " * 4) for one in result.actions)
    about = msgspec.structs.replace(about, plan=plan)
    result = toolkit().assess(about, example.ISSUED)
    page = "".join(pages(example.pdf(about, language="en", following=result, parts="management"))[1].split())
    said = [example.texts("en")("report.summary.actions_of", most=most, count=5) for most in (3, 4)]
    assert any("".join(one.split()) in page for one in said)


def test_with_neither_answer_nor_measurement_nothing_is_said_to_rest_on_answers():
    about = msgspec.structs.replace(sample(), runs=(), answers=(), registers=())
    result = toolkit().assess(about, example.ISSUED)
    page = " ".join(pages(example.pdf(about, language="en", following=result, parts="management"))[1].split())
    assert example.texts("en")("report.summary.nothing_known") in page
    assert example.texts("en")("report.summary.not_measured") not in page


def test_the_list_names_few_of_many_places_and_draws_their_actions_together():
    hosts = [f"host{number}.example" for number in range(12)]
    said = tuple(Outcome(code="mail_behaviour.vrfy_tells", subject=f"{host}:25") for host in hosts)
    about = example.assessment(answers=(), runs=(), disputes=())
    result = example.result(about, said)
    printed = text(example.pdf(about, language="en", following=result, parts="repairs"), "-layout")
    listed = printed[printed.rindex("List of findings") : printed.rindex("Findings in detail")]
    assert "host0.example:25 and 11" in " ".join(listed.split())
    assert "host1.example" not in listed
    assert f"{len(result.actions) - 11}–{len(result.actions)}" in listed


@pytest.mark.parametrize("language", ["ja", "en"])
def test_what_facts_leave_unprinted_stands_whole_in_the_attached_row_that_is_named(language):
    about = sample()
    result = toolkit().assess(about, example.ISSUED)
    how, say = repairs(result, about), example.texts(language)
    wording = Wording(about, result, say, example.ISSUED)
    content = example.pdf(about, language=language, following=result, parts="repairs")
    with pikepdf.open(BytesIO(content)) as document:
        attached = document.attachments["findings.csv"].get_file().read_bytes().decode("utf-8-sig")
    rows = {row[0]: row for row in csv.reader(StringIO(attached))}
    printed = "".join(text(content, "-raw").split())
    facts = [one for one in result.findings if one.severity is Severity.INFO and not how(one).empty]
    assert facts
    for finding in facts:
        cell = "".join(rows[wording.number(finding)][8].split())
        repair = how(finding)
        told = [line for snippet in repair.snippets for line in snippet.content.splitlines()]
        told += [words for part in ("before", "risks", "back") for words in part_words(say, repair, part)]
        told += [proof.command for proof in repair.proof]
        assert [one for one in told if "".join(one.split()) not in cell] == []
        assert rows[wording.number(finding)][9] == wording.confirm(finding)
    for alike in kinds(facts).values():
        assert "".join(wording.numbers(alike, most=len(alike)).split()) in printed
    assert "".join(say("report.t4.facts_intro").split()) in printed
