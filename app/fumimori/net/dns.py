"""DNS queries of one run (RFC 1035, 2308): each sent once, every kind of failure has a code, nothing is guessed."""

import asyncio
import socket
import ssl
from collections.abc import Callable, Coroutine, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from functools import partial
from ipaddress import ip_address
from itertools import islice
from typing import TYPE_CHECKING, Any, Protocol

from fumimori.grammar.domain_names import BadDomainError
from fumimori.model import Contact, Exchange
from fumimori.net import dns_wire
from fumimori.net.dns_names import question_name
from fumimori.net.dns_streams import open_stream
from fumimori.net.resolvers import Stream, Upstream, parse_resolver, parse_upstream
from fumimori.network import Notes, NotObserved, NotTestableHere, Refused, TimedOut
from fumimori.network.dns import DnsAnswer, DnsStatus

if TYPE_CHECKING:
    import dns.message
    import dns.name
    import dns.rdatatype
    from cryptography import x509

__all__ = ["DnsQueries", "has_route", "is_address", "parse_resolver", "system_servers"]

ROUNDS = 2
SERVERS_MOST = 3
KNOWN_MOST = 4096
"""Answers that a run remembers; a batch of many domains asks for more."""
EVIDENCE_CHARACTERS = 4096
AT_ONCE = 32
"""Questions that are under way at the same time; a home router's forwarder drops more."""
TELLING = ("dns_servfail", "dns_refused", "dns_malformed", "dns_timeout", "offline")
"""Failures, the most informative about the name first."""


def system_servers() -> tuple[Upstream, ...]:
    """The resolvers that this machine is set to use; empty when it has none."""
    import dns.exception
    import dns.resolver

    try:
        resolver = dns.resolver.Resolver()
    except dns.exception.DNSException:
        return ()
    hosts = [str(server) for server in resolver.nameservers if is_address(str(server))]
    return tuple(Upstream(host=host, port=resolver.port) for host in hosts)


def is_address(text: str) -> bool:
    """Whether `text` is an IPv4 or IPv6 address."""
    try:
        ip_address(text)
    except ValueError:
        return False
    return True


def has_route(address: str) -> bool:
    """Whether this machine has a way to `address`; asks its own routing table, sends nothing."""
    family = socket.AF_INET6 if ":" in address else socket.AF_INET
    try:
        with socket.socket(family, socket.SOCK_DGRAM) as unsent:
            unsent.connect((address, 9))
    except OSError:
        return False
    return True


