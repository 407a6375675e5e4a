"""Facts that the probe `dane` records."""

from fumimori.checks.observations import FactsKey
from fumimori.model import Record
from fumimori.network.dns import DnsAnswer, Security


class DaneHost(Record):
    """The DNS of one mail server as DANE needs it."""

    host: str
    addresses: Security
    """The verdict about A and AAAA, the worse one."""
    tlsa: DnsAnswer | None = None
    """None when the name server gave no answer."""
    unanswered: str = ""
    """Why there is none."""
    base: str = ""
    """The name below which the TLSA records stand, where that is the one a CNAME leads to (RFC 7671 section 7)."""

    @property
    def place(self) -> str:
        """The name at which the TLSA records of port 25 stand, or would stand."""
        return f"_25._tcp.{self.base or self.host}"


class Facts(Record):
    """The facts of the probe `dane` about one domain."""

    mx: DnsAnswer
    """With its verdict."""
    hosts: tuple[DaneHost, ...] = ()


DANE = FactsKey("dane", Facts)
"""Key to read these facts from `Observations`."""
