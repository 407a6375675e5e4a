"""ClientHello as octets: SSL 2.0, SSL 3.0 (RFC 6101) to TLS 1.3 (RFC 8446), pure."""

import struct
from collections.abc import Iterable

from fumimori.network.tls import VERSIONS, HelloOffer

CODES = dict(zip(VERSIONS, (0x0300, 0x0301, 0x0302, 0x0303, 0x0304), strict=True))

GROUPS = (0x001D, 0x0017, 0x0018, 0x0019, 0x001E, 0x11EC, 0x0100, 0x0101)
"""Curves, one post-quantum hybrid and two finite-field groups: enough that no server refuses for lack of a group."""

SIGNATURES = (
    *(0x0403, 0x0503, 0x0603, 0x0807, 0x0808, 0x0804, 0x0805, 0x0806, 0x0809, 0x080A, 0x080B),
    *(0x0401, 0x0501, 0x0601, 0x0301, 0x0303, 0x0201, 0x0203, 0x0202, 0x0402),
)
"""New hashes first, old ones last: a server that signs with an old one anyway prefers it or has no other."""

RENEGOTIATION_SCSV = 0x00FF
SUITES_MOST = 64
HANDSHAKE = 22
SSL2 = "ssl2"
SSL2_KINDS = (0x0700C0, 0x010080, 0x030080, 0x050080, 0x060040, 0x020080, 0x040080)
"""The cipher kinds of SSL 2.0, export-grade ones last."""


def client_hello(offer: HelloOffer, server_name: str, random: bytes) -> bytes:
    """The record with a ClientHello that makes this offer.

    `random` is 32 octets, or 64 where the last 32 become TLS 1.3's session id for middleboxes. The key share of
    TLS 1.3 is empty, so that a server answers with HelloRetryRequest and nobody computes a key (RFC 8446 4.2.8).
    ValueError for an unknown version, more than 64 suites or a random of another length.
    """
    code = CODES.get(offer.highest)
    if code is None and offer.highest != SSL2:
        raise ValueError(f"no version is called {offer.highest!r}")
    if len(offer.suites) > SUITES_MOST or len(random) not in (32, 64):
        raise ValueError("at most 64 suites, and 32 or 64 octets of random")
    if code is None:
        return _ssl2_hello(offer.suites or SSL2_KINDS, random[:16])
    suites = offer.suites if code == CODES["tls1.3"] else (*offer.suites, RENEGOTIATION_SCSV)
    session = random[32:] if code == CODES["tls1.3"] else b""
    body = struct.pack(">H", min(code, CODES["tls1.2"])) + random[:32]
    body += bytes((len(session),)) + session
    body += _vector16(_codes(suites))
    body += b"\x02\x01\x00" if offer.compression and code < CODES["tls1.3"] else b"\x01\x00"
    if code > CODES["ssl3"]:
        body += _vector16(b"".join(_extensions(code, server_name, offer)))
    message = b"\x01" + struct.pack(">I", len(body))[1:] + body
    record_version = min(code, CODES["tls1.0"])  # RFC 8446 5.1: old record version for compatibility
    return struct.pack(">BHH", HANDSHAKE, record_version, len(message)) + message


def _ssl2_hello(kinds: Iterable[int], challenge: bytes) -> bytes:
    listed = b"".join(kind.to_bytes(3, "big") for kind in kinds)
    body = b"\x01\x00\x02" + struct.pack(">HHH", len(listed), 0, len(challenge)) + listed + challenge
    return struct.pack(">H", 0x8000 | len(body)) + body


def _extensions(code: int, server_name: str, offer: HelloOffer) -> Iterable[bytes]:
    if server_name:
        name = server_name.encode("ascii", "replace")
        yield _extension(0, _vector16(b"\x00" + _vector16(name)))
    yield _extension(10, _vector16(_codes(offer.groups or GROUPS)))
    yield _extension(11, b"\x01\x00")
    if code >= CODES["tls1.2"]:
        yield _extension(13, _vector16(_codes(offer.signatures or SIGNATURES)))
    if code == CODES["tls1.3"]:
        yield _extension(43, b"\x02\x03\x04")
        yield _extension(51, _vector16(b""))
    else:
        yield _extension(23, b"")  # extended master secret (RFC 7627)


def _extension(kind: int, content: bytes) -> bytes:
    return struct.pack(">HH", kind, len(content)) + content


def _vector16(content: bytes) -> bytes:
    return struct.pack(">H", len(content)) + content


def _codes(codes: Iterable[int]) -> bytes:
    return b"".join(struct.pack(">H", code) for code in codes)
