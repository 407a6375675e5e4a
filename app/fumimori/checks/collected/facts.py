"""The facts of collected: what its reader writes down."""

from fumimori.checks.observations import FactsKey
from fumimori.model import Record


class Facts(Record):
    """Which commands of the collector showed something."""

    at: str
    """When it ran, by the server's clock."""
    root: bool
    seen: tuple[str, ...] = ()
    missing: tuple[str, ...] = ()
    """Those that were not allowed, or failed."""


COLLECTED = FactsKey("collected", Facts)
"""The key by which everybody reads these facts."""
