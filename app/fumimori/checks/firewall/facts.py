"""Facts that the reader `firewall` records."""

from fumimori.checks.observations import FactsKey
from fumimori.grammar.firewall import Firewall, Listener
from fumimori.model import Record


class Facts(Record):
    """A firewall, or a list of listeners, of one server."""

    firewall: Firewall | None = None
    listeners: tuple[Listener, ...] = ()


FIREWALL = FactsKey("firewall", Facts)
"""Key to read these facts from `Observations`."""
