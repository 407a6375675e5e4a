"""The contract of a check: where it looks or what it reads, what it records, and how what it saw is judged.

Check      id, control, facts, judge; its outcomes are the keys of its rules.toml
├── Probe  asks the network about a subject, under consent
└── Reader takes in a file that a person handed over; nothing is sent, so that nobody's consent is asked

A reader lives in `checks/<id>/reader.py` as `READER`, next to its `facts.py`; it is found by walking. It says by
content how sure it is that a document is its own (`accepts`), records what the document says of each subject (`read`)
and concludes nothing; the same pure `judge` as a probe's names the outcomes. What it cannot read it says with one of

NotReadable    the document cannot be read
├── Damaged    it begins as what it should be and does not go on so
├── TooMuch    it holds more than is read
├── Protected  it is locked by a password
└── Secret     it holds a private key or a password: recognised, refused, and not kept
"""

from collections.abc import Awaitable, Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Generic, TypeVar

from fumimori.checks.observations import FactsKey, Observations, host_of
from fumimori.model import ConsentLevel, Control, Hosting, Outcome, Record, Rules, Scope, Tool
from fumimori.network import Network
from fumimori.network.tls import CertificateChain

F = TypeVar("F", bound=Record)
F_co = TypeVar("F_co", bound=Record, covariant=True)


def _lies_within(host: str, domain: str) -> bool:
    return host == domain or host.endswith("." + domain)


@dataclass(frozen=True, kw_only=True)
class ProbeContext:
    """What `collect` is handed for one attempt."""

    network: Network
    observations: Observations
    rules: Rules
    thorough: bool = False
    """List everything, whatever it costs in connections and time."""
    selectors: Mapping[str, Sequence[str]] = field(default_factory=dict)
    """By domain, the DKIM selectors that the register of senders names."""
    may_fetch: Callable[[str, str], bool] = _lies_within
    """Whether the consent lets this attempt fetch a file from a host that the records of a domain name."""


class Delivery(Record):
    """Who takes the mail of one domain, as it was seen."""

    domain: str
    hosts: tuple[str, ...] = ()
    addresses: tuple[str, ...] = ()
    """The addresses of those hosts."""
    provider: str = ""
    hosting: Hosting | None = None
    """What the records show; None where they show nothing."""


def _nobody(_scope: Scope, _rules: Rules) -> Sequence[str]:
    return ()


def _nothing(_seen: Observations, _rules: Rules) -> Sequence[Delivery]:
    return ()


def _no_host(_seen: Observations) -> Sequence[str]:
    return ()


@dataclass(frozen=True, kw_only=True)
class Check(Generic[F_co]):
    """What every check is. Its texts are in `checks/<id>/<lang>.toml`, its severities in `checks/<id>/rules.toml`.

    `Check[Record]` is any check, `Probe[Record]` any probe.
    """

    facts: FactsKey[F_co]
    """The key in its `facts.py`: the id of the check, and the type of the facts that it records."""
    control: Control
    judge: Callable[[Observations, Rules], Iterable[Outcome]]
    """Name the outcomes of all that was seen, `<id>.<name>` by the names in its `rules.toml`; pure. Says nothing about
    what could not be looked at."""

    @property
    def id(self) -> str:
        """The name of its folder."""
        return self.facts.check


@dataclass(frozen=True, kw_only=True)
class Probe(Check[F_co]):
    """A check that asks the network."""

    consent: ConsentLevel
    subjects: Callable[[Observations], Sequence[str]]
    """What to look at, from the scope and from what its needs saw: a domain, a host, `host:port`. Pure."""
    collect: Callable[[str, ProbeContext], Awaitable[F_co]]
    """Look at one subject and record the facts; concludes nothing. Raises NotObserved when it could not look."""
    needs: tuple[str, ...] = ()
    connections: int = 0
    """TCP connections that one host name sees at most, all its ports together; shown to people before anything
    starts."""
    connections_thorough: int = 0
    """The same for a thorough run; 0 where it is no more."""
    third_parties: Callable[[Scope, Rules], Sequence[str]] = _nobody
    """Hosts of others that are asked about the scope, for the list that people see before anything starts. Pure."""
    named_hosts_only: bool = False
    """Looks only at hosts that people name for it, so that there is nothing to do where none is named."""
    host: Callable[[str], str] = host_of
    """The host that a subject is about, without port; empty for what is no host. Pure."""
    file_hosts: Callable[[Observations], Sequence[str]] = _no_host
    """Hosts from which files are fetched according to the domains' records, as far as they were seen. Pure."""
    deliveries: Callable[[Observations, Rules], Sequence[Delivery]] = _nothing
    """Who takes the domains' mail; given by the one probe that finds it out. Pure."""
    timeout: float = 120.0
    """Seconds after which one attempt ends as TIMED_OUT, whatever the server does."""


