"""A toy mark authority: certificates of marks with a logo inside (RFC 3709), and logos with and without faults."""

import base64
import gzip
import hashlib
from datetime import timedelta

from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import Encoding
from cryptography.x509.oid import NameOID

from fumimori.checks.bimi.mark import LOGOTYPE, MARK_TYPE, USAGE
from loopback.toy_ca import ToyCa

LOGO = (
    '<svg xmlns="http://www.w3.org/2000/svg" version="1.2" baseProfile="tiny-ps" width="96" height="96"'
    ' viewBox="0 0 96 96"><title>Example</title><desc>A disc on a square</desc>'
    '<rect width="96" height="96" fill="#ffffff"/><g fill="#1f4e79"><circle cx="48" cy="48" r="40"/></g></svg>'
)
TRADEMARK = {
    "1.3.6.1.4.1.53087.1.2": "https://www.jpo.example/",
    "1.3.6.1.4.1.53087.1.3": "JP",
    "1.3.6.1.4.1.53087.1.4": "1234567",
}


def der(tag: int, *contents: bytes) -> bytes:
    """One DER element around `contents`."""
    body = b"".join(contents)
    if len(body) < 128:
        return bytes([tag, len(body)]) + body
    size = (len(body).bit_length() + 7) // 8
    return bytes([tag, 0x80 | size]) + len(body).to_bytes(size, "big") + body


def logotype(svg: str, *, uri: str = "", media_type: str = "image/svg+xml", hashed_data: bytes | None = None) -> bytes:
    """The extension's value: a direct subject logo, packed into a data: URI where no other `uri` is given."""
    packed = gzip.compress(svg.encode(), mtime=0)
    place = uri or "data:image/svg+xml;base64," + base64.b64encode(packed).decode()
    sha256 = der(0x30, bytes.fromhex("0609608648016503040201"))
    hashed = der(0x30, sha256, der(0x04, hashlib.sha256(packed if hashed_data is None else hashed_data).digest()))
    details = der(0x30, der(0x16, media_type.encode()), der(0x30, hashed), der(0x30, der(0x16, place.encode())))
    image = der(0x30, details)
    direct = der(0xA0, der(0x30, image))
    return der(0x30, der(0xA2, direct))


class ToyMarks:
    """Issues mark certificates below the toy authority's intermediate."""

    def __init__(self, ca: ToyCa) -> None:
        self.ca = ca

    def pem(
        self,
        *names: str,
        svg: str = LOGO,
        mark: str = "Registered Mark",
        days_left: float = 200,
        usage: str = USAGE,
        uri: str = "",
        with_logo: bool = True,
        trademark: bool = True,
        constraints: bool = False,
        media_type: str = "image/svg+xml",
        hashed_data: bytes | None = None,
        extensions: tuple[tuple[x509.ExtensionType, bool], ...] = (),
        rsa_bits: int = 0,
        issuers: tuple[x509.Certificate, ...] | None = None,
    ) -> str:
        """The PEM file of a certificate for the domain `names`, its issuers behind it."""
        attributes = {MARK_TYPE: mark} | (TRADEMARK if trademark else {})
        subject = x509.Name(
            [
                x509.NameAttribute(NameOID.COUNTRY_NAME, "JP"),
                x509.NameAttribute(NameOID.ORGANIZATION_NAME, "Example"),
                *(x509.NameAttribute(x509.ObjectIdentifier(oid), text) for oid, text in attributes.items() if text),
            ]
        )
        key = rsa.generate_private_key(65537, rsa_bits) if rsa_bits else ec.generate_private_key(ec.SECP256R1())
        end = self.ca.now + timedelta(days=days_left)
        builder = (
            x509.CertificateBuilder()
            .subject_name(subject)
            .issuer_name(self.ca.intermediate.subject)
            .public_key(key.public_key())
            .serial_number(x509.random_serial_number())
            .not_valid_before(end - timedelta(days=397))
            .not_valid_after(end)
            .add_extension(x509.ExtendedKeyUsage([x509.ObjectIdentifier(usage)]), critical=False)
        )
        if names:
            named = x509.SubjectAlternativeName([x509.DNSName(name) for name in names])
            builder = builder.add_extension(named, critical=False)
        if with_logo:
            value = logotype(svg, uri=uri, media_type=media_type, hashed_data=hashed_data)
            extension = x509.UnrecognizedExtension(x509.ObjectIdentifier(LOGOTYPE), value)
            builder = builder.add_extension(extension, critical=False)
        if constraints:
            limits = x509.NameConstraints(permitted_subtrees=[x509.DNSName("example.jp")], excluded_subtrees=None)
            builder = builder.add_extension(limits, critical=False)
        for extra, critical in extensions:
            builder = builder.add_extension(extra, critical=critical)
        leaf = builder.sign(self.ca._issuing_key, SHA256())
        behind = (self.ca.intermediate, self.ca.root) if issuers is None else issuers
        return "".join(certificate.public_bytes(Encoding.PEM).decode() for certificate in (leaf, *behind))
