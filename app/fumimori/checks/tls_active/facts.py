"""Facts that the probe `tls_active` records."""

from fumimori.checks.observations import FactsKey
from fumimori.model import Record
from fumimori.network.smtp import SmtpDialogue
from fumimori.network.trials import InjectionTrial, RenegotiationTrial


class Facts(Record):
    """The results of the tests on one port; None where one was not made or had no result."""

    injection: InjectionTrial | None = None
    renegotiation: RenegotiationTrial | None = None
    early: SmtpDialogue | None = None
    """The envelope before TLS, on 587."""


TLS_ACTIVE = FactsKey("tls_active", Facts)
"""Key to read these facts from `Observations`."""