class NotReadable(Exception):  # noqa: N818 - it is a state of the document, not a fault of the program
    """The document cannot be read; `reason` is a code with a text of its own under `words.not_readable.<reason>`."""

    usual = "not_recognised"

    def __init__(self, detail: str = "", *, reason: str = "") -> None:
        self.reason, self.detail = reason or self.usual, detail
        super().__init__(f"{self.reason}: {detail}" if detail else self.reason)


class Damaged(NotReadable):
    """It begins as what it should be and does not go on so."""

    usual = "damaged"


class TooMuch(NotReadable):
    """It holds more than is read."""

    usual = "too_much"


class Protected(NotReadable):
    """It is locked by a password."""

    usual = "protected"


class Secret(NotReadable):
    """It holds a private key or a password, which nobody needs to hand over; nothing of it is kept."""

    usual = "secret"


DOCUMENT_MOST = 25 * 1024 * 1024
"""Bytes of one document, unless its reader takes more."""


@dataclass(frozen=True, kw_only=True)
class Document:
    """One file, or one piece of pasted text, that a person handed over; everything in it is hostile."""

    name: str
    """As it is called, with the archive that it lay in before it (`reports.zip/a.xml`); proves nothing."""
    content: bytes = field(repr=False)
    sha256: str
    """Of `content`, in hexadecimal."""
    at: datetime
    """When it was handed over."""
    from_whom: str = ""
    """Who handed it over, as they said."""
    host: str = ""
    """The host that the file in which it lay says it is of; proves nothing."""
    signers: tuple[str, ...] = ()
    """Whose signatures the own server found good on the message that carried it; empty where none did."""


def _unwatched(_share: float) -> None:
    pass


@dataclass(frozen=True, kw_only=True)
class ReadContext:
    """What `read` receives besides the document."""

    scope: Scope
    observations: Observations
    rules: Rules
    at: datetime
    chain: Callable[[Sequence[bytes], datetime], CertificateChain]
    """What certificates (DER, the leaf first) are worth at a moment, by the authorities that this system trusts."""
    about: str = ""
    """The host that the person says the document is of, for documents that do not say it."""
    watch: Callable[[float], None] = _unwatched
    """To be called now and then by a reader that takes long, with the share of the document that it has read, 0 to 1;
    it raises when the person stopped the reading."""


class Reading(Record, Generic[F_co]):
    """What a document says of one subject."""

    subject: str
    """A domain or a host, as the reader's `about` says; empty where the document does not say it, and for what is
    the whole organisation's."""
    facts: F_co
    tool: Tool | None = None
    """The other program that says so, of whose results the document is one."""
    check: str = ""
    """The probe whose facts these are, where that program looked at what the probe looks at; the subject is then that
    probe's, a host or `host:port`. Empty for the reader's own facts."""
    part: str = ""
    """What counts in addition to others of the same subject, such as the digest of one message among many. With none, a
    newer reading takes the place of an older one, as with the settings of a host."""


class About(StrEnum):
    """What a reader's subjects are; it decides whether a reading belongs to an assessment."""

    DOMAIN = "domain"
    HOST = "host"
    ORGANISATION = "organisation"
    """Nothing that has a name: the subject is empty, and every reading belongs."""


def _unchanged(scope: Scope, _facts: Sequence[F]) -> Scope:
    return scope


@dataclass(frozen=True, kw_only=True)
class Reader(Check[F]):
    """A check that reads what was handed over. Its texts name what it is (`name`), and what it proves (`proves`).

    `Reader[Any]` is any reader: `merge` and `teaches` take facts of its own type only.
    """

    accepts: Callable[[Document], float]
    """Confidence, 0 to 1, that the document is its own: by content, never by name; quick, and never raises."""
    read: Callable[[Document, ReadContext], Sequence[Reading[F]]]
    """What the document says of each subject; concludes nothing. Raises NotReadable."""
    about: About = About.DOMAIN
    merge: Callable[[Sequence[F]], F] | None = None
    """Make one of the facts of many documents about one subject that were handed over together; their own `part` is
    then given to them by the engine. None where each document stands for itself."""
    teaches: Callable[[Scope, Sequence[F]], Scope] = _unchanged
    """The scope with what the facts add to it for probes, such as the selector of a signature. Pure."""
    vouched: Callable[[F], F] | None = None
    """The facts where a person vouches for the document; None where nobody is asked. Pure."""
    claim: str = "own"
    """What the person says then: `own`, that their own people sent it; `reports`, that it comes from whom it names."""
    carried_in_mail: bool = False
    """It usually comes attached to a mail that itself is nobody's concern, such as a report of a big provider."""
    limit: int = DOCUMENT_MOST
    """Bytes of a document that it reads at most."""
