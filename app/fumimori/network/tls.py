"""TLS as a probe sees it: the certificate chain of a service, and which versions and suites it accepts."""

from datetime import datetime
from typing import Protocol

from fumimori.model import Record

VERSIONS = ("ssl3", "tls1.0", "tls1.1", "tls1.2", "tls1.3")
"""The versions that can be asked for, oldest first."""


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
    sha512: str = ""
    spki_sha256: str = ""
    """Fingerprint of the public key's DER form (SubjectPublicKeyInfo), as TLSA records name it (RFC 6698)."""
    spki_sha512: str = ""


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
    above: tuple[int, ...] | None = None
    """Positions of the certificates that a path leads up to from a leaf in its time; None where nobody looked."""


class Handshake(Record):
    """What one full handshake agreed on."""

    version: str
    """One of VERSIONS."""
    suite: str
    """The suite's OpenSSL name."""
    group: str = ""
    """The key-exchange group as OpenSSL calls it; empty where there was none or it is not known."""


_FAILURES = frozenset({0, 20, 80, 90})
"""Alerts that judge nothing that was offered: close_notify, bad_record_mac, internal_error, user_canceled."""


class HelloOffer(Record):
    """What this program's ClientHello offers."""

    highest: str
    """One of VERSIONS or `ssl2`; below TLS 1.3 a server may answer with any older version too (RFC 5246 appendix E)."""
    suites: tuple[int, ...]
    """At most 64; longer hellos make some servers hang."""
    groups: tuple[int, ...] = ()
    """The only groups that are offered; empty for the usual ones."""
    signatures: tuple[int, ...] = ()
    """The only signature schemes that are offered from TLS 1.2 on; empty for all, old ones last."""
    compression: bool = False
    """Offer DEFLATE (RFC 3749) before *none*."""
    whole_flight: bool = False
    """Read on to certificate and key exchange, which TLS 1.2 and older show in the clear."""


class HelloAnswer(Record):
    """What a server says to a ClientHello: its choice, or why it made none."""

    version: str = ""
    """The version chosen, one of VERSIONS or `ssl2`; empty when the server did not agree."""
    suite: int = 0
    """The suite chosen; only with a version."""
    alert: int | None = None
    """The description of the alert that the server sent instead (RFC 8446 section 6)."""
    error: str = ""
    """`closed`, `timeout`, `not_tls`, `no_starttls`: neither a choice nor an alert came."""
    compression: bool | None = None
    """DEFLATE was chosen; None for TLS 1.3, which has none."""
    secure_renegotiation: bool | None = None
    """The server binds renegotiations to the first handshake (RFC 5746); None for TLS 1.3, which has none."""
    extended_master_secret: bool | None = None
    """RFC 7627; None for TLS 1.3, which always does so."""
    group: int = 0
    """The group of the key exchange; 0 where none was seen."""
    dh_bits: int = 0
    """The length of a finite-field prime that the server chose itself (TLS 1.2 and older)."""
    dh_prime_sha256: str = ""
    """The fingerprint of that prime, to know published ones by."""
    signature: int = 0
    """The scheme that the key exchange was signed with (TLS 1.2)."""
    chain: CertificateChain | None = None
    """The certificates of the flight."""

    @property
    def broken_off(self) -> bool:
        """Whether the server ended the connection without a verdict: closed it, or failed inside itself.

        So does a server that agreed and then had no parameters or no key for what it chose.
        """
        return not self.version and (self.error == "closed" or self.alert in _FAILURES)

    @property
    def refused(self) -> bool:
        """Whether the server clearly would not have the offer: an alert that says so."""
        return self.alert is not None and self.alert not in _FAILURES


class TlsClient(Protocol):
    """Raw hellos of our own; they show what a server accepts without depending on this machine's TLS library."""

    async def hello(self, host: str, address: str, port: int, offer: HelloOffer, *, starttls: str = "") -> HelloAnswer:
        """The server's answer to one ClientHello; the connection is closed after it.

        `starttls` is `smtp`, `imap` or `pop3` where TLS has to be asked for first, else empty. Raises NotObserved when
        no connection could be made or the server would not talk.
        """

    async def chain(
        self, host: str, address: str, port: int, key: str, *, starttls: str = ""
    ) -> CertificateChain | None:
        """The certificates for clients that take only keys of the kind `key` (`rsa` or `ec`), by a full handshake.

        None when the server has none of that kind; TLS 1.3 shows them in no other way. Raises NotObserved as `hello`.
        """
