"""The facts of firewall: what its reader writes down."""

from fumimori.checks.observations import FactsKey
from fumimori.grammar.firewall import Firewall, Listener
from fumimori.model import Record


class Facts(Record):
    """A firewall, or a list of listeners, of one server."""

    firewall: Firewall | None = None
    listeners: tuple[Listener, ...] = ()


FIREWALL = FactsKey("firewall", Facts)
"""The key by which everybody reads these facts."""
