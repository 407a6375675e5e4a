"""A mail service is asked politely, up to the login and no further; what it has shown survives what it breaks."""

import asyncio
from datetime import UTC, datetime

import pytest

from fumimori.net.certificates import chain_of
from fumimori.net.connect import Dialer, Limits
from fumimori.net.mail import MailServices
from fumimori.network import Notes, NotObserved
from fumimori.network.mail import MailService
from loopback import wire
from loopback.mail_faults import STEPS, Script
from loopback.tls_faults import GARBAGE, server_context
from loopback.toy_ca import ToyCa

NAME = "mx.example.jp"
LIMITS = Limits(connect=1, reply=0.25, conversation=0.7, octets=300_000, pause=0, patience=0)
PORTS = {"smtp": 25, "imap": 143, "pop3": 110}
IMPLICIT = {"smtp": 465, "imap": 993, "pop3": 995}
TLS_WORD = {"smtp": "STARTTLS", "imap": "STARTTLS", "pop3": "STLS"}


@pytest.fixture(scope="module")
def ca() -> ToyCa:
    return ToyCa()


@pytest.fixture
def tls(ca, tmp_path):
    return server_context(ca.leaf(NAME), tmp_path)


def looked(ca: ToyCa, handler, port: int) -> tuple[MailService, Notes]:
    notes = Notes()

    async def look() -> MailService:
        async with wire.serving(handler) as real_port:
            dialer = Dialer(
                clock=lambda: datetime.now(UTC), limits=LIMITS, route=lambda address, _port: (address, real_port)
            )
            services = MailServices(
                dialer=dialer,
                judge_chain=lambda ders, name, at: chain_of(ders, name=name, at=at, roots=[ca.root]),
            )
            return await services.mail_service(NAME, "127.0.0.1", port, notes=notes)

    return asyncio.run(asyncio.wait_for(look(), 10)), notes


def test_smtp_with_starttls(ca, tls):
    script = Script(
        protocol="smtp",
        tls=tls,
        greeting=b"220-mx.example.jp\r\n220 second line",
        before=("SIZE 31457280", "STARTTLS", "8BITMIME"),
        after=("SIZE 31457280", "AUTH PLAIN LOGIN"),
    )
    service, _ = looked(ca, script, 25)
    assert service.untrusted_greeting == "mx.example.jp / second line"
    assert (service.kind, service.starttls, service.tls_works, service.error) == ("starttls", True, True, "")
    assert (service.login_before, service.login_after) == ((), ("PLAIN", "LOGIN"))
    assert service.size == 31457280
    assert service.handshake.version == "tls1.3"
    assert (service.chain.trusted, service.chain.name_matches) == (True, True)
    assert script.heard == ["EHLO [127.0.0.1]", "STARTTLS", "EHLO [127.0.0.1]", "QUIT"]


def test_smtp_without_starttls_shows_its_logins(ca):
    script = Script(protocol="smtp", before=("AUTH=LOGIN", "AUTH PLAIN LOGIN"))
    service, _ = looked(ca, script, 587)
    assert (service.kind, service.starttls, service.login_before) == ("plain", False, ("LOGIN", "PLAIN"))
    assert script.heard[-1] == "QUIT"


def test_imap_with_login_disabled(ca, tls):
    script = Script(
        protocol="imap", tls=tls, before=("STARTTLS", "LOGINDISABLED"), after=("AUTH=PLAIN", "AUTH=SCRAM-SHA-256")
    )
    service, _ = looked(ca, script, 143)
    assert (service.login_before, service.login_after) == ((), ("LOGIN", "PLAIN", "SCRAM-SHA-256"))
    assert script.heard == ["F1 CAPABILITY", "F2 STARTTLS", "F3 CAPABILITY", "F4 LOGOUT"]


def test_imap_without_login_disabled_takes_logins(ca, tls):
    service, _ = looked(ca, Script(protocol="imap", tls=tls, before=("STARTTLS", "AUTH=PLAIN")), 143)
    assert service.login_before == ("LOGIN", "PLAIN")


def test_pop3_with_user_before_tls(ca, tls):
    service, _ = looked(ca, Script(protocol="pop3", tls=tls, before=("USER", "SASL PLAIN", "STLS")), 110)
    assert (service.login_before, service.starttls) == (("USER", "PLAIN"), True)


def test_pop3_without_capa_is_not_judged_by_its_silence(ca):
    async def old(reader, writer) -> None:
        writer.write(b"+OK ready\r\n")
        while await reader.readline():
            writer.write(b"-ERR unknown command\r\n")

    service, _ = looked(ca, old, 110)
    assert (service.capabilities, service.login_before, service.starttls, service.error) == (None, None, None, "")


def answering(answers: dict[str, bytes], heard: list[str]):
    """An SMTP server that answers a command by its first word, or by the whole line, and everything else with 250."""

    async def handler(reader, writer) -> None:
        writer.write(b"220 mx.example.jp ESMTP\r\n")
        while line := (await reader.readline()).decode().strip():
            heard.append(line)
            writer.write(answers.get(line, answers.get(line.split()[0], b"250 ok")) + b"\r\n")
            await writer.drain()

    return handler


BLOCKED = b"550 5.7.1 Service unavailable; client blocked using zen.example.org"
SYNTAX = b"501 Syntactically invalid EHLO argument(s)"


