"""Both address families of a port are looked at; a large hello without an answer is followed by a small one."""

import asyncio
from datetime import UTC, datetime

from fumimori import resources
from fumimori.checks.contract import ProbeContext
from fumimori.checks.mail_ports import probe as mail_ports
from fumimori.checks.observations import Observations
from fumimori.grammar.rule_files import parse_rules
from fumimori.model import Scope, Vantage
from fumimori.net.certificates import chain_of
from fumimori.net.connect import Dialer, Limits
from fumimori.net.mail import MailServices
from fumimori.network import Notes
from loopback import wire
from loopback.mail_faults import Script
from loopback.tls_faults import server_context
from loopback.toy_ca import ToyCa

NAME = "mail.example.jp"
FOUR, SIX = "192.0.2.1", "2001:db8::1"
RULES = parse_rules("test", resources.rule_files(), resources.rule_tables())


class TwoFamilies:
    """A network where both addresses of one host lead to servers on loopback; None is a closed port."""

    def __init__(self, ports: dict[str, int | None]) -> None:
        self.ports = ports
        dialer = Dialer(
            clock=lambda: datetime.now(UTC),
            limits=Limits(connect=2, reply=2, conversation=8, pause=0),
            route=lambda address, _port: ("127.0.0.1", self.ports[address] or 1),
        )
        self.notes = Notes()
        self.mail = MailServices(
            dialer=dialer, judge_chain=lambda ders, name, at: chain_of(ders, name=name, at=at, roots=())
        )

    async def addresses(self, _host):
        return tuple(self.ports)

    async def mail_service(self, host, address, port):
        return await self.mail.mail_service(host, address, port, notes=self.notes)

    async def hello(self, host, address, port, offer, *, starttls=""):
        return await self.mail.hello(host, address, port, offer, starttls=starttls, notes=self.notes)


async def seen_at(network: TwoFamilies, port: int = 993):
    vantage = Vantage(at=datetime.now(UTC), online=True, resolver="192.0.2.53", port25="open")
    context = ProbeContext(network=network, observations=Observations(Scope(), (), vantage), rules=RULES)
    return await mail_ports.collect(f"{NAME}:{port}", context)


def looked(four, six=None, *, port: int = 993):
    async def ask():
        async with wire.serving(four) as first:
            if six is None:
                return await seen_at(network := TwoFamilies({FOUR: first, SIX: None}), port), network.notes
            async with wire.serving(six) as second:
                return await seen_at(network := TwoFamilies({FOUR: first, SIX: second}), port), network.notes

    return asyncio.run(asyncio.wait_for(ask(), 40))


def words(facts) -> set[str]:
    return {word for word, _ in mail_ports._families(facts)}


def script(folder, leaf) -> Script:
    folder.mkdir(exist_ok=True)
    return Script(protocol="imap", implicit=True, tls=server_context(leaf, folder))


def test_the_same_server_at_both_addresses_is_asked_everything_once(tmp_path):
    server = script(tmp_path / "a", ToyCa().leaf(NAME))
    facts, notes = looked(server, server)
    assert (facts.service.open, len(facts.others), words(facts)) == (True, 1, set())
    at_six = [contact for contact in notes.contacts if SIX in contact.target]
    assert len(at_six) == 1


def test_another_certificate_at_the_other_family_is_told(tmp_path):
    ca = ToyCa()
    facts, _ = looked(script(tmp_path / "a", ca.leaf(NAME)), script(tmp_path / "b", ca.leaf(NAME)))
    assert words(facts) == {"address_differs"}
    assert facts.others[0].support.accepted == facts.support.accepted


def test_a_port_closed_at_one_family_is_told(tmp_path):
    facts, _ = looked(script(tmp_path / "a", ToyCa().leaf(NAME)))
    assert (facts.service.address, words(facts)) == (FOUR, {"address_closed"})


def test_a_large_hello_without_an_answer_is_followed_by_a_small_one(tmp_path):
    narrow = wire.drops_large_hellos(script(tmp_path / "a", ToyCa().leaf(NAME)))
    facts, _ = looked(narrow, narrow)
    assert facts.service.large_hello_fails
    assert facts.service.tls_works
    told = mail_ports._side_outcomes(Observations(Scope(), ()), RULES, facts, datetime.now(UTC), frozenset())
    assert "large_hello" in {word for word, _ in told}


def test_managesieve_is_seen_before_and_inside_tls(tmp_path):
    context = server_context(ToyCa().leaf(NAME), tmp_path)

    async def sieve(reader, writer):
        writer.write(b'"IMPLEMENTATION" "Toy Sieve"\r\n"SASL" "PLAIN LOGIN"\r\n"STARTTLS"\r\nOK "ready"\r\n')
        while line := await reader.readline():
            if line.strip() == b"STARTTLS":
                writer.write(b"OK\r\n")
                await writer.drain()
                await writer.start_tls(context)
                writer.write(b'"IMPLEMENTATION" "Toy Sieve"\r\n"SASL" "PLAIN"\r\nOK\r\n')
            else:
                writer.write(b"OK\r\n")
                await writer.drain()
                return
            await writer.drain()

    facts, _ = looked(sieve, sieve, port=4190)
    service = facts.service
    assert (service.protocol, service.starttls, service.tls_works) == ("sieve", True, True)
    assert (service.login_before, service.login_after) == (("PLAIN", "LOGIN"), ("PLAIN",))
    assert "Toy Sieve" in service.untrusted_greeting
