"""Where another tool and this program looked at the same service: what each saw that the other did not."""

from collections.abc import Iterator
from dataclasses import dataclass

import msgspec

from fumimori.checks.mail_ports.facts import MAIL_PORTS
from fumimori.checks.mail_ports.facts import Facts as PortFacts
from fumimori.checks.observations import Observations, host_of
from fumimori.checks.ssh.facts import SSH
from fumimori.checks.ssh.facts import Facts as SshFacts
from fumimori.checks.tls.verdicts import PRINTED
from fumimori.model import Attempt, Tool

Word = tuple[str, list[str]]
Differences = tuple[list[str], list[str]]
"""What the tool saw and our own probe did not, and the other way round."""
SSH_PORT = 22


@dataclass(frozen=True, kw_only=True)
class Compared:
    """One service that a tool looked at."""

    host: str
    place: str
    """`host:port`."""
    tool: Tool
    looked: bool
    """Whether this program looked, too."""
    more: list[str]
    """What the tool saw and our own probe did not."""
    less: list[str]
    """What our own probe saw and the tool did not."""

    def words(self) -> Iterator[Word]:
        """The outcomes with what they list."""
        if not self.looked:
            yield "fills_in", [self.place]
        elif not self.more and not self.less:
            yield "agrees", [self.place]
        if self.more:
            yield "saw_more", self.more
        if self.less:
            yield "saw_less", self.less


def compared(observations: Observations) -> Iterator[Compared]:
    """Every service that another tool looked at, each with the result of our own probe where there is one."""
    for attempt, tool in observations.imports():
        if attempt.facts is None or attempt.probe not in (MAIL_PORTS.check, SSH.check):
            continue
        subject, host = attempt.subject, host_of(attempt.subject)
        place = subject if subject != host else f"{host}:{SSH_PORT}"
        found = (_ssh if attempt.probe == SSH.check else _port)(observations, attempt, place)
        more, less = found or ([], [])
        yield Compared(host=host, place=place, tool=tool, looked=found is not None, more=more, less=less)


def _ssh(observations: Observations, attempt: Attempt, place: str) -> Differences | None:
    """What differs; None where this program did not look."""
    ours = observations.facts(SSH, attempt.subject)
    if ours is None or attempt.facts is None:
        return None
    theirs, mine = _algorithms(msgspec.json.decode(attempt.facts, type=SshFacts)), _algorithms(ours)
    if not theirs or not mine:
        return [], []
    return [f"{place} {one}" for one in sorted(theirs - mine)], [f"{place} {one}" for one in sorted(mine - theirs)]


def _port(observations: Observations, attempt: Attempt, place: str) -> Differences | None:
    """What one side saw and the other was refused; what a side does not know is no difference."""
    ours = observations.facts(MAIL_PORTS, attempt.subject)
    if ours is None or attempt.facts is None:
        return None
    if not ours.service.open:
        return [place], []
    theirs = msgspec.json.decode(attempt.facts, type=PortFacts)
    more = [PRINTED[one] for one in theirs.support.accepted if one in ours.support.refused]
    less = [PRINTED[one] for one in ours.support.accepted if one in theirs.support.refused]
    if theirs.leaf and ours.leaf and theirs.leaf not in _leaves(ours):
        more.append(f"SHA-256 {theirs.leaf[:16]}…")
        less.append(f"SHA-256 {ours.leaf[:16]}…")
    return [f"{place} {one}" for one in more], [f"{place} {one}" for one in less]


def _algorithms(facts: SshFacts) -> set[str]:
    service = facts.service
    return {*service.key_exchanges, *service.host_keys, *service.ciphers, *service.macs}


def _leaves(facts: PortFacts) -> set[str]:
    """Every certificate that the port was seen with, at any address and for any kind of key."""
    others = [chain for chain in (facts.support.other_chain,) if chain is not None and chain.certificates]
    return {facts.leaf, *(side.leaf for side in facts.others), *(chain.certificates[0].sha256 for chain in others)}
