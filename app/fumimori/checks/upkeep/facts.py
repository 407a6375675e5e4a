"""Facts that the reader `upkeep` records."""

from datetime import date

from fumimori.checks.observations import FactsKey
from fumimori.grammar.upkeep import Dated
from fumimori.model import Record


class Facts(Record, omit_defaults=True):
    """What one command says of one server; only the fields of its kind are filled."""

    kind: str
    """One of `grammar.upkeep.KINDS`."""
    automatic: bool = False
    """Updates are installed automatically."""
    jails: tuple[str, ...] = ()
    """Logins that are blocked after wrong passwords, by the names of fail2ban."""
    files: tuple[Dated, ...] = ()
    """Log files, or the data of the virus filter."""
    kept: date | None = None
    """When the settings were last put on record."""
    changed: int = 0
    """Files with settings that were changed since."""
    attachments: tuple[tuple[str, bool], ...] = ()
    """Kinds of files by their ending, and whether Postfix stops them."""
    disks: tuple[tuple[str, bool], ...] = ()
    """Folders, and whether their disk is encrypted."""


UPKEEP = FactsKey("upkeep", Facts)
"""Key to read these facts from `Observations`."""