class DnsQueries:
    """The questions of one run; an answer is shared by all who ask, also while it is still under way."""

    def __init__(
        self,
        *,
        now: Callable[[], datetime],
        resolver: str | None = None,
        roots: Sequence["x509.Certificate"] = (),
        try_seconds: float = 3.0,
        total_seconds: float = 15.0,
    ) -> None:
        self._servers = (parse_upstream(resolver),) if resolver else system_servers()[:SERVERS_MOST]
        self._streams: dict[Upstream, Stream] = {
            server: stream for server in self._servers if (stream := open_stream(server, roots)) is not None
        }
        self._now = now
        self._try_seconds = try_seconds
        self._total_seconds = total_seconds
        self._asked: dict[tuple[object, object], asyncio.Task[_Said]] = {}
        self._slots = asyncio.Semaphore(AT_ONCE)

    @property
    def resolver(self) -> str:
        """The resolvers that are asked, for the record."""
        return ", ".join(str(server) for server in self._servers)

    @property
    def hosts(self) -> tuple[str, ...]:
        """The addresses, or names, of the resolvers."""
        return tuple(server.host for server in self._servers)

    async def ask(self, name: str, rdtype: str, notes: Notes) -> DnsAnswer:
        """The answer for `rdtype` at `name`, recorded in `notes`.

        Raises NotObserved as `DnsClient.dns` says, and `dns_malformed` for a reply that cannot be read.
        """
        try:
            key = (question_name(name), rdtype.upper())
        except BadDomainError:
            raise NotObserved("dns_bad_name", name[:100]) from None
        said = await self._shared(key, notes, lambda: self._said(*key, notes))
        if isinstance(said.result, NotObserved):
            raise type(said.result)(said.result.reason, said.result.detail)
        return said.result

    async def carry(
        self, name: "dns.name.Name", rdtype: "dns.rdatatype.RdataType", notes: Notes
    ) -> "dns.message.Message":
        """The resolver's whole reply with its signatures, not validated there (DO and CD set); NotObserved as `ask`."""
        said = await self._shared((name, rdtype), notes, lambda: self._carried(name, rdtype, notes))
        if isinstance(said.result, NotObserved):
            raise type(said.result)(said.result.reason, said.result.detail)
        return said.replies[-1]

    async def vouched(self, name: str, rdtype: str, notes: Notes) -> bool:
        """Whether the resolver itself says that it validated the answer (AD); NotObserved as `ask`."""
        import dns.flags

        key = (question_name(name), rdtype.upper())
        said = await self._shared(key, notes, lambda: self._said(*key, notes))
        if isinstance(said.result, NotObserved):
            raise type(said.result)(said.result.reason, said.result.detail)
        return bool(said.replies) and bool(said.replies[-1].flags & dns.flags.AD)

    async def _shared(
        self, key: tuple[object, object], notes: Notes, work: Callable[[], Coroutine[Any, Any, "_Said"]]
    ) -> "_Said":
        task = self._asked.get(key)
        if task is None or task.cancelled():
            self._forget()
            # The first caller logs the contacts, also those that are made after it stopped waiting.
            task = self._asked[key] = asyncio.create_task(work(), name=f"dns {key[1]} {key[0]}")
            notes.under_way.add(task)
            task.add_done_callback(notes.under_way.discard)
        try:
            said = await asyncio.shield(task)
        except asyncio.CancelledError:
            here = asyncio.current_task()
            if task.cancelled() and not (here and here.cancelling()):
                # The run that began the question ended; this one only waited for its answer.
                raise TimedOut("dns_timeout") from None
            raise
        notes.exchanges.append(said.exchange())
        return said

    def _forget(self) -> None:
        """Drop the oldest answers when there are many."""
        if len(self._asked) < KNOWN_MOST:
            return
        for key in [key for key, task in islice(self._asked.items(), KNOWN_MOST // 4) if task.done()]:
            del self._asked[key]

    async def addresses(self, host: str, notes: Notes) -> tuple[str, ...]:
        """The addresses of `host` that this machine has a way to, IPv4 first; empty when it has none at all.

        An address literal is its own answer. Raises NotTestableHere (`no_route`) when it has addresses, but only of
        a family that does not work here, else as `ask`.
        """
        if is_address(host):
            return (host,)
        found: list[str] = []
        failures: list[NotObserved] = []
        asked = (self.ask(host, rdtype, notes) for rdtype in ("A", "AAAA"))
        for answer in await asyncio.gather(*asked, return_exceptions=True):
            if isinstance(answer, NotObserved):
                failures.append(answer)
            elif isinstance(answer, BaseException):
                raise answer
            else:
                found.extend(answer.records)
        reachable = tuple(address for address in found if has_route(address))
        if not reachable and failures:
            raise failures[0]
        if found and not reachable:
            raise NotTestableHere("no_route", found[0])
        return reachable

    async def close(self) -> None:
        """End the questions that are still under way."""
        tasks = [task for task in self._asked.values() if not task.done()]
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
        for stream in self._streams.values():
            await stream.close()

    async def _carried(self, name: "dns.name.Name", rdtype: "dns.rdatatype.RdataType", notes: Notes) -> "_Said":
        import dns.rdatatype

        text = dns_wire.text_of(name) or "."
        said = _Said(
            name=text,
            rdtype=dns.rdatatype.to_text(rdtype),
            at=self._now(),
            resolver=self.resolver,
            contacts=notes.contacts,
        )
        try:
            async with self._slots, asyncio.timeout(self._total_seconds):
                reply = await self._reply(partial(dns_wire.signed_query, name, rdtype), said)
                status = DnsStatus.ANSWER if reply.answer else dns_wire.absence(reply)
                said.result = DnsAnswer(name=text, rdtype=said.rdtype, status=status)
        except TimeoutError:
            said.result = TimedOut("dns_timeout")
        except NotObserved as not_observed:
            said.result = not_observed
        return said

    async def _said(self, name: str, rdtype: str, notes: Notes) -> "_Said":
        said = _Said(name=name, rdtype=rdtype, at=self._now(), resolver=self.resolver, contacts=notes.contacts)
        try:
            async with self._slots, asyncio.timeout(self._total_seconds):
                said.result = await self._resolved(name, rdtype, said)
        except TimeoutError:
            said.result = TimedOut("dns_timeout")
        except NotObserved as not_observed:
            said.result = not_observed
        return said

    async def _resolved(self, name: str, rdtype: str, said: "_Said") -> DnsAnswer:
        """Continue where the resolver left a CNAME chain open; a CNAME loop is malformed."""
        asked, ttl = name, 0x7FFFFFFF
        seen = {name}
        while len(seen) <= dns_wire.CHAIN_MOST:
            reply = await self._reply(partial(dns_wire.query_for, asked, rdtype), said)
            rrset, last, chain_ttl = dns_wire.followed(reply, asked, rdtype)
            ttl = min(ttl, chain_ttl)
            if rrset is not None or last == asked or reply.authority or dns_wire.is_nxdomain(reply):
                return DnsAnswer(
                    name=name,
                    rdtype=rdtype,
                    status=DnsStatus.ANSWER if rrset else dns_wire.absence(reply),
                    records=tuple(dns_wire.presentation(rdata, rdtype) for rdata in rrset or ()),
                    canonical_name="" if last == name else last,
                    ttl=ttl if rrset else 0,
                )
            if last in seen:
                break
            seen.add(last)
            asked = last
        raise Refused("dns_malformed", "CNAME loop")

    async def _reply(self, query: "_MakeQuery", said: "_Said") -> "dns.message.Message":
        """The first usable reply of any server; else the most informative failure."""
        failures: list[NotObserved] = []
        for _ in range(ROUNDS):
            for server in self._servers:
                try:
                    return await self._usable(server, query, said)
                except NotObserved as not_observed:
                    failures.append(not_observed)
        if not failures:
            raise NotTestableHere("offline", "no resolver")
        raise min(failures, key=lambda failure: TELLING.index(failure.reason))

    async def _usable(self, server: Upstream, make: "_MakeQuery", said: "_Said") -> "dns.message.Message":
        import dns.rcode

        for edns in (True, False):
            query = make(edns=edns)
            if query is None:
                break
            reply = await self._exchanged(server, query, said)
            rcode = reply.rcode()
            if rcode in (dns.rcode.NOERROR, dns.rcode.NXDOMAIN):
                return reply
            if rcode == dns.rcode.SERVFAIL:
                raise Refused("dns_servfail")
            if rcode not in (dns.rcode.FORMERR, dns.rcode.NOTIMP, dns.rcode.BADVERS):
                break
            # A forwarder that does not support EDNS is asked again without (RFC 6891 section 6.2.2).
        raise Refused("dns_refused", dns.rcode.to_text(rcode))

    async def _exchanged(
        self, server: Upstream, query: "dns.message.QueryMessage", said: "_Said"
    ) -> "dns.message.Message":
        """One question over UDP, and again over TCP when the reply was cut short (TC); or over an encrypted stream."""
        import dns.flags

        if server in self._streams:
            reply = await self._sent(server.kind, server, query, said)
            said.replies.append(reply)
            return reply
        reply = await self._sent("udp", server, query, said)
        if reply.flags & dns.flags.TC:
            reply = await self._sent("tcp", server, query, said)
        said.replies.append(reply)
        return reply

    async def _sent(
        self, transport: str, server: Upstream, query: "dns.message.QueryMessage", said: "_Said"
    ) -> "dns.message.Message":
        at, wire, received = self._now(), query.to_wire(), b""
        stream = self._streams.get(server)
        way = dns_wire.over_udp if transport == "udp" else dns_wire.over_tcp
        try:
            async with asyncio.timeout(self._try_seconds):
                received = await (stream.ask(wire) if stream else way(server.server, query.id, wire))
        except TimeoutError:
            raise TimedOut("dns_timeout") from None
        except (asyncio.IncompleteReadError, ConnectionError):
            raise Refused("dns_refused", "closed") from None
        except ssl.SSLError as error:
            raise Refused("dns_refused", f"tls {error.reason or ''}".rstrip()) from None
        except OSError as error:
            raise NotTestableHere("offline", str(error)) from None
        finally:
            said.contacts.append(
                Contact(
                    at=at,
                    target=server.host,
                    port=server.port,
                    transport=transport,
                    what="dns",
                    detail=f"{said.rdtype} {said.name}",
                    sent_bytes=len(wire),
                    received_bytes=len(received),
                )
            )
        return dns_wire.parsed(received, query)


class _MakeQuery(Protocol):
    def __call__(self, *, edns: bool) -> "dns.message.QueryMessage | None":
        """The query, with or without EDNS; None when it makes no sense that way."""


@dataclass(kw_only=True)
class _Said:
    """A query with everything that it led to."""

    name: str
    rdtype: str
    at: datetime
    resolver: str
    result: DnsAnswer | NotObserved = field(default_factory=lambda: TimedOut("dns_timeout"))
    contacts: list[Contact]
    """Those of the first caller."""
    replies: list["dns.message.Message"] = field(default_factory=list)

    def exchange(self) -> Exchange:
        """The question and the answer section in presentation form, bounded."""
        import dns.rcode

        if self.replies:
            lines = [dns.rcode.to_text(self.replies[-1].rcode())]
            lines += [rrset.to_text() for reply in self.replies for rrset in reply.answer]
        else:
            lines = [self.result.reason if isinstance(self.result, NotObserved) else ""]
        received = "\n".join(lines)
        return Exchange(
            at=self.at,
            target=self.resolver,
            sent=f"{self.rdtype} {self.name}",
            untrusted_received=received[:EVIDENCE_CHARACTERS],
        )
