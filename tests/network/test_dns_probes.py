"""The probes of DNS and registration find every one of their outcomes over real sockets: NSD, Unbound, TLS servers."""

import asyncio
import json
from collections.abc import AsyncIterator, Iterator
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path

import msgspec
import pytest

from fumimori.checks.caa import probe as caa
from fumimori.checks.contract import Probe, ProbeContext
from fumimori.checks.dane import probe as dane
from fumimori.checks.dnssec import probe as dnssec
from fumimori.checks.mail_ports import facts as mail_ports
from fumimori.checks.mta_sts import probe as mta_sts
from fumimori.checks.mx import facts as mx_facts
from fumimori.checks.mx import probe as mx
from fumimori.checks.observations import Observations
from fumimori.checks.published_keys import probe as published_keys
from fumimori.checks.registration import probe as registration
from fumimori.checks.resolvers import probe as resolvers
from fumimori.checks.tls.facts import TlsSupport
from fumimori.model import Attempt, DomainScope, Rules, Scope, Status, Table
from fumimori.net.connect import Limits
from fumimori.net.real import RealNetwork
from fumimori.network import Notes
from loopback import wire
from loopback.dns_faults import answer, name_server
from loopback.fake_network import attempted, rules
from loopback.mail_faults import Script
from loopback.signed import SignedWorld
from loopback.tls_faults import server_context
from loopback.toy_ca import weak_rsa
from loopback.witnesses import outcome_names, witnessed

HOME = "127.0.0.1"
Said = dict[str, set[str]]


@dataclass
class Town:
    """The signed world with mail and web servers behind its addresses."""

    world: SignedWorld
    folder: Path
    web: wire.Handler = wire.stall
    rules: Rules = field(default_factory=rules)
    notes: Notes = field(default_factory=Notes)
    heard: set[str] = field(default_factory=set)

    def said(self, probe: Probe, *domains: str, addresses: tuple[str, ...] = (), second: str = "") -> Said:
        """The outcomes of `probe` for each subject, after MX and the mail servers were looked at."""
        scope = Scope(domains=tuple(DomainScope(name=name) for name in domains), addresses=addresses)
        attempts = asyncio.run(asyncio.wait_for(self._looked(probe, scope, second), 60))
        found: Said = {}
        for outcome in witnessed(probe.judge(Observations(scope, attempts), self.rules)):
            found.setdefault(outcome.code.partition(".")[2], set()).add(outcome.subject)
        self.heard |= {f"{probe.id}.{word}" for word in found}
        return found

    async def _looked(self, probe: Probe, scope: Scope, second: str) -> list[Attempt]:
        attempts: list[Attempt] = []
        async with self._network(second) as network:
            for each in dict.fromkeys((mx.PROBE, probe, *((dane.PROBE,) if probe is mta_sts.PROBE else ()))):
                observations = Observations(scope, attempts)
                for subject in each.subjects(observations):
                    context = ProbeContext(
                        network=network.for_attempt(self.notes), observations=observations, rules=self.rules
                    )
                    attempts.append(await attempted(each, subject, context, network.now()))
                if each is mx.PROBE and probe in (dane.PROBE, mta_sts.PROBE):
                    attempts += await self._ports(network, Observations(scope, attempts))
        return attempts

    async def _ports(self, network: RealNetwork, observations: Observations) -> list[Attempt]:
        ports = []
        hosts = {host for _, facts in observations.all(mx_facts.MX) for host in facts.hosts}
        for host in hosts:
            if host.addresses and "unseen" not in host.host:
                service = await network.mail_service(host.host, host.addresses[0], 25)
                other = None
                if host.host == "mx.two.mail":
                    other = await network.chain(host.host, host.addresses[0], 25, "rsa", starttls="smtp")
                port = mail_ports.Facts(service=service, support=TlsSupport(other_chain=other))
                facts = msgspec.Raw(msgspec.json.encode(port))
                ports.append(_done("mail_ports", f"{host.host}:25", Status.COMPLETED, facts))
        return ports

    @asynccontextmanager
    async def _network(self, second: str) -> AsyncIterator[RealNetwork]:
        world = self.world
        tls = server_context(world.leaf, self.folder)
        roots = self.folder / "roots.pem"
        roots.write_bytes(world.ca.root_pem)
        tls.load_cert_chain(*world.ca.leaf("mx.two.mail", key=weak_rsa(2048)).write(self.folder, "second"))
        with_tls = Script(protocol="smtp", tls=tls, before=("STARTTLS",), after=())
        async with AsyncExitStack() as stack:
            smtp = await stack.enter_async_context(wire.serving(with_tls))
            clear = await stack.enter_async_context(wire.serving(Script(protocol="smtp", before=("SIZE 1",))))
            https = await stack.enter_async_context(_https(self.web, tls))
            # 192.0.2.12 is mx.notls.mail
            ports = {25: smtp, 443: https}
            network = RealNetwork(
                resolver=f"{HOME}:{world.resolver}",
                second_resolver=second or None,
                anchors=world.anchor,
                ca_file=roots,
                limits=Limits(connect=2, reply=2, conversation=5, pause=0),
                route=lambda address, port: (HOME, clear if address == "192.0.2.12" else ports[port]),
            )
            yield network
            await network.close()


