"""Facts that the probe `dkim` records."""

import re

from fumimori.checks.observations import FactsKey
from fumimori.grammar.dkim import DkimKey, is_dkim, parse_dkim
from fumimori.model import Record
from fumimori.network.dns import DnsAnswer, Unanswered

SELECTOR = re.compile(r"[a-z0-9](?:[a-z0-9._-]{0,62})")
"""What a selector in lower case may look like; whatever else somebody says it is, nobody asks for it."""


class SelectorSeen(Record):
    """A selector at which something stands."""

    selector: str
    canonical_name: str
    """Where a CNAME leads, such as into the provider's zone."""
    records: tuple[str, ...]
    """TXT records, untrusted."""
    source: str = "guessed"
    """One of SOURCES."""

    @property
    def keys(self) -> tuple[DkimKey, ...]:
        """The records that are meant as keys."""
        return tuple(parse_dkim(txt) for txt in self.records if is_dkim(txt))


class Facts(Record):
    """What is below `_domainkey`."""

    tried: tuple[str, ...]
    """Every selector that was asked for, the given ones first."""
    control: DnsAnswer
    """The answer for a random selector; a zone that answers it answers everything (wildcard)."""
    given: tuple[str, ...] = ()
    """Those that a person named: at them a missing key means something."""
    from_mail: tuple[str, ...] = ()
    """Those that a message was signed with."""
    found: tuple[SelectorSeen, ...] = ()
    aliases_empty: tuple[SelectorSeen, ...] = ()
    """Selectors that lead elsewhere by CNAME, where nothing stands."""
    unanswered: tuple[Unanswered, ...] = ()

    @property
    def genuine(self) -> tuple[SelectorSeen, ...]:
        """The selectors with a key that is not the wildcard's."""
        return tuple(
            kept
            for kept in self.found
            if kept.keys and (not self.control.records or set(kept.records) != set(self.control.records))
        )


DKIM = FactsKey("dkim", Facts)
"""Key to read these facts from `Observations`."""
