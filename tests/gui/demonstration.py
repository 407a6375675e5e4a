"""A recorded assessment of an invented company, for tests of the window and for the tour of pictures."""

from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from pathlib import Path

import msgspec

from fumimori import __version__, resources
from fumimori.__main__ import bank, lint_report, make_exports, registers, repairs
from fumimori.engine import NetworkSettings, Toolkit
from fumimori.grammar.rule_files import parse_rules
from fumimori.gui.app_services import AppServices
from fumimori.model import (
    Answer,
    Assessment,
    Attempt,
    Consent,
    ConsentLevel,
    DomainScope,
    Hosting,
    Organisation,
    Record,
    Scope,
    Status,
    Vantage,
)
from fumimori.network.dns import DnsAnswer, DnsStatus
from fumimori.texts import Texts, languages
from loopback.recorded_runs import run_of

DOMAIN = "sakura-shoten.example.jp"
AT = datetime(2026, 11, 24, 5, 32, tzinfo=UTC)


def assessment(language: str = "ja") -> Assessment:
    """Half-way: measured at level 1, some questions answered, one of them against the measurement."""
    name = {"ja": "さくら商店 株式会社", "en": "Sakura Shoten Ltd"}[language]
    return Assessment(
        id="demonstration",
        created=AT,
        organisation=Organisation(
            name=name, size="11-50", responsible={"ja": "代表取締役", "en": "Director"}[language]
        ),
        scope=Scope(
            domains=(DomainScope(name=DOMAIN, hosting=Hosting.VPS, hosting_confirmed=True),),
            mail_hosts=(f"mail.{DOMAIN}",),
            ssh_hosts=(f"mail.{DOMAIN}",),
        ),
        consent=Consent(level=ConsentLevel.CONNECTIONS, at=AT, domains=(DOMAIN,), hosts=(f"mail.{DOMAIN}",)),
        report_language=language,
        runs=(run_of(*attempts(), vantage=Vantage(at=AT, online=True, resolver="192.0.2.53", port25="blocked")),),
        answers=answers(),
    )


def attempts() -> tuple[Attempt, ...]:
    """What the probes of the first milestone could have seen."""
    from fumimori.checks.dmarc import facts as dmarc
    from fumimori.checks.mx import facts as mx
    from fumimori.checks.spf import facts as spf
    from fumimori.checks.tls_rpt import facts as tls_rpt

    spf_text = "v=spf1 ip4:192.0.2.10 ~all"
    return (
        attempt(
            "mx",
            DOMAIN,
            mx.Facts(
                answer=_answer(DOMAIN, "MX", (f"10 mail.{DOMAIN}.",)),
                hosts=(mx.MxHost(preference=10, host=f"mail.{DOMAIN}", addresses=("192.0.2.10",)),),
                hosting=Hosting.VPS,
            ),
        ),
        attempt("spf", DOMAIN, spf.Facts(answers=(_answer(DOMAIN, "TXT", (spf_text,)),))),
        attempt("dmarc", DOMAIN, dmarc.Facts(walk=(_answer(DOMAIN, "TXT", ("v=DMARC1; p=none",)),))),
        attempt("tls_rpt", DOMAIN, tls_rpt.Facts(answer=_answer(f"_smtp._tls.{DOMAIN}", "TXT", ()))),
        _missed("mta_sts", DOMAIN, Status.TIMED_OUT, "dns_timeout"),
        _missed("mail_ports", f"mail.{DOMAIN}:25", Status.NOT_TESTABLE_HERE, "port25_blocked"),
        _missed("ssh", f"mail.{DOMAIN}", Status.NOT_TESTABLE_HERE, "consent"),
    )


def answers() -> tuple[Answer, ...]:
    """Some said yes, some no, some do not know; what the bank does not have is left out."""
    said: Mapping[str, str | None] = {
        "defaults.admin_passwords": "partly",
        "defaults.default_names": None,
        "sender_auth.dmarc": "yes",
        "sender_auth.spf": "yes",
        "updates.responsible": "no",
        "people.training": "no",
        "people.report_path": "partly",
        "access.admin_mfa": "no",
        "signing.file_protection": None,
    }
    known = {question.id for question in bank()}
    return tuple(
        Answer(question=question, value=value, at=AT + timedelta(minutes=number), who_knows="" if value else "保守業者")
        for number, (question, value) in enumerate(said.items())
        if question in known
    )


def services(folder: Path, toolkit: Toolkit | None = None) -> AppServices:
    """The window's parts with real texts, rules and probes; settings go into `folder`, no network is opened."""
    texts = {word: Texts(resources.root(), word) for word in languages(resources.root())}
    given = toolkit or offline_instruments()
    return AppServices(
        toolkit=lambda: given,
        texts=lambda word: texts[word],
        make_report=one_sheet,
        make_exports=make_exports,
        lint_report=lint_report,
        sample=assessment,
        sample_passphrase="fumimori-sample",
        resources=resources.root(),
        settings_folder=folder,
        network=NetworkSettings,
        repairs=repairs,
        now=AT.astimezone,
    )


PROBES = ("mx", "spf", "dkim", "dmarc", "mta_sts", "tls_rpt", "mail_ports", "ssh")
"""A fixed handful, so that what these tests count does not change with every new probe."""


def offline_instruments() -> Toolkit:
    """Some probes and all rules; opening the network is a mistake."""
    from fumimori import checks as probes

    def refuse(_settings: NetworkSettings) -> object:
        raise OSError("this test has no network")

    chosen = tuple(probe for probe in probes.walk() if probe.id in PROBES)
    rules = parse_rules(__version__, resources.rule_files(), resources.rule_tables())
    return Toolkit(probes=chosen, rules=rules, bank=bank(), registers=registers(), open_network=refuse)


def one_sheet(_assessment: object, _result: object, texts: Texts, paper: str, parts: str, _version: str) -> bytes:
    """A PDF of two empty pages, one for the management, for tests that are not about the report."""
    import io

    from reportlab.lib.pagesizes import A4, LETTER
    from reportlab.pdfgen.canvas import Canvas

    buffer = io.BytesIO()
    canvas = Canvas(buffer, pagesize=A4 if paper == "a4" else LETTER)
    for page in (1, 2) if parts == "all" else (1,):
        canvas.drawString(72, 72, f"{texts.language} {page}")
        canvas.showPage()
    canvas.save()
    return buffer.getvalue()


def _answer(name: str, rdtype: str, records: tuple[str, ...]) -> DnsAnswer:
    status = DnsStatus.ANSWER if records else DnsStatus.NODATA
    return DnsAnswer(name=name, rdtype=rdtype, status=status, records=records)


def attempt(probe: str, subject: str, facts: Record) -> Attempt:
    """A look that was completed."""
    raw = msgspec.Raw(msgspec.json.encode(facts))
    return Attempt(
        probe=probe, subject=subject, status=Status.COMPLETED, started=AT, ended=AT + timedelta(seconds=1), facts=raw
    )


def _missed(probe: str, subject: str, status: Status, reason: str) -> Attempt:
    return Attempt(probe=probe, subject=subject, status=status, reason=reason, started=AT, ended=AT)
