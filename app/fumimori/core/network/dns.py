"""DNS as a probe sees it: NXDOMAIN and NODATA are answers, everything else that is not an answer is a NotSeen."""

from enum import StrEnum
from typing import Protocol

from fumimori.core.model import Record


class DnsStatus(StrEnum):
    """The three things that a name server can really say (RFC 2308 section 2)."""

    ANSWER = "answer"
    NODATA = "nodata"
    NXDOMAIN = "nxdomain"


class DnsAnswer(Record):
    """One RRset. `records` are in presentation form, TXT with its strings joined without spaces (RFC 7208 3.3)."""

    name: str
    rdtype: str
    status: DnsStatus
    records: tuple[str, ...] = ()
    """Untrusted text, bounded."""
    canonical_name: str = ""
    """Where a CNAME chain led; empty without one."""
    ttl: int = 0


class DnsLook(Protocol):
    """Questions to the resolver of this run."""

    async def dns(self, name: str, rdtype: str) -> DnsAnswer:
        """The answer for `rdtype` at `name`; the same question is asked once per run.

        Raises NotSeen (`dns_servfail`, `dns_refused`, `dns_timeout`, `dns_bogus`, `dns_bad_name`, `offline`).
        """

    async def addresses(self, host: str) -> tuple[str, ...]:
        """A and AAAA of `host`, IPv4 first, only the families this machine can reach; empty when it has none."""
