"""Facts that the probe `own_line` records."""

from fumimori.checks.observations import FactsKey
from fumimori.model import Record


class Facts(Record):
    """What the network of the measurement lets out."""

    port25: str
    """`open` or `blocked`."""
    inside: bool
    """The measurement ran in the organisation's own network."""


OWN_LINE = FactsKey("own_line", Facts)
"""Key to read these facts from `Observations`."""
