"""Chosen servers on loopback: names in a table, but every connection goes over a real socket to a chosen handler."""

import asyncio
import socket
from collections.abc import AsyncIterator, Iterable, Mapping, Sequence
from contextlib import AbstractAsyncContextManager, AsyncExitStack, asynccontextmanager
from datetime import UTC, datetime

import dns.message
import dns.rcode
import dns.rdatatype
from cryptography import x509

from fumimori.checks.contract import Probe, ProbeContext
from fumimori.checks.observations import Observations
from fumimori.model import Attempt, Rules, Scope, Vantage
from fumimori.net.active_tests import ActiveTests
from fumimori.net.certificates import chain_of
from fumimori.net.connect import Dialer, Limits
from fumimori.net.mail import MailServices
from fumimori.net.real import RealNetwork
from fumimori.net.services import Services
from fumimori.net.smtp_dialogue import Envelopes
from fumimori.net.ssh import SshServices
from fumimori.net.web import Web
from fumimori.network import Notes
from fumimori.network.active_tests import InjectionTest, RenegotiationTest
from fumimori.network.mail import MailService
from fumimori.network.services import OpenPort
from fumimori.network.smtp import SmtpDialogue
from fumimori.network.ssh import SshService
from fumimori.network.tls import CertificateChain, HelloAnswer, HelloOffer
from fumimori.network.web import WebAnswer
from loopback import wire
from loopback.dns_faults import Answering, answer
from loopback.fake_network import NOW, SERVFAIL, FakeNetwork, Zone, attempted, rules
from loopback.wire import Handler
from loopback.witnesses import outcome_names, witnessed

LIMITS = Limits(connect=1, reply=1, conversation=3, octets=300_000, pause=0, patience=0)


def zone_answers(zone: Zone) -> Answering:
    """A name server that answers from a zone on paper: records, NODATA below a known name, else NXDOMAIN."""

    def answering(query: dns.message.Message, _transport: str) -> bytes:
        question = query.question[0]
        name, rdtype = question.name.to_text().rstrip(".").lower(), dns.rdatatype.to_text(question.rdtype)
        types = zone.get(name)
        if types is None:
            below = any(known.endswith("." + name) for known in zone)
            return answer(query, rcode=dns.rcode.NOERROR if below or not name else dns.rcode.NXDOMAIN)
        if SERVFAIL in types:
            return answer(query, rcode=dns.rcode.SERVFAIL)
        records = [f'"{text}"' if rdtype == "TXT" else text for text in types.get(rdtype, ())]
        return answer(query, *([f"{name}. 300 IN {rdtype} {'|'.join(records)}"] if records else []))

    return answering


async def attempts_over(
    network: RealNetwork, probes: Iterable[Probe], scope: Scope, earlier: Sequence[Attempt] = ()
) -> list[Attempt]:
    """The attempts of `probes` over a real network, each seeing those before it; closes the network."""
    attempts = list(earlier)
    try:
        for probe in probes:
            observations = Observations(scope, attempts)
            for subject in probe.subjects(observations):
                context = ProbeContext(network=network.for_attempt(Notes()), observations=observations, rules=rules())
                attempts.append(await attempted(probe, subject, context, network.now()))
    finally:
        await network.close()
    return attempts


class ServerNetwork(FakeNetwork):
    """DNS from a zone; connections to (address, port) end at the handler that lives there, or are refused."""

    def __init__(
        self,
        zone: Zone,
        servers: Mapping[tuple[str, int], int],
        nobody: int,
        limits: Limits,
        roots: Sequence[x509.Certificate] = (),
    ) -> None:
        super().__init__(zone)
        self.notes = Notes()
        dialer = Dialer(
            clock=lambda: datetime.now(UTC),
            limits=limits,
            route=lambda address, port: ("127.0.0.1", servers.get((address, port), nobody)),
        )
        self.envelopes = Envelopes(dialer=dialer)
        self.services = Services(dialer=dialer)
        self.web = Web(dialer=dialer, addresses=self._known, roots=roots, now=self.now, seconds=3)
        self.mail = MailServices(
            dialer=dialer, judge_chain=lambda ders, name, at: chain_of(ders, name=name, at=at, roots=roots)
        )
        self.ssh = SshServices(dialer=dialer)
        self.trials = ActiveTests(dialer=dialer)

    async def addresses(self, host: str) -> tuple[str, ...]:
        return (*(await self.dns(host, "A")).records, *(await self.dns(host, "AAAA")).records)

    async def _known(self, host: str, _notes: Notes) -> tuple[str, ...]:
        return await self.addresses(host)

    async def smtp_dialogue(
        self, host: str, address: str, port: int, commands: Sequence[str], *, secured: bool = False
    ) -> SmtpDialogue:
        return await self.envelopes.smtp_dialogue(host, address, port, commands, secured=secured, notes=self.notes)

    async def open_port(self, host: str, address: str, port: int, kind: str) -> OpenPort:
        return await self.services.open_port(host, address, port, kind, notes=self.notes)

    async def mail_service(self, host: str, address: str, port: int) -> MailService:
        return await self.mail.mail_service(host, address, port, notes=self.notes)

    async def hello(self, host: str, address: str, port: int, offer: HelloOffer, *, starttls: str = "") -> HelloAnswer:
        return await self.mail.hello(host, address, port, offer, starttls=starttls, notes=self.notes)

    async def chain(
        self, host: str, address: str, port: int, key: str, *, starttls: str = ""
    ) -> CertificateChain | None:
        return await self.mail.chain(host, address, port, key, starttls=starttls, notes=self.notes)

    async def starttls_injection(self, host: str, address: str, port: int) -> InjectionTest:
        return await self.trials.starttls_injection(host, address, port, notes=self.notes)

    async def renegotiation(self, host: str, address: str, port: int) -> RenegotiationTest:
        return await self.trials.renegotiation(host, address, port, notes=self.notes)

    async def ssh_service(self, host: str, address: str, port: int) -> SshService:
        return await self.ssh.ssh_service(host, address, port, notes=self.notes)

    async def ssh_group_size(self, host: str, address: str, port: int) -> int:
        return await self.ssh.ssh_group_size(host, address, port, notes=self.notes)

    async def get(self, url: str, *, limit: int = 65536, any_certificate: bool = False) -> WebAnswer:
        return await self.web.get(url, self.notes, limit=limit, any_certificate=any_certificate)


