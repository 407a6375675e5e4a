"""Facts that the probe `dnssec` records."""

from fumimori.checks.observations import FactsKey
from fumimori.model import Record
from fumimori.network.dns import ZoneSecurity


class Facts(Record):
    """How one name is signed."""

    zone: ZoneSecurity


DNSSEC = FactsKey("dnssec", Facts)
"""Key to read these facts from `Observations`."""
