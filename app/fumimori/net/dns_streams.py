"""Encrypted ways to a resolver, one connection for many questions: DoT (RFC 7858) and DoH over HTTP/2 (RFC 8484)."""

import asyncio
import struct
from abc import ABC, abstractmethod
from collections.abc import Sequence
from typing import TYPE_CHECKING

from fumimori.net.resolvers import Upstream

if TYPE_CHECKING:
    import ssl

MESSAGE_MOST = 65535
QUESTIONS_MOST = 500
"""Questions after which a fresh connection is opened, long before any window of the server's is used up."""

_DATA, _HEADERS, _RST_STREAM, _SETTINGS, _PING, _GOAWAY, _WINDOW_UPDATE = 0, 1, 3, 4, 6, 7, 8
_END_STREAM, _ACK, _END_HEADERS, _PADDED = 0x1, 0x1, 0x4, 0x8
_PREFACE = b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n"
_OURS = struct.pack("!HIHI", 1, 0, 2, 0)
"""SETTINGS_HEADER_TABLE_SIZE 0 and SETTINGS_ENABLE_PUSH 0: nothing of the server's is remembered."""
_STATUS_200 = 0x88
"""`:status: 200` as every HPACK encoder writes it (RFC 7541 appendix A, index 8)."""
_FRAME_MOST = 16384
_CONTROL_MOST = 200
"""Pings and settings of one connection that are answered; who sends more has something else in mind."""


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
        """Close the connection and let nobody wait for it."""
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
        """Send what comes before all questions."""

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
        """See _Multiplexed; there is nothing to say."""

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
    """DNS over HTTPS: one POST per question, as much of HTTP/2 (RFC 9113) as that needs."""

    def __init__(self, upstream: Upstream, context: "ssl.SSLContext") -> None:
        super().__init__(upstream, context)
        self._bodies: dict[int, bytearray] = {}

    def greet(self, writer: asyncio.StreamWriter) -> None:
        """Preface and settings; the whole connection may send us as much as it likes, message by message."""
        self._bodies.clear()
        window = struct.pack("!I", 0x7FFF0000 - 65535)
        writer.write(_PREFACE + _frame(_SETTINGS, 0, 0, _OURS) + _frame(_WINDOW_UPDATE, 0, 0, window))

    def send(self, writer: asyncio.StreamWriter, number: int, wire: bytes) -> None:
        """See _Multiplexed; HTTPS has streams instead of message numbers (RFC 8484 section 4.1)."""
        stream = number * 2 - 1
        authority = (
            self._upstream.host if self._upstream.port == 443 else f"{self._upstream.host}:{self._upstream.port}"
        )
        block = b"\x83\x87" + b"".join(
            (
                _field(1, authority),
                _field(4, self._upstream.path),
                _field(19, "application/dns-message"),
                _field(31, "application/dns-message"),
                _field(28, str(len(wire))),
            )
        )
        self._bodies[number] = bytearray()
        writer.write(
            _frame(_HEADERS, _END_HEADERS, stream, block) + _frame(_DATA, _END_STREAM, stream, b"\0\0" + wire[2:])
        )

    async def listen(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """See _Multiplexed."""
        controls = 0
        while True:
            head = await reader.readexactly(9)
            length, kind, flags = int.from_bytes(head[:3], "big"), head[3], head[4]
            stream = int.from_bytes(head[5:], "big") & 0x7FFFFFFF
            if length > _FRAME_MOST or kind == _GOAWAY:
                raise ConnectionResetError
            payload = await reader.readexactly(length)
            if kind in (_SETTINGS, _PING) and not flags & _ACK:
                controls += 1
                if controls > _CONTROL_MOST:
                    raise ConnectionResetError
                writer.write(_frame(kind, _ACK, 0, payload if kind == _PING else b""))
                await writer.drain()
            elif stream % 2:
                self._arrived((stream + 1) // 2, kind, flags, payload)

    def _arrived(self, number: int, kind: int, flags: int, payload: bytes) -> None:
        body = self._bodies.get(number)
        if body is None:
            return
        bad = kind == _RST_STREAM
        if kind == _HEADERS:
            bad = not _is_200(_unpadded(flags, payload))
        elif kind == _DATA:
            body += _unpadded(flags, payload)
            bad = len(body) > MESSAGE_MOST
        ended = bool(flags & _END_STREAM) and kind in (_HEADERS, _DATA)
        if bad or (ended and len(body) < 12):
            self._failed(number)
        elif ended:
            self._said(number, bytes(body))
        if bad or ended:
            del self._bodies[number]


async def _closed(writer: asyncio.StreamWriter) -> None:
    """Close without waiting for a resolver that does not."""
    writer.close()
    try:
        async with asyncio.timeout(1):
            await writer.wait_closed()
    except (OSError, TimeoutError):
        writer.transport.abort()


def _frame(kind: int, flags: int, stream: int, payload: bytes) -> bytes:
    return len(payload).to_bytes(3, "big") + bytes((kind, flags)) + stream.to_bytes(4, "big") + payload


def _field(index: int, value: str) -> bytes:
    """A header of the static table with a value that nobody is to remember (RFC 7541 section 6.2.2)."""
    octets = value.encode("ascii")
    return _number(index, 4) + _number(len(octets), 7) + octets


def _number(value: int, bits: int) -> bytes:
    """RFC 7541 section 5.1, with all bits of the first octet before the number zero."""
    most = (1 << bits) - 1
    if value < most:
        return bytes((value,))
    value -= most
    octets = [most]
    while value >= 128:
        octets.append(value % 128 + 128)
        value //= 128
    return bytes((*octets, value))


def _unpadded(flags: int, payload: bytes) -> bytes:
    if flags & _PADDED and payload:
        payload = payload[1 : len(payload) - payload[0]]
    return payload


def _is_200(block: Sequence[int]) -> bool:
    """Whether a header block begins with status 200; size updates of a table that we do not have may come first."""
    rest = list(block)
    while rest and rest[0] & 0xE0 == 0x20:
        del rest[0]
    return bool(rest) and rest[0] == _STATUS_200
