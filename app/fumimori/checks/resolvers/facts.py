"""Facts that the probe `resolvers` records."""

from fumimori.checks.observations import FactsKey
from fumimori.model import Record
from fumimori.network.dns import DnsAnswer


class Pair(Record):
    """One question and both answers."""

    here: DnsAnswer
    elsewhere: DnsAnswer

    @property
    def same(self) -> bool:
        """Whether both say the same, in any order.

        Below the domain the two kinds of absence are equivalent: forwarders and caches make one of the other
        (RFC 8020 section 2, RFC 8198).
        """
        if records(self.here) != records(self.elsewhere):
            return False
        return self.here.status == self.elsewhere.status or self.here.name.startswith("_")


class Facts(Record):
    """What both said about one domain; empty when the run has only one resolver."""

    pairs: tuple[Pair, ...] = ()


def records(answer: DnsAnswer) -> set[str]:
    """What an answer says, in any order and case."""
    return {record.lower() if answer.rdtype == "MX" else record for record in answer.records}


RESOLVERS = FactsKey("resolvers", Facts)
"""Key to read these facts from `Observations`."""
