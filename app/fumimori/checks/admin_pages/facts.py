"""Facts that the probe `admin_pages` records."""

from fumimori.checks.observations import FactsKey
from fumimori.model import Record


class Page(Record):
    """A page that was recognised."""

    url: str
    status: int
    product: str
    kind: str
    """`login`, `installer`, `installer_off` or `console`."""


class Facts(Record):
    """What one host shows at the usual places."""

    host: str
    pages: tuple[Page, ...] = ()
    answered: int = 0
    """Places where anything answered or refused, so that the host is known to be there."""
    unseen: int = 0
    """Ports that were open without showing their page."""


ADMIN_PAGES = FactsKey("admin_pages", Facts)
"""Key to read these facts from `Observations`."""
