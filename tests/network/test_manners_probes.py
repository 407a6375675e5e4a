"""Mail manners and the relay test over sockets: every outcome from a server that behaves so, and no outcome else."""

import msgspec
import pytest

from fumimori.core.model import DomainScope, Scope, Threshold
from fumimori.probes import mail_behaviour, mail_ports, mx, open_relay
from loopback import wire
from loopback.paper_network import rules
from loopback.street import SmtpScript, found

HOST = "mx.example.jp"
ZONE = {"example.jp": {"MX": ["10 mx.example.jp."]}, HOST: {"A": ["192.0.2.25"]}}
SCOPE = Scope(domains=(DomainScope(name="example.jp"),))
STRICT = {
    "VRFY": "252 2.0.0 maybe",
    "EXPN": "502 5.5.1 no",
    "MAIL": "250 ok",
    "MAIL FROM:<postmaster@example.jp>": "550 5.7.1 log in first",
    "RCPT": "550 5.1.1 user unknown",
    "RCPT TO:<postmaster@": "250 ok",
    "RCPT TO:<abuse@": "250 ok",
    "RCPT TO:<relay-test": "554 5.7.1 relay access denied",
}
GOOD = {"addresses_hidden", "unknown_refused", "role_addresses", "own_sender_refused"}


def at_once():
    """The rules with no pause before the second conversation."""
    now = Threshold(value=0, source="test", date="2026-11-24")
    thresholds = {**rules().thresholds, "mail_behaviour.retry_after_seconds": now}
    return msgspec.structs.replace(rules(), thresholds=thresholds)


def said(probe, server, *before, inside=False):
    houses = {("192.0.2.25", 25): server}
    return found(probe, ZONE, houses, SCOPE, before=(mx.PROBE, *before), by=at_once(), inside=inside)


@pytest.mark.parametrize(
    ("changes", "there", "gone"),
    [
        ({}, set(), set()),
        ({"VRFY": "550 5.1.1 <x>: Recipient address rejected: User unknown"}, {"vrfy_tells"}, {"addresses_hidden"}),
        ({"VRFY": "250 <x@example.jp>"}, {"vrfy_tells"}, {"addresses_hidden"}),
        ({"VRFY": "550 5.7.1 not for you"}, set(), set()),
        ({"EXPN": "250 <owner@example.jp>"}, {"expn_tells"}, {"addresses_hidden"}),
        ({"RCPT": "250 ok"}, {"unknown_accepted"}, {"unknown_refused", "role_addresses"}),
        ({"RCPT TO:<postmaster@": "550 5.1.1 no"}, {"postmaster_refused"}, {"role_addresses"}),
        ({"RCPT TO:<abuse@": "550 5.1.1 no"}, {"abuse_refused"}, {"role_addresses"}),
        ({"MAIL FROM:<postmaster@example.jp>": "250 ok"}, {"own_sender_accepted"}, {"own_sender_refused"}),
    ],
)
def test_manners(changes, there, gone):
    seen = said(mail_behaviour.PROBE, SmtpScript(STRICT | changes))
    assert set(seen) == (GOOD - gone) | there
    assert all(subjects == {HOST} for subjects in seen.values())


def test_greylisting_is_waited_for():
    class Grey(SmtpScript):
        conversations = 0

        async def __call__(self, reader, writer):
            self.conversations += 1
            if self.conversations == 1:
                self.replies["RCPT"] = self.replies["RCPT TO:<postmaster@"] = "450 4.2.0 greylisted"
            else:
                self.replies |= STRICT
            await super().__call__(reader, writer)

    server = Grey(STRICT)
    assert set(said(mail_behaviour.PROBE, server)) == GOOD
    assert server.conversations == 2


def test_later_for_ever_is_not_measured():
    server = SmtpScript(dict.fromkeys(("VRFY", "EXPN", "MAIL"), "451 4.7.1 later"))
    assert said(mail_behaviour.PROBE, server) == {"!busy": {HOST}}


def test_a_server_that_wants_tls_or_a_login_says_nothing():
    server = SmtpScript(
        dict.fromkeys(("VRFY", "EXPN", "MAIL", "RCPT"), "530 5.7.0 Must issue a STARTTLS command first")
    )
    assert said(mail_behaviour.PROBE, server) == {"!busy": {HOST}}


def test_nobody_there_and_silence_are_not_seen():
    assert set(found(mail_behaviour.PROBE, ZONE, {}, SCOPE, before=(mx.PROBE,))) == {"!connection_refused"}
    assert set(said(mail_behaviour.PROBE, wire.stall)) == {"!reply_timeout"}


@pytest.mark.parametrize(("size", "word"), [(200_000_000, "size_large"), (5_000_000, "size_small"), (50_000_000, "")])
def test_sizes(size, word):
    server = SmtpScript(STRICT | {"EHLO": f"250-mx.example.jp\r\n250 SIZE {size}"})
    zone = {**ZONE, "example.jp": {"MX": ["10 mx.example.jp."]}}
    seen = found(
        mail_behaviour.PROBE,
        zone,
        {("192.0.2.25", 25): server},
        SCOPE,
        before=(mx.PROBE, mail_ports.PROBE),
        by=at_once(),
    )
    assert {name for name in seen if name.startswith("size")} == ({word} if word else set())


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({}, {"closed"}),
        ({"RCPT TO:<relay-test": "250 ok", "RCPT TO:<relay-test%": "550 no"}, {"open"}),
        ({"RCPT TO:<relay-test%": "250 ok"}, {"odd_form"}),
        ({'RCPT TO:<"relay-test@': "250 ok"}, {"odd_form"}),
        ({"RCPT TO:<@": "250 ok"}, {"odd_form"}),
        ({"RCPT": "250 ok"}, {"catch_all"}),
        ({"MAIL FROM:<relay-test": "550 5.7.27 Sender address has null MX"}, {"!relay_not_tested"}),
        ({"RCPT TO:<relay-test": "556 5.1.10 recipient domain does not accept mail (nullMX)"}, {"!relay_not_tested"}),
        ({"RCPT TO:<relay-test": "450 4.7.1 later"}, {"!busy"}),
    ],
)
def test_relay(changes, words):
    server = SmtpScript(STRICT | changes)
    seen = said(open_relay.PROBE, server, mail_behaviour.PROBE)
    assert set(seen) == words
    assert not any(line.startswith(("DATA", "BDAT")) for line in server.heard)
    assert server.heard[-1] == "QUIT"


def test_relay_is_not_tried_where_manners_are_not_known():
    assert set(said(open_relay.PROBE, SmtpScript(STRICT))) == {"!relay_not_tested"}


def test_inside_the_server_may_trust_its_own_people():
    trusting = STRICT | {"RCPT TO:<relay-test": "250 ok", "MAIL FROM:<postmaster@example.jp>": "250 ok"}
    assert set(said(open_relay.PROBE, SmtpScript(trusting), mail_behaviour.PROBE, inside=True)) == {"open_inside"}
    assert set(said(mail_behaviour.PROBE, SmtpScript(trusting), inside=True)) == GOOD - {"own_sender_refused"}
