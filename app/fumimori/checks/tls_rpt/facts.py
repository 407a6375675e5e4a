"""The facts of tls_rpt: what its probe writes down."""

from fumimori.checks.observations import FactsKey
from fumimori.model import Record
from fumimori.network.dns import DnsAnswer


class Facts(Record):
    """The TXT records at `_smtp._tls`."""

    answer: DnsAnswer


TLS_RPT = FactsKey("tls_rpt", Facts)
"""The key by which everybody reads these facts."""
