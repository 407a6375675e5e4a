"""The table of ports: one line per port, and what was not seen stays unknown."""

from datetime import UTC, datetime

import msgspec

from fumimori import resources
from fumimori.checks.mail_ports import facts as mail_ports
from fumimori.checks.observations import Observations
from fumimori.checks.tables.ports import port_matrix
from fumimori.checks.tls.facts import TlsSupport
from fumimori.checks.webmail import facts as webmail
from fumimori.grammar.rule_files import parse_rules
from fumimori.model import Attempt, Scope, Status
from fumimori.network.mail import MailService
from fumimori.network.tls import CertificateChain
from fumimori.network.web import WebAnswer
from fumimori.texts import Texts, languages
from fumimori.wording.tables import advice
from loopback.certificates import certificate

NOW = datetime(2026, 11, 24, tzinfo=UTC)
RULES = parse_rules("test", resources.rule_files(), resources.rule_tables())
HOST = "mail.example.jp"
LEAF = certificate(HOST, key="rsa", key_bits=2048)
CHAIN = CertificateChain(certificates=(LEAF,), trusted=True, name_matches=True, asked_name=HOST)
SUPPORT = TlsSupport(
    accepted=("tls1.0", "tls1.2"), refused=("ssl3",), suites=(0xC02F,), bad_suites=(0x002F,), bad_suites_known=True
)


def attempt(probe: str, subject: str, facts: msgspec.Struct | None, reason: str = "") -> Attempt:
    raw = None if facts is None else msgspec.Raw(msgspec.json.encode(facts))
    status = Status.TIMED_OUT if facts is None else Status.COMPLETED
    return Attempt(probe=probe, subject=subject, status=status, started=NOW, ended=NOW, facts=raw, reason=reason)


def port(number: int, **changes) -> Attempt:
    given = {"host": HOST, "address": "192.0.2.1", "port": number, "protocol": "imap", "open": True}
    service = MailService(**(given | changes))
    support = SUPPORT if service.open else TlsSupport()
    return attempt("mail_ports", f"{HOST}:{number}", mail_ports.Facts(service=service, support=support))


def rows(*attempts: Attempt):
    return port_matrix(Observations(Scope(), attempts), RULES)


def test_a_line_tells_what_was_seen():
    (row,) = rows(port(143, kind="starttls", chain=CHAIN, login_before=("LOGIN",)))
    assert (row.open, row.kind, row.versions, row.worst_suite) == (True, "starttls", SUPPORT.accepted, "static_kx")
    assert (row.certificate_trusted, row.days_left, row.login_before_tls) == (True, 60, True)
    assert {verdict.profile: verdict.level for verdict in row.profiles} == dict.fromkeys(
        ("ncsc_nl", "mozilla", "rfc9325"), "insufficient"
    )
    assert ("beast", "open") in row.holes


def test_each_set_of_advice_says_what_it_lowers_its_level_for():
    (row,) = rows(port(143, kind="starttls", chain=CHAIN))
    lines = advice(Texts(resources.root(), "en"), row)
    assert [line.partition(":")[0] for line in lines] == ["NCSC-NL", "Mozilla", "RFC 9325"]
    assert lines[0].endswith(")")
    for line, verdict in zip(lines, row.profiles, strict=True):
        assert verdict.reasons
        told = ("old TLS versions" in line, "ciphers" in line)
        assert told == tuple(any(one.startswith(kind) for one in verdict.reasons) for kind in ("version:", "suite:"))


def test_every_reason_of_a_set_of_advice_has_its_word():
    kinds = {row["kind"] for row in RULES.tables["tls_profiles"].dicts()}
    for language in languages(resources.root()):
        texts = Texts(resources.root(), language)
        assert all(texts.has(f"report.t6.reason_{kind}") for kind in kinds)


def test_a_closed_port_and_an_unseen_port_are_not_alike():
    closed, unseen = rows(
        port(110, open=False, closed="connection_refused"), attempt("mail_ports", f"{HOST}:995", None, "busy")
    )
    assert (closed.open, closed.reason, closed.holes) == (False, "connection_refused", ())
    assert (unseen.open, unseen.reason) == (None, "busy")


def test_ports_stand_in_order_and_webmail_beside_them():
    answer = WebAnswer(url=f"https://{HOST}/", status=200, chain=CHAIN, tls_version="tls1.2")
    web = webmail.Facts(plain=None, plain_reason="connection_refused", secure=answer, support=SUPPORT)
    found = rows(port(993, kind="implicit"), port(143), attempt("webmail", HOST, web))
    assert [row.port for row in found] == [80, 143, 443, 993]
    assert (found[0].open, found[2].open, found[3].login_before_tls) == (False, True, False)
