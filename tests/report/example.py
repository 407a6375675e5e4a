"""An assessment of an invented company as the report's tests print it, judged by the real bank and rules."""

import functools
import re
from collections import defaultdict
from collections.abc import Callable
from datetime import UTC, datetime, timedelta, timezone
from functools import lru_cache
from io import BytesIO
from typing import Any

import msgspec
from PIL import Image

from fumimori import resources
from fumimori.__main__ import bank, repairs
from fumimori.assess.judging import assess
from fumimori.grammar.rule_files import parse_rules
from fumimori.model import (
    NOT_APPLICABLE,
    About,
    Answer,
    Assessment,
    Attempt,
    Brand,
    Confidence,
    Consent,
    ConsentLevel,
    Contact,
    Dispute,
    DomainScope,
    Evidence,
    EvidenceKind,
    Exchange,
    Finding,
    Hosting,
    Mode,
    Organisation,
    Outcome,
    PlanEntry,
    QuestionKind,
    Repair,
    Result,
    Rules,
    Run,
    Scope,
    Severity,
    Status,
    Vantage,
)
from fumimori.report import document
from fumimori.texts import Texts
from loopback.recorded_runs import run_of

JST = timezone(timedelta(hours=9), "JST")
ISSUED = datetime(2026, 11, 24, 15, 30, tzinfo=JST)
MEASURED = datetime(2026, 11, 20, 1, 0, tzinfo=UTC)

OUTCOMES = (
    ("spf.lookups_too_many", "example.jp", {"lookups": 12}),
    ("dmarc.absent", "example.jp", {}),
    ("mta_sts.absent", "example.jp", {}),
)


@lru_cache(maxsize=1)
def rules() -> Rules:
    return parse_rules("test", resources.rule_files(), resources.rule_tables())


@lru_cache(maxsize=2)
def texts(language: str) -> Texts:
    return Texts(resources.root(), language)


def assessment(**changes: Any) -> Assessment:
    made = Assessment(
        id="3f2a9c1e-0000-4000-8000-000000000000",
        created=MEASURED,
        organisation=Organisation(name="株式会社みほん製作所", size="20-50"),
        scope=Scope(
            domains=(
                DomainScope(name="example.jp", hosting=Hosting.VPS, hosting_confirmed=True),
                DomainScope(name="example.com", hosting=Hosting.VPS, sends_mail=False),
            ),
            mail_hosts=("mail.example.jp",),
            ssh_hosts=("mail.example.jp",),
        ),
        consent=Consent(level=ConsentLevel.AUTHORISED, name="代表者", role="代表取締役", at=MEASURED, own_server=True),
        quick=False,
        runs=(measured(),),
        answers=answers(),
        evidence=evidence(),
        plan=(PlanEntry(action="access.admin_mfa.no", owner_name="情報システム 見本"),),
        disputes=(
            Dispute(
                code="people.exercises.partly",
                subject="",
                reason="来年度の予算で行う",
                approver="代表取締役",
                until="2027-06-30",
            ),
        ),
    )
    return msgspec.structs.replace(made, **changes)


def measured(attempts: tuple[Attempt, ...] | None = None, **changes: Any) -> Run:
    """The one run of the example, or one with other attempts."""
    usual: dict[str, Any] = {
        "contacts": contacts(),
        "vantage": Vantage(
            at=MEASURED, online=True, resolver="192.0.2.53", port25="open", control_hosts=("a.example",)
        ),
    }
    return run_of(*(looks() if attempts is None else attempts), **{**usual, **changes})


