"""Facts that the reader `system_accounts` records."""

from datetime import date

from fumimori.checks.observations import FactsKey
from fumimori.model import Record


class SystemAccount(Record, omit_defaults=True):
    """One account, as far as one of the lists speaks of it."""

    name: str
    uid: int | None = None
    may_log_in: bool | None = None
    """Whether its shell lets somebody in."""
    state: str = ""
    """`P`: a password is set, `L`: locked, `NP`: none is needed."""
    last_login: date | None = None
    """None also for one who never did."""


class Facts(Record):
    """One list of one server."""

    kind: str
    """`passwd`, `states`, `lastlog`, `administrators` or `mailboxes`."""
    accounts: tuple[SystemAccount, ...]


SYSTEM_ACCOUNTS = FactsKey("system_accounts", Facts)
"""Key to read these facts from `Observations`."""
