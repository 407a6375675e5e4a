"""The first flight of a server as octets: its hello, certificates and key exchange; pure and bounded."""

import hashlib
import struct
from collections.abc import Iterator
from dataclasses import dataclass, field

import msgspec

from fumimori.net.tls_wire import CODES, HANDSHAKE, SSL2
from fumimori.network.tls import HelloAnswer

NAMES = {code: name for name, code in CODES.items()}
ANSWER_MOST = 65536
ALERT = 21
SERVER_HELLO, CERTIFICATE, KEY_EXCHANGE, DONE = 2, 11, 12, 14
CHAIN_MOST = 10
NOT_TLS = HelloAnswer(error="not_tls")

FINITE_FIELD = frozenset(
    {
        *range(0x0011, 0x001C),
        *(0x0032, 0x0033, 0x0034, 0x0038, 0x0039, 0x003A, 0x0040, 0x0044, 0x0045, 0x0046, 0x0063, 0x0065, 0x0066),
        *(0x0067, 0x006A, 0x006B, 0x006C, 0x006D, 0x0087, 0x0088, 0x0089, 0x0099, 0x009A, 0x009B, 0x009E, 0x009F),
        *(0x00A2, 0x00A3, 0x00A6, 0x00A7, 0x00BD, 0x00BE, 0x00BF, 0x00C3, 0x00C4, 0x00C5, 0xC09E, 0xC09F, 0xCCAA),
        *(0xC052, 0xC053, 0xC056, 0xC057, 0xC07C, 0xC07D, 0xC080, 0xC081, 0xC0A2, 0xC0A3),
    }
)
"""Suites whose key exchange is a finite-field Diffie-Hellman with a prime of the server's choice."""


def read_answer(octets: bytes, *, whole_flight: bool = False) -> HelloAnswer | None:
    """What the server's first octets say; None while more are needed, the error `not_tls` when they are no TLS.

    With `whole_flight` it waits for certificate and key exchange as well, where they come in the clear; what comes
    after the hello and cannot be read ends the flight and takes nothing of the hello away.
    """
    if octets[:1] and octets[0] & 0x80:
        return _ssl2_answer(octets)
    flight = _read(octets)
    if flight.hello is None:
        if flight.alert is not None:
            return HelloAnswer(alert=flight.alert)
        return NOT_TLS if flight.broken or len(octets) > ANSWER_MOST else None
    answer = _server_hello(flight.hello)
    finished = flight.done or flight.broken or flight.alert is not None or answer.version in ("", "tls1.3")
    if whole_flight and not finished and len(octets) <= ANSWER_MOST:
        return None
    return _with_key_exchange(answer, flight.key_exchange) if whole_flight else answer


def certificates_in(octets: bytes) -> tuple[bytes, ...]:
    """The certificates of a flight in the clear, in DER, leaf first; empty when there are none that can be read."""
    body = _read(octets).certificates
    if body is None or len(body) < 3:
        return ()
    found: list[bytes] = []
    position = 3
    while position + 3 <= len(body) and len(found) < CHAIN_MOST:
        length = int.from_bytes(body[position : position + 3], "big")
        found.append(body[position + 3 : position + 3 + length])
        position += 3 + length
    return tuple(der for der in found if der)


@dataclass(kw_only=True)
class _Flight:
    hello: bytes | None = None
    certificates: bytes | None = None
    key_exchange: bytes | None = None
    alert: int | None = None
    done: bool = False
    broken: bool = False
    handshake: bytearray = field(default_factory=bytearray)

    def take(self) -> None:
        """Take the whole messages out of what came."""
        while len(self.handshake) >= 4 and not (self.done or self.broken):
            kind, length = self.handshake[0], int.from_bytes(self.handshake[1:4], "big")
            if length > ANSWER_MOST or (self.hello is None and (kind != SERVER_HELLO or length < 38)):
                self.broken = True
                return
            if len(self.handshake) < 4 + length:
                return
            body = bytes(self.handshake[4 : 4 + length])
            del self.handshake[: 4 + length]
            if kind == SERVER_HELLO and self.hello is None:
                self.hello = body
            elif kind == CERTIFICATE:
                self.certificates = body
            elif kind == KEY_EXCHANGE:
                self.key_exchange = body
            self.done = self.done or kind == DONE


