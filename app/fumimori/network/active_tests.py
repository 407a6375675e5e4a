"""Active tests that go one step further than a client would; for written authorisation only."""

from typing import Protocol

from fumimori.model import Record


class InjectionTest(Record):
    """What became of a harmless command sent behind STARTTLS in the same segment (CVE-2011-0411 and its kin)."""

    injected: bool | None = None
    """The command was carried out inside TLS, where only the client's own should be; None when that was not seen."""
    error: str = ""
    """Why it was not seen: `no_starttls`, `connection_closed`, `reply_timeout` …"""


class RenegotiationTest(Record):
    """How often a service began a new handshake because we asked for one (TLS 1.2 and older)."""

    accepted: int | None = None
    """Renegotiations that completed, at most RENEGOTIATIONS_MOST; None when none could be tried."""
    error: str = ""


RENEGOTIATIONS_MOST = 11
"""One more than the ten that are taken for a limit."""


class ActiveTestClient(Protocol):
    """Single harmless tests; one connection each, closed with QUIT."""

    async def starttls_injection(self, host: str, address: str, port: int) -> InjectionTest:
        """One NOOP behind STARTTLS in one segment; NotObserved when no connection could be made."""

    async def renegotiation(self, host: str, address: str, port: int) -> RenegotiationTest:
        """New handshakes on one connection until one is refused; NotObserved when no connection could be made."""
