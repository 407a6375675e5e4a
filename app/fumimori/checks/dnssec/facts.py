"""The facts of dnssec: what its probe writes down."""

from fumimori.checks.observations import FactsKey
from fumimori.model import Record
from fumimori.network.dns import ZoneSecurity


class Facts(Record):
    """How one name is signed."""

    zone: ZoneSecurity


DNSSEC = FactsKey("dnssec", Facts)
"""The key by which everybody reads these facts."""
