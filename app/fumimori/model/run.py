"""What was seen: runs of attempts, with the place that they were made from and every contact."""

from datetime import datetime
from enum import StrEnum
from typing import TYPE_CHECKING

import msgspec

from fumimori.model.base import Record, Values
from fumimori.model.registers import CODE_PREFIX
from fumimori.model.scope import Consent, Scope


class Status(StrEnum):
    """How an attempt ended; only COMPLETED allows a conclusion about the server."""

    COMPLETED = "completed"
    NOT_TESTABLE_HERE = "not_testable_here"
    UNREACHABLE = "unreachable"
    TIMED_OUT = "timed_out"
    REFUSED = "refused"
    CANCELLED = "cancelled"
    OUR_BUG = "our_bug"


class Vantage(Record):
    """Where the measurement ran: what this network lets through, found out before anything is judged."""

    at: datetime
    online: bool
    resolver: str
    """Whose answers are reported."""
    port25: str = "unknown"
    """`open`, `blocked` (the control hosts did not answer on 25 while other ports did) or `unknown`."""
    control_hosts: tuple[str, ...] = ()
    ipv4: bool = True
    ipv6: bool = False
    captive_portal: bool = False
    intercepted: bool = False
    """TLS connections are opened by a proxy on the way."""
    inside: bool = False
    """Addresses of a target are in this machine's own network: what is open here need not be open outside."""
    inside_hosts: tuple[str, ...] = ()
    """Which hosts and addresses these are; while `inside` is true and none is named, all of them."""
    resolver_inside: bool = True
    """The resolver belongs to this network, so that its answers may be meant for this network alone."""
    note: str = ""
    second_resolver: str = ""
    """Who was asked the same for comparison; empty when nobody was."""

    def holds(self, host: str) -> bool:
        """Whether `host` (a name or an address) is in the network that this was measured from."""
        return self.inside and (not self.inside_hosts or host in self.inside_hosts)


class Contact(Record):
    """One line of the contact log: what was sent to whom."""

    at: datetime
    target: str
    """Host name or address."""
    port: int
    transport: str
    """`udp`, `tcp`, `tls`, `https`."""
    what: str
    """A code: `dns`, `smtp`, `imap`, `pop3`, `tls_hello`, `tls_handshake`, `https_get`, `ssh_kexinit`, `ssh_none`,
    `smtp_envelope`, `connect`, `control_host`."""
    detail: str = ""
    sent_bytes: int = 0
    received_bytes: int = 0


class Exchange(Record):
    """A piece of verbatim evidence: what was sent and what came back, bounded, still untrusted."""

    at: datetime
    target: str
    sent: str
    untrusted_received: str


class RunKind(StrEnum):
    """The origin of a run."""

    MEASURED = "measured"
    """This program asked the network."""
    READ = "read"
    """It read documents that a person handed over, results of other tools among them."""


class Source(Record):
    """A document that a run was read from; its content is not kept with the run."""

    name: str
    """As it was called, untrusted."""
    sha256: str
    size: int
    at: datetime
    """When it was handed over."""
    from_whom: str = ""


class Tool(Record):
    """Another program, whose result was handed over; all of it is untrusted text, and what it says is its own word."""

    name: str
    version: str = ""
    """Empty where the result does not say it."""
    at: datetime | None = None
    """When it ran; None where the result does not say it."""


class Attempt(Record):
    """One attempt of one check at one subject; facts are that check's facts record as JSON, None unless COMPLETED."""

    probe: str
    subject: str
    status: Status
    started: datetime
    ended: datetime
    if TYPE_CHECKING:
        facts: msgspec.Raw | None = None
    else:
        # msgspec decodes no union with Raw: a null comes as Raw, and is made None below.
        facts: msgspec.Raw = None
    reason: str = ""
    """A code that says why an attempt is not COMPLETED, such as `port25_blocked`."""
    evidence: tuple[Exchange, ...] = ()
    part: str = ""
    """Which of several things about the subject that count side by side, such as the digest of one message; empty
    where a newer attempt replaces an older one."""
    source: str = ""
    """The SHA-256 of the document that it was read from; empty for a measurement, and for what all of the run's say."""

    def __post_init__(self) -> None:
        if self.facts is not None and bytes(self.facts) == b"null":
            msgspec.structs.force_setattr(self, "facts", None)


class Run(Record):
    """One measurement or reading: from where, under which consent and for which scope, and its result."""

    id: str
    """Unique, of letters, digits and hyphens: a run that is imported twice is there once."""
    started: datetime
    ended: datetime
    vantage: Vantage | None = None
    """None when the run ended before its surroundings were known."""
    consent: Consent = Consent()
    """As it was then."""
    scope: Scope = Scope()
    """As it was then; what counts today is decided by the assessment's own scope."""
    program: str = ""
    """The program's version; empty when it is not known any more."""
    rules: str = ""
    """The rules' version; empty when it is not known any more."""
    attempts: tuple[Attempt, ...] = ()
    contacts: tuple[Contact, ...] = ()
    imported: bool = False
    """It was made elsewhere by this program, and taken over from its JSON."""
    cancelled: bool = False
    """Somebody stopped it before its end."""
    kind: RunKind = RunKind.MEASURED
    sources: tuple[Source, ...] = ()
    """The documents that it was read from; none for a measurement."""
    tool: Tool | None = None
    """The other program that looked, for a reading of its result; from where it looked is not known."""

    @property
    def handed_over(self) -> bool:
        """Whether a person handed it over, as a document or as a measurement that was made elsewhere."""
        return self.imported or self.kind is RunKind.READ


class Outcome(Record):
    """A conclusion of a judge about a subject; `code` is `<probe>.<outcome>` and its severity is in the rules."""

    code: str
    subject: str
    values: Values = ()
    tool: Tool | None = None
    """The other program on whose result alone it rests; None where this program looked itself."""
    stale: bool = False
    """That program ran longer ago than the rules trust."""

    @property
    def recorded(self) -> bool:
        """Whether it follows from a register that people keep, and not from a measurement."""
        return self.code.startswith(CODE_PREFIX)
