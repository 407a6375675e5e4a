"""The facts of ssh_keys: what its reader writes down."""

from fumimori.checks.observations import FactsKey
from fumimori.grammar.ssh_public_keys import PublicKey
from fumimori.model import Record


class Facts(Record):
    """The keys of one list."""

    keys: tuple[PublicKey, ...]
    unread: int = 0
    """Lines that are no key."""


SSH_KEYS = FactsKey("ssh_keys", Facts)
"""The key by which everybody reads these facts."""
