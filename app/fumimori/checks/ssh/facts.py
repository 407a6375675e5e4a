"""The facts of ssh: what its probe writes down."""

from fumimori.checks.observations import FactsKey
from fumimori.model import Record
from fumimori.network.ssh import SshService


class Facts(Record):
    """One SSH server."""

    host: str
    service: SshService
    group_bits: int = 0
    """The smallest group that a group exchange hands out; 0 when that was not looked at."""


SSH = FactsKey("ssh", Facts)
"""The key by which everybody reads these facts."""
