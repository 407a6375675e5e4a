"""Facts that the probe `reverse_dns` records."""

from fumimori.checks.observations import FactsKey
from fumimori.model import Record


class PointerName(Record):
    """One name that an address points to."""

    name: str
    leads_back: bool | None = None
    """Whether the name has this address; None when that could not be looked up."""


class Facts(Record):
    """The names of one address."""

    address: str
    sending: bool
    """Mail is known to leave from here; else it is only known to arrive here."""
    names: tuple[PointerName, ...] = ()


REVERSE_DNS = FactsKey("reverse_dns", Facts)
"""Key to read these facts from `Observations`."""
