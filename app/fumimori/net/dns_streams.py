"""Encrypted transports to a resolver, many queries per connection: DoT (RFC 7858), DoH over HTTP/2 (RFC 8484)."""

import asyncio
import struct
from abc import ABC, abstractmethod
from collections.abc import Sequence
from typing import TYPE_CHECKING

from fumimori.net.resolvers import HTTPS, PLAIN, TLS, Stream, Upstream

if TYPE_CHECKING:
    import ssl

    from cryptography import x509
    from h2.connection import H2Connection
    from h2.events import Event

MESSAGE_MOST = 65535
QUESTIONS_MOST = 500
"""Questions after which a fresh connection is opened, long before any window of the server's is used up."""

_READ = 65536
_MESSAGE = "application/dns-message"
_CONTROL_MOST = 200
"""Pings and settings of one connection that are answered; more than that is abuse."""


class _Multiplexed(ABC):
    """One connection, the questions that wait for a reply on it, and the task that reads it."""

    def __init__(self, upstream: Upstream, context: "ssl.SSLContext") -> None:
        self._upstream = upstream
        self._context = context
        self._opening = asyncio.Lock()
        self._writer: asyncio.StreamWriter | None = None
        self._listening: asyncio.Task[None] | None = None
        self._waiting: dict[int, asyncio.Future[bytes]] = {}
        self._number = 0

    async def ask(self, wire: bytes) -> bytes:
        """The reply to the question in `wire`, under the question's own number; OSError when there is none."""
        async with self._opening:
            if self._writer is None or self._number >= QUESTIONS_MOST:
                await self._open()
            self._number += 1
            number = self._number
            reply: asyncio.Future[bytes] = asyncio.get_running_loop().create_future()
            self._waiting[number] = reply
            writer = self._writer
            if writer is None:
                raise ConnectionResetError
            self.send(writer, number, wire)
        try:
            await writer.drain()
            message = await reply
            return wire[:2] + message[2:]
        finally:
            self._waiting.pop(number, None)

    async def close(self) -> None:
        """Close the connection; pending questions fail at once."""
        writer, self._writer = self._writer, None
        listening, self._listening = self._listening, None
        if listening is not None:
            listening.cancel()
            await asyncio.gather(listening, return_exceptions=True)
        if writer is not None:
            await _closed(writer)

    @abstractmethod
    def send(self, writer: asyncio.StreamWriter, number: int, wire: bytes) -> None:
        """Put the question on the wire."""

    @abstractmethod
    async def listen(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """Hand every reply over by `_said` until the connection ends."""

    @abstractmethod
    def greet(self, writer: asyncio.StreamWriter) -> None:
        """Send what precedes all queries."""

    def _said(self, number: int, message: bytes) -> None:
        waiting = self._waiting.get(number)
        if waiting is not None and not waiting.done():
            waiting.set_result(message)

    def _failed(self, number: int) -> None:
        waiting = self._waiting.get(number)
        if waiting is not None and not waiting.done():
            waiting.set_exception(ConnectionResetError())

    async def _open(self) -> None:
        await self.close()
        upstream = self._upstream
        reader, writer = await asyncio.open_connection(
            upstream.host, upstream.port, ssl=self._context, server_hostname=upstream.name or upstream.host
        )
        self._number = 0
        self._writer = writer
        self.greet(writer)
        self._listening = asyncio.create_task(self._listened(reader, writer))

    async def _listened(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            await self.listen(reader, writer)
        except (OSError, asyncio.IncompleteReadError, ValueError):
            if self._writer is writer:
                self._writer = None
            await _closed(writer)
        finally:
            for number in list(self._waiting):
                self._failed(number)


class TlsStream(_Multiplexed):
    """DNS over TLS: each message behind its length."""

    def greet(self, writer: asyncio.StreamWriter) -> None:
        """See _Multiplexed; nothing to send."""

    def send(self, writer: asyncio.StreamWriter, number: int, wire: bytes) -> None:
        """See _Multiplexed."""
        writer.write(struct.pack("!HH", len(wire), number) + wire[2:])

    async def listen(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:  # noqa: ARG002 - DoT has nothing to answer
        """See _Multiplexed."""
        while True:
            length = int.from_bytes(await reader.readexactly(2), "big")
            message = await reader.readexactly(length)
            self._said(int.from_bytes(message[:2], "big"), message)


class HttpsStream(_Multiplexed):
    """DNS over HTTPS: one POST per question over HTTP/2 (RFC 9113), whose frames and headers are read by h2."""

    def __init__(self, upstream: Upstream, context: "ssl.SSLContext") -> None:
        super().__init__(upstream, context)
        self._bodies: dict[int, bytearray] = {}
        self._http: H2Connection | None = None

    def greet(self, writer: asyncio.StreamWriter) -> None:
        """Preface and settings; the whole connection may send as much as 500 of the longest answers."""
        from h2.config import H2Configuration
        from h2.connection import H2Connection

        self._bodies.clear()
        self._http = H2Connection(H2Configuration(header_encoding=None))
        self._http.initiate_connection()
        self._http.increment_flow_control_window(QUESTIONS_MOST * MESSAGE_MOST)
        writer.write(self._http.data_to_send())

    def send(self, writer: asyncio.StreamWriter, number: int, wire: bytes) -> None:
        """See _Multiplexed; HTTPS has streams instead of message numbers (RFC 8484 section 4.1)."""
        from h2.exceptions import ProtocolError

        if self._http is None:
            raise ConnectionResetError
        stream, to = _stream(number), self._upstream
        try:
            self._http.send_headers(
                stream,
                (
                    (":method", "POST"),
                    (":scheme", "https"),
                    (":authority", to.host if to.port == 443 else f"{to.host}:{to.port}"),
                    (":path", to.path),
                    ("accept", _MESSAGE),
                    ("content-type", _MESSAGE),
                    ("content-length", str(len(wire))),
                ),
            )
            self._http.send_data(stream, b"\0\0" + wire[2:], end_stream=True)
        except ProtocolError as error:  # the server allows no more streams, or no more octets
            raise ConnectionResetError from error
        self._bodies[stream] = bytearray()
        writer.write(self._http.data_to_send())

    async def listen(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """See _Multiplexed."""
        from h2.events import PingReceived, RemoteSettingsChanged
        from h2.exceptions import ProtocolError

        controls = 0
        while self._http is not None and (octets := await reader.read(_READ)):
            try:
                events = self._http.receive_data(octets)
            except ProtocolError as error:
                raise ConnectionResetError from error
            for event in events:
                controls += isinstance(event, PingReceived | RemoteSettingsChanged)
                self._happened(event)
            if controls > _CONTROL_MOST:
                raise ConnectionResetError
            writer.write(self._http.data_to_send())
            await writer.drain()
        raise ConnectionResetError

    def _happened(self, event: "Event") -> None:
        from h2.events import ConnectionTerminated, DataReceived, ResponseReceived, StreamEnded, StreamReset

        if isinstance(event, ConnectionTerminated):
            raise ConnectionResetError
        if not isinstance(event, DataReceived | ResponseReceived | StreamEnded | StreamReset):
            return
        body = self._bodies.get(event.stream_id or 0)
        if body is None:
            return
        bad = isinstance(event, StreamReset)
        if isinstance(event, ResponseReceived):
            bad = (b":status", b"200") not in (event.headers or ())
        elif isinstance(event, DataReceived):
            body += event.data or b""
            bad = len(body) > MESSAGE_MOST
        ended = isinstance(event, StreamEnded)
        if bad or (ended and len(body) < 12):
            self._failed(_number(event.stream_id or 0))
        elif ended:
            self._said(_number(event.stream_id or 0), bytes(body))
        if bad or ended:
            del self._bodies[event.stream_id or 0]


def _stream(number: int) -> int:
    """A client's streams have odd numbers (RFC 9113 section 5.1.1)."""
    return number * 2 - 1


def _number(stream: int) -> int:
    return (stream + 1) // 2


async def _closed(writer: asyncio.StreamWriter) -> None:
    """Close without waiting for a resolver that does not."""
    writer.close()
    try:
        async with asyncio.timeout(1):
            await writer.wait_closed()
    except (OSError, TimeoutError):
        writer.transport.abort()


def open_stream(upstream: Upstream, roots: Sequence["x509.Certificate"]) -> Stream | None:
    """The connection to an encrypted resolver, judged by `roots`; None for one that is asked by plain DNS."""
    if upstream.kind == PLAIN:
        return None
    made = TlsStream if upstream.kind == TLS else HttpsStream
    return made(upstream, _context(roots, ["h2"] if upstream.kind == HTTPS else ["dot"]))


def _context(roots: Sequence["x509.Certificate"], protocols: list[str]) -> "ssl.SSLContext":
    import ssl

    from cryptography.hazmat.primitives.serialization import Encoding

    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    if roots:
        context.load_verify_locations(cadata=b"".join(root.public_bytes(Encoding.DER) for root in roots))
    context.set_alpn_protocols(protocols)
    return context
