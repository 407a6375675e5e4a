"""Facts that the probe `published_keys` records."""

from fumimori.checks.observations import FactsKey
from fumimori.model import Record
from fumimori.network.dns import DnsAnswer


class Facts(Record):
    """What is published for one address."""

    smimea: DnsAnswer
    openpgpkey: DnsAnswer
    wkd: bool | None = None
    """A key came from the directory; None when it could not be asked."""
    wkd_url: str = ""
    """Where it was asked for."""


PUBLISHED_KEYS = FactsKey("published_keys", Facts)
"""Key to read these facts from `Observations`."""