def _read(octets: bytes) -> _Flight:
    flight, position = _Flight(), 0
    while len(octets) - position >= 5 and not (flight.done or flight.broken):
        kind, version, length = struct.unpack_from(">BHH", octets, position)
        if kind not in (ALERT, HANDSHAKE) or version >> 8 != 3 or length > 16384 + 2048:
            flight.broken = True
            break
        content = octets[position + 5 : position + 5 + length]
        if len(content) < length:
            break
        position += 5 + length
        if kind == HANDSHAKE:
            flight.handshake += content
            flight.take()
        elif len(content) < 2:
            flight.broken = True
        elif content[0] != 1 or content[1] != 112:  # a warning about the name; the hello follows (RFC 6066 3)
            flight.alert = content[1]
            break
    if 0 < len(octets) < 5 and octets[0] not in (ALERT, HANDSHAKE):
        flight.broken = True
    return flight


def _server_hello(body: bytes) -> HelloAnswer:
    (code,) = struct.unpack_from(">H", body)
    after_session = 35 + body[34]
    if len(body) < after_session + 3:
        return NOT_TLS
    (suite,) = struct.unpack_from(">H", body, after_session)
    extensions = dict(_read_extensions(body[after_session + 3 :]))
    if len(extensions.get(43, b"")) == 2:  # supported_versions
        code = int.from_bytes(extensions[43], "big")
    name = NAMES.get(code)
    if name is None:
        return NOT_TLS
    if name == "tls1.3":
        share = extensions.get(51, b"")
        return HelloAnswer(version=name, suite=suite, group=int.from_bytes(share[:2], "big"))
    return HelloAnswer(
        version=name,
        suite=suite,
        compression=body[after_session + 2] != 0,
        secure_renegotiation=0xFF01 in extensions,
        extended_master_secret=23 in extensions,
    )


def _read_extensions(octets: bytes) -> Iterator[tuple[int, bytes]]:
    position = 2
    while position + 4 <= len(octets):
        kind, length = struct.unpack_from(">HH", octets, position)
        yield kind, octets[position + 4 : position + 4 + length]
        position += 4 + length


def _with_key_exchange(answer: HelloAnswer, body: bytes | None) -> HelloAnswer:
    if not body:
        return answer
    group, prime, position = 0, b"", 0
    if answer.suite in FINITE_FIELD:
        fields: list[bytes] = []
        for _ in range(3):  # prime, generator, public value (RFC 5246 section 7.4.3)
            length = int.from_bytes(body[position : position + 2], "big")
            fields.append(body[position + 2 : position + 2 + length])
            position += 2 + length
        prime = fields[0].lstrip(b"\x00")
    elif answer.suite >> 8 in (0xC0, 0xCC) and body[0] == 3 and len(body) >= 4:
        group = int.from_bytes(body[1:3], "big")
        position = 4 + body[3]
    else:
        return answer
    scheme = body[position : position + 2] if answer.version == "tls1.2" else b""
    return msgspec.structs.replace(
        answer,
        group=group,
        dh_bits=int.from_bytes(prime, "big").bit_length(),
        dh_prime_sha256=hashlib.sha256(prime).hexdigest() if prime else "",
        signature=int.from_bytes(scheme, "big") if len(scheme) == 2 else 0,
    )


def _ssl2_answer(octets: bytes) -> HelloAnswer | None:
    """The SERVER-HELLO of SSL 2.0, or its error message (the protocol is supported but nothing fits)."""
    if len(octets) < 13:
        return None
    length = int.from_bytes(octets[:2], "big") & 0x7FFF
    if octets[2] == 0 and length == 3:
        return HelloAnswer(alert=octets[4])
    if octets[2] != 4 or length < 11 or octets[5:7] != b"\x00\x02":
        return NOT_TLS
    certificate, kinds = struct.unpack_from(">HH", octets, 7)
    first = 13 + certificate
    if len(octets) < first + min(kinds, 3):
        return None if len(octets) < 2 + length else NOT_TLS
    if kinds < 3:
        return HelloAnswer(alert=40)
    return HelloAnswer(version=SSL2, suite=int.from_bytes(octets[first : first + 3], "big"))
