"""What window and command line are handed to work with: probes, rules, questions and the way to the network."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

import msgspec

from fumimori.core.judging import assess
from fumimori.core.model import Assessment, Outcome, Question, Result, Rules
from fumimori.core.network import Network
from fumimori.core.port_matrix import port_matrix
from fumimori.core.seen import Seen
from fumimori.probes.contract import Probe


@dataclass(frozen=True, kw_only=True)
class NetworkSettings:
    """How a run looks outward."""

    resolver: str | None = None
    """`IP[:PORT]`, `tls://IP[:PORT][#name]` or `https://host/path`; None for the system's."""
    second_resolver: str | None = None
    """Another one to compare with, in the same forms."""
    dnssec_anchor: Path | None = None
    """The root's DS or DNSKEY records in zone-file text instead of those of the public root."""
    ca_file: Path | None = None
    """Trusted roots in PEM instead of the system's."""
    control_hosts: tuple[str, ...] | None = None
    """`HOST` or `HOST:PORT` for the port-25 test; None for the two usual ones."""
    thorough: bool = False
    """List every suite and group, with many more connections."""
    from_outside: bool = False
    """A person's word that this machine is not in the target's network, although the addresses look like it."""


@dataclass(frozen=True, kw_only=True)
class Instruments:
    """Everything that turns a scope into attempts and attempts into a result; put together once, by `__main__`."""

    probes: tuple[Probe, ...]
    rules: Rules
    bank: tuple[Question, ...]
    open_network: Callable[[NetworkSettings], Network]

    def outcomes(self, assessment: Assessment) -> tuple[Outcome, ...]:
        """What all judges say about everything that was seen."""
        seen = _seen(assessment)
        return tuple(outcome for probe in self.probes for outcome in probe.judge(seen, self.rules))

    def assess(self, assessment: Assessment, moment: datetime) -> Result:
        """All that follows from `assessment` under today's rules."""
        result = assess(assessment, self.bank, self.rules, self.outcomes(assessment), moment)
        return msgspec.structs.replace(result, ports=port_matrix(_seen(assessment), self.rules))


def _seen(assessment: Assessment) -> Seen:
    vantage = assessment.vantages[-1] if assessment.vantages else None
    return Seen(assessment.scope, assessment.attempts, vantage)
