"""DNS messages on the wire: one question over UDP (RFC 1035, 6891) or TCP (RFC 7766), and what its reply says."""

import asyncio
import secrets
from typing import TYPE_CHECKING

from fumimori.network import Refused
from fumimori.network.dns import DnsStatus

if TYPE_CHECKING:
    import dns.message
    import dns.name
    import dns.rdata
    import dns.rdatatype
    import dns.rrset

Server = tuple[str, int]

UDP_PAYLOAD = 1232
"""Bytes of a UDP answer that arrive unfragmented nearly everywhere (DNS flag day 2020)."""
RECORDS_MOST = 1024
"""Records of one reply that are read; the largest legitimate ones have some hundreds."""
CHAIN_MOST = 16
"""CNAMEs in a row that are followed."""


def query_for(name: str, rdtype: str, *, edns: bool) -> "dns.message.QueryMessage":
    """A question with recursion desired; `name` as `question_name` gives it."""
    import dns.flags
    import dns.message
    import dns.name

    labels = [label.encode("ascii") for label in name.split(".")]
    query = dns.message.make_query(
        dns.name.Name([*labels, b""]), rdtype, use_edns=0 if edns else -1, payload=UDP_PAYLOAD if edns else None
    )
    query.id = secrets.randbelow(65536)
    # A resolver that validates may say so (RFC 6840 section 5.7); it is only reported, never relied on.
    query.flags |= dns.flags.AD
    return query


def signed_query(
    name: "dns.name.Name", rdtype: "dns.rdatatype.RdataType", *, edns: bool
) -> "dns.message.QueryMessage | None":
    """A question for the records with their signatures, whatever its own validation says; none without EDNS."""
    import dns.flags
    import dns.message

    if not edns:
        return None
    query = dns.message.make_query(name, rdtype, use_edns=0, payload=UDP_PAYLOAD, want_dnssec=True)
    query.id = secrets.randbelow(65536)
    query.flags |= dns.flags.CD
    return query


async def over_udp(server: Server, number: int, wire: bytes) -> bytes:
    """The first datagram from `server` that carries the question's `number`; whatever else arrives is ignored."""
    loop = asyncio.get_running_loop()
    transport, listener = await loop.create_datagram_endpoint(lambda: _Listener(number), remote_addr=server)
    try:
        transport.sendto(wire)
        return await listener.received
    finally:
        transport.close()


async def over_tcp(server: Server, _number: int, wire: bytes) -> bytes:
    """The reply over a connection of its own (RFC 1035 section 4.2.2)."""
    reader, writer = await asyncio.open_connection(*server)
    try:
        writer.write(len(wire).to_bytes(2, "big") + wire)
        await writer.drain()
        length = int.from_bytes(await reader.readexactly(2), "big")
        return await reader.readexactly(length)
    finally:
        writer.close()


def parsed(wire: bytes, query: "dns.message.Message") -> "dns.message.Message":
    """The reply in `wire`; Refused (`dns_malformed`) when it is no reply to `query` or cannot be read."""
    import dns.exception
    import dns.message

    if sum(int.from_bytes(wire[start : start + 2], "big") for start in (6, 8, 10)) > RECORDS_MOST:
        raise Refused("dns_malformed", "too many records")
    try:
        reply = dns.message.from_wire(wire, ignore_trailing=True, raise_on_truncation=False)
        fits = query.is_response(reply)
    except (dns.exception.DNSException, ValueError, IndexError) as error:
        raise Refused("dns_malformed", type(error).__name__) from None
    if not fits:
        raise Refused("dns_malformed", "no reply to this question")
    return reply


def followed(reply: "dns.message.Message", name: str, rdtype: str) -> tuple["dns.rrset.RRset | None", str, int]:
    """The RRset at the end of the CNAME chain from `name`, the name where the chain ends, the lowest TTL on the way.

    Refused (`dns_malformed`) for a chain that never ends.
    """
    import dns.rdatatype

    wanted = dns.rdatatype.from_text(rdtype)
    sets = {(text_of(rrset.name), rrset.rdtype): rrset for rrset in reply.answer}
    ttl = 0x7FFFFFFF
    here = name
    for _ in range(CHAIN_MOST):
        found = sets.get((here, wanted))
        if found is not None:
            return found, here, min(ttl, found.ttl)
        alias = sets.get((here, dns.rdatatype.CNAME))
        if alias is None:
            return None, here, ttl
        ttl = min(ttl, alias.ttl)
        here = text_of(alias[0].target)
    raise Refused("dns_malformed", "CNAME loop")


def text_of(name: object) -> str:
    """A name of a reply in lower case, without the trailing dot."""
    return str(name).removesuffix(".").lower()


def presentation(rdata: "dns.rdata.Rdata", rdtype: str) -> str:
    """One record as text; the strings of a TXT record joined without spaces (RFC 7208 section 3.3)."""
    if rdtype == "TXT":
        strings: tuple[bytes, ...] = rdata.strings  # type: ignore[attr-defined]
        return b"".join(strings).decode("utf-8", "replace")
    return rdata.to_text()


def is_nxdomain(reply: "dns.message.Message") -> bool:
    """Whether the reply means that the name does not exist."""
    import dns.rcode

    return reply.rcode() == dns.rcode.NXDOMAIN


def absence(reply: "dns.message.Message") -> DnsStatus:
    """Which of the two kinds of absence a reply without answer means (RFC 2308 section 2)."""
    return DnsStatus.NXDOMAIN if is_nxdomain(reply) else DnsStatus.NODATA


class _Listener(asyncio.DatagramProtocol):
    """Waits for the one datagram that carries the right number."""

    def __init__(self, number: int) -> None:
        self._number = number.to_bytes(2, "big")
        self.received: asyncio.Future[bytes] = asyncio.get_running_loop().create_future()

    def datagram_received(self, data: bytes, addr: tuple[str | int, ...]) -> None:  # noqa: ARG002 - the socket is connected
        if data[:2] == self._number and not self.received.done():
            self.received.set_result(data)

    def error_received(self, exc: Exception) -> None:
        if not self.received.done():
            self.received.set_exception(exc)

    def connection_lost(self, exc: Exception | None) -> None:  # noqa: ARG002 - closing is ours
        self.received.cancel()
