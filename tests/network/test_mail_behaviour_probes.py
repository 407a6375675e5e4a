"""Mail behaviour and the relay test over sockets: every outcome from a server that behaves so, and no outcome else."""

import msgspec
import pytest

from fumimori.checks.mail_behaviour import probe as mail_behaviour
from fumimori.checks.mail_ports import probe as mail_ports
from fumimori.checks.mx import probe as mx
from fumimori.checks.open_relay import probe as open_relay
from fumimori.model import DomainScope, Scope, Threshold
from loopback import wire
from loopback.fake_network import rules
from loopback.scenarios import SmtpScript, found
from loopback.tls_faults import server_context
from loopback.toy_ca import ToyCa

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
    servers = {("192.0.2.25", 25): server}
    return found(probe, ZONE, servers, SCOPE, before=(mx.PROBE, *before), by=at_once(), inside=inside)


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
def test_replies(changes, there, gone):
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
    assert said(mail_behaviour.PROBE, server) == {"!tls_or_login_first": {HOST}}


BLOCKED = "5.7.1 Service unavailable; Client host [192.0.2.9] blocked using zen.example.org"


async def closing(_reader, writer):
    """A server, or a device in front of one, that takes the connection and says nothing."""
    writer.close()


@pytest.mark.parametrize(
    ("server", "reason"),
    [
        (SmtpScript({}, greeting="421 4.3.2 mx.example.jp Service not available"), "busy"),
        (SmtpScript({}, greeting="450 4.7.0 too many connections"), "busy"),
        (SmtpScript({}, greeting="421-4.7.0 your line\r\n421 4.7.0 is busy"), "busy"),
        (SmtpScript({}, greeting=f"421 {BLOCKED}"), "not_welcome"),
        (SmtpScript({}, greeting="451 4.7.25 no reverse name"), "not_welcome"),
        (SmtpScript({}, greeting="554 mx.example.jp No SMTP service here"), "not_welcome"),
        (SmtpScript({}, greeting=f"554 {BLOCKED}"), "not_welcome"),
        (SmtpScript({}, greeting="521 mx.example.jp does not accept mail"), "not_welcome"),
        (SmtpScript({}, greeting="250 mx.example.jp"), "unexpected"),
        (SmtpScript({"EHLO": "421 4.3.2 later"}), "busy"),
        (SmtpScript({"EHLO": f"450 {BLOCKED}"}), "not_welcome"),
        (SmtpScript({"EHLO": "554 5.7.1 no", "HELO": "554 5.7.1 no"}), "not_welcome"),
        (SmtpScript({"VRFY": "421 4.7.0 too many errors"}), "busy"),
        (SmtpScript({"VRFY": f"421 {BLOCKED}"}), "not_welcome"),
        (closing, "closed_without_greeting"),
        (wire.reset, "closed_without_greeting"),
    ],
)
def test_whoever_is_turned_away_is_told_how(server, reason):
    assert said(mail_behaviour.PROBE, server) == {f"!{reason}": {HOST}}


@pytest.mark.parametrize("code", ["450", "550", "554"])
def test_a_blocklist_that_acts_at_the_recipient_says_nothing_about_mailboxes(code):
    """Postfix refuses a listed client at RCPT: no mailbox is missing, and nobody was kept from using our name."""
    server = SmtpScript(
        {
            "VRFY": "252 2.0.0 maybe",
            "EXPN": "502 5.5.1 no",
            "MAIL": "250 ok",
            "RCPT": f"{code} {BLOCKED}; see https://zen.example.org/192.0.2.9",
        }
    )
    assert set(said(mail_behaviour.PROBE, server)) == {"addresses_hidden"}
    assert len([line for line in server.heard if line.startswith("EHLO")]) == 1  # not asked again
    assert set(said(open_relay.PROBE, server, mail_behaviour.PROBE)) == {"!relay_not_tested"}


def test_a_relay_is_not_called_closed_because_our_address_is_blocked():
    server = SmtpScript(STRICT | {"RCPT TO:<relay-test": f"554 {BLOCKED}"})
    assert set(said(open_relay.PROBE, server, mail_behaviour.PROBE)) == {"!not_welcome"}


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


def test_relay_is_not_tried_where_the_behaviour_is_not_known():
    assert set(said(open_relay.PROBE, SmtpScript(STRICT))) == {"!relay_not_tested"}


