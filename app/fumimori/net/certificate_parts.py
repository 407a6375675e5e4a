"""The parts of a certificate's DER form (RFC 5280 section 4.1), each read alone: one odd extension hides no other."""

from dataclasses import dataclass, field

from fumimori.grammar import der

SUBJECT_ALT_NAME = b"\x55\x1d\x11"
AUTHORITY_INFORMATION_ACCESS = b"\x2b\x06\x01\x05\x05\x07\x01\x01"
CA_ISSUERS = b"\x2b\x06\x01\x05\x05\x07\x30\x02"
DNS_NAME = 0x82
VERSION, EXTENSIONS = 0xA0, 0xA3
EXTENSIONS_MOST = 100


@dataclass(frozen=True, kw_only=True)
class Parts:
    """The parts; each empty where it cannot be read."""

    issuer: bytes = b""
    subject: bytes = b""
    """Both names in DER, with their headers."""
    public_key: bytes = b""
    """SubjectPublicKeyInfo in DER, as TLSA records and pins take it (RFC 6698)."""
    extensions: dict[bytes, tuple[bytes, ...]] = field(default_factory=dict)
    """Object identifier → the contents of each extension of that kind."""


def parts_of(octets: bytes) -> Parts:
    """The parts of the certificate in `octets`; never raises."""
    tag, certificate, _ = der.first(octets)
    inner_tag, to_be_signed, _ = der.first(certificate)
    if tag != der.SEQUENCE or inner_tag != der.SEQUENCE:
        return Parts()
    fields = _whole(to_be_signed)
    if fields and fields[0][0] == VERSION:
        fields = fields[1:]
    if len(fields) < 6:  # serial, algorithm, issuer, validity, subject, key
        return Parts()
    listed = next((content for tag, content, _ in fields[6:] if tag == EXTENSIONS), b"")
    return Parts(
        issuer=fields[2][2], subject=fields[4][2], public_key=fields[5][2], extensions=_extensions(der.first(listed)[1])
    )


def dns_names(parts: Parts) -> tuple[str, ...]:
    """The dNSName entries of subjectAltName that are text (RFC 5280 4.2.1.6); none where it is there twice."""
    values = parts.extensions.get(SUBJECT_ALT_NAME, ())
    if len(values) != 1:
        return ()
    _, listed, _ = der.first(values[0])
    names = (content for tag, content in der.elements(listed) if tag == DNS_NAME)
    return tuple(name.decode("ascii").lower() for name in names if name.isascii())


def says_where_its_issuer_is(parts: Parts) -> bool:
    """Whether it names the place of its issuer, as certificates of public authorities do and private ones do not."""
    for value in parts.extensions.get(AUTHORITY_INFORMATION_ACCESS, ()):
        for _, description in der.elements(der.first(value)[1]):
            if der.first(description)[:2] == (der.OBJECT_IDENTIFIER, CA_ISSUERS):
                return True
    return False


def _whole(contents: bytes) -> list[tuple[int, bytes, bytes]]:
    """Tag, contents and whole form of each element, up to the first that cannot be read."""
    found: list[tuple[int, bytes, bytes]] = []
    rest = contents
    while rest and len(found) < EXTENSIONS_MOST:
        tag, inner, after = der.first(rest)
        if tag == -1:
            break
        found.append((tag, inner, rest[: len(rest) - len(after)]))
        rest = after
    return found


def _extensions(listed: bytes) -> dict[bytes, tuple[bytes, ...]]:
    found: dict[bytes, tuple[bytes, ...]] = {}
    for _, extension, _ in _whole(listed):
        inner = _whole(extension)
        if len(inner) >= 2 and inner[0][0] == der.OBJECT_IDENTIFIER and inner[-1][0] == der.OCTET_STRING:
            kind, value = inner[0][1], inner[-1][1]
            found[kind] = (*found.get(kind, ()), value)
    return found
