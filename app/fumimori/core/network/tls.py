"""TLS as a probe sees it: the certificate chain of a service, and which versions and suites it accepts."""

from datetime import datetime
from typing import Protocol

from fumimori.core.model import Record


class Certificate(Record):
    """The facts of one certificate; names are untrusted text."""

    subject: str
    issuer: str
    names: tuple[str, ...]
    """dNSName entries of subjectAltName, lower case (RFC 9525: the common name is not used)."""
    not_before: datetime
    not_after: datetime
    key: str
    """`rsa`, `ec`, `ed25519`, `ed448`, `ml_dsa` or `other`."""
    key_bits: int
    signature_hash: str
    """`sha256`, `sha1`, … or empty where the algorithm has none of its own."""
    serial: str
    sha256: str
    """Fingerprint of the DER form, hex."""
    self_signed: bool


class CertificateChain(Record):
    """The chain as the server sent it, leaf first, and whether it holds."""

    certificates: tuple[Certificate, ...]
    trusted: bool
    """A path to a trusted root exists at the time of the measurement, disregarding name."""
    trust_error: str = ""
    """`expired`, `not_yet_valid`, `self_signed`, `incomplete`, `unknown_issuer`, `weak`, `other`, or empty."""
    name_matches: bool = False
    """The name that was asked for is in the leaf's subjectAltName."""
    asked_name: str = ""


class TlsLook(Protocol):
    """Raw hellos of our own; they show what a server accepts without depending on this machine's TLS library."""
