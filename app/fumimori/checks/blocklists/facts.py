"""Facts that the probe `blocklists` records."""

from fumimori.checks.observations import FactsKey
from fumimori.model import Record


class ListAnswer(Record):
    """What one list said about one address."""

    zone: str
    state: str
    """`listed`, `clean`, `refused` (the list will not talk to this resolver), `broken` (its own test entries are
    wrong) or the reason why it could not be asked."""
    codes: tuple[str, ...] = ()


class Facts(Record):
    """What the lists said about one address."""

    address: str
    answers: tuple[ListAnswer, ...]


BLOCKLISTS = FactsKey("blocklists", Facts)
"""Key to read these facts from `Observations`."""
