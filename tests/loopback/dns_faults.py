"""A name server on loopback that answers as it is told, over UDP and TCP: any reply, late, wrong or none."""

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager, suppress

import dns.flags
import dns.message
import dns.rcode
import dns.rrset

Reply = bytes | None
Answering = Callable[[dns.message.Message, str], Reply]
"""From the query and `udp` or `tcp` to the octets of the reply; None says nothing."""


def answer(query: dns.message.Message, *rrsets: str, rcode: int = dns.rcode.NOERROR, flags: int = 0) -> bytes:
    """A reply whose answer section is `rrsets`, each as `name ttl IN type rdata`."""
    reply = dns.message.make_response(query, recursion_available=True)
    reply.set_rcode(rcode)
    reply.flags |= flags
    for text in rrsets:
        name, ttl, rdclass, rdtype, rdata = text.split(" ", 4)
        reply.answer.append(dns.rrset.from_text(name, int(ttl), rdclass, rdtype, *rdata.split("|")))
    return reply.to_wire(max_size=65535)


class Asked:
    """What the server was asked, by transport."""

    def __init__(self) -> None:
        self.questions: list[tuple[str, str, str]] = []

    def note(self, transport: str, query: dns.message.Message) -> None:
        question = query.question[0]
        self.questions.append((transport, question.name.to_text(), dns.rdatatype.to_text(question.rdtype)))


class _Datagrams(asyncio.DatagramProtocol):
    def __init__(self, answering: Answering, asked: Asked) -> None:
        self.answering = answering
        self.asked = asked

    def connection_made(self, transport):
        self.transport = transport

    def datagram_received(self, data, addr):
        query = dns.message.from_wire(data)
        self.asked.note("udp", query)
        reply = self.answering(query, "udp")
        if reply is not None:
            self.transport.sendto(reply, addr)


@asynccontextmanager
async def name_server(answering: Answering) -> AsyncIterator[tuple[str, Asked]]:
    """`IP:PORT` of a running server, and what it was asked."""
    asked = Asked()

    async def one(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        with suppress(OSError, EOFError):
            length = int.from_bytes(await reader.readexactly(2), "big")
            query = dns.message.from_wire(await reader.readexactly(length))
            asked.note("tcp", query)
            reply = answering(query, "tcp")
            if reply is not None:
                writer.write(len(reply).to_bytes(2, "big") + reply)
                await writer.drain()
        writer.transport.abort()

    loop = asyncio.get_running_loop()
    for _ in range(20):
        server = await asyncio.start_server(one, "127.0.0.1", 0)
        port = server.sockets[0].getsockname()[1]
        try:
            transport, _protocol = await loop.create_datagram_endpoint(
                lambda: _Datagrams(answering, asked), local_addr=("127.0.0.1", port)
            )
        except OSError:
            # Somebody else has this number for datagrams; the next one is free for both.
            server.close()
            continue
        break
    try:
        yield f"127.0.0.1:{port}", asked
    finally:
        transport.close()
        server.close()