def answers() -> tuple[Answer, ...]:
    given = []
    for number, question in enumerate(q for q in bank() if q.kind is QuestionKind.CHOICE):
        if number % 11 == 7 or not question.options:
            continue
        values = [option.id for option in question.options]
        value: str | None = values[0] if number % 5 else values[-1]
        if number % 7 == 3:
            value = values[min(1, len(values) - 1)]
        if number % 13 == 5:
            value = None
        if number % 17 == 6 and question.may_be_not_applicable:
            value = NOT_APPLICABLE
        given.append(
            Answer(
                question=question.id,
                value=value,
                at=MEASURED + timedelta(minutes=number),
                confidence=Confidence.CONFIRMED if number % 4 == 0 else Confidence.STATED,
                respondent=("総務部", "情報システム担当", "保守業者")[number % 3],
                note="来月、保守業者と打ち合わせて決める予定です。" if number % 9 == 0 else "",
                reason="no_device" if value == NOT_APPLICABLE else "",
                who_knows="保守業者の担当者" if value is None else "",
                due="2026-12-10" if value is None else "",
            )
        )
    return tuple(given)


def thumbnail() -> bytes:
    """A small picture as the window keeps it."""
    octets = BytesIO()
    Image.new("RGB", (120, 80), (40, 90, 160)).save(octets, "PNG")
    return octets.getvalue()


def evidence() -> tuple[Evidence, ...]:
    """Pieces of evidence for a few questions, one for a finding, one that says nothing."""
    questions = [answer.question for answer in answers() if answer.value not in (None, NOT_APPLICABLE)][::12]
    about = [(About.QUESTION, question) for question in questions] + [(About.FINDING, "access.admin_mfa.no")]
    return tuple(
        Evidence(
            number=number,
            kind=EvidenceKind.PICTURE if number % 2 else EvidenceKind.PDF,
            name=f"管理画面の写し-{number}.png",
            sha256=f"{number:064x}",
            size=40_000 * number,
            added=MEASURED,
            about=kind,
            subject=subject,
            shows="" if number == 3 else "多要素認証が有効である",
            source="情報システム 見本",
            thumbnail=thumbnail() if number % 2 else b"",
            covered=number % 2,
        )
        for number, (kind, subject) in enumerate(about, start=1)
    )


@functools.cache
def recorded(probe: str) -> msgspec.Raw:
    """Facts as this probe really writes them: the sample company's, about the example's names."""
    sample = msgspec.json.decode(resources.path("sample/sample.json").read_bytes(), type=Assessment)
    facts = next(attempt.facts for attempt in sample.attempts if attempt.probe == probe and attempt.facts is not None)
    return msgspec.Raw(bytes(facts).replace(b"mihon.example", b"example.jp"))


def looks() -> tuple[Attempt, ...]:
    def look(
        probe: str,
        subject: str,
        *,
        sent: str = "",
        received: str = "",
        status: Status = Status.COMPLETED,
        reason: str = "",
    ) -> Attempt:
        evidence = (Exchange(at=MEASURED, target="192.0.2.53", sent=sent, untrusted_received=received),) if sent else ()
        return Attempt(
            probe=probe,
            subject=subject,
            status=status,
            started=MEASURED,
            ended=MEASURED + timedelta(seconds=2),
            facts=recorded(probe) if status is Status.COMPLETED else None,
            reason=reason,
            evidence=evidence,
        )

    key = "v=DKIM1; k=rsa; p=" + "MIIBIjANBgkqhkiG9w0BAQEFAAOCAQ8AMIIBCgKCAQEA0" * 8
    smtp = "220 mail.example.jp ESMTP\r\n250-mail.example.jp\r\n250-STARTTLS\r\n250-SIZE 20480000\r\n250 8BITMIME\r\n"
    return (
        look("mx", "example.jp", sent="example.jp MX", received="example.jp. 3600 IN MX 10 mail.example.jp."),
        look(
            "spf",
            "example.jp",
            sent="example.jp TXT",
            received='example.jp. 3600 IN TXT "v=spf1 include:_spf.example.com include:spf.example.net ~all"',
        ),
        look("dkim", "example.jp", sent="default._domainkey.example.jp TXT", received=key),
        look("dmarc", "example.jp", sent="_dmarc.example.jp TXT", received="NXDOMAIN"),
        look("mta_sts", "example.jp", sent="_mta-sts.example.jp TXT", received="NXDOMAIN"),
        look("mail_ports", "mail.example.jp:587", sent="EHLO test.example", received=smtp),
        look("mail_ports", "mail.example.jp:25", status=Status.NOT_TESTABLE_HERE, reason="port25_blocked"),
        look("ssh", "mail.example.jp", status=Status.TIMED_OUT, reason="connect_timeout"),
    )


