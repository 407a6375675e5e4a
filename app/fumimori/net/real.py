"""The real network: DNS, HTTPS, TLS, mail and SSH joined into what probes are handed."""

from collections.abc import Awaitable, Callable, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

from fumimori.model import T, Vantage
from fumimori.net.active_tests import ActiveTests
from fumimori.net.certificates import chain_of, load_roots
from fumimori.net.connect import Dialer, Limits, Route
from fumimori.net.dns import DnsQueries, is_address
from fumimori.net.dns_secured import ValidatedQueries
from fumimori.net.mail import MailServices
from fumimori.net.request_cache import RequestCache
from fumimori.net.services import Services
from fumimori.net.smtp_dialogue import Envelopes
from fumimori.net.ssh import SshServices
from fumimori.net.vantage import NetworkEnvironment, is_inside
from fumimori.net.web import Web
from fumimori.network import Network, Notes
from fumimori.network.active_tests import InjectionTest, RenegotiationTest
from fumimori.network.dns import DnsAnswer, ZoneSecurity
from fumimori.network.mail import MailService
from fumimori.network.services import OpenPort
from fumimori.network.smtp import SmtpDialogue
from fumimori.network.ssh import SshService
from fumimori.network.tls import CertificateChain, HelloAnswer, HelloOffer
from fumimori.network.web import WebAnswer

if TYPE_CHECKING:
    from cryptography import x509


def utc_now() -> datetime:
    """The moment in UTC."""
    return datetime.now(UTC)


