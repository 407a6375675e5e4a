"""The facts of tls_active: what its probe writes down."""

from fumimori.checks.observations import FactsKey
from fumimori.model import Record
from fumimori.network.smtp import SmtpDialogue
from fumimori.network.trials import InjectionTrial, RenegotiationTrial


class Facts(Record):
    """What the tries on one port showed; None where one was not made or came to nothing."""

    injection: InjectionTrial | None = None
    renegotiation: RenegotiationTrial | None = None
    early: SmtpDialogue | None = None
    """The envelope before TLS, on 587."""


TLS_ACTIVE = FactsKey("tls_active", Facts)
"""The key by which everybody reads these facts."""
