"""Tries that need permission: what they mean, and that nothing is concluded from a try that came to nothing."""

import asyncio
from datetime import UTC, datetime

import msgspec
import pytest

from fumimori import resources
from fumimori.checks.contract import ProbeContext
from fumimori.checks.mail_ports import facts as mail_ports
from fumimori.checks.observations import Observations
from fumimori.checks.tls.facts import TlsSupport
from fumimori.checks.tls_active import probe as tls_active
from fumimori.checks.tls_active.facts import Facts
from fumimori.grammar.rule_files import parse_rules
from fumimori.model import Attempt, ConsentLevel, DomainScope, Scope, Severity, Status
from fumimori.network import NotObserved, Unreachable
from fumimori.network.active_tests import InjectionTest, RenegotiationTest
from fumimori.network.mail import MailService
from fumimori.network.smtp import SmtpDialogue, SmtpReply
from loopback.witnesses import outcome_names

NOW = datetime(2026, 11, 24, tzinfo=UTC)
HOST = "mail.example.jp"
RULES = parse_rules("test", resources.rule_files(), resources.rule_tables())
SCOPE = Scope(domains=(DomainScope(name="example.jp"),))


def attempt(probe: str, subject: str, facts: msgspec.Struct) -> Attempt:
    raw = msgspec.Raw(msgspec.json.encode(facts))
    return Attempt(probe=probe, subject=subject, status=Status.COMPLETED, started=NOW, ended=NOW, facts=raw)


def words(port: int, facts: Facts) -> set[str]:
    observations = Observations(SCOPE, [attempt("tls_active", f"{HOST}:{port}", facts)])
    return {outcome.code.removeprefix("tls_active.") for outcome in tls_active.judge(observations, RULES)}


def early(*replies: tuple[str, int, str]) -> SmtpDialogue:
    told = tuple(SmtpReply(command=command, code=code, untrusted_text=text) for command, code, text in replies)
    return SmtpDialogue(host=HOST, address="192.0.2.1", port=587, open=True, replies=told)


MAIL_OK = ("MAIL FROM:<postmaster@example.jp>", 250, "2.1.0 Ok")
CLAIMS = [
    (587, Facts(injection=InjectionTest(injected=True)), {"injection"}),
    (25, Facts(injection=InjectionTest(injected=False)), {"injection_safe"}),
    (143, Facts(injection=InjectionTest(error="reply_timeout")), set()),
    (993, Facts(renegotiation=RenegotiationTest(accepted=11)), {"renegotiation_endless"}),
    (25, Facts(renegotiation=RenegotiationTest(accepted=11)), {"renegotiation_endless_mx"}),
    (993, Facts(renegotiation=RenegotiationTest(accepted=0)), {"renegotiation_limited"}),
    (993, Facts(renegotiation=RenegotiationTest(error="tls_failed")), set()),
    (
        587,
        Facts(early=early(("MAIL FROM:<>", 530, "5.7.0 Must issue a STARTTLS command first"))),
        {"tls_required"},
    ),
    (587, Facts(early=early(MAIL_OK, ("RCPT TO:<x>", 530, "5.7.0 Must issue STARTTLS first"))), {"tls_required"}),
    (587, Facts(early=early(MAIL_OK, ("RCPT TO:<x>", 554, "5.7.1 Client host rejected"))), {"login_required"}),
    (587, Facts(early=early(("MAIL FROM:<>", 530, "5.7.0 Authentication required"))), {"login_required"}),
    (587, Facts(early=early(MAIL_OK, ("RCPT TO:<x>", 250, "2.1.5 Ok"))), {"mail_without_login"}),
    (587, Facts(early=early(MAIL_OK, ("RCPT TO:<x>", 450, "4.2.0 Greylisted"))), set()),
    (587, Facts(early=early(MAIL_OK)), set()),
    (587, Facts(early=early()), set()),
]


@pytest.mark.parametrize(("port", "facts", "expected"), CLAIMS)
def test_a_try_means_what_it_showed(port, facts, expected):
    assert words(port, facts) == expected


def test_every_word_happens_and_has_a_rule():
    assert set().union(*(expected for *_, expected in CLAIMS)) == set(outcome_names(tls_active.PROBE))
    severity = {word: RULES.outcomes[f"tls_active.{word}"].severity for word in outcome_names(tls_active.PROBE)}
    assert severity["injection"] is Severity.HIGH
    assert tls_active.PROBE.consent is ConsentLevel.AUTHORISED


class Tried:
    """A network that records what was tried."""

    def __init__(self, *, fails: bool = False) -> None:
        self.calls: list[str] = []
        self.fails = fails

    def _did(self, what: str) -> None:
        self.calls.append(what)
        if self.fails:
            raise Unreachable("connection_refused")

    async def starttls_injection(self, _host, _address, _port):
        self._did("injection")
        return InjectionTest(injected=False)

    async def renegotiation(self, _host, _address, _port):
        self._did("renegotiation")
        return RenegotiationTest(accepted=0)

    async def smtp_dialogue(self, _host, _address, _port, commands, *, secured=False):
        assert not secured
        self._did("early")
        assert all("example.jp" in command for command in commands)
        return early(MAIL_OK)


def observed_ports(*ports: tuple[int, tuple[str, ...]]) -> Observations:
    attempts = []
    for port, accepted in ports:
        service = MailService(
            host=HOST, address="192.0.2.1", port=port, protocol="smtp", open=True, tls_works=bool(accepted)
        )
        facts = mail_ports.Facts(service=service, support=TlsSupport(accepted=accepted))
        attempts.append(attempt("mail_ports", f"{HOST}:{port}", facts))
    return Observations(SCOPE, attempts)


def test_only_ports_with_tls_are_tried():
    assert tls_active.subjects(observed_ports((587, ("tls1.2",)), (110, ()))) == (f"{HOST}:587",)


@pytest.mark.parametrize(
    ("port", "accepted", "expected"),
    [
        (587, ("tls1.2",), ["injection", "renegotiation", "early"]),
        (993, ("tls1.2",), ["renegotiation"]),
        (25, ("tls1.3",), ["injection"]),
    ],
)
def test_a_port_sees_only_the_tries_that_belong_to_it(port, accepted, expected):
    network = Tried()
    context = ProbeContext(network=network, observations=observed_ports((port, accepted)), rules=RULES)
    asyncio.run(tls_active.collect(f"{HOST}:{port}", context))
    assert network.calls == expected


def test_when_every_try_fails_nothing_was_seen():
    context = ProbeContext(network=Tried(fails=True), observations=observed_ports((587, ("tls1.2",))), rules=RULES)
    with pytest.raises(NotObserved):
        asyncio.run(tls_active.collect(f"{HOST}:587", context))
