"""Facts that the probe `dmarc` records."""

from fumimori.checks.observations import FactsKey
from fumimori.grammar import dmarc as grammar
from fumimori.grammar.dmarc import DmarcFound
from fumimori.model import Record
from fumimori.network.dns import DnsAnswer, Unanswered


class ReportHost(Record):
    """A place that reports go to by mail."""

    host: str
    takes_mail: bool
    """It has mail servers or an address, and does not say that it takes no mail."""


class Facts(Record):
    """What is at the `_dmarc` names of the walk, and whether others consent to receive the reports."""

    walk: tuple[DnsAnswer, ...]
    """TXT answers; `name` is without `_dmarc.`, in the order of the walk."""
    consents: tuple[DnsAnswer, ...] = ()
    """TXT answers at `DOMAIN._report._dmarc.HOST`; `name` is the HOST."""
    report_hosts: tuple[ReportHost, ...] = ()
    exists: bool = True
    """False when the domain does not exist; only asked where a parent's record counts."""
    misplaced: tuple[str, ...] = ()
    """DMARC records at the domain itself, where nobody looks for them; only asked where none counts."""
    unanswered: tuple[Unanswered, ...] = ()

    @property
    def walk_unanswered(self) -> bool:
        """Whether a name further up could not be asked, at which the record that counts may stand."""
        return any(question.rdtype == "TXT" and question.name != self.walk[0].name for question in self.unanswered)

    def found(self, domain: str) -> DmarcFound:
        """The record that counts for `domain`."""
        return grammar.found_by_walk(domain, {answer.name: answer for answer in self.walk}, exists=self.exists)


DMARC = FactsKey("dmarc", Facts)
"""Key to read these facts from `Observations`."""
