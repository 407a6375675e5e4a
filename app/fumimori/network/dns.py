"""DNS as a probe sees it: NXDOMAIN and NODATA are answers, everything else that is not an answer is a NotObserved."""

from enum import StrEnum
from typing import Protocol

import msgspec

from fumimori.model import Record


class DnsStatus(StrEnum):
    """The three things that a name server can really say (RFC 2308 section 2)."""

    ANSWER = "answer"
    NODATA = "nodata"
    NXDOMAIN = "nxdomain"


class Security(StrEnum):
    """What a chain of trust says about an answer (RFC 4033 section 5)."""

    SECURE = "secure"
    INSECURE = "insecure"
    BOGUS = "bogus"
    UNCHECKED = "unchecked"
    """Not validated here: no trust anchor, or the resolver does not pass DNSSEC records on."""


class DnsAnswer(Record):
    """One RRset. `records` are in presentation form, TXT with its strings joined without spaces (RFC 7208 3.3)."""

    name: str
    rdtype: str
    status: DnsStatus
    records: tuple[str, ...] = ()
    """Untrusted text, bounded by the message it came in (64 KiB)."""
    canonical_name: str = ""
    """Where a CNAME chain led; empty without one."""
    ttl: int = 0
    security: Security = Security.UNCHECKED
    """What the chain of trust says; only after `secured`."""
    security_reason: str = ""
    """A code: where a bogus chain broke, or why nothing was checked."""

    def renamed(self, name: str) -> "DnsAnswer":
        """The same answer under the name that a record spelled differently."""
        return self if name == self.name else msgspec.structs.replace(self, name=name)


class Unanswered(Record):
    """An optional query, and why it had no answer."""

    name: str
    rdtype: str
    reason: str


class ZoneKey(Record):
    """A key that a zone publishes for its signatures (RFC 4034 section 2)."""

    algorithm: int
    bits: int
    """The length of an RSA modulus; 0 for other kinds, whose algorithm says it."""
    tag: int
    entry: bool
    """Meant to be named by the parent's DS (the SEP flag)."""


class ZoneSecurity(Record):
    """How the zone that a name is in is signed, and whether the signatures hold."""

    name: str
    """The name that was asked about."""
    security: Security
    zone: str = ""
    """The apex of its zone; empty when that could not be seen."""
    reason: str = ""
    """As in `DnsAnswer`."""
    insecure_from: str = ""
    """The name below which nothing is signed for the world; above the zone itself when its parent is the cause."""
    keys: tuple[ZoneKey, ...] = ()
    digests: tuple[int, ...] = ()
    """The digest types of the DS records that the parent publishes."""


class DnsClient(Protocol):
    """Questions to the resolver of this run."""

    async def dns(self, name: str, rdtype: str) -> DnsAnswer:
        """The answer for `rdtype` at `name`; the same question is asked once per run.

        Raises NotObserved (`dns_servfail`, `dns_refused`, `dns_timeout`, `dns_malformed`, `dns_bogus`, `dns_bad_name`,
        `offline`).
        """

    async def addresses(self, host: str) -> tuple[str, ...]:
        """A and AAAA of `host`, IPv4 first, only the families this machine can reach; empty when it has none.

        Raises NotObserved as `dns` does, and `no_route` when all its addresses are of a family that does not work here.
        """

    async def secured(self, name: str, rdtype: str) -> DnsAnswer:
        """As `dns`, with `security` from this program's own validation; a bogus answer is an answer too.

        UNCHECKED, with the reason, where the resolver or the trust anchor does not allow it.
        """

    async def zone_security(self, name: str) -> ZoneSecurity:
        """How the zone of `name` is signed; raises NotObserved as `dns`, UNCHECKED as `secured`."""

    async def elsewhere(self, name: str, rdtype: str) -> DnsAnswer | None:
        """What the second resolver of this run says; None when the run has only one. Raises NotObserved as `dns`."""
