"""Facts that the probe `webmail` records."""

from fumimori.checks.observations import FactsKey
from fumimori.checks.tls.facts import TlsSupport
from fumimori.model import Record
from fumimori.network.web import WebAnswer


class Facts(Record):
    """What one webmail host answers."""

    plain: WebAnswer | None = None
    """The start page over HTTP; None where nothing answered or a port of its own was named."""
    plain_next: WebAnswer | None = None
    """Where HTTP led within HTTP."""
    plain_reason: str = ""
    secure: WebAnswer | None = None
    """The start page over HTTPS."""
    secure_reason: str = ""
    support: TlsSupport = TlsSupport()


WEBMAIL = FactsKey("webmail", Facts)
"""Key to read these facts from `Observations`."""
