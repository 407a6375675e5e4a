"""Facts that the probe `mta_sts` records."""

import hashlib
from datetime import datetime

from fumimori.checks.observations import FactsKey
from fumimori.grammar import mta_sts as grammar
from fumimori.model import Record
from fumimori.network.dns import DnsAnswer
from fumimori.network.web import WebAnswer


class PolicySeen(Record):
    """A state of the published policy, from the first time that it was seen."""

    first_seen: datetime
    id: str
    """Of the announcement."""
    mode: str
    sha256: str


class Facts(Record):
    """What was published."""

    answer: DnsAnswer
    """TXT at `_mta-sts`."""
    policy: WebAnswer | None = None
    """None when it was not asked for (nothing announces it) or nothing answered."""
    policy_reason: str = ""
    """Why nothing answered."""
    history: tuple[PolicySeen, ...] = ()
    """The states that this and earlier attempts saw, oldest first."""

    @property
    def announcements(self) -> tuple[str, ...]:
        """The records that senders take for an announcement."""
        return tuple(txt for txt in self.answer.records if grammar.is_sts_record(txt))

    @property
    def announced(self) -> bool:
        """Whether senders will look for a policy."""
        return len(self.announcements) == 1 and not grammar.parse_sts_record(self.announcements[0]).fault

    @property
    def policy_sha256(self) -> str:
        """A mark by which a later assessment sees that the policy changed; empty without one."""
        text = self.policy.untrusted_body if self.policy else ""
        return hashlib.sha256(text.encode()).hexdigest() if text else ""


MTA_STS = FactsKey("mta_sts", Facts)
"""Key to read these facts from `Observations`."""