def test_inside_the_server_may_trust_its_own_people():
    trusting = STRICT | {"RCPT TO:<relay-test": "250 ok", "MAIL FROM:<postmaster@example.jp>": "250 ok"}
    assert set(said(open_relay.PROBE, SmtpScript(trusting), mail_behaviour.PROBE, inside=True)) == {"open_inside"}
    assert set(said(mail_behaviour.PROBE, SmtpScript(trusting), inside=True)) == GOOD - {"own_sender_refused"}


# --- ports for people who send ------------------------------------------------------------------------------------


class Submission(SmtpScript):
    """A server for people who send, with TLS from the first byte or after STARTTLS."""

    def __init__(self, replies, context, *, implicit=False):
        super().__init__({"EHLO": "250-mx.example.jp\r\n250 STARTTLS"} | replies)
        self.context, self.implicit = context, implicit
        self.inside: list[str] = []

    async def __call__(self, reader, writer):
        if self.implicit:
            await writer.start_tls(self.context)
            self.replies["EHLO"] = "250 mx.example.jp"
            await super().__call__(reader, writer)
            return
        writer.write(self.greeting.encode() + b"\r\n")
        secured = False
        while command := (await reader.readline()).decode("latin-1").strip():
            (self.inside if secured else self.heard).append(command)
            if command == "STARTTLS":
                writer.write(b"220 go on\r\n")
                await writer.drain()
                await writer.start_tls(self.context)
                secured = True
                continue
            wants = command.startswith(("MAIL", "RCPT")) and not secured
            fitting = [text for start, text in self.replies.items() if command.startswith(start)][-1]
            writer.write((b"530 5.7.0 Must issue a STARTTLS command first" if wants else fitting.encode()) + b"\r\n")
            await writer.drain()


LOGIN = "530 5.7.0 Authentication required"


@pytest.mark.parametrize("port", [587, 465])
@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"RCPT TO:<relay-test": "250 ok"}, {"open"}),
        ({}, {"closed"}),
        ({"MAIL": LOGIN}, {"closed"}),
        ({"RCPT": LOGIN, "RCPT TO:<relay-test": "250 ok"}, {"closed"}),
        ({"RCPT": "250 ok"}, {"catch_all"}),
        ({"RCPT": "451 4.7.1 later"}, {"!busy"}),
        ({"RCPT TO:<relay-test": "550 5.1.10 null MX"}, {"!relay_not_tested"}),
    ],
)
def test_a_relay_on_a_port_for_people(tmp_path, port, changes, words):
    context = server_context(ToyCa().leaf(HOST), tmp_path)
    replies = {"MAIL": "250 ok", "RCPT": "550 5.1.1 user unknown", "RCPT TO:<relay-test": "554 5.7.1 relay denied"}
    server = Submission(replies | changes, context, implicit=port == 465)
    scope = Scope(domains=SCOPE.domains, mail_hosts=(HOST,))
    before = (mx.PROBE, mail_ports.PROBE)
    seen = found(open_relay.PROBE, ZONE, {("192.0.2.25", port): server}, scope, before=before, by=at_once())
    assert {word for word, subjects in seen.items() if f"{HOST}:{port}" in subjects} == words
    said_at_all = [*server.heard, *server.inside]
    assert not any(line.startswith(("DATA", "BDAT", "AUTH")) for line in said_at_all)


def test_a_relay_behind_a_plain_submission_port_is_found_too():
    replies = {"MAIL": "250 ok", "RCPT": "550 5.1.1 user unknown", "RCPT TO:<relay-test": "250 ok"}
    scope = Scope(domains=SCOPE.domains, mail_hosts=(HOST,))
    servers = {("192.0.2.25", 587): SmtpScript(replies)}
    seen = found(open_relay.PROBE, ZONE, servers, scope, before=(mx.PROBE, mail_ports.PROBE), by=at_once())
    assert seen["open"] == {f"{HOST}:587"}
    assert rules().outcomes["open_relay.open"].severity.name == "CRITICAL"


def test_a_port_whose_tls_fails_says_nothing_about_relaying():
    from loopback.tls_faults import ALERT_HANDSHAKE_FAILURE

    async def broken(reader, writer):
        await reader.read(4096)
        writer.write(ALERT_HANDSHAKE_FAILURE)
        await writer.drain()

    scope = Scope(domains=SCOPE.domains, mail_hosts=(HOST,))
    seen = found(open_relay.PROBE, ZONE, {("192.0.2.25", 465): broken}, scope, before=(mx.PROBE, mail_ports.PROBE))
    assert not any(f"{HOST}:465" in subjects for subjects in seen.values())
