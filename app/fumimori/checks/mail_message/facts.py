"""The facts of mail_message: what one message shows. Neither its text nor its addressees are kept."""

from datetime import datetime
from enum import StrEnum

from fumimori.checks.observations import FactsKey
from fumimori.grammar.dkim_signature import MailSignature
from fumimori.grammar.trace import Hop, Verdict
from fumimori.model import Record


class Direction(StrEnum):
    """Which way the message went."""

    SENT = "sent"
    RECEIVED = "received"


class Smime(Record):
    """An S/MIME signature and the certificate that made it; names are untrusted."""

    state: str
    """`good`, `changed` (the content is not what was signed), `wrong` (the key did not sign it), `no_certificate`,
    `unknown_algorithm` or `damaged`."""
    signer: str = ""
    issuer: str = ""
    addresses: tuple[str, ...] = ()
    """The mail addresses of the certificate, in lower case."""
    not_before: datetime | None = None
    not_after: datetime | None = None
    signed_at: datetime | None = None
    """As the signer's clock said."""
    trusted: bool = False
    """A path to an authority that this system trusts was there when it was signed, else when it was read."""
    trust_error: str = ""


class Facts(Record):
    """One message."""

    direction: Direction
    sender: str = ""
    """The address in From, in lower case."""
    envelope: str = ""
    """The domain of the address that errors go to."""
    at: datetime | None = None
    """The Date field."""
    complete: bool = True
    """False for a header alone."""
    signatures: tuple[MailSignature, ...] = ()
    hops: tuple[Hop, ...] = ()
    """The last one first, as they stand."""
    receiver: str = ""
    """Who wrote the verdicts."""
    verdicts: tuple[Verdict, ...] = ()
    """Of the server that took it last; anybody can write them into a file."""
    results_first: bool = False
    """The verdicts stand above every Received field: only who took it last can have put them there."""
    vouched: bool = False
    """A person says that their own people sent it, or had it sent for this check."""
    smime: Smime | None = None
    encrypted: bool = False
    program: str = ""
    """What the sending program calls itself, untrusted."""
    internal: tuple[str, ...] = ()
    """Private addresses and names of the inside that it shows, untrusted."""
    bulk: bool = False
    """It says of itself that it goes to many."""
    unsubscribe: bool = False
    one_click: bool = False
    """It can be unsubscribed from with one click, and a signature covers that (RFC 8058)."""

    @property
    def domain(self) -> str:
        """The domain in From."""
        return self.sender.rpartition("@")[2]


MAIL_MESSAGE = FactsKey("mail_message", Facts)
"""Key to read these facts from `Observations`."""
