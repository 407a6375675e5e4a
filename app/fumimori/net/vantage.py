"""The vantage point of a measurement: online, port 25 open, IPv6, inside; a sign-in page or a TLS proxy in the way."""

import asyncio
import contextlib
import ipaddress
import secrets
import socket
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

import msgspec

from fumimori.model import Vantage
from fumimori.net.connect import Connection, Dialer
from fumimori.net.dialogues import NotSpokenError, Smtp
from fumimori.net.dns import DnsQueries, has_route, is_address
from fumimori.net.request_cache import RequestCache
from fumimori.net.tls import TlsError, start_tls
from fumimori.network import Notes, NotObserved, Refused
from fumimori.network.tls import CertificateChain

CONTROL_HOSTS = ("gmail-smtp-in.l.google.com", "outlook-com.olc.protection.outlook.com")
"""Two mail exchangers that are always reachable; others can be named instead."""

GREETING_SECONDS = 15.0
WEB_SECONDS = 5.0
ADDRESSES_MOST = 2
"""Addresses of a control host that are tried."""

FAR_IPV6 = "2001:500:2f::f"
"""A root name server: only this machine's routing table is asked about it."""
FAR_IPV4 = "192.5.5.241"


UNKNOWN_ISSUER = frozenset({"unknown_issuer", "self_signed", "incomplete"})
"""Signs that a chain was made up on the way."""

JudgeChain = Callable[[tuple[bytes, ...], str, datetime], CertificateChain]


@dataclass(frozen=True, kw_only=True)
class _Control:
    """What one control host showed."""

    addresses: tuple[str, ...] = ()
    greeted: bool = False
    issuers: tuple[str, ...] = ()
    """Issuers of certificates that it showed; empty text for one that this machine trusts."""


