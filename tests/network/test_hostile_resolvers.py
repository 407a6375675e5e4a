"""Encrypted resolvers that lie, stall, flood or break off: each question ends in bounded time with a reason."""

import asyncio
import ssl
import struct
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from pathlib import Path

import pytest

from fumimori.net.dns import DnsQueries
from fumimori.network import Notes, NotObserved
from fumimori.network.dns import DnsAnswer
from loopback import wire
from loopback.tls_faults import server_context
from loopback.toy_ca import ToyCa

NAME = "resolver.example"
HEADERS, DATA, RST, GOAWAY, PING, SETTINGS = 1, 0, 3, 7, 6, 4


@pytest.fixture(scope="module")
def ca() -> ToyCa:
    return ToyCa()


@pytest.fixture
def tls(ca: ToyCa, tmp_path: Path) -> ssl.SSLContext:
    context = server_context(ca.leaf("localhost", NAME), tmp_path)
    context.set_alpn_protocols(["h2", "dot"])
    return context


@asynccontextmanager
async def secure(handler: wire.Handler, tls: ssl.SSLContext) -> AsyncIterator[int]:
    async def one(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await writer.start_tls(tls)
        await handler(reader, writer)

    async with wire.serving(one) as port:
        yield port


def asked(ca: ToyCa, tls: ssl.SSLContext, handler: wire.Handler, kind: str) -> DnsAnswer | NotObserved:
    async def run() -> DnsAnswer | NotObserved:
        async with secure(handler, tls) as port:
            place = f"tls://127.0.0.1:{port}#{NAME}" if kind == "tls" else f"https://localhost:{port}/dns-query"
            questions = DnsQueries(
                now=lambda: datetime.now(UTC), resolver=place, roots=[ca.root], try_seconds=0.5, total_seconds=3
            )
            try:
                return await questions.ask("example.jp", "TXT", Notes())
            except NotObserved as not_observed:
                return not_observed
            finally:
                await questions.close()

    return asyncio.run(asyncio.wait_for(run(), 10))


def frame(kind: int, flags: int, stream: int, payload: bytes) -> bytes:
    return len(payload).to_bytes(3, "big") + bytes((kind, flags)) + stream.to_bytes(4, "big") + payload


def saying(*pieces: bytes) -> wire.Handler:
    """Waits for something, says `pieces`, and stays."""

    async def handler(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.read(10)
        for piece in pieces:
            writer.write(piece)
            await writer.drain()
        await asyncio.sleep(30)

    return handler


async def flood(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    """Frames of DATA that never end."""
    await reader.read(10)
    writer.write(frame(HEADERS, 4, 1, b"\x88"))
    while True:
        writer.write(frame(DATA, 0, 1, b"x" * 16000))
        await writer.drain()


async def pinging(_reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    """Pings that never end, and nobody who reads the answers."""
    while True:
        writer.write(frame(PING, 0, 0, b"12345678") * 1000)
        await writer.drain()


async def hang_up(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    """Listen, then go."""
    await reader.read(10)
    writer.close()


NOISE = bytes(range(256)) * 300
FAULTS = [
    ("tls", "silence", wire.stall, "dns_timeout"),
    ("tls", "gone", hang_up, "dns_refused"),
    ("tls", "half a length", saying(b"\x00"), "dns_timeout"),
    ("tls", "half a message", saying(struct.pack("!HH", 500, 1) + b"x" * 100), "dns_timeout"),
    ("tls", "noise", saying(NOISE), "dns_timeout"),
    ("tls", "an empty message", saying(b"\x00\x00"), "dns_timeout"),
    ("tls", "the right number, then noise", saying(struct.pack("!HH", 60, 1) + b"\xff" * 58), "dns_malformed"),
    ("https", "silence", wire.stall, "dns_timeout"),
    ("https", "gone", hang_up, "dns_refused"),
    ("https", "HTTP/1.1", saying(b"HTTP/1.1 400 Bad Request\r\n\r\n" * 2), "dns_timeout"),
    ("https", "noise", saying(NOISE), "dns_refused"),
    ("https", "an endless body", flood, "dns_refused"),
    ("https", "not found", saying(frame(HEADERS, 5, 1, b"\x8d")), "dns_refused"),
    ("https", "a literal status", saying(frame(HEADERS, 5, 1, b"\x08\x03403")), "dns_refused"),
    ("https", "no headers at all", saying(frame(HEADERS, 5, 1, b"")), "dns_refused"),
    ("https", "an empty answer", saying(frame(HEADERS, 5, 1, b"\x88")), "dns_refused"),
    ("https", "the stream reset", saying(frame(RST, 0, 1, b"\0\0\0\x07")), "dns_refused"),
    ("https", "good-bye", saying(frame(GOAWAY, 0, 0, b"\0" * 8)), "dns_refused"),
    ("https", "a frame that is too large", saying(b"\xff\xff\xff\x00\x00\0\0\0\x01"), "dns_timeout"),
    ("https", "another stream", saying(frame(HEADERS, 4, 7, b"\x88") + frame(DATA, 1, 7, b"x" * 40)), "dns_refused"),
    ("https", "some pings", saying(*[frame(PING, 0, 0, b"12345678")] * 50), "dns_timeout"),
    ("https", "pings for ever", saying(*[frame(PING, 0, 0, b"12345678")] * 500), "dns_refused"),
    ("https", "settings for ever", saying(*[frame(SETTINGS, 0, 0, b"")] * 500), "dns_refused"),
    ("https", "pings without reading", pinging, "dns_refused"),
    (
        "https",
        "a body that is no message",
        saying(
            frame(SETTINGS, 0, 0, b"") + frame(HEADERS, 4, 1, b"\x3f\xe1\x1f\x88") + frame(DATA, 1, 1, b"\xff" * 40)
        ),
        "dns_malformed",
    ),
    (
        "https",
        "a padded body that is no message",
        saying(frame(HEADERS, 4, 1, b"\x20\x88") + frame(DATA, 9, 1, b"\x04" + b"\xff" * 40 + b"\0" * 4)),
        "dns_malformed",
    ),
]


@pytest.mark.parametrize(
    ("kind", "handler", "reason"),
    [(kind, handler, reason) for kind, _, handler, reason in FAULTS],
    ids=[f"{kind}: {name}" for kind, name, _, _ in FAULTS],
)
def test_every_fault_ends_with_a_reason(
    ca: ToyCa, tls: ssl.SSLContext, kind: str, handler: wire.Handler, reason: str
) -> None:
    answer = asked(ca, tls, handler, kind)
    assert isinstance(answer, NotObserved)
    assert answer.reason == reason


def test_something_that_speaks_no_tls_is_refused(ca: ToyCa) -> None:
    async def run() -> str:
        async with wire.serving(saying(b"220 hello\r\n")) as port:
            questions = DnsQueries(
                now=lambda: datetime.now(UTC), resolver=f"tls://127.0.0.1:{port}", roots=[ca.root], try_seconds=0.5
            )
            with pytest.raises(NotObserved) as caught:
                await questions.ask("example.jp", "TXT", Notes())
            await questions.close()
            return caught.value.reason

    assert asyncio.run(asyncio.wait_for(run(), 10)) == "dns_refused"
