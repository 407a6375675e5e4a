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
DEPTH_MOST = 10
LOGOS_MOST = 4
LOGO_LONGEST = 256 * 1024
"""Bytes of a logo after unpacking that are looked at."""
GZIP = b"\x1f\x8b"


class EmbeddedLogo(Record):
    """A logo that a certificate carries or points to."""

    media_type: str
    sha256: str = ""
    """Of the picture itself, unpacked; empty when it could not be read."""
    size: int = 0
    fault: str = ""
    """`not_inside` (only a web address), `bad_base64`, `bad_gzip`, `too_long`; empty for a readable logo."""


def subject_logos(extension: bytes) -> tuple[EmbeddedLogo, ...]:
    """The subject's logos in the DER of a logotype extension; none when it has none or is no such thing."""
    tag, contents, _ = der.first(extension)
    if tag != der.SEQUENCE:
        return ()
    logos: list[EmbeddedLogo] = []
    for field, inner in der.elements(contents):
        if field == SUBJECT_LOGO:
            logos += [_logo(media_type, uris) for media_type, uris in _details(inner, DEPTH_MOST)]
    return tuple(logos[:LOGOS_MOST])


def _details(contents: bytes, depth: int) -> Iterator[tuple[str, list[str]]]:
    """Media type and URIs of each LogotypeDetails within: an IA5String, the hashes, the URIs, one after another."""
    if depth == 0:
        return
    parts = list(der.elements(contents))
    tags = [tag for tag, _ in parts[:3]]
    if tags == [der.IA5_STRING, der.SEQUENCE, der.SEQUENCE]:
        uris = [inner.decode("ascii", "replace") for tag, inner in der.elements(parts[2][1]) if tag == der.IA5_STRING]
        yield parts[0][1].decode("ascii", "replace")[:80], uris
        return
    for tag, inner in parts:
        if tag & 0x20:
            yield from _details(inner, depth - 1)


def _logo(media_type: str, uris: list[str]) -> EmbeddedLogo:
    inside = next((uri for uri in uris if uri.lower().startswith("data:")), "")
    head, comma, encoded = inside.partition(",")
    if not comma or not head.lower().endswith(";base64"):
        return EmbeddedLogo(media_type=media_type, fault="not_inside")
    try:
        picture = base64.b64decode("".join(encoded.split()), validate=True)
    except (binascii.Error, ValueError):
        return EmbeddedLogo(media_type=media_type, fault="bad_base64")
    if picture.startswith(GZIP):
        unpacking = zlib.decompressobj(wbits=31)
        try:
            picture = unpacking.decompress(picture, LOGO_LONGEST)
        except zlib.error:
            return EmbeddedLogo(media_type=media_type, fault="bad_gzip")
        if not unpacking.eof:
            return EmbeddedLogo(media_type=media_type, fault="too_long" if unpacking.unconsumed_tail else "bad_gzip")
    return EmbeddedLogo(media_type=media_type, sha256=hashlib.sha256(picture).hexdigest(), size=len(picture))
