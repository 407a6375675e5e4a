"""Facts that the reader `accounts` records."""

from fumimori.checks.observations import FactsKey
from fumimori.grammar.account_table import Account
from fumimori.model import Record


class Facts(Record):
    """The accounts of one export."""

    accounts: tuple[Account, ...]
    columns: tuple[str, ...]
    """Which of `last_use admin mfa forward active` the export says something about."""
    truncated: bool = False


ACCOUNTS = FactsKey("accounts", Facts)
"""Key to read these facts from `Observations`."""