class RealNetwork(Network):
    """The network of one run; all attempts share its caches and rate limits, each has its own notes."""

    def __init__(
        self,
        *,
        resolver: str | None = None,
        second_resolver: str | None = None,
        anchors: str = "",
        ca_file: Path | None = None,
        limits: Limits | None = None,
        clock: Callable[[], datetime] = utc_now,
        our_name: str = "",
        route: Route | None = None,
    ) -> None:
        roots = load_roots(ca_file)
        dialer = Dialer(clock=clock, limits=limits, route=route)
        self._clock = clock
        self._notes = Notes()
        self._seen = RequestCache()
        self._pages = RequestCache(most=256)
        self._queries, self._second = _queries(resolver, second_resolver, roots, clock)
        self._secured = ValidatedQueries(queries=self._queries, anchors=anchors, now=clock)
        self._web = Web(dialer=dialer, addresses=self._queries.addresses, roots=roots, now=clock)
        self._mail = MailServices(
            dialer=dialer,
            judge_chain=lambda ders, name, at: chain_of(ders, name=name, at=at, roots=roots),
            our_name=our_name,
        )
        self._envelopes = Envelopes(dialer=dialer, our_name=our_name)
        self._trials = ActiveTests(dialer=dialer, our_name=our_name)
        self._services = Services(dialer=dialer)
        self._ssh = SshServices(dialer=dialer)
        self._environment = NetworkEnvironment(
            dialer=dialer,
            queries=self._queries,
            second_resolver=self._second.resolver if self._second else "",
            judge_chain=lambda ders, name, at: chain_of(ders, name=name, at=at, roots=roots),
        )

    def for_attempt(self, notes: Notes) -> "RealNetwork":
        """The same network, writing into `notes`."""
        same = object.__new__(type(self))
        same.__dict__.update(self.__dict__)
        same._notes = notes
        return same

    def now(self) -> datetime:
        """The moment in UTC, with its zone."""
        return self._clock()

    async def dns(self, name: str, rdtype: str) -> DnsAnswer:
        """See DnsClient."""
        return await self._queries.ask(name, rdtype, self._notes)

    async def secured(self, name: str, rdtype: str) -> DnsAnswer:
        """See DnsClient."""
        return await self._secured.ask(name, rdtype, self._notes)

    async def zone_security(self, name: str) -> ZoneSecurity:
        """See DnsClient."""
        return await self._secured.zone(name, self._notes)

    async def elsewhere(self, name: str, rdtype: str) -> DnsAnswer | None:
        """See DnsClient."""
        return await self._second.ask(name, rdtype, self._notes) if self._second else None

    async def addresses(self, host: str) -> tuple[str, ...]:
        """See DnsClient."""
        return await self._queries.addresses(host, self._notes)

    async def get(self, url: str, *, limit: int = 65536, any_certificate: bool = False) -> WebAnswer:
        """See WebClient."""
        return await self._pages.once(
            (url, limit, any_certificate),
            self._notes,
            lambda notes: self._web.get(url, notes, limit=limit, any_certificate=any_certificate),
        )

    async def hello(self, host: str, address: str, port: int, offer: HelloOffer, *, starttls: str = "") -> HelloAnswer:
        """See TlsClient."""
        return await self._once(self._mail.hello, host, address, port, offer, starttls=starttls)

    async def chain(
        self, host: str, address: str, port: int, key: str, *, starttls: str = ""
    ) -> CertificateChain | None:
        """See TlsClient."""
        return await self._once(self._mail.chain, host, address, port, key, starttls=starttls)

    async def mail_service(self, host: str, address: str, port: int) -> MailService:
        """See MailClient."""
        return await self._once(self._mail.mail_service, host, address, port)

    async def smtp_dialogue(
        self, host: str, address: str, port: int, commands: Sequence[str], *, secured: bool = False
    ) -> SmtpDialogue:
        """See SmtpClient."""
        return await self._envelopes.smtp_dialogue(host, address, port, commands, secured=secured, notes=self._notes)

    async def starttls_injection(self, host: str, address: str, port: int) -> InjectionTest:
        """See ActiveTestClient."""
        return await self._trials.starttls_injection(host, address, port, notes=self._notes)

    async def renegotiation(self, host: str, address: str, port: int) -> RenegotiationTest:
        """See ActiveTestClient."""
        return await self._trials.renegotiation(host, address, port, notes=self._notes)

    async def open_port(self, host: str, address: str, port: int, kind: str) -> OpenPort:
        """See ServiceClient."""
        return await self._once(self._services.open_port, host, address, port, kind)

    async def ssh_service(self, host: str, address: str, port: int) -> SshService:
        """See SshClient."""
        return await self._once(self._ssh.ssh_service, host, address, port)

    async def ssh_group_size(self, host: str, address: str, port: int) -> int:
        """See SshClient."""
        return await self._ssh.ssh_group_size(host, address, port, notes=self._notes)

    async def probe_environment(
        self,
        targets: Sequence[str],
        *,
        control_hosts: Sequence[str] | None = None,
        from_outside: bool = False,
        early: Callable[[Vantage], None] = lambda _vantage: None,
    ) -> Vantage:
        """See Network."""
        return await self._environment.detect(
            targets,
            control_hosts=control_hosts,
            notes=self._notes,
            from_outside=from_outside,
            early=early,
        )

    async def lies_inside(self, host: str) -> bool:
        """See Network."""
        return await self._environment.lies_inside(host, self._notes)

    async def _once(self, ask: Callable[..., Awaitable[T]], *about: object, **more: str) -> T:
        """What `ask` answers about this; asked once in a run."""
        key = (ask, *about, *more.values())
        return await self._seen.once(key, self._notes, lambda notes: ask(*about, **more, notes=notes))

    async def close(self) -> None:
        """See Network."""
        await self._queries.close()
        if self._second:
            await self._second.close()


def _queries(
    resolver: str | None, second: str | None, roots: Sequence["x509.Certificate"], clock: Callable[[], datetime]
) -> tuple[DnsQueries, DnsQueries | None]:
    """The resolver that is used, and the one that is only compared with: the public one shows what others see."""
    first = DnsQueries(now=clock, resolver=resolver, roots=roots)
    if second is None:
        return first, None
    other = DnsQueries(now=clock, resolver=second, roots=roots)
    public = not any(is_address(host) and is_inside(host) for host in other.hosts)
    inside = any(is_address(host) and is_inside(host) for host in first.hosts)
    return (other, first) if public and inside else (first, other)
