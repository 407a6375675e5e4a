"""Facts that the reader `ssh_keys` records."""

from fumimori.checks.observations import FactsKey
from fumimori.grammar.ssh_public_keys import PublicKey
from fumimori.model import Record


class Facts(Record):
    """The keys of one list."""

    keys: tuple[PublicKey, ...]
    unread: int = 0
    """Lines that are no key."""


SSH_KEYS = FactsKey("ssh_keys", Facts)
"""Key to read these facts from `Observations`."""
