"""SMTP, IMAP and POP3 services as a probe sees them: greeting, capabilities before and after TLS, certificate."""

from typing import Protocol

from fumimori.model import Record
from fumimori.network.tls import CertificateChain, Handshake

IMPLICIT_TLS_PORTS = frozenset({465, 993, 995})
"""Ports where TLS starts with the first byte (RFC 8314 section 7)."""

PROTOCOLS = {
    25: "smtp",
    465: "smtp",
    587: "smtp",
    2525: "smtp",
    143: "imap",
    993: "imap",
    110: "pop3",
    995: "pop3",
    4190: "sieve",
}
"""What is spoken on the ports of mail."""


class MailService(Record):
    """What one polite conversation with one mail service showed; everything it said is untrusted text."""

    host: str
    address: str
    port: int
    protocol: str
    """`smtp`, `imap`, `pop3` or `sieve`."""
    open: bool
    """Whether a connection was made."""
    closed: str = ""
    """Why not: `connection_refused`, `connect_timeout`, `no_route`; empty when it is open."""
    kind: str = ""
    """`implicit` (TLS from the first byte), `starttls` (offered), `plain` (no TLS at all); empty when not known."""
    untrusted_greeting: str = ""
    capabilities: tuple[str, ...] | None = None
    """As listed before TLS, upper case, one line each; None where the server listed none or TLS came first."""
    capabilities_after: tuple[str, ...] | None = None
    """As listed inside TLS."""
    login_before: tuple[str, ...] | None = None
    """Ways to log in that were offered before TLS (`PLAIN`, `LOGIN`, `USER` …); None when that could not be seen."""
    login_after: tuple[str, ...] | None = None
    """Ways to log in that were offered inside TLS."""
    starttls: bool | None = None
    """Whether the change to TLS was offered; None on implicit ports and where no capabilities were listed."""
    tls_works: bool | None = None
    """Whether a handshake completed; None when it was not tried or timed out."""
    large_hello_fails: bool = False
    """A hello with a post-quantum share found no answer, a small one did."""
    size: int | None = None
    """The largest mail accepted in octets (RFC 1870), 0 for *no fixed limit*; None when nothing was announced."""
    handshake: Handshake | None = None
    chain: CertificateChain | None = None
    error: str = ""
    """What broke the conversation off after it began: `not_the_protocol`, `no_starttls`, `tls_alert`, `tls_failed`,
    `reply_timeout`, `connection_closed`, `connection_reset`, `too_much`; empty when it completed."""


class MailClient(Protocol):
    """Polite conversations with mail services: one connection at a time per address and port, QUIT always."""

    async def mail_service(self, host: str, address: str, port: int) -> MailService:
        """What the service says before and after TLS, and its certificate; no login, no mail.

        A port that does not answer is a fact (`open` false). Raises NotObserved when the server accepted the
        connection but would not talk (`busy`, `not_welcome`), fell silent, or broke off before its greeting.
        """
