"""Facts that the reader `collected` records."""

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
"""Key to read these facts from `Observations`."""
