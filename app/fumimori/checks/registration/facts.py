"""Facts that the probe `registration` records."""

from datetime import datetime

from fumimori.checks.observations import FactsKey
from fumimori.model import Record


class Facts(Record):
    """What the registry says about one domain."""

    name: str
    """The name that was asked for: the part that is registered."""
    service: str
    """Where it was asked."""
    found: bool = False
    untrusted_registrar: str = ""
    untrusted_registrant: str = ""
    """Often withheld."""
    expires: datetime | None = None
    statuses: tuple[str, ...] = ()
    """Lower case, such as `client transfer prohibited` (RFC 8056)."""


REGISTRATION = FactsKey("registration", Facts)
"""Key to read these facts from `Observations`."""
