"""Facts that the probe `products` records."""

from fumimori.checks.observations import FactsKey
from fumimori.model import Record


class Facts(Record):
    """The start page of one webmail host, as far as it names a product."""

    url: str
    status: int
    untrusted_text: str
    """The telling headers, the address that redirects led to, and the beginning of the page."""


PRODUCTS = FactsKey("products", Facts)
"""Key to read these facts from `Observations`."""
