"""Logos inside certificates: the logotype extension (RFC 3709, RFC 6170), as far as mark certificates use it."""

import base64
import binascii
import hashlib
import zlib
from collections.abc import Iterator

from fumimori.grammar import der
from fumimori.model import Record

SUBJECT_LOGO = 0xA2
"""The field subjectLogo: explicit tag 2."""
OCTETS = 0x04
DEPTH_MOST = 10
LOGOS_MOST = 4
LOGO_LONGEST = 256 * 1024
"""Bytes of a logo after unpacking that are looked at."""
SVG_TYPES = frozenset({"image/svg+xml", "image/svg+xml+gzip"})
"""Media types of RFC 6170 section 5.2 and of certificates as they are issued."""
HASHES = {
    bytes.fromhex("0609608648016503040201"): "sha256",
    bytes.fromhex("0609608648016503040202"): "sha384",
    bytes.fromhex("0609608648016503040203"): "sha512",
    bytes.fromhex("06052b0e03021a"): "sha1",
}
"""Object identifiers in DER, and what they are called."""
GZIP = b"\x1f\x8b"


class EmbeddedLogo(Record):
    """A logo that a certificate carries or points to."""

    media_type: str
    sha256: str = ""
    """Of the picture itself, unpacked; empty when it could not be read."""
    size: int = 0
    fault: str = ""
    """`not_inside` (only a web address), `bad_base64`, `other_hash` (the hash beside it is not that of the data,
    RFC 3709 section 4.1), `not_svg` (the media type is another), `bad_gzip`, `too_long`; empty for a readable logo."""


def subject_logos(extension: bytes) -> tuple[EmbeddedLogo, ...]:
    """The subject's logos in the DER of a logotype extension; none when it has none or is no such thing."""
    tag, contents, _ = der.first(extension)
    if tag != der.SEQUENCE:
        return ()
    logos: list[EmbeddedLogo] = []
    for field, inner in der.elements(contents):
        if field == SUBJECT_LOGO:
            logos += [_logo(*details) for details in _details(inner, DEPTH_MOST)]
    return tuple(logos[:LOGOS_MOST])


def _details(contents: bytes, depth: int) -> Iterator[tuple[str, bytes, list[str]]]:
    """Media type, hashes in DER and URIs of each LogotypeDetails within, which are there one after another."""
    if depth == 0:
        return
    parts = list(der.elements(contents))
    tags = [tag for tag, _ in parts[:3]]
    if tags == [der.IA5_STRING, der.SEQUENCE, der.SEQUENCE]:
        uris = [inner.decode("ascii", "replace") for tag, inner in der.elements(parts[2][1]) if tag == der.IA5_STRING]
        yield parts[0][1].decode("ascii", "replace")[:80], parts[1][1], uris
        return
    for tag, inner in parts:
        if tag & 0x20:
            yield from _details(inner, depth - 1)


def _hashes_fit(hashes: bytes, *data: bytes) -> bool:
    """Whether every hash that is known here is that of one of `data`: the logo as it is there, or unpacked."""
    for _, hashed in der.elements(hashes):
        parts = list(der.elements(hashed))
        if [tag for tag, _ in parts[:2]] != [der.SEQUENCE, OCTETS]:
            continue
        algorithm = next((name for oid, name in HASHES.items() if parts[0][1].startswith(oid)), "")
        if algorithm and parts[1][1] not in {hashlib.new(algorithm, one).digest() for one in data}:
            return False
    return True


def _logo(media_type: str, hashes: bytes, uris: list[str]) -> EmbeddedLogo:  # noqa: PLR0911 - by fault
    inside = next((uri for uri in uris if uri.lower().startswith("data:")), "")
    head, comma, encoded = inside.partition(",")
    if not comma or not head.lower().endswith(";base64"):
        return EmbeddedLogo(media_type=media_type, fault="not_inside")
    try:
        picture = base64.b64decode("".join(encoded.split()), validate=True)
    except (binascii.Error, ValueError):
        return EmbeddedLogo(media_type=media_type, fault="bad_base64")
    data = picture
    if media_type.lower().strip() not in SVG_TYPES:
        return EmbeddedLogo(media_type=media_type, fault="not_svg")
    if picture.startswith(GZIP):
        unpacking = zlib.decompressobj(wbits=31)
        try:
            picture = unpacking.decompress(picture, LOGO_LONGEST)
        except zlib.error:
            return EmbeddedLogo(media_type=media_type, fault="bad_gzip")
        if not unpacking.eof:
            return EmbeddedLogo(media_type=media_type, fault="too_long" if unpacking.unconsumed_tail else "bad_gzip")
    if not _hashes_fit(hashes, data, picture):
        return EmbeddedLogo(media_type=media_type, fault="other_hash")
    return EmbeddedLogo(media_type=media_type, sha256=hashlib.sha256(picture).hexdigest(), size=len(picture))