@asynccontextmanager
async def _https(handler: wire.Handler, tls: object) -> AsyncIterator[int]:
    async def one(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await writer.start_tls(tls)  # type: ignore[arg-type]
        await handler(reader, writer)

    async with wire.serving(one) as port:
        yield port


def _done(probe: str, subject: str, status: Status, facts: msgspec.Raw | None = None) -> Attempt:
    now = datetime.now(UTC)
    return Attempt(probe=probe, subject=subject, status=status, started=now, ended=now, facts=facts)


def page(body: bytes, status: str = "200 OK", asked: list[str] | None = None) -> wire.Handler:
    """A web server that says `body` to everybody."""

    async def handler(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        head = await reader.readuntil(b"\r\n\r\n")
        if asked is not None:
            asked.append(head.decode().splitlines()[0])
        writer.write(f"HTTP/1.1 {status}\r\nContent-Length: {len(body)}\r\n\r\n".encode() + body)
        await writer.drain()
        writer.close()
        await writer.wait_closed()

    return handler


HEARD: set[str] = set()


@pytest.fixture
def town(signed: SignedWorld, tmp_path: Path) -> Iterator[Town]:
    here = Town(signed, tmp_path)
    yield here
    HEARD.update(here.heard)


@pytest.mark.parametrize(
    ("domain", "words"),
    [
        ("nsec", {"secure"}),
        ("plain", {"insecure"}),
        ("island", {"no_ds"}),
        ("under.loose", {"parent_unsigned"}),
        ("wrongds", {"bogus"}),
        ("expired", {"bogus"}),
        ("oldrsa", {"secure", "algorithm_sha1"}),
        ("dsa", {"secure", "algorithm_old"}),
        ("strange", {"algorithm_unknown"}),
        ("sha1ds", {"secure", "digest_sha1"}),
        ("short", {"secure", "rsa_short"}),
        ("away.mail", {"secure", "mx_insecure"}),
        ("lost.mail", {"secure", "mx_bogus"}),
    ],
)
def test_dnssec(town: Town, domain: str, words: set[str]) -> None:
    assert set(town.said(dnssec.PROBE, domain)) == words


@pytest.mark.parametrize(
    ("domain", "words"),
    [
        ("valid.mail", {"valid", "single", "instead_published", "instead_enforced", "instead_matches"}),
        ("wrong.mail", {"mismatch"}),
        ("notls.mail", {"no_tls"}),
        (
            "two.mail",
            {"valid", "single", "second_mismatch", "instead_published", "instead_enforced", "instead_matches"},
        ),
        ("unusable.mail", {"unusable"}),
        ("half.mail", {"partial", "single"}),
        ("spoiled.mail", {"bogus"}),
        ("unseen.mail", {"published"}),
        # At the end of a signed alias; at the signed alias of an unsigned name.
        ("end.mail", {"valid", "single", "instead_published", "instead_enforced", "instead_matches"}),
        ("alias.mail", {"valid", "single", "instead_published", "instead_enforced", "instead_matches"}),
        ("bare.mail", {"possible"}),
        ("loose.loose", {"insecure"}),
        ("empty.loose", {"absent"}),
        ("wrongds", set()),
    ],
)
def test_dane(town: Town, domain: str, words: set[str]) -> None:
    assert set(town.said(dane.PROBE, domain)) == words


def test_mta_sts_beside_dane(town: Town) -> None:
    assert set(town.said(mta_sts.PROBE, "valid.mail")) == {"absent_beside_dane"}
    assert set(town.said(mta_sts.PROBE, "wrong.mail")) == {"absent"}


@pytest.mark.parametrize(
    ("domain", "words"),
    [
        ("caa.mail", {"present", "mail_restricted", "logo_restricted"}),
        ("valid.mail", {"absent", "mail_open"}),
        ("caabad.mail", {"malformed", "mail_open"}),
        ("caamust.mail", {"critical_unknown", "issue_missing", "mail_open"}),
        ("caaless.mail", {"issue_missing", "mail_open"}),
    ],
)
def test_caa(town: Town, domain: str, words: set[str]) -> None:
    assert set(town.said(caa.PROBE, domain)) == words


def test_keys_in_signed_dns_and_in_the_directory(town: Town) -> None:
    asked: list[str] = []
    town.web = page(b"\x99\x01\x0d\x04key", asked=asked)
    assert set(town.said(published_keys.PROBE, addresses=("hugh@keys.mail",))) == {"smimea", "openpgpkey", "wkd"}
    assert asked[0].startswith("GET /.well-known/openpgpkey/keys.mail/hu/")
    assert asked[0].split()[1].endswith("?l=hugh")


def test_keys_without_signatures_and_addresses_without_keys(town: Town) -> None:
    town.web = page(b"<html>not found", "404 Not Found")
    assert set(town.said(published_keys.PROBE, addresses=("hugh@loose",))) == {"smimea_unsigned", "openpgpkey_unsigned"}
    assert set(town.said(published_keys.PROBE, addresses=("nobody@keys.mail",))) == {"none"}


@pytest.mark.parametrize(("record", "word"), [("v=spf1 -all", "split_dns"), ("onetwo", "agree")])
def test_resolvers(town: Town, record: str, word: str) -> None:
    def other(query, _transport):
        kind = query.question[0].rdtype.name
        if kind == "TXT" and not str(query.question[0].name).startswith("_dmarc"):
            return answer(query, f'{query.question[0].name} 300 IN TXT "{record}"')
        return answer(query, rcode=3 if str(query.question[0].name).startswith("_dmarc") else 0)

    async def work() -> set[str]:
        async with name_server(other) as (second, _):
            scope = Scope(domains=(DomainScope(name="www.nsec"),))
            attempts = await town._looked(resolvers.PROBE, scope, second)
            said = witnessed(resolvers.PROBE.judge(Observations(scope, attempts), town.rules))
            return {outcome.code.partition(".")[2] for outcome in said}

    found = asyncio.run(asyncio.wait_for(work(), 30))
    town.heard |= {f"resolvers.{each}" for each in found}
    assert found == {word}


def test_with_one_resolver_there_is_nothing_to_compare(town: Town) -> None:
    assert town.said(resolvers.PROBE, "www.nsec") == {}


def registry(days: float | None, *statuses: str) -> bytes:
    """A registry's answer about a domain that ends in `days`."""
    said: dict[str, object] = {"objectClassName": "domain", "status": list(statuses)}
    said["entities"] = [{"roles": ["registrar"], "vcardArray": ["vcard", [["fn", {}, "text", "Toy Registrar"]]]}]
    if days is not None:
        moment = datetime.now(UTC) + timedelta(days=days)
        said["events"] = [{"eventAction": "expiration", "eventDate": f"{moment:%Y-%m-%dT%H:%M:%SZ}"}]
    return json.dumps(said).encode()


LOCKED = "client transfer prohibited"


@pytest.mark.parametrize(
    ("body", "status", "words"),
    [
        (registry(200, LOCKED), "200 OK", {"registered"}),
        (registry(40, LOCKED), "200 OK", {"expires_soon"}),
        (registry(5, LOCKED), "200 OK", {"expires_urgent"}),
        (registry(-2, LOCKED, "redemption period"), "200 OK", {"expired", "on_hold"}),
        (registry(200, "active"), "200 OK", {"registered", "transfer_open"}),
        (b"{}", "404 Not Found", {"not_found"}),
        (b"{}", "429 Too Many Requests", set()),
        (b"<html>", "200 OK", set()),
        (b"[" * 100000, "200 OK", set()),
        (b"", "302 Found", set()),
    ],
)
def test_registration(town: Town, body: bytes, status: str, words: set[str]) -> None:
    asked: list[str] = []
    town.web = page(body, status, asked)
    table = Table(columns=("tld", "service"), rows=(("mail", "https://rdap.mail/v1/"),), date="2026-11-24")
    town.rules = msgspec.structs.replace(town.rules, tables={**town.rules.tables, "rdap": table})
    assert set(town.said(registration.PROBE, "valid.mail")) == words
    assert asked == ["GET /v1/domain/valid.mail HTTP/1.1"]
    assert [contact.target for contact in town.notes.contacts if contact.what == "https_get"] == [
        "rdap.mail [192.0.2.40]"
    ]


def test_a_registry_without_public_service_is_not_contacted(town: Town) -> None:
    assert town.said(registration.PROBE, "valid.mail") == {}
    assert [contact for contact in town.notes.contacts if contact.what != "dns"] == []


def test_every_outcome_of_these_probes_was_heard_over_sockets() -> None:
    """Runs last in this module and looks back on all tests above."""
    probes = (dnssec.PROBE, dane.PROBE, caa.PROBE, published_keys.PROBE, resolvers.PROBE, registration.PROBE)
    wanted = {f"{probe.id}.{word}" for probe in probes for word in outcome_names(probe)}
    assert wanted - HEARD == set()
