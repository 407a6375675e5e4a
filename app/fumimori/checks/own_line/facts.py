"""The facts of own_line: what its probe writes down."""

from fumimori.checks.observations import FactsKey
from fumimori.model import Record


class Facts(Record):
    """What the network of the measurement lets out."""

    port25: str
    """`open` or `blocked`."""
    inside: bool
    """The measurement ran in the organisation's own network."""


OWN_LINE = FactsKey("own_line", Facts)
"""The key by which everybody reads these facts."""
