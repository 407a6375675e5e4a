"""Facts that the probe `exposed_ports` records."""

from fumimori.checks.observations import FactsKey
from fumimori.model import Record
from fumimori.network.services import OpenPort


class Facts(Record):
    """The ports of one host that were looked at."""

    host: str
    ports: tuple[OpenPort, ...]


EXPOSED_PORTS = FactsKey("exposed_ports", Facts)
"""Key to read these facts from `Observations`."""
