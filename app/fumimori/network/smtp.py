"""SMTP up to the envelope as a probe sees it: single commands and their answers, never a mail (RFC 5321)."""

import re
from collections.abc import Sequence
from typing import Protocol

from fumimori.model import Record

COMMANDS = frozenset({"VRFY", "EXPN", "MAIL", "RCPT", "RSET", "NOOP"})
"""What may be said; there is no way to send DATA, BDAT or AUTH."""


_ABOUT_CLIENT = re.compile(
    r"(?i)\b(?:client (?:host|ip)|blocked (?:using|by)|(?:black|block|deny) ?list|dnsbl|rbl|spamhaus|spamcop|barracuda"
    r"|reputation|banned sending ip|(?:your|sending|sender|source|connecting) ip|reverse (?:dns|hostname)"
    r"|helo command rejected|dynamic (?:ip|address)|[45]\.7\.25)\b"
)
"""Ways to say that the client's address or name is refused (RFC 5782; RFC 7372 section 3.3)."""


def about_client(code: int, untrusted_text: str) -> bool:
    """Whether a reply refuses the client itself and says nothing about the command."""
    return code >= 400 and _ABOUT_CLIENT.search(untrusted_text[:1000]) is not None


def refusal(code: int, untrusted_text: str) -> str:
    """The reason when a server will not talk to us.

    `busy`: 4yz asks us to come later (RFC 5321 section 4.2.1). `not_welcome`: 5yz, above all 554 and 521 in place of
    the greeting (RFC 5321 section 3.1, RFC 7504), and 4yz whose text says that our address is blocked: it will be so
    later too. `unexpected`: a code that is no refusal where only 220 or one may stand (RFC 5321 section 4.3.2).
    """
    if code < 400:
        return "unexpected"
    return "busy" if code < 500 and not about_client(code, untrusted_text) else "not_welcome"


class SmtpReply(Record):
    """One command and its answer."""

    command: str
    code: int
    untrusted_text: str = ""
    """The answer's lines without their codes, joined by ` / `."""

    @property
    def accepted(self) -> bool:
        """2xx: the server is content."""
        return 200 <= self.code < 300

    @property
    def refused(self) -> bool:
        """5xx: no, and no again later (RFC 5321 section 4.2.1)."""
        return 500 <= self.code < 600

    @property
    def later(self) -> bool:
        """4xx: not now, such as greylisting; says nothing about the question."""
        return 400 <= self.code < 500

    @property
    def about_client(self) -> bool:
        """It refuses the address that asks; says nothing about the question."""
        return about_client(self.code, self.untrusted_text)


class SmtpDialogue(Record):
    """One conversation with one SMTP server up to the envelope."""

    host: str
    address: str
    port: int
    open: bool
    closed: str = ""
    """Why no connection could be made; empty when one did."""
    untrusted_greeting: str = ""
    untrusted_ehlo: str = ""
    """The first line of the answer to EHLO: the name that the server calls itself."""
    replies: tuple[SmtpReply, ...] = ()
    """One for each command, in order; fewer when the server broke off or asked us to come later."""
    error: str = ""
    """What broke the conversation off after the greeting: `busy`, `not_welcome`, `reply_timeout` …"""


class SmtpClient(Protocol):
    """Conversations up to the envelope: RSET and QUIT always, DATA never."""

    async def smtp_dialogue(
        self, host: str, address: str, port: int, commands: Sequence[str], *, secured: bool = False
    ) -> SmtpDialogue:
        """The answers to `commands`, one after the other; stops at 421 and when the server closes.

        With `secured` they are said inside TLS: from the first byte on ports that are made so, else where STARTTLS is
        offered; an attempt at TLS that fails is an `error` (`tls_failed`, `tls_alert`), and nothing is said then.
        ValueError for a command that is not among COMMANDS or that holds a line end. A port that does not answer is a
        fact (`open` false). Raises NotObserved when the server would not talk (`busy`, `not_welcome`,
        `closed_without_greeting`) or fell silent before its greeting.
        """
