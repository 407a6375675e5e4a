"""The facts of certificates: what one certificate says, and whether a public authority stands behind it."""

from datetime import datetime
from enum import StrEnum

from fumimori.checks.observations import FactsKey
from fumimori.model import Record


class Use(StrEnum):
    """What a certificate is for."""

    SERVER = "server"
    MAIL = "mail"
    """S/MIME."""
    MARK = "mark"
    """A logo (VMC, CMC)."""


class Facts(Record):
    """One certificate that is no authority's; names are untrusted."""

    use: Use
    names: tuple[str, ...]
    """Host names and mail addresses, in lower case."""
    subject: str
    issuer: str
    not_before: datetime
    not_after: datetime
    key: str
    """`rsa`, `ec`, `ed25519`, `ed448`, `ml_dsa` or `other`."""
    key_bits: int
    signature_hash: str
    sha256: str
    trusted: bool
    """A path to an authority that this system trusts was there."""
    trust_error: str = ""
    """`expired`, `not_yet_valid`, `self_signed`, `incomplete`, `unknown_issuer`, `weak`, `other`, or empty."""


CERTIFICATES = FactsKey("certificates", Facts)
"""Key to read these facts from `Observations`."""
