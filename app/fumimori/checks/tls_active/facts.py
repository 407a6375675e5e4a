"""Facts that the probe `tls_active` records."""

from fumimori.checks.observations import FactsKey
from fumimori.model import Record
from fumimori.network.active_tests import InjectionTest, RenegotiationTest
from fumimori.network.smtp import SmtpDialogue


class Facts(Record):
    """The results of the tests on one port; None where one was not made or had no result."""

    injection: InjectionTest | None = None
    renegotiation: RenegotiationTest | None = None
    early: SmtpDialogue | None = None
    """The envelope before TLS, on 587."""


TLS_ACTIVE = FactsKey("tls_active", Facts)
"""Key to read these facts from `Observations`."""
