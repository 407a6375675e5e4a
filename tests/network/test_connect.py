"""A connection ends in bounded time and size whatever the other side does, and every one is in the contact log."""

import asyncio
from datetime import UTC, datetime
from itertools import pairwise

import pytest

from fumimori.net.connect import Dialer, Limits
from fumimori.network import Notes, NotObserved
from loopback import wire

QUICK = Limits(connect=1, reply=0.3, conversation=0.8, octets=400_000, pause=0.05)


def clock() -> datetime:
    return datetime.now(UTC)


def line_from(handler, limits: Limits = QUICK) -> tuple[str, Notes]:
    """The first line that comes from the server, or the reason why none does."""
    notes = Notes()

    async def ask() -> str:
        async with wire.serving(handler) as port:
            try:
                dialer = Dialer(clock=clock, limits=limits)
                async with dialer.connection("127.0.0.1", port, host="h.test", what="smtp", notes=notes) as connection:
                    return await connection.line()
            except NotObserved as error:
                return f"{type(error).__name__} {error.reason}"

    return asyncio.run(asyncio.wait_for(ask(), 5)), notes


@pytest.mark.parametrize(
    ("handler", "expected"),
    [
        (wire.saying(b"220 hello\r\nmore"), "220 hello"),
        (wire.saying(b"\xff\x80\n"), "\ufffd\ufffd"),
        (wire.endless_line, "Refused too_much"),
        (wire.stall, "TimedOut reply_timeout"),
        (wire.drip, "TimedOut reply_timeout"),
        (wire.reset, "Refused connection_reset"),
    ],
)
def test_every_server_comes_to_an_end(handler, expected):
    assert line_from(handler)[0] == expected


def test_a_long_line_is_cut():
    line, _ = line_from(wire.saying(b"a" * 50_000 + b"\r\n"))
    assert line == "a" * 2048


def test_every_contact_is_logged():
    _, notes = line_from(wire.saying(b"220 hello\r\n"))
    (contact,) = notes.contacts
    assert (contact.target, contact.transport, contact.what) == ("h.test [127.0.0.1]", "tcp", "smtp")
    assert (contact.sent_bytes, contact.received_bytes) == (0, 11)


def test_a_failed_contact_is_logged_with_its_reason():
    _, notes = line_from(wire.stall)
    assert [contact.detail for contact in notes.contacts] == ["reply_timeout"]


def test_a_closed_port_is_unreachable():
    async def ask() -> None:
        async with wire.serving(wire.stall) as port:
            pass
        async with Dialer(clock=clock, limits=QUICK).connection(
            "127.0.0.1", port, host="h.test", what="smtp", notes=Notes()
        ):
            raise AssertionError("nobody listens here")

    with pytest.raises(NotObserved, match="connection_refused"):
        asyncio.run(ask())


def test_one_connection_at_a_time_with_a_pause_between():
    open_now, most, starts = 0, 0, []

    async def counting(reader, writer) -> None:
        nonlocal open_now, most
        open_now += 1
        most = max(most, open_now)
        starts.append(asyncio.get_running_loop().time())
        writer.write(b"220 hello\r\n")
        await reader.read()
        open_now -= 1

    async def ask() -> None:
        dialer = Dialer(clock=clock, limits=QUICK)

        async def once(port: int) -> None:
            async with dialer.connection("127.0.0.1", port, host="h", what="smtp", notes=Notes()) as connection:
                await connection.line()

        async with wire.serving(counting) as port:
            await asyncio.gather(*(once(port) for _ in range(4)))

    asyncio.run(asyncio.wait_for(ask(), 5))
    assert most == 1
    assert all(later - earlier >= QUICK.pause for earlier, later in pairwise(starts))


def test_a_server_that_kept_silent_is_not_waited_for_again():
    async def ask() -> tuple[list[str], float, int]:
        notes, reasons = Notes(), []
        loop = asyncio.get_running_loop()
        async with wire.serving(wire.stall) as port:
            dialer = Dialer(clock=clock, limits=QUICK)
            began = loop.time()
            for _ in range(4):
                try:
                    async with dialer.connection("127.0.0.1", port, host="h", what="smtp", notes=notes) as connection:
                        await connection.line()
                except NotObserved as error:
                    reasons.append(error.reason)
            return reasons, loop.time() - began, len(notes.contacts)

    reasons, seconds, contacts = asyncio.run(asyncio.wait_for(ask(), 5))
    assert (reasons, contacts) == (["reply_timeout"] * 4, 1)
    assert seconds < 2 * QUICK.reply


def test_silence_after_our_own_words_is_asked_once_more():
    async def ask() -> tuple[list[str], list[str]]:
        notes, reasons = Notes(), []
        async with wire.serving(wire.stall) as port:
            dialer = Dialer(clock=clock, limits=QUICK)
            for _ in range(4):
                try:
                    async with dialer.connection("127.0.0.1", port, host="h", what="tls", notes=notes) as connection:
                        await connection.send_raw(b"hello")
                        await connection.line()
                except NotObserved as error:
                    reasons.append(error.reason)
        return reasons, [contact.detail for contact in notes.contacts]

    reasons, contacts = asyncio.run(asyncio.wait_for(ask(), 5))
    assert (reasons, contacts) == (["reply_timeout"] * 4, ["reply_timeout"] * 2)
