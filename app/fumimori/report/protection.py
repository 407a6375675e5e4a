"""A report that is signed (PAdES baseline B-B, ETSI EN 319 142-1) or opens with a passphrase (AES-256, ISO 32000-2).

Both are added to the finished report. It then claims no longer to be PDF/A: ISO 19005-3 forbids encryption (6.1.3) and
the hidden field that a signature without a picture needs under ISO 14289-1. What a person hands in is kept nowhere.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime
from io import BytesIO
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from cryptography.hazmat.primitives.serialization.pkcs12 import PKCS12KeyAndCertificates
    from cryptography.x509 import Certificate

SHORTEST, LONGEST = 12, 64
"""Letters of a passphrase; a PDF reader takes 127 bytes (ISO 32000-2, 7.6.4.3.3)."""
KEY_MOST = 256 * 1024
ROUNDS_MOST = 2_000_000
"""Rounds of a key derivation that are computed for a key file; usual are 2,000 to 600,000."""
_ARCHIVAL = re.compile(rb"<pdfaid:part>\d</pdfaid:part><pdfaid:conformance>[A-Z]</pdfaid:conformance>")
_FIELD = "Signature"


class ProtectionError(Exception):
    """Why a report is not protected; `code` has its sentence under `words.protection`."""

    def __init__(self, code: str) -> None:
        super().__init__(code)
        self.code = code


@dataclass(frozen=True, kw_only=True)
class Protection:
    """What a report is protected with; an empty field asks for nothing."""

    passphrase: str = field(default="", repr=False)
    """What opens the report."""
    key: bytes = field(default=b"", repr=False)
    """A private key with its certificates as PKCS #12 (RFC 7292), which signs the report."""
    key_passphrase: str = field(default="", repr=False)

    def __bool__(self) -> bool:
        return bool(self.passphrase or self.key)


def protected(pdf: bytes, protection: Protection) -> bytes:
    """`pdf` with what is asked for, or as it is when nothing is; ProtectionError. May take seconds.

    The bytes differ each time: a key is drawn, and the signature names the moment.
    """
    if not protection:
        return pdf
    if protection.passphrase:
        check_passphrase(protection.passphrase)
    bag = _opened_key(protection) if protection.key else None
    closed = _closed(pdf, protection.passphrase)
    return _signed(closed, bag, protection.passphrase) if bag else closed


def check_passphrase(passphrase: str) -> None:
    """ProtectionError unless every PDF reader takes it alike: so many letters, digits and signs of ASCII."""
    if not all(" " <= letter <= "~" for letter in passphrase):
        raise ProtectionError("passphrase_letters")
    if not SHORTEST <= len(passphrase) <= LONGEST:
        raise ProtectionError("passphrase_length")


def _closed(pdf: bytes, passphrase: str) -> bytes:
    """`pdf` without its claim to be PDF/A, encrypted when there is a passphrase; everything may be done with it."""
    import pikepdf

    with pikepdf.open(BytesIO(pdf)) as document:
        packet = _ARCHIVAL.sub(b"", document.Root.Metadata.read_bytes())
        document.Root.Metadata.write(packet)
        locked = pikepdf.Encryption(owner=passphrase, user=passphrase, R=6) if passphrase else False
        octets = BytesIO()
        document.save(octets, encryption=locked, object_stream_mode=pikepdf.ObjectStreamMode.generate)
        return octets.getvalue()


def _opened_key(protection: Protection) -> "PKCS12KeyAndCertificates":
    """The key with a certificate that may sign today; ProtectionError."""
    from cryptography.hazmat.primitives.asymmetric import ec, rsa
    from cryptography.hazmat.primitives.serialization import pkcs12

    if len(protection.key) > KEY_MOST or any(rounds > ROUNDS_MOST for rounds in _rounds(protection.key)):
        raise ProtectionError("key_too_large")
    try:
        bag = pkcs12.load_pkcs12(protection.key, protection.key_passphrase.encode() or None)
    except ValueError as error:
        raise ProtectionError("key_passphrase") from error
    if bag.key is None or bag.cert is None:
        raise ProtectionError("key_missing")
    if not isinstance(bag.key, rsa.RSAPrivateKey | ec.EllipticCurvePrivateKey):
        raise ProtectionError("key_kind")
    _check_certificate(bag.cert.certificate, datetime.now(UTC))
    return bag


