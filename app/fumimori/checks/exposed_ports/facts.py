"""The facts of exposed_ports: what its probe writes down."""

from fumimori.checks.observations import FactsKey
from fumimori.model import Record
from fumimori.network.services import OpenPort


class Facts(Record):
    """The ports of one host that were looked at."""

    host: str
    ports: tuple[OpenPort, ...]


EXPOSED_PORTS = FactsKey("exposed_ports", Facts)
"""The key by which everybody reads these facts."""
