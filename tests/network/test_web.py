"""HTTPS: one GET, no redirect followed, a certificate that does not hold is shown, every fault ends in bounded time."""

import asyncio
import ssl
from contextlib import asynccontextmanager
from datetime import UTC, datetime

import pytest

from fumimori.net.connect import Dialer, Limits
from fumimori.net.web import Web
from fumimori.network import Notes, NotObserved, Unreachable
from loopback import wire
from loopback.tls_faults import server_context
from loopback.toy_ca import ToyCa

LIMITS = Limits(connect=2, reply=1, conversation=3, pause=0, patience=0)


def now() -> datetime:
    return datetime.now(UTC)


async def loopback_only(_host: str, _notes: Notes) -> tuple[str, ...]:
    return ("127.0.0.1",)


def saying(*pieces: bytes):
    """A handler that reads a request and writes `pieces`."""

    async def handler(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.readuntil(b"\r\n\r\n")
        for piece in pieces:
            writer.write(piece)
            await writer.drain()
        writer.close()
        await writer.wait_closed()

    return handler


def got(handler, *, limit: int = 65536, notes: Notes | None = None, path: str = "/policy.txt", seconds: float = 3):
    """The answer over plain HTTP, or the NotObserved."""

    async def run():
        async with wire.serving(handler) as port:
            web = Web(
                dialer=Dialer(clock=now, limits=LIMITS), addresses=loopback_only, roots=(), now=now, seconds=seconds
            )
            try:
                return await web.get(f"http://localhost:{port}{path}", notes or Notes(), limit=limit)
            except NotObserved as not_observed:
                return not_observed

    return asyncio.run(asyncio.wait_for(run(), 10))


HEAD = b"HTTP/1.1 200 OK\r\nContent-Type: text/plain\r\n"
CHUNKED = HEAD + b"Transfer-Encoding: chunked\r\n\r\n"
WHOLE, LONGER, INCOMPLETE = (False, False), (True, False), (False, True)
BODIES = [
    ("length", (HEAD + b"Content-Length: 5\r\n\r\nhello and more",), "hello", WHOLE),
    ("until the end", (HEAD + b"\r\nhel", b"lo"), "hello", WHOLE),
    ("chunked", (CHUNKED + b"3\r\nhel\r\n2;x=y\r\nlo\r\n0\r\n\r\n",), "hello", WHOLE),
    ("cut short", (HEAD + b"Content-Length: 9\r\n\r\nhello",), "hello", INCOMPLETE),
    ("cut short of what it cannot be", (HEAD + b"Content-Length: 70000\r\n\r\nhello",), "hello", (True, True)),
    ("a chunk cut short", (CHUNKED + b"9\r\nhello",), "hello", INCOMPLETE),
    ("a chunk of nonsense", (CHUNKED + b"zz\r\nhello",), "", INCOMPLETE),
    ("chunks without their end", (CHUNKED + b"5\r\nhello\r\n",), "hello", INCOMPLETE),
    ("a chunk too long", (CHUNKED + b"11170\r\n" + b"x" * 70000 + b"\r\n",), "x" * 65536, LONGER),
    ("too long", (HEAD + b"Content-Length: 70000\r\n\r\n" + b"x" * 70000,), "x" * 65536, LONGER),
    ("too long without end", (HEAD + b"\r\n", *[b"x" * 10000] * 20), "x" * 65536, LONGER),
    ("after an interim answer", (b"HTTP/1.1 103 Early Hints\r\n\r\n", HEAD + b"\r\nhello"), "hello", WHOLE),
    ("octets that are no text", (HEAD + b"\r\nh\xffi",), "h�i", WHOLE),
]


@pytest.mark.parametrize(("pieces", "body", "missing"), [row[1:] for row in BODIES], ids=[row[0] for row in BODIES])
def test_bodies(pieces, body, missing):
    answer = got(saying(*pieces))
    assert (answer.status, answer.untrusted_body, (answer.truncated, answer.incomplete)) == (200, body, missing)
    assert answer.header("Content-Type") == "text/plain"


def test_a_redirect_is_an_answer_and_not_followed():
    answer = got(saying(b"HTTP/1.1 301 Moved\r\nLocation: https://other.test/\r\nContent-Length: 0\r\n\r\n"))
    assert (answer.status, answer.header("location")) == (301, "https://other.test/")


@pytest.mark.parametrize("pieces", [(), (b"220 mail.example.jp ESMTP\r\n",), (b"\x16\x03\x01garbage\r\n",)])
def test_what_is_no_http_has_status_zero(pieces):
    assert got(saying(*pieces)).status == 0


@pytest.mark.parametrize(
    ("handler", "reason"),
    [
        (wire.stall, "reply_timeout"),
        (wire.endless_line, "too_much"),
        (wire.drip, "reply_timeout"),
        (wire.reset, "connection_reset"),
        (saying(b"HTTP/1.1 200 OK\r\n", b"a: b\r\n" * 1000, b"\r\n"), "too_much"),
    ],
    ids=["silence", "an endless line", "a drip", "a reset", "a thousand headers"],
)
def test_every_fault_ends(handler, reason):
    answer = got(handler)
    assert isinstance(answer, NotObserved)
    assert answer.reason == reason


def test_the_time_allowed_covers_everything():
    answer = got(wire.drip, seconds=0.5)
    assert (type(answer).__name__, answer.reason) == ("TimedOut", "reply_timeout")


@pytest.mark.parametrize("url", ["https://mail.example.jp:99999/", "https://[::1/", "https://a]b/", "https://x:y/"])
def test_an_address_that_is_none_is_unreachable(url):
    async def nowhere(_host: str, _notes: Notes) -> tuple[str, ...]:
        raise AssertionError

    async def run():
        web = Web(dialer=Dialer(clock=now, limits=LIMITS), addresses=nowhere, roots=(), now=now)
        with pytest.raises(Unreachable) as caught:
            await web.get(url, Notes())
        return caught.value.reason

    assert asyncio.run(run()) == "no_address"


def test_a_name_without_address_is_unreachable():
    async def nowhere(_host: str, _notes: Notes) -> tuple[str, ...]:
        return ()

    async def run():
        web = Web(dialer=Dialer(clock=now, limits=LIMITS), addresses=nowhere, roots=(), now=now)
        with pytest.raises(NotObserved) as caught:
            await web.get("https://mta-sts.example.jp/", Notes())
        return caught.value.reason

    assert asyncio.run(run()) == "no_address"


def test_request_and_answer_are_written_down():
    notes = Notes()
    got(saying(HEAD + b"\r\nhello"), notes=notes)
    (exchange,) = notes.exchanges
    (contact,) = notes.contacts
    assert exchange.sent.startswith("GET http://localhost:")
    assert exchange.untrusted_received == "HTTP 200\ncontent-type: text/plain\n\nhello"
    assert (contact.what, contact.detail) == ("https_get", "/policy.txt")


# --- TLS ----------------------------------------------------------------------------------------------------------


@asynccontextmanager
async def secure(handler, context: ssl.SSLContext):
    async def one(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            await handler(reader, writer)
        except (OSError, EOFError):
            writer.transport.abort()

    server = await asyncio.start_server(one, "127.0.0.1", 0, ssl=context)
    try:
        yield server.sockets[0].getsockname()[1]
    finally:
        server.close()


def got_secure(context: ssl.SSLContext, roots, name: str = "mta-sts.example.jp"):
    async def run():
        async with secure(saying(HEAD + b"\r\nhello"), context) as port:
            web = Web(dialer=Dialer(clock=now, limits=LIMITS), addresses=loopback_only, roots=roots, now=now)
            return await web.get(f"https://{name}:{port}/x", Notes())

    return asyncio.run(asyncio.wait_for(run(), 10))


HOST = "mta-sts.example.jp"


@pytest.fixture(scope="module")
def ca() -> ToyCa:
    return ToyCa()


@pytest.mark.parametrize(
    ("options", "error", "body"),
    [
        ({}, "", "hello"),
        ({"days_left": -1}, "expired", ""),
        ({"self_signed": True}, "untrusted", ""),
        ({"with_intermediate": False}, "untrusted", ""),
    ],
    ids=["good", "expired", "self-signed", "incomplete"],
)
def test_a_certificate_that_does_not_hold_is_shown_and_nothing_is_asked(ca, tmp_path, options, error, body):
    answer = got_secure(server_context(ca.leaf(HOST, **options), tmp_path), (ca.root,))
    assert (answer.tls_error, answer.untrusted_body) == (error, body)
    assert answer.chain.asked_name == HOST
    assert answer.chain.certificates[0].names == (HOST,)
    assert answer.tls_version == "tls1.3"


def test_the_name_must_be_in_the_certificate(ca, tmp_path):
    answer = got_secure(server_context(ca.leaf("www.example.jp"), tmp_path), (ca.root,))
    assert (answer.tls_error, answer.chain.trusted) == ("wrong_name", True)


def test_a_wildcard_stands_for_the_name(ca, tmp_path):
    answer = got_secure(server_context(ca.leaf("*.example.jp"), tmp_path), (ca.root,))
    assert (answer.tls_error, answer.status) == ("", 200)


def test_plain_text_instead_of_tls_is_a_failed_handshake():
    async def garbage(_reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.write(b"HTTP/1.1 400 Bad Request\r\n\r\n")
        await writer.drain()

    async def run():
        async with wire.serving(garbage) as port:
            web = Web(dialer=Dialer(clock=now, limits=LIMITS), addresses=loopback_only, roots=(), now=now)
            return await web.get(f"https://{HOST}:{port}/", Notes())

    answer = asyncio.run(asyncio.wait_for(run(), 10))
    assert (answer.tls_error, answer.chain) == ("handshake", None)
