"""ClientHello and its first answer as octets: SSL 3.0 (RFC 6101) to TLS 1.3 (RFC 8446), pure and bounded."""

import struct
from collections.abc import Iterable

from fumimori.core.network.tls import VERSIONS, HelloAnswer, HelloOffer

CODES = dict(zip(VERSIONS, (0x0300, 0x0301, 0x0302, 0x0303, 0x0304), strict=True))
NAMES = {code: name for name, code in CODES.items()}

GROUPS = (0x001D, 0x0017, 0x0018, 0x0019, 0x001E, 0x11EC, 0x0100, 0x0101)
"""Curves, one post-quantum hybrid and two finite-field groups: enough that no server refuses for want of a group."""

SIGNATURES = (
    *(0x0403, 0x0503, 0x0603, 0x0807, 0x0808, 0x0804, 0x0805, 0x0806, 0x0809, 0x080A, 0x080B),
    *(0x0401, 0x0501, 0x0601, 0x0301, 0x0303, 0x0201, 0x0203, 0x0202, 0x0402),
)
"""Old hashes too: whether a server would still sign with them is not what a hello of ours asks."""

RENEGOTIATION_SCSV = 0x00FF
SUITES_MOST = 64
ANSWER_MOST = 65536
ALERT = 21
HANDSHAKE = 22
SERVER_HELLO = 2


def client_hello(offer: HelloOffer, server_name: str, random: bytes) -> bytes:
    """The record with a ClientHello that makes this offer.

    `random` is 32 octets, or 64 where the last 32 become TLS 1.3's session id for middleboxes. The key share of
    TLS 1.3 is empty, so that a server answers with HelloRetryRequest and nobody computes a key (RFC 8446 4.2.8).
    ValueError for an unknown version, more than 64 suites or a random of another length.
    """
    code = CODES.get(offer.highest)
    if code is None:
        raise ValueError(f"no version is called {offer.highest!r}")
    if len(offer.suites) > SUITES_MOST or len(random) not in (32, 64):
        raise ValueError("at most 64 suites, and 32 or 64 octets of random")
    suites = offer.suites if code == CODES["tls1.3"] else (*offer.suites, RENEGOTIATION_SCSV)
    session = random[32:] if code == CODES["tls1.3"] else b""
    body = struct.pack(">H", min(code, CODES["tls1.2"])) + random[:32]
    body += bytes((len(session),)) + session
    body += _vector16(b"".join(struct.pack(">H", suite) for suite in suites))
    body += b"\x01\x00"  # no compression
    if code > CODES["ssl3"]:
        body += _vector16(b"".join(_extensions(code, server_name)))
    message = b"\x01" + struct.pack(">I", len(body))[1:] + body
    record_version = min(code, CODES["tls1.0"])  # RFC 8446 5.1: old record version for compatibility
    return struct.pack(">BHH", HANDSHAKE, record_version, len(message)) + message


def read_answer(octets: bytes) -> HelloAnswer | None:
    """What the server's first octets say; None while more are needed, the error `not_tls` when they are no TLS."""
    handshake = bytearray()
    position = 0
    while len(octets) - position >= 5:
        kind, version, length = struct.unpack_from(">BHH", octets, position)
        if kind not in (ALERT, HANDSHAKE) or version >> 8 != 3 or length > 16384 + 2048:
            return HelloAnswer(error="not_tls")
        content = octets[position + 5 : position + 5 + length]
        if len(content) < length:
            break
        position += 5 + length
        if kind == ALERT:
            if len(content) < 2:
                return HelloAnswer(error="not_tls")
            if content[0] == 1 and content[1] == 112:  # a warning about the name; the hello follows (RFC 6066 3)
                continue
            return HelloAnswer(alert=content[1])
        handshake += content
        answer = _server_hello(bytes(handshake))
        if answer is not None:
            return answer
    if len(octets) > ANSWER_MOST or (0 < len(octets) < 5 and octets[0] not in (ALERT, HANDSHAKE)):
        return HelloAnswer(error="not_tls")
    return None


def _server_hello(handshake: bytes) -> HelloAnswer | None:
    if len(handshake) < 4:
        return None
    length = int.from_bytes(handshake[1:4], "big")
    if handshake[0] != SERVER_HELLO or not 38 <= length <= ANSWER_MOST:
        return HelloAnswer(error="not_tls")
    body = handshake[4 : 4 + length]
    if len(body) < length:
        return None
    (code,) = struct.unpack_from(">H", body)
    after_session = 35 + body[34]
    if len(body) < after_session + 3:
        return HelloAnswer(error="not_tls")
    (suite,) = struct.unpack_from(">H", body, after_session)
    for kind, content in _read_extensions(body[after_session + 3 :]):
        if kind == 43 and len(content) == 2:  # supported_versions
            code = int.from_bytes(content, "big")
    name = NAMES.get(code)
    return HelloAnswer(version=name, suite=suite) if name else HelloAnswer(error="not_tls")


def _read_extensions(octets: bytes) -> Iterable[tuple[int, bytes]]:
    if len(octets) < 2:
        return
    position = 2
    while position + 4 <= len(octets):
        kind, length = struct.unpack_from(">HH", octets, position)
        yield kind, octets[position + 4 : position + 4 + length]
        position += 4 + length


def _extensions(code: int, server_name: str) -> Iterable[bytes]:
    if server_name:
        name = server_name.encode("ascii", "replace")
        yield _extension(0, _vector16(b"\x00" + _vector16(name)))
    yield _extension(10, _vector16(b"".join(struct.pack(">H", group) for group in GROUPS)))
    yield _extension(11, b"\x01\x00")
    if code >= CODES["tls1.2"]:
        yield _extension(13, _vector16(b"".join(struct.pack(">H", scheme) for scheme in SIGNATURES)))
    if code == CODES["tls1.3"]:
        yield _extension(43, b"\x02\x03\x04")
        yield _extension(51, _vector16(b""))
    else:
        yield _extension(23, b"")  # extended master secret (RFC 7627)


def _extension(kind: int, content: bytes) -> bytes:
    return struct.pack(">HH", kind, len(content)) + content


def _vector16(content: bytes) -> bytes:
    return struct.pack(">H", len(content)) + content
