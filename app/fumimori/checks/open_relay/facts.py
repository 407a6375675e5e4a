"""Facts that the probe `open_relay` records."""

from fumimori.checks.observations import FactsKey
from fumimori.model import Record
from fumimori.network.smtp import SmtpReply


class Facts(Record):
    """The answers to one plain and three odd recipients."""

    host: str
    catch_all: bool = False
    """The server takes any recipient of its own domain; nothing was tried then."""
    plain: SmtpReply | None = None
    odd: tuple[SmtpReply, ...] = ()


OPEN_RELAY = FactsKey("open_relay", Facts)
"""Key to read these facts from `Observations`."""
