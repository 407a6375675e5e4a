"""Who is assessed, what is looked at, and how far that may go."""

from datetime import datetime
from enum import IntEnum, StrEnum

from fumimori.model.base import Record


class Hosting(StrEnum):
    """Who runs the mail server of a domain."""

    ON_PREMISES = "on_premises"
    VPS = "vps"
    RENTAL = "rental"
    GOOGLE = "google"
    MICROSOFT = "microsoft"
    WORKMAIL = "workmail"
    OTHER_HOSTED = "other_hosted"

    @property
    def own_server(self) -> bool:
        """Whether the organisation runs the server itself, so that consent levels 2 and 3 may be given."""
        return self in (Hosting.ON_PREMISES, Hosting.VPS)


class ConsentLevel(IntEnum):
    """How far a measurement may go."""

    PUBLIC = 0
    CONNECTIONS = 1
    AUTHORISED = 2
    RELAY = 3


class Addressee(StrEnum):
    """How the cover addresses its reader: 御中 or 様, never both."""

    ORGANISATION = "organisation"
    PERSON = "person"


class Organisation(Record):
    """The organisation that is assessed; only the name is required."""

    name: str = ""
    addressee: Addressee = Addressee.ORGANISATION
    addressee_title: str = ""
    addressee_name: str = ""
    size: str = ""
    sector: str = ""
    responsible: str = ""


class DomainScope(Record):
    """A domain to assess; `name` is the ASCII (A-label) form in lower case without a trailing dot."""

    name: str
    hosting: Hosting | None = None
    hosting_confirmed: bool = False
    selectors: tuple[str, ...] = ()
    """DKIM selectors that somebody named."""
    mail_selectors: tuple[str, ...] = ()
    """DKIM selectors that a message of this domain was signed with."""
    sends_mail: bool | None = None
    """False for a parked domain: it neither sends nor receives."""


class Scope(Record):
    """What is to be looked at; host names are ASCII, lower case, without a trailing dot."""

    domains: tuple[DomainScope, ...] = ()
    mail_hosts: tuple[str, ...] = ()
    ssh_hosts: tuple[str, ...] = ()
    webmail_hosts: tuple[str, ...] = ()
    own_hosts: tuple[str, ...] = ()
    """Further hosts that somebody named as the organisation's own, such as the server that takes its mail."""
    addresses: tuple[str, ...] = ()
    """Mail addresses whose published keys are looked for."""
    sending_addresses: tuple[str, ...] = ()
    """IP addresses that mail is sent from, besides those that are visible."""
    blocklists: tuple[str, ...] = ()
    """Zones of public blocklists that are to be asked about the sending addresses; none unless somebody says so."""

    @property
    def hosting(self) -> Hosting | None:
        """The first domain's hosting, which decides the questions; None while it is unknown."""
        return self.domains[0].hosting if self.domains else None

    @property
    def named_hosts(self) -> tuple[str, ...]:
        """Every host that a person named, each once, with its port where one was named."""
        return tuple(dict.fromkeys((*self.mail_hosts, *self.ssh_hosts, *self.webmail_hosts, *self.own_hosts)))


class Consent(Record):
    """Who allowed the measurement, how far, when, and of what; levels 2 and 3 need a name and a role.

    A level above 0 counts only once it was confirmed, and only for what was shown then.
    """

    level: ConsentLevel = ConsentLevel.PUBLIC
    name: str = ""
    role: str = ""
    at: datetime | None = None
    """The moment of confirmation; None while nobody confirmed."""
    own_server: bool = False
    domains: tuple[str, ...] = ()
    """The domains that were shown when it was confirmed."""
    hosts: tuple[str, ...] = ()
    """The hosts that were shown then, without ports: those of the scope, and those that the domains' DNS names."""

    @property
    def confirmed_level(self) -> ConsentLevel:
        """The level that counts for what the consent covers: 0 until it was confirmed with all that it needs."""
        if self.at is None:
            return ConsentLevel.PUBLIC
        level = self.level
        if level >= ConsentLevel.AUTHORISED and not (self.name.strip() and self.role.strip()):
            return ConsentLevel.CONNECTIONS
        if level >= ConsentLevel.RELAY and not self.own_server:
            return ConsentLevel.AUTHORISED
        return level


class Mode(StrEnum):
    """Who assesses."""

    SELF = "self"
    CONSULTANT = "consultant"