def _check_certificate(certificate: "Certificate", at: datetime) -> None:
    """ProtectionError for a certificate that does not sign documents at that moment."""
    from cryptography.x509 import ExtensionNotFound, KeyUsage

    if certificate.not_valid_after_utc < at:
        raise ProtectionError("key_expired")
    if certificate.not_valid_before_utc > at:
        raise ProtectionError("key_not_yet")
    try:
        usage = certificate.extensions.get_extension_for_class(KeyUsage).value
    except ExtensionNotFound:
        return
    except ValueError as error:  # extensions that break the rules of X.509
        raise ProtectionError("not_a_key") from error
    if not (usage.digital_signature or usage.content_commitment):
        raise ProtectionError("key_purpose")


def _rounds(untrusted_content: bytes) -> Iterator[int]:
    """The rounds of every key derivation that a PKCS #12 file names outside its encrypted parts; ProtectionError."""
    from asn1crypto import pkcs12

    try:
        bag = pkcs12.Pfx.load(untrusted_content, strict=True)
        mac = bag["mac_data"]
        if mac.native is not None:
            yield int(mac["iterations"].native)
        for part in bag.authenticated_safe:
            if part["content_type"].native == "encrypted_data":
                yield int(part["content"]["encrypted_content_info"]["content_encryption_algorithm"].kdf_iterations)
            elif part["content_type"].native == "data":
                for one in pkcs12.SafeContents.load(part["content"].native):
                    if one["bag_id"].native == "pkcs8_shrouded_key_bag":
                        yield int(one["bag_value"]["encryption_algorithm"].kdf_iterations)
    except (ValueError, TypeError, KeyError, AttributeError, RecursionError) as error:  # as the library finds it
        raise ProtectionError("not_a_key") from error


def _signed(pdf: bytes, bag: "PKCS12KeyAndCertificates", passphrase: str) -> bytes:
    """`pdf` with a signature without a picture, appended; nothing is asked over a network."""
    from asn1crypto import keys, x509
    from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
    from pyhanko.pdf_utils.incremental_writer import IncrementalPdfFileWriter
    from pyhanko.sign import fields, signers
    from pyhanko_certvalidator.registry import SimpleCertificateStore

    if bag.key is None or bag.cert is None:
        raise ProtectionError("key_missing")
    others = [x509.Certificate.load(one.certificate.public_bytes(Encoding.DER)) for one in bag.additional_certs]
    private = bag.key.private_bytes(Encoding.DER, PrivateFormat.PKCS8, NoEncryption())
    signer = signers.SimpleSigner(
        signing_cert=x509.Certificate.load(bag.cert.certificate.public_bytes(Encoding.DER)),
        signing_key=keys.PrivateKeyInfo.load(private),
        cert_registry=SimpleCertificateStore.from_certs(others),
    )
    writer = IncrementalPdfFileWriter(BytesIO(pdf))
    if passphrase:
        writer.encrypt(passphrase)
    unseen = fields.InvisSigSettings(set_print_flag=False, set_hidden_flag=True)
    meta = signers.PdfSignatureMetadata(
        field_name=_FIELD, md_algorithm="sha256", subfilter=fields.SigSeedSubFilter.PADES
    )
    place = fields.SigFieldSpec(_FIELD, invis_sig_settings=unseen)
    made: BytesIO = signers.PdfSigner(meta, signer, new_field_spec=place).sign_pdf(writer)
    return made.getvalue()
