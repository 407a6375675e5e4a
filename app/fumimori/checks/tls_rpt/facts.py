"""Facts that the probe `tls_rpt` records."""

from fumimori.checks.observations import FactsKey
from fumimori.model import Record
from fumimori.network.dns import DnsAnswer


class Facts(Record):
    """The TXT records at `_smtp._tls`."""

    answer: DnsAnswer


TLS_RPT = FactsKey("tls_rpt", Facts)
"""Key to read these facts from `Observations`."""
