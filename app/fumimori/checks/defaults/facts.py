"""The facts of defaults: what its probe writes down."""

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
"""The key by which everybody reads these facts."""
