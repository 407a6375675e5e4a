"""The process that opens one key file and ends: passphrase and file come in, the key or the reason why not goes out.

A PKCS #12 file says how many rounds its passphrase goes through (RFC 7292, appendix B; RFC 8018), also within what is
encrypted, where nobody sees it before: the computing is bounded by the process.
"""

import os
import sys
from collections.abc import Iterator
from datetime import UTC, datetime
from typing import TYPE_CHECKING

import msgspec

from fumimori.model import Record
from fumimori.report import workers

if TYPE_CHECKING:
    from cryptography.x509 import Certificate

ROUNDS_MOST = 2_000_000
"""Rounds of one key derivation that are computed; usual are 2,000 to 600,000."""


class Given(Record):
    """What the process is handed."""

    key: bytes
    passphrase: str


class Opened(Record):
    """A key that may sign today, as DER: the key (RFC 5208), its certificate and the others; or why not."""

    code: str = ""
    key: bytes = b""
    certificate: bytes = b""
    others: tuple[bytes, ...] = ()


class KeyFileError(Exception):
    """A key file that does not sign; its text has its sentence under `words.protection`."""


def run() -> int:
    """Read standard input, answer on standard output."""
    answer = os.fdopen(os.dup(sys.stdout.fileno()), "wb")
    workers.bound()
    given = msgspec.msgpack.decode(sys.stdin.buffer.read(), type=Given)
    answer.write(msgspec.msgpack.encode(read(given.key, given.passphrase, datetime.now(UTC))))
    answer.flush()
    return 0


def read(untrusted_content: bytes, passphrase: str, at: datetime) -> Opened:
    """The key with a certificate that may sign at that moment."""
    try:
        return _opened(untrusted_content, passphrase, at)
    except KeyFileError as error:
        return Opened(code=str(error))
    except MemoryError:
        return Opened(code="key_too_large")


def _opened(untrusted_content: bytes, passphrase: str, at: datetime) -> Opened:
    from cryptography.exceptions import UnsupportedAlgorithm
    from cryptography.hazmat.primitives.asymmetric import ec, rsa
    from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat, pkcs12

    if any(rounds > ROUNDS_MOST for rounds in _rounds(untrusted_content)):
        raise KeyFileError("key_too_large")
    try:
        bag = pkcs12.load_pkcs12(untrusted_content, passphrase.encode() or None)
    except ValueError as error:
        raise KeyFileError("key_passphrase") from error
    except (UnsupportedAlgorithm, TypeError) as error:
        raise KeyFileError("key_kind") from error
    if bag.key is None or bag.cert is None:
        raise KeyFileError("key_missing")
    if not isinstance(bag.key, rsa.RSAPrivateKey | ec.EllipticCurvePrivateKey):
        raise KeyFileError("key_kind")
    _check_certificate(bag.cert.certificate, at)
    return Opened(
        key=bag.key.private_bytes(Encoding.DER, PrivateFormat.PKCS8, NoEncryption()),
        certificate=bag.cert.certificate.public_bytes(Encoding.DER),
        others=tuple(one.certificate.public_bytes(Encoding.DER) for one in bag.additional_certs),
    )


def _check_certificate(certificate: "Certificate", at: datetime) -> None:
    """KeyFileError for a certificate that does not sign documents at that moment."""
    from cryptography.x509 import ExtensionNotFound, KeyUsage

    if certificate.not_valid_after_utc < at:
        raise KeyFileError("key_expired")
    if certificate.not_valid_before_utc > at:
        raise KeyFileError("key_not_yet")
    try:
        usage = certificate.extensions.get_extension_for_class(KeyUsage).value
    except ExtensionNotFound:
        return
    except ValueError as error:  # extensions that break the rules of X.509
        raise KeyFileError("not_a_key") from error
    if not (usage.digital_signature or usage.content_commitment):
        raise KeyFileError("key_purpose")


def _rounds(untrusted_content: bytes) -> Iterator[int]:
    """The rounds of every key derivation that a PKCS #12 file names outside its encrypted parts; KeyFileError."""
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
        raise KeyFileError("not_a_key") from error