def test_who_is_turned_away_at_ehlo_has_seen_nothing(ca):
    heard: list[str] = []
    service, _ = looked(ca, answering({"EHLO": BLOCKED}, heard), 25)
    assert (service.open, service.capabilities, service.starttls, service.kind) == (True, None, None, "")
    assert (service.error, heard[:2]) == ("not_welcome", ["EHLO [127.0.0.1]", "EHLO fumimori.invalid"])


def test_a_server_that_takes_no_address_for_a_name_is_given_a_name(ca):
    heard: list[str] = []
    answers = {"EHLO [127.0.0.1]": SYNTAX, "EHLO fumimori.invalid": b"250-mx.example.jp\r\n250 SIZE 1000000"}
    service, _ = looked(ca, answering(answers, heard), 25)
    assert (service.capabilities, service.starttls, service.error) == (("SIZE 1000000",), False, "")


@pytest.mark.parametrize("answer", [b"500 what?", b"502 not here"])
def test_a_server_that_does_not_know_ehlo_has_no_starttls(ca, answer):
    service, _ = looked(ca, answering({"EHLO": answer}, []), 25)
    assert (service.capabilities, service.starttls, service.kind) == ((), False, "plain")


@pytest.mark.parametrize("protocol", ["smtp", "imap", "pop3"])
def test_implicit_tls(ca, tls, protocol):
    script = Script(protocol=protocol, implicit=True, tls=tls, after=("AUTH PLAIN", "AUTH=PLAIN", "SASL PLAIN"))
    service, notes = looked(ca, script, IMPLICIT[protocol])
    assert (service.kind, service.tls_works, service.login_before) == ("implicit", True, None)
    assert "PLAIN" in service.login_after
    assert [(contact.transport, contact.what) for contact in notes.contacts] == [("tls", protocol)]


def test_a_closed_port_is_a_fact():
    async def look() -> MailService:
        async with wire.serving(wire.stall) as closed:
            pass
        dialer = Dialer(clock=lambda: datetime.now(UTC), limits=LIMITS, route=lambda address, _port: (address, closed))
        services = MailServices(dialer=dialer, judge_chain=lambda *_: pytest.fail("no certificate here"))
        return await services.mail_service(NAME, "127.0.0.1", 993, notes=Notes())

    service = asyncio.run(look())
    assert (service.open, service.closed) == (False, "connection_refused")


@pytest.mark.parametrize(
    ("greeting", "reason"),
    [(b"421 too many", "busy"), (b"450 later", "busy"), (b"554 not you", "not_welcome"), (b"250 ok", "unexpected")],
)
def test_a_server_that_sends_us_away_is_not_judged(ca, greeting, reason):
    with pytest.raises(NotObserved) as caught:
        looked(ca, Script(protocol="smtp", greeting=greeting), 25)
    assert caught.value.reason == reason


def test_the_first_words_are_evidence(ca, tls):
    _, notes = looked(ca, Script(protocol="smtp", tls=tls, before=("STARTTLS",)), 25)
    said = [(exchange.sent, exchange.untrusted_received) for exchange in notes.exchanges]
    assert said[0] == ("", "220 mx.example.jp ESMTP")
    assert said[1] == ("EHLO [127.0.0.1]", "250-mx.example.jp\n250 STARTTLS")


BROKEN_OFF = {"too_much", "reply_timeout", "connection_reset", "connection_closed", "closed_without_greeting"}


def looked_or_reason(ca: ToyCa, handler, port: int) -> tuple[MailService | str, Notes]:
    """What was seen, or the reason why nothing was."""
    try:
        return looked(ca, handler, port)
    except NotObserved as error:
        return error.reason, Notes()


FAULTS = {
    "endless line": wire.endless_line,
    "endless lines": wire.endless_lines,
    "control characters": wire.saying(b"\x00\x1b[2J\x07\x9b\r\n" * 4),
    "stall": wire.stall,
    "drip": wire.drip,
    "reset": wire.reset,
    "garbage": wire.saying(GARBAGE),
    "plain text": wire.saying(b"* OK what is this\r\n"),
}


@pytest.mark.parametrize("fault", FAULTS)
@pytest.mark.parametrize("step", STEPS)
@pytest.mark.parametrize("protocol", ["smtp", "imap", "pop3"])
def test_every_fault_at_every_step_ends_in_a_state_of_knowledge(ca, tls, protocol, step, fault):
    script = Script(
        protocol=protocol,
        tls=tls,
        before=(TLS_WORD[protocol], "LOGINDISABLED"),
        fault_at=step,
        fault=FAULTS[fault],
    )
    service, notes = looked_or_reason(ca, script, PORTS[protocol])
    if isinstance(service, str):
        assert step == "greeting"
        assert service in BROKEN_OFF
        return
    assert service.open
    assert len(service.untrusted_greeting) < 250_000
    assert service.handshake is None or step in ("inside", "greeting")
    assert all(len(exchange.untrusted_received) <= 4096 for exchange in notes.exchanges)
    harmless = fault in ("plain text", "control characters") and step in ("capabilities", "starttls", "inside")
    assert service.error or harmless or step == "greeting"


@pytest.mark.parametrize("fault", FAULTS)
@pytest.mark.parametrize("step", ["handshake", "greeting", "inside"])
def test_every_fault_on_an_implicit_port_ends_too(ca, tls, step, fault):
    script = Script(protocol="imap", implicit=True, tls=tls, fault_at=step, fault=FAULTS[fault])
    service, _ = looked_or_reason(ca, script, 993)
    if isinstance(service, str):
        assert step == "handshake"
        assert service in BROKEN_OFF
        return
    assert service.kind == "implicit"
    assert (service.handshake is None) == (step == "handshake")
