"""Facts that the probe `ssh` records."""

from fumimori.checks.observations import FactsKey
from fumimori.model import Record
from fumimori.network.ssh import SshService


class Facts(Record):
    """One SSH server."""

    host: str
    service: SshService
    group_bits: int = 0
    """The smallest group that the server offers in a group exchange; 0 when that was not looked at."""


SSH = FactsKey("ssh", Facts)
"""Key to read these facts from `Observations`."""
