"""Facts that the probe `caa` records."""

from fumimori.checks.observations import FactsKey
from fumimori.grammar.caa import CaaRecord, parse_caa
from fumimori.model import Record
from fumimori.network.dns import DnsAnswer

RECORDS_MOST = 20


class Facts(Record):
    """The records that count for one name."""

    found_at: str = ""
    """The name that has them; empty when none up to the top level has."""
    answer: DnsAnswer | None = None
    """None when there are none."""

    @property
    def records(self) -> tuple[CaaRecord, ...]:
        """The properties, read."""
        return tuple(parse_caa(text) for text in (self.answer.records[:RECORDS_MOST] if self.answer else ()))


CAA = FactsKey("caa", Facts)
"""Key to read these facts from `Observations`."""