@asynccontextmanager
async def network_of_servers(
    zone: Zone,
    servers: Mapping[tuple[str, int], Handler],
    *,
    limits: Limits = LIMITS,
    roots: Sequence[x509.Certificate] = (),
) -> AsyncIterator[ServerNetwork]:
    """The network with a server at each address of `servers`; elsewhere, connections are refused."""
    async with AsyncExitStack() as opened:
        ports = {place: await opened.enter_async_context(wire.serving(handler)) for place, handler in servers.items()}
        with socket.socket() as unused:
            unused.bind(("127.0.0.1", 0))  # bound and not listening: whoever connects is refused
            yield ServerNetwork(zone, ports, unused.getsockname()[1], limits, roots)


def says(first: bytes, *, then: bytes = b"") -> Handler:
    """A server that says `first` at once and `then` to whatever comes."""

    async def handler(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.write(first)
        await writer.drain()
        if await reader.read(4096) and then:
            writer.write(then)
            await writer.drain()
        await asyncio.sleep(0.05)

    return handler


def page(body: str, *, status: str = "200 OK", headers: str = "", only: str = "") -> Handler:
    """A web server without TLS that serves one page, everywhere or at the path `only`."""

    async def handler(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        request = (await reader.readuntil(b"\r\n\r\n")).decode("latin-1")
        here = not only or request.split(" ")[1].startswith(only)
        content = (body if here else "nothing").encode()
        head = f"HTTP/1.1 {status if here else '404 Not Found'}\r\nContent-Length: {len(content)}\r\n{headers}\r\n"
        writer.write(head.encode() + content)
        await writer.drain()

    return handler


class SmtpScript:
    """An SMTP server that answers by a table `beginning of the command → reply`; the last table line that fits wins."""

    def __init__(self, replies: Mapping[str, str], *, greeting: str = "220 mx.example.jp ESMTP") -> None:
        self.replies = {"": "502 5.5.2 what", "EHLO": "250 mx.example.jp", "RSET": "250 ok", "QUIT": "221 bye"}
        self.replies |= replies
        self.greeting = greeting
        self.heard: list[str] = []

    async def __call__(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.write(self.greeting.encode() + b"\r\n")
        while command := (await reader.readline()).decode("latin-1").strip():
            self.heard.append(command)
            reply = [text for start, text in self.replies.items() if command.startswith(start)][-1]
            writer.write(reply.encode() + b"\r\n")
            await writer.drain()
            if command == "QUIT" or reply.startswith("421"):
                return


def found(
    probe: Probe,
    zone: Zone,
    servers: Mapping[tuple[str, int], Handler],
    scope: Scope,
    *,
    before: Sequence[Probe] = (),
    inside: bool = False,
    limits: Limits = LIMITS,
    by: Rules | None = None,
    at: datetime = NOW,
    roots: Sequence[x509.Certificate] = (),
    thorough: bool = False,
) -> dict[str, set[str]]:
    """What `probe` says of this scenario, over sockets: word → subjects; attempts that saw nothing under `!reason`."""
    vantage = Vantage(at=at, online=True, resolver="paper", port25="open", inside=inside)
    here = network_of_servers(zone, servers, limits=limits, roots=roots)
    work = _found((*before, probe), here, scope, vantage, by or rules(), thorough=thorough)
    return asyncio.run(asyncio.wait_for(work, 60))


async def _found(
    probes: Sequence[Probe],
    opened: AbstractAsyncContextManager[ServerNetwork],
    scope: Scope,
    vantage: Vantage,
    chosen: Rules,
    *,
    thorough: bool,
) -> dict[str, set[str]]:
    attempts: list[Attempt] = []
    words: dict[str, set[str]] = {}
    async with opened as network:
        for probe in probes:
            observations = Observations(scope, attempts, vantage)
            for subject in probe.subjects(observations):
                context = ProbeContext(network=network, observations=observations, rules=chosen, thorough=thorough)
                attempts.append(await attempted(probe, subject, context, NOW, vantage.at))
                if attempts[-1].reason:
                    words.setdefault(f"!{attempts[-1].reason}", set()).add(subject)
    for outcome in witnessed(probes[-1].judge(Observations(scope, attempts, vantage), chosen)):
        word = outcome.code.partition(".")[2]
        assert word in outcome_names(probes[-1])
        words.setdefault(word, set()).add(outcome.subject)
    return words
