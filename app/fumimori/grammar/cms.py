"""Signed data (CMS, RFC 5652 section 5) as S/MIME and P7B carry it, in DER or BER; bounded, total, no cryptography."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime

SIGNED_DATA = bytes.fromhex("06092a864886f70d010702")
ENVELOPED_DATA = (bytes.fromhex("06092a864886f70d010703"), bytes.fromhex("060b2a864886f70d0109100117"))
"""Enveloped data, and that with authentication (RFC 5083)."""
MESSAGE_DIGEST = bytes.fromhex("06092a864886f70d010904")
SIGNING_TIME = bytes.fromhex("06092a864886f70d010905")
DIGESTS = {
    bytes.fromhex("06052b0e03021a"): "sha1",
    bytes.fromhex("0609608648016503040201"): "sha256",
    bytes.fromhex("0609608648016503040202"): "sha384",
    bytes.fromhex("0609608648016503040203"): "sha512",
}
PSS = bytes.fromhex("06092a864886f70d01010a")
DEPTH_MOST = 32
ELEMENTS_MOST = 500
CERTIFICATES_MOST = 50
SIGNERS_MOST = 5


@dataclass(frozen=True)
class Element:
    """One element of BER."""

    tag: int
    inner: bytes
    """The contents, without the end of those that do not say their length."""
    whole: bytes


@dataclass(frozen=True, kw_only=True)
class Signer:
    """Who signed, how, and over what."""

    issuer: bytes = b""
    """The issuer's name as DER; empty where the key identifier names the certificate."""
    serial: int = 0
    key_identifier: bytes = b""
    digest: str = ""
    """`sha1`, `sha256`, `sha384`, `sha512`; empty for any other."""
    attributes: bytes = b""
    """The signed attributes as the DER set that the signature covers; empty without."""
    message_digest: bytes = b""
    signed_at: datetime | None = None
    pss: bool = False
    signature: bytes = b""


@dataclass(frozen=True, kw_only=True)
class SignedData:
    """What was signed, by whom, and the certificates that came with it."""

    content: bytes | None
    """None where it is outside the signature (detached)."""
    certificates: tuple[bytes, ...]
    signers: tuple[Signer, ...]


def first(octets: bytes, depth: int = 0, at: int = 0) -> Element | None:
    """The element that begins at `at` of `octets`; None where there is none, or its length lies."""
    head = _head(octets, at)
    if head is None:
        return None
    tag, start, length = head
    if length is not None:
        end = start + length
        return Element(tag, octets[start:end], octets[at:end]) if end <= len(octets) else None
    end = _end(octets, start, depth) or 0
    return Element(tag, octets[start:end], octets[at : end + 2]) if end else None


def _head(octets: bytes, at: int) -> tuple[int, int, int | None] | None:
    """Tag, start of the contents, and their length (None: until the end mark) of the element at `at`."""
    if at + 2 > len(octets) or octets[at] & 0x1F == 0x1F:
        return None
    tag, length = octets[at], octets[at + 1]
    if length == 0x80:
        return (tag, at + 2, None) if tag & 0x20 else None
    if not length & 0x80:
        return tag, at + 2, length
    size = length & 0x7F
    if size > 4 or at + 2 + size > len(octets):
        return None
    return tag, at + 2 + size, int.from_bytes(octets[at + 2 : at + 2 + size], "big")


def _end(octets: bytes, at: int, depth: int) -> int | None:
    """Where the end mark of the contents that begin at `at` stands; None when it does not, or too deep."""
    open_ones = 1
    for _ in range(ELEMENTS_MOST * 20):
        if octets[at : at + 2] == b"\0\0":
            open_ones -= 1
            if not open_ones:
                return at
            at += 2
            continue
        head = _head(octets, at)
        if head is None:
            return None
        _, start, length = head
        if length is None:
            open_ones += 1
            if open_ones + depth > DEPTH_MOST:
                return None
            at = start
        else:
            at = start + length
    return None


def elements(contents: bytes) -> Iterator[Element]:
    """The elements in `contents`, up to the first that cannot be read."""
    at = 0
    for _ in range(ELEMENTS_MOST):
        one = first(contents, at=at)
        if one is None:
            return
        yield one
        at += len(one.whole)


