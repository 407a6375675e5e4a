"""Facts that the probe `bimi` records."""

from fumimori.checks.bimi.mark import MarkCertificate
from fumimori.checks.observations import FactsKey
from fumimori.grammar import bimi as grammar
from fumimori.model import Record
from fumimori.network.dns import DnsAnswer

CERTAIN = ("no_address", "connection_refused")
"""Reasons for which nobody, and not only this machine, gets the file."""


class Fetched(Record):
    """The response for one file without its body, or why there was none."""

    url: str
    status: int = 0
    tls_error: str = ""
    truncated: bool = False
    reason: str = ""

    @property
    def unavailable(self) -> str:
        """Why nobody gets it, in short; empty when it came, or when only this machine may have failed."""
        if self.reason:
            return self.reason if self.reason in CERTAIN else ""
        if self.tls_error:
            return f"TLS {self.tls_error}"
        return "" if self.status == 200 else f"HTTP {self.status}"

    @property
    def came(self) -> bool:
        """Whether the file itself is there."""
        return self.status == 200 and not self.tls_error and not self.reason


class Facts(Record):
    """What is published."""

    answer: DnsAnswer
    """TXT at `default._bimi`; `name` is the domain that it is at."""
    logo: Fetched | None = None
    untrusted_logo: str = ""
    evidence: Fetched | None = None
    mark: MarkCertificate | None = None
    """None when there is no certificate, or it cannot be read."""

    @property
    def records(self) -> tuple[str, ...]:
        """The BIMI records at the name."""
        return tuple(txt for txt in self.answer.records if grammar.is_bimi(txt))


BIMI = FactsKey("bimi", Facts)
"""Key to read these facts from `Observations`."""
