"""Assessments of servers and records, and their repairs."""

from datetime import UTC, datetime

import msgspec

from fumimori.__main__ import repair as program_repair
from fumimori.checks import remediation
from fumimori.checks.dmarc import facts as dmarc
from fumimori.checks.mail_ports import facts as mail_ports
from fumimori.checks.mx import facts as mx
from fumimori.checks.spf import facts as spf
from fumimori.model import (
    Answer,
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
    Status,
)
from fumimori.network.dns import DnsAnswer, DnsStatus
from fumimori.network.mail import MailService
from fumimori.network.tls import CertificateChain
from loopback.recorded_runs import run_of

NOW = datetime(2026, 11, 24, 10, 0, tzinfo=UTC)
DOMAIN = "example.jp"
HOSTS = ("mx1.example.jp", "mx2.example.jp")
RECORDS = sorted(
    code for code in remediation.walk() if code.partition(".")[0] in ("spf", "dmarc", "mta_sts", "tls_rpt", "mx")
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
