"""What a probe may ask of the network: the protocol that `net` implements, and the errors it answers with.

NotObserved                 an attempt that says nothing about the server
├── NotTestableHere     this network, this machine or the consent does not let us look
├── Unreachable         no connection: no route, nobody listening where somebody must, name without address
├── TimedOut            nothing came in the time allowed
└── Refused             the other side will not talk to us (421, 45x, REFUSED, SERVFAIL, reset)
BudgetSpentError        we have connected as often as was said before
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import TYPE_CHECKING, Any, ClassVar, Protocol

from fumimori.model import Contact, Exchange, Status, Vantage
from fumimori.network.active_tests import ActiveTestClient
from fumimori.network.deadline import Deadline
from fumimori.network.dns import DnsClient
from fumimori.network.mail import MailClient
from fumimori.network.services import ServiceClient
from fumimori.network.smtp import SmtpClient
from fumimori.network.ssh import SshClient
from fumimori.network.tls import TlsClient
from fumimori.network.web import WebClient

if TYPE_CHECKING:
    import asyncio


class NotObserved(Exception):  # noqa: N818 - it is a state of knowledge, not a fault of the program
    """We could not look; `reason` is a code with a text of its own under `words.reason.<reason>`."""

    status: ClassVar[Status] = Status.UNREACHABLE

    def __init__(self, reason: str, detail: str = "") -> None:
        super().__init__(f"{reason}: {detail}" if detail else reason)
        self.reason = reason
        self.detail = detail


class NotTestableHere(NotObserved):
    """The network, the machine or the consent does not let us look."""

    status = Status.NOT_TESTABLE_HERE


class Unreachable(NotObserved):
    """No connection could be made."""

    status = Status.UNREACHABLE


class TimedOut(NotObserved):
    """Nothing came in the time allowed."""

    status = Status.TIMED_OUT


class Refused(NotObserved):
    """The other side will not talk to us."""

    status = Status.REFUSED


class BudgetSpentError(Exception):
    """The address saw as many connections as the consent page announced.

    It ends the attempt: no part of it may take this for a port that is closed.
    """


@dataclass(kw_only=True)
class Allowance:
    """The connections per address and host name in one run, as many as the consent page announced."""

    most: int
    taken: dict[tuple[str, str], int] = field(default_factory=dict)

    def take(self, host: str, address: str) -> None:
        """One more connection; raises BudgetSpentError when that would be more than was said."""
        count = self.taken.get((host, address), 0)
        if count >= self.most:
            raise BudgetSpentError(host)
        self.taken[host, address] = count + 1


@dataclass(kw_only=True)
class Notes:
    """What one attempt exchanged: filled by `net`, kept by the engine in the file."""

    exchanges: list[Exchange] = field(default_factory=list)
    contacts: list[Contact] = field(default_factory=list)
    """Complete only when nothing is `under_way` any more."""
    under_way: set["asyncio.Future[Any]"] = field(default_factory=set)
    """What was begun for this attempt and outlives it, because others wait for it too; it writes its own contacts."""
    allowance: Allowance | None = None
    """Shared by the attempts of a run; None where nothing was promised to be counted."""
    deadline: Deadline | None = None
    """When the attempt has to be over; None where nobody set an end."""

    def beside(self) -> "Notes":
        """Notes with evidence of their own, whose contacts are these."""
        return Notes(contacts=self.contacts, under_way=self.under_way, allowance=self.allowance, deadline=self.deadline)


class Network(
    DnsClient, WebClient, TlsClient, MailClient, SmtpClient, ServiceClient, SshClient, ActiveTestClient, Protocol
):
    """Everything a probe may do outward; one instance per run, with caches and politeness shared by all attempts."""

    def for_attempt(self, notes: Notes) -> "Network":
        """The same network, writing evidence and contacts of one attempt into `notes`."""

    def now(self) -> datetime:
        """The moment in UTC, with its zone."""

    async def probe_environment(
        self,
        targets: Sequence[str],
        *,
        control_hosts: Sequence[str] | None = None,
        from_outside: bool = False,
        early: Callable[[Vantage], None] = lambda _vantage: None,
    ) -> Vantage:
        """The vantage point of this run; `early` is called as soon as the part is known that other attempts wait for.

        `targets` are the hosts to be measured; `control_hosts` (`HOST` or `HOST:PORT`) show whether port 25 is blocked,
        None for the usual two. `from_outside` is a person's word that this is not the target's network.
        """

    async def lies_inside(self, host: str) -> bool:
        """Whether an address of `host` (a name or an address) is private or in this machine's own network.

        False where its addresses cannot be found.
        """

    async def close(self) -> None:
        """End what is still under way."""
