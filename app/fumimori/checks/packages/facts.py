"""Facts that the reader `packages` records."""

from datetime import date

from fumimori.checks.observations import FactsKey
from fumimori.grammar.packages import Package, Pending
from fumimori.model import Record


class Facts(Record):
    """One list of one server."""

    kind: str
    """`system`, `installed`, `pending`, `hotfixes`, or `lists` for how new the lists of packages are."""
    product: str = ""
    """The system by the word of tables/support.tsv, such as `debian`."""
    release: str = ""
    """Its release: `12`, `22.04`, `10.0.20348`."""
    name: str = ""
    """The system as it calls itself."""
    packages: tuple[Package, ...] = ()
    """Of what is installed, only that of which tables/debian_versions.tsv speaks."""
    pending: tuple[Pending, ...] = ()
    """Those for security first; no more than a few hundred."""
    count: int = 0
    """Lines of the whole list."""
    security: int = 0
    """Waiting updates for security in the whole list."""
    newest: date | None = None
    """The day of the newest hotfix or list of packages; None where the text has no day."""


PACKAGES = FactsKey("packages", Facts)
"""Key to read these facts from `Observations`."""