def content_type(octets: bytes) -> str:
    """`signed`, `encrypted` or empty, by the name at the beginning of what may be CMS."""
    outer = first(octets[:64] if octets[1:2] == b"\x80" else octets)
    inner = outer.inner if outer is not None else octets[2:40] if octets[:2] == b"\x30\x80" else b""
    if inner.startswith(SIGNED_DATA):
        return "signed"
    return "encrypted" if inner.startswith(ENVELOPED_DATA) else ""


def parse_signed(octets: bytes) -> SignedData | None:
    """The signed data in `octets`; None for anything else."""
    outer = first(octets)
    if outer is None or outer.tag != 0x30 or not outer.inner.startswith(SIGNED_DATA):
        return None
    wrapped = first(outer.inner[len(SIGNED_DATA) :])
    data = first(wrapped.inner) if wrapped is not None and wrapped.tag == 0xA0 else None
    if data is None or data.tag != 0x30:
        return None
    fields = list(elements(data.inner))
    if len(fields) < 4 or [one.tag for one in fields[:3]] != [0x02, 0x31, 0x30]:
        return None
    certificates: tuple[bytes, ...] = ()
    signers: tuple[Signer, ...] = ()
    for field in fields[3:]:
        if field.tag == 0xA0:
            chosen = [one.whole for one in elements(field.inner) if one.tag == 0x30]
            certificates = tuple(chosen[:CERTIFICATES_MOST])
        elif field.tag == 0x31:
            chosen_signers = [_signer(one.inner) for one in elements(field.inner) if one.tag == 0x30]
            signers = tuple(one for one in chosen_signers[:SIGNERS_MOST] if one is not None)
    return SignedData(content=_content(fields[2].inner), certificates=certificates, signers=signers)


def _content(inner: bytes) -> bytes | None:
    fields = list(elements(inner))
    held = next((field for field in fields[1:] if field.tag == 0xA0), None)
    string = first(held.inner) if held is not None else None
    return None if string is None else _octets(string, 0)


def _octets(string: Element, depth: int) -> bytes:
    """The octets of a string, whose pieces BER may hold one by one."""
    if string.tag & 0x20 == 0 or depth > DEPTH_MOST:
        return string.inner
    pieces, at = [], 0
    while (piece := first(string.inner, at=at)) is not None:
        pieces.append(_octets(piece, depth + 1))
        at += len(piece.whole)
        if len(pieces) > ELEMENTS_MOST * 20:
            break
    return b"".join(pieces)


def _signer(inner: bytes) -> Signer | None:
    fields = list(elements(inner))
    if len(fields) < 5 or fields[0].tag != 0x02:
        return None
    issuer, serial, identifier = b"", 0, b""
    if fields[1].tag == 0x30:
        named = list(elements(fields[1].inner))
        if len(named) < 2:
            return None
        issuer, serial = named[0].whole, int.from_bytes(named[1].inner[:64], "big")
    elif fields[1].tag in (0x80, 0xA0):
        identifier = fields[1].inner
    algorithm = first(fields[2].inner)
    rest = fields[3:]
    attributes, digest, at = b"", b"", None
    if rest[0].tag == 0xA0:
        attributes = b"\x31" + rest[0].whole[1:]
        digest, at = _attributes(rest[0].inner)
        rest = rest[1:]
    if len(rest) < 2:
        return None
    return Signer(
        issuer=issuer,
        serial=serial,
        key_identifier=identifier,
        digest=DIGESTS.get(algorithm.whole, "") if algorithm is not None else "",
        attributes=attributes,
        message_digest=digest,
        signed_at=at,
        pss=rest[0].inner.startswith(PSS),
        signature=_octets(rest[1], 0),
    )


def _attributes(inner: bytes) -> tuple[bytes, datetime | None]:
    digest, at = b"", None
    for attribute in elements(inner):
        values = attribute.inner
        name = first(values)
        if name is None:
            continue
        held = first(values[len(name.whole) :])
        value = first(held.inner) if held is not None else None
        if value is None:
            continue
        if name.whole == MESSAGE_DIGEST:
            digest = value.inner
        elif name.whole == SIGNING_TIME:
            at = _time(value)
    return digest, at


def _time(value: Element) -> datetime | None:
    text = value.inner.decode("ascii", "replace")
    try:
        if value.tag == 0x17:
            year = int(text[:2])
            text = f"{2000 + year if year < 50 else 1900 + year}{text[2:]}"
        return datetime.strptime(text[:14], "%Y%m%d%H%M%S").replace(tzinfo=UTC)
    except ValueError:
        return None
