"""Facts that the probe `spf` records."""

from fumimori.checks.observations import FactsKey
from fumimori.grammar import spf_walk
from fumimori.grammar.spf_check import SpfVerdict
from fumimori.grammar.spf_walk import SpfTree
from fumimori.model import Record
from fumimori.network.dns import DnsAnswer, Unanswered


class HostVerdict(Record):
    """What a receiver would say about mail that a host of the domain sends in the domain's name."""

    host: str
    address: str
    verdict: SpfVerdict


class Facts(Record):
    """Every DNS answer that takes part in the domain's SPF."""

    answers: tuple[DnsAnswer, ...]
    """The domain's TXT first."""
    unanswered: tuple[Unanswered, ...] = ()
    own_hosts: tuple[HostVerdict, ...] = ()
    """For the mail hosts of the scope that are in the domain."""

    def known(self) -> dict[spf_walk.Key, DnsAnswer]:
        """The answers by name and type."""
        return {(answer.name, answer.rdtype): answer for answer in self.answers}

    def tree(self, domain: str) -> SpfTree:
        """The whole tree as far as it was seen; a question that nobody asked counts as unanswered."""
        failed = {(question.name, question.rdtype) for question in self.unanswered}
        tree = spf_walk.walk(domain, self.known(), failed)
        return spf_walk.walk(domain, self.known(), failed | set(tree.missing)) if tree.missing else tree


SPF = FactsKey("spf", Facts)
"""Key to read these facts from `Observations`."""
