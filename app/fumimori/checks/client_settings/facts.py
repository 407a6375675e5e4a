"""Facts that the probe `client_settings` records."""

from fumimori.checks.observations import FactsKey
from fumimori.model import Record
from fumimori.network.dns import DnsAnswer, Unanswered
from fumimori.network.web import WebAnswer

SRV_FIELDS = 4


class Facts(Record):
    """What one domain publishes for the automatic set-up of mail programs."""

    srv: tuple[DnsAnswer, ...] = ()
    configs: tuple[WebAnswer, ...] = ()
    """The settings files that were found, with the address they came from."""
    autodiscover: bool | None = None
    """autodiscover.<domain> exists; None when DNS did not say."""
    unanswered: tuple[Unanswered, ...] = ()

    def targets(self, service: str) -> tuple[str, ...]:
        """`host:port` of the SRV records of a service; a lone `.` says that there is none (RFC 2782)."""
        found = []
        for answer in self.srv:
            if not answer.name.startswith(f"_{service}._tcp."):
                continue
            for record in answer.records:
                words = record.split()
                if len(words) == SRV_FIELDS and words[3] != ".":
                    found.append(f"{words[3].rstrip('.')}:{words[2]}")
        return tuple(found)


CLIENT_SETTINGS = FactsKey("client_settings", Facts)
"""Key to read these facts from `Observations`."""