@dataclass(frozen=True, kw_only=True)
class NetworkEnvironment:
    """Finds out what must be known before anything is judged."""

    dialer: Dialer
    queries: DnsQueries
    judge_chain: JudgeChain | None = None
    """From DER certificates, name and moment to the chain's facts; None where interception is not looked for."""
    seen: RequestCache = field(default_factory=RequestCache)
    second_resolver: str = ""
    """Who else is asked in this run, for the record."""

    async def detect(
        self,
        targets: Sequence[str],
        *,
        control_hosts: Sequence[str] | None,
        notes: Notes,
        from_outside: bool = False,
        early: Callable[[Vantage], None] = lambda _vantage: None,
    ) -> Vantage:
        """The vantage point of this run; `early` is called with it as soon as a control host greets.

        Port 25 counts as blocked only when name service works and no control host greets; as open when one does.
        Encrypted connections count as intercepted when two or more control hosts show certificates of one and the
        same issuer that nobody knows; a sign-in page is in the way when a name that cannot exist leads to the
        same address as a control host.
        """
        hosts = tuple(CONTROL_HOSTS if control_hosts is None else control_hosts)
        at = self.dialer.clock()
        greeted = asyncio.Event()
        tests = asyncio.gather(*(self._once(host, notes, greeted) for host in hosts))
        within = asyncio.create_task(self._inside(() if from_outside else targets, notes))
        waiting: list[asyncio.Future[Any]] = [tests, asyncio.create_task(greeted.wait())]
        try:
            await asyncio.wait(waiting, return_when=asyncio.FIRST_COMPLETED)
            vantage = Vantage(
                at=at,
                online=True,
                resolver=self.queries.resolver,
                port25="open",
                control_hosts=hosts,
                ipv4=has_route(FAR_IPV4),
                ipv6=has_route(FAR_IPV6),
                inside=bool(hosts_inside := await within),
                inside_hosts=hosts_inside,
                resolver_inside=any(is_address(host) and is_inside(host) for host in self.queries.hosts),
                second_resolver=self.second_resolver,
            )
            if greeted.is_set():
                early(vantage)
            controls = await tests
        finally:
            for task in (*waiting, within):
                task.cancel()
            await asyncio.gather(*waiting, within, return_exceptions=True)
        if any(control.greeted for control in controls):
            return msgspec.structs.replace(vantage, intercepted=intercepted([one.issuers for one in controls]))
        found = any(control.addresses for control in controls)
        return msgspec.structs.replace(
            vantage,
            online=found or await self._has_name_service(targets, notes),
            port25="blocked" if found else "unknown",
            captive_portal=await self._captive(targets, controls, notes),
            intercepted=intercepted([one.issuers for one in controls]),
        )

    async def _once(self, host: str, notes: Notes, on_greeting: asyncio.Event) -> _Control:
        """What a control host showed to the first who asked in this run."""
        control = await self.seen.once(host, notes, lambda own: self._control(host, own, on_greeting))
        if control.greeted:
            on_greeting.set()
        return control

    async def _control(self, host_and_port: str, notes: Notes, on_greeting: asyncio.Event) -> _Control:
        host, port = split_port(host_and_port, 25)
        try:
            addresses = await self.queries.addresses(host, notes)
        except NotObserved:
            return _Control()
        web = asyncio.create_task(self._web_issuer(host, addresses[0], notes)) if addresses else None
        greeted, issuers = False, []
        try:
            for address in addresses[:ADDRESSES_MOST]:
                greeted, issuer = await self._greets(host, address, port, notes, on_greeting)
                if greeted:
                    issuers += [] if issuer is None else [issuer]
                    break
            if web is not None and (issuer := await web) is not None:
                issuers.append(issuer)
        finally:
            if web is not None:
                web.cancel()
                await asyncio.gather(web, return_exceptions=True)
        return _Control(addresses=addresses, greeted=greeted, issuers=tuple(issuers))

    async def _greets(
        self, host: str, address: str, port: int, notes: Notes, on_greeting: asyncio.Event
    ) -> tuple[bool, str | None]:
        """Whether a mail server greets, for which `on_greeting` is set at once, and the issuer that it shows."""
        greeted = False
        issuer: str | None = None
        try:
            async with (
                asyncio.timeout(self.dialer.limits.connect + GREETING_SECONDS),
                self.dialer.connection(address, port, host=host, what="smtp", notes=notes) as connection,
            ):
                smtp = Smtp(connection, f"[{connection.local_address.partition('%')[0]}]")
                try:
                    await smtp.greeting()
                except Refused as refused:
                    return refused.reason in ("busy", "not_welcome"), None
                greeted = True
                on_greeting.set()
                offered = await smtp.capabilities() if self.judge_chain else None
                if offered and smtp.offers_tls(offered) and await smtp.ask_for_tls():
                    issuer = await self._issuer(connection, host)
                await smtp.leave()
        except (NotObserved, NotSpokenError, TlsError, TimeoutError):
            return greeted, issuer
        return greeted, issuer

    async def _web_issuer(self, host: str, address: str, notes: Notes) -> str | None:
        """The issuer shown on 443, where a proxy in between answers for every host; None when nothing answers."""
        if self.judge_chain is None:
            return None
        try:
            async with (
                asyncio.timeout(WEB_SECONDS),
                self.dialer.connection(address, 443, host=host, what="control_host", notes=notes) as connection,
            ):
                return await self._issuer(connection, host)
        except (NotObserved, TlsError, TimeoutError):
            return None

    async def _issuer(self, connection: Connection, host: str) -> str | None:
        """The issuer of the certificate that is shown, empty for one that is trusted, None when there is none."""
        layer = await start_tls(connection, host)
        if self.judge_chain is None:
            return None
        chain = self.judge_chain(layer.certificates(), host, self.dialer.clock())
        if not chain.certificates:
            return None
        return chain.certificates[0].issuer if chain.trust_error in UNKNOWN_ISSUER else ""

    async def _captive(self, targets: Sequence[str], controls: Sequence[_Control], notes: Notes) -> bool:
        known = {address for control in controls for address in control.addresses}
        if not known or not targets:
            return False
        name = f"fumimori-{secrets.token_hex(6)}.{split_port(targets[-1], 25)[0]}"
        try:
            made_up = await self.queries.ask(name, "A", notes)
        except NotObserved:
            return False
        return bool(known & set(made_up.records))

    async def _has_name_service(self, targets: Sequence[str], notes: Notes) -> bool:
        """Whether anything is heard about the root or any of the targets, including that it does not exist."""
        import dns.name
        import dns.rdatatype

        with contextlib.suppress(NotObserved):
            await self.queries.carry(dns.name.root, dns.rdatatype.NS, notes)
            return True
        for target in targets:
            with contextlib.suppress(NotObserved):
                await self.queries.ask(split_port(target, 25)[0], "A", notes)
                return True
        return False

    async def lies_inside(self, host: str, notes: Notes) -> bool:
        """Whether an address of `host` is private or in this machine's own network; False where it has none."""
        if is_address(host):
            return is_inside(host)
        try:
            addresses = await self.queries.addresses(host, notes)
        except NotObserved:
            return False
        return any(is_inside(address) for address in addresses)

    async def _inside(self, targets: Sequence[str], notes: Notes) -> tuple[str, ...]:
        hosts = tuple(dict.fromkeys(split_port(target, 25)[0] for target in targets))
        found = await asyncio.gather(*(self.lies_inside(host, notes) for host in hosts))
        return tuple(sorted(host for host, inside in zip(hosts, found, strict=True) if inside))


def intercepted(shown: Sequence[Sequence[str]]) -> bool:
    """Whether every certificate of two or more hosts comes from one unknown issuer."""
    telling = [set(issuers) for issuers in shown if issuers]
    everything = set().union(*telling)
    return len(telling) >= 2 and len(everything) == 1 and "" not in everything


def split_port(text: str, usual: int) -> tuple[str, int]:
    """Host and port of `HOST`, `HOST:PORT`, `[IPv6]:PORT` or a bare IPv6 address; ValueError for an absurd port."""
    host, number = text.strip(), ""
    if host.startswith("["):
        host, _, rest = host[1:].partition("]")
        number = rest.removeprefix(":")
    elif host.count(":") == 1:
        host, _, number = host.partition(":")
    port = int(number) if number else usual
    if not 0 < port < 65536:
        raise ValueError(f"no port: {number}")
    return host, port


def is_inside(address: str) -> bool:
    """Whether `address` is in a private network or is this machine itself."""
    ip = ipaddress.ip_address(address)
    return ip.is_loopback or ip.is_private or ip.is_link_local or _own_address_towards(address) == address


def _own_address_towards(address: str) -> str:
    family = socket.AF_INET6 if ":" in address else socket.AF_INET
    try:
        with socket.socket(family, socket.SOCK_DGRAM) as unsent:
            unsent.connect((address, 9))
            return str(unsent.getsockname()[0])
    except OSError:
        return ""
