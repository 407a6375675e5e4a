"""Facts that the probe `defaults` records."""

from fumimori.checks.observations import FactsKey
from fumimori.model import Record


class Facts(Record):
    """The name that one host calls itself on port 25."""

    host: str
    name: str = ""
    """Untrusted, lower case; empty when the greeting holds no host name."""
    resolves: bool | None = None
    """Whether DNS knows it; None when that was not, or could not be, looked up."""


DEFAULTS = FactsKey("defaults", Facts)
"""Key to read these facts from `Observations`."""
