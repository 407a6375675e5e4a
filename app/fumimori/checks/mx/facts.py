"""Facts that the probe `mx` records."""

import re
from ipaddress import ip_address

from fumimori.checks.observations import FactsKey
from fumimori.model import Hosting, Record
from fumimori.network.addresses import not_routed
from fumimori.network.dns import DnsAnswer

LOCAL_NAMES = re.compile(r"(^|\.)(localhost|localdomain|local|internal|lan|home\.arpa)$")
"""Names that mean something else in every network (RFC 6761, RFC 6762, RFC 8375)."""


class MxHost(Record):
    """One mail server as the MX records name it."""

    preference: int
    host: str
    """Lower case without trailing dot; empty for the root, which says *no mail* (RFC 7505)."""
    exists: bool = True
    """False when the name does not exist (NXDOMAIN)."""
    alias_of: str = ""
    """Where a CNAME leads; an MX must not name an alias (RFC 2181 section 10.3)."""
    addresses: tuple[str, ...] = ()
    unanswered: str = ""
    """Why its addresses, or those of one family, could not be looked up."""

    @property
    def is_address(self) -> bool:
        """Whether somebody wrote an IP address where a name has to stand."""
        try:
            ip_address(self.host)
        except ValueError:
            return False
        return True

    @property
    def is_private(self) -> bool:
        """Whether nobody outside can reach it: a local name, or addresses that the Internet does not carry."""
        known = bool(self.addresses) and not self.unanswered
        return (known and all(not_routed(address) for address in self.addresses)) or LOCAL_NAMES.search(
            self.host
        ) is not None


class Facts(Record):
    """The mail servers of a domain."""

    answer: DnsAnswer
    hosts: tuple[MxHost, ...] = ()
    """By preference, the first choice first."""
    fallback: tuple[str, ...] = ()
    """The domain's own addresses, where mail goes without MX (RFC 5321 section 5.1)."""
    provider: str = ""
    provider_by: str = ""
    """How the provider was recognised: `mx`, `reverse` (the name of the server's address) or `spf`."""
    hosting: Hosting | None = None
    """A guess from the names; a person confirms it."""
    ends: str = ""
    """The day on which the provider ends this service."""

    @property
    def null(self) -> bool:
        """The domain takes no mail and says so."""
        return len(self.hosts) == 1 and not self.hosts[0].host

    @property
    def mail_hosts(self) -> tuple[str, ...]:
        """The names that mail is delivered to; the domain itself when it has addresses and no MX."""
        if self.hosts:
            return tuple(dict.fromkeys(host.host for host in self.hosts if host.host))
        return (self.answer.name,) if self.fallback else ()


MX = FactsKey("mx", Facts)
"""Key to read these facts from `Observations`."""