def contacts(count: int = 40) -> tuple[Contact, ...]:
    return tuple(
        Contact(
            at=MEASURED + timedelta(seconds=number),
            target="192.0.2.53" if number % 4 else "mail.example.jp",
            port=53 if number % 4 else 587,
            transport="udp" if number % 4 else "tcp",
            what="dns" if number % 4 else "smtp",
            detail=f"name{number}.example.jp TXT" if number % 4 else "EHLO",
            sent_bytes=40 + number,
            received_bytes=200,
        )
        for number in range(count)
    )


@functools.cache
def outcomes() -> tuple[Outcome, ...]:
    """Real codes: every fault of some probes and a few good outcomes, for one subject each."""
    chosen = []
    seen: dict[str, int] = {}
    for code, rule in sorted(rules().outcomes.items()):
        probe = code.partition(".")[0]
        seen[probe] = seen.get(probe, 0) + 1
        if seen[probe] % 5 != 1 or rule.severity is Severity.CRITICAL or code in rules().combinations:
            continue  # a combination follows from what it joins; no judge names it
        subject = {"mail_ports": "mail.example.jp:587", "ssh": "mail.example.jp"}.get(probe, "example.jp")
        chosen.append(Outcome(code=code, subject=subject, values=_values(code)))
    return tuple(chosen)


def _values(code: str) -> tuple[tuple[str, str | int], ...]:
    """A value for every placeholder that the texts of `code` have in either language."""
    return tuple((name, "12") for name in sorted(_placeholders()[code] - {"subject"}))


@functools.cache
def _placeholders() -> dict[str, set[str]]:
    """By code of an outcome, what its texts leave open; read once, since there are very many texts."""
    names: dict[str, set[str]] = defaultdict(set)
    for said in (texts("ja"), texts("en")):
        for key in said.keys():  # noqa: SIM118 - Texts is no mapping
            if key.startswith("checks."):
                code = ".".join(key.split(".")[1:3])
                names[code].update(re.findall(r"\{(\w+)\}", "\n".join(said.lines(key))))
    return names


def result(of: Assessment, said: tuple[Outcome, ...] | None = None) -> Result:
    return assess(of, bank(), rules(), outcomes() if said is None else said, ISSUED)


def repairs_of(about: Assessment) -> Callable[[Finding], Repair]:
    """What the repairs of a finding of this assessment offer."""
    return repairs(result(about), about)


@lru_cache(maxsize=8)
def made(language: str = "ja", paper: str = "a4") -> bytes:
    """The report of the whole example, printed once for all tests that only read it."""
    return pdf(language=language, paper=paper)


def pdf(
    of: Assessment | None = None,
    *,
    language: str = "ja",
    texts_of: Texts | None = None,
    paper: str = "a4",
    following: Result | None = None,
    to_copy: Repair | Callable[[Finding], Repair] | None = None,
    **how: Any,
) -> bytes:
    about = of or assessment()
    follows = following or result(about)
    given = repairs(follows, about) if to_copy is None else to_copy
    offered = (lambda _: given) if isinstance(given, Repair) else given
    return document.make(
        about,
        follows,
        rules=rules(),
        texts=texts_of or texts(language),
        tokens=resources.toml("brand/tokens.toml"),
        fonts=resources.path("fonts"),
        icons=resources.path("icons"),
        paper=paper,
        issued=ISSUED,
        tool_version="0.1.0",
        repair=offered,
        **how,
    )


BRANDED = Brand(colour="#2E7D32", sender="みほんコンサルティング", contact="03-0000-0000 report@example.com")
CONSULTANT = {"brand": BRANDED, "mode": Mode.CONSULTANT, "document_number": "MC-2026-014"}
