"""SMTP, IMAP and POP3 services as a probe sees them: greeting, capabilities before and after TLS, certificate."""

from typing import Protocol


class MailLook(Protocol):
    """Polite conversations with mail services: one connection at a time per address and port, QUIT always."""
