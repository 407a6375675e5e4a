"""A report that is signed (PAdES baseline B-B, ETSI EN 319 142-1) or opens with a passphrase (AES-256, ISO 32000-2).

Both are added to the finished report. It then claims no longer to be PDF/A: ISO 19005-3 forbids encryption (6.1.3) and
the hidden field that a signature without a picture needs under ISO 14289-1. What a person hands in is kept nowhere.
"""

import re
from dataclasses import dataclass, field
from io import BytesIO
from typing import TYPE_CHECKING

import msgspec

if TYPE_CHECKING:
    from fumimori.report.key_worker import Opened

SHORTEST, LONGEST = 12, 64
"""Letters of a passphrase; a PDF reader takes 127 bytes (ISO 32000-2, 7.6.4.3.3)."""
KEY_MOST = 256 * 1024
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
    opened = _opened_key(protection) if protection.key else None
    closed = _closed(pdf, protection.passphrase)
    return _signed(closed, opened, protection.passphrase) if opened else closed


def check_passphrase(passphrase: str) -> None:
    """ProtectionError unless every PDF reader reads it alike: printable ASCII, within the length limit."""
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


def _opened_key(protection: Protection) -> "Opened":
    """The key with a certificate that may sign today, opened by a process of its own; ProtectionError."""
    from fumimori.report import workers
    from fumimori.report.key_worker import Given, Opened

    if len(protection.key) > KEY_MOST:
        raise ProtectionError("key_too_large")
    try:
        given = msgspec.msgpack.encode(Given(key=protection.key, passphrase=protection.key_passphrase))
    except UnicodeEncodeError as error:
        raise ProtectionError("key_passphrase") from error
    try:
        opened = msgspec.msgpack.decode(workers.ask("open-key", given), type=Opened)
    except (TimeoutError, msgspec.DecodeError) as error:  # it did not end, or its limits ended it
        raise ProtectionError("key_too_large") from error
    except OSError as error:
        raise ProtectionError("key_unopened") from error
    if opened.code:
        raise ProtectionError(opened.code)
    return opened


def _signed(pdf: bytes, opened: "Opened", passphrase: str) -> bytes:
    """`pdf` with a signature without a picture, appended; nothing is asked over a network."""
    from asn1crypto import keys, x509
    from pyhanko.pdf_utils.incremental_writer import IncrementalPdfFileWriter
    from pyhanko.sign import fields, signers
    from pyhanko_certvalidator.registry import SimpleCertificateStore

    signer = signers.SimpleSigner(
        signing_cert=x509.Certificate.load(opened.certificate),
        signing_key=keys.PrivateKeyInfo.load(opened.key),
        cert_registry=SimpleCertificateStore.from_certs([x509.Certificate.load(one) for one in opened.others]),
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
