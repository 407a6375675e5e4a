"""Tries with permission: a command behind STARTTLS, renegotiations asked for; servers that fall and that stand."""

import asyncio
from dataclasses import dataclass
from datetime import UTC, datetime

import pytest

from fumimori.net.active_tests import ActiveTests
from fumimori.net.connect import Dialer, Limits
from fumimori.network import Notes, NotObserved
from fumimori.network.active_tests import RENEGOTIATIONS_MOST, InjectionTest, RenegotiationTest
from loopback import wire
from loopback.mail_faults import Script
from loopback.tls_faults import renegotiable, server_context
from loopback.toy_ca import Leaf, ToyCa

NAME = "mail.example.jp"
PORTS = {"smtp": 587, "imap": 143, "pop3": 110}


@pytest.fixture(scope="module")
def leaf() -> Leaf:
    return ToyCa().leaf(NAME)


@dataclass(kw_only=True)
class Careful(Script):
    """A server that throws away what came with STARTTLS, as it should; the script alone does not."""

    async def _answered(self, command, reader, writer):
        if command.upper().endswith(("STARTTLS", "STLS")):
            reader._buffer.clear()
        return await super()._answered(command, reader, writer)


def tried(handler, port: int, what: str):
    async def ask():
        async with wire.serving(handler) as real:
            limits = Limits(connect=2, reply=2, conversation=8, pause=0)
            dialer = Dialer(
                clock=lambda: datetime.now(UTC), limits=limits, route=lambda _address, _port: ("127.0.0.1", real)
            )
            notes = Notes()
            found = await getattr(ActiveTests(dialer=dialer), what)(NAME, "192.0.2.1", port, notes=notes)
            assert len(notes.contacts) == 1
            return found

    return asyncio.run(asyncio.wait_for(ask(), 30))


@pytest.mark.parametrize("protocol", ["smtp", "imap", "pop3"])
@pytest.mark.parametrize(("kind", "expected"), [(Script, True), (Careful, False)])
def test_an_injected_command_shows_inside_tls_or_never(leaf, tmp_path, protocol, kind, expected):
    server = kind(protocol=protocol, tls=server_context(leaf, tmp_path), before=("STARTTLS",))
    trial = tried(server, PORTS[protocol], "starttls_injection")
    assert trial == InjectionTest(injected=expected)
    assert not any("DATA" in command or "LOGIN" in command for command in server.heard)


def sieve(*, careful: bool, context):
    async def handler(reader, writer):
        listing = b'"IMPLEMENTATION" "Toy"\r\n"SASL" ""\r\n"STARTTLS"\r\nOK\r\n'
        writer.write(listing)
        while line := await reader.readline():
            word = line.strip().upper()
            if word == b"STARTTLS":
                if careful:
                    reader._buffer.clear()
                writer.write(b"OK\r\n")
                await writer.drain()
                await writer.start_tls(context)
                writer.write(listing)
            else:
                writer.write(b"OK\r\n")
            await writer.drain()
            if word == b"LOGOUT":
                return

    return handler


@pytest.mark.parametrize("careful", [True, False])
def test_managesieve_is_tried_the_same_way(leaf, tmp_path, careful):
    handler = sieve(careful=careful, context=server_context(leaf, tmp_path))
    assert tried(handler, 4190, "starttls_injection") == InjectionTest(injected=not careful)


def test_a_server_that_refuses_the_pair_is_safe():
    async def strict(reader, writer):
        writer.write(b"220 mx.example.jp ESMTP\r\n")
        while line := await reader.readline():
            pipelined = line.upper().startswith(b"STARTTLS")
            writer.write(b"554 5.5.0 Error: SMTP protocol synchronization\r\n" if pipelined else b"250 mx\r\n")
            await writer.drain()
            if pipelined:
                return

    assert tried(strict, 587, "starttls_injection").injected is False


@pytest.mark.parametrize("handler", [wire.stall, wire.endless_line, wire.endless_lines, wire.reset, wire.drip])
@pytest.mark.parametrize("what", ["starttls_injection", "renegotiation"])
def test_hostile_servers_bring_no_try_to_a_claim(handler, what):
    try:
        trial = tried(handler, 587, what)
    except NotObserved:
        return
    assert trial.error
    assert getattr(trial, "injected", None) is None
    assert getattr(trial, "accepted", None) is None


def test_renegotiations_are_counted_as_far_as_the_limit(leaf):
    trial = tried(renegotiable(leaf, allowed=True), 993, "renegotiation")
    assert trial == RenegotiationTest(accepted=RENEGOTIATIONS_MOST)


def test_a_refused_renegotiation_is_none(leaf):
    assert tried(renegotiable(leaf, allowed=False), 993, "renegotiation") == RenegotiationTest(accepted=0)
