"""Where a measurement stands: is this network online, does it let port 25 out, does it know IPv6, is it inside."""

import asyncio
import ipaddress
import socket
from collections.abc import Sequence
from dataclasses import dataclass

from fumimori.core.model import Vantage
from fumimori.core.network import Notes, NotSeen
from fumimori.net.connect import Dialer
from fumimori.net.dns import Questions, has_route

CONTROL_HOSTS = ("gmail-smtp-in.l.google.com", "outlook-com.olc.protection.outlook.com")
"""Two mail exchangers that are always there; whoever minds being seen by them names others."""

GREETING_SECONDS = 15.0
ADDRESSES_MOST = 2
"""Addresses of a control host that are tried."""

FAR_IPV6 = "2001:500:2f::f"
"""A root name server: only this machine's routing table is asked about it."""
FAR_IPV4 = "192.5.5.241"


@dataclass(frozen=True, kw_only=True)
class Surroundings:
    """Finds out what must be known before anything is judged."""

    dialer: Dialer
    questions: Questions

    async def look(
        self,
        targets: Sequence[str],
        *,
        control_hosts: Sequence[str] | None,
        notes: Notes,
        from_outside: bool = False,
    ) -> Vantage:
        """The vantage point of this run.

        Port 25 counts as blocked only when name service works and no control host greets; as open when one does.
        """
        hosts = tuple(CONTROL_HOSTS if control_hosts is None else control_hosts)
        at = self.dialer.clock()
        answers = await asyncio.gather(*(self._control(host, notes) for host in hosts))
        found = [found for found, _ in answers]
        greeted = [greeted for _, greeted in answers]
        port25 = "blocked" if any(found) else "unknown"
        if any(greeted):
            port25 = "open"
        return Vantage(
            at=at,
            online=any(found) or await self._has_name_service(notes),
            resolver=self.questions.resolver,
            port25=port25,
            control_hosts=hosts,
            ipv4=has_route(FAR_IPV4),
            ipv6=has_route(FAR_IPV6),
            inside=not from_outside and await self._inside(targets, notes),
        )

    async def _control(self, host_and_port: str, notes: Notes) -> tuple[bool, bool]:
        """Whether the control host has an address, and whether it greeted."""
        host, port = split_port(host_and_port, 25)
        try:
            addresses = await self.questions.addresses(host, notes)
        except NotSeen:
            return False, False
        for address in addresses[:ADDRESSES_MOST]:
            if await self._greets(host, address, port, notes):
                return True, True
        return bool(addresses), False

    async def _greets(self, host: str, address: str, port: int, notes: Notes) -> bool:
        try:
            async with (
                asyncio.timeout(self.dialer.limits.connect + GREETING_SECONDS),
                self.dialer.connection(address, port, host=host, what="smtp", notes=notes) as connection,
            ):
                line = await connection.line()
                connection.note("", line)
                await connection.send(b"QUIT\r\n")
                return line[:3].isdigit()
        except (NotSeen, TimeoutError):
            return False

    async def _has_name_service(self, notes: Notes) -> bool:
        try:
            await self.questions.ask(".", "NS", notes)
        except NotSeen:
            return False
        return True

    async def _inside(self, targets: Sequence[str], notes: Notes) -> bool:
        for target in targets:
            try:
                addresses = await self.questions.addresses(split_port(target, 25)[0], notes)
            except NotSeen:
                continue
            if any(is_inside(address) for address in addresses):
                return True
        return False


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
    """Whether `address` lies in a private network or is this machine itself."""
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
