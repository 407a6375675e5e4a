"""Well signed lies, odd names and open chains before the questions of a run, over real sockets."""

import asyncio
from collections.abc import Callable
from datetime import UTC, datetime

import dns.message
import dns.name
import dns.rcode
import dns.rdata
import dns.rdataclass
import dns.rdatatype
import dns.rrset
import pytest

from fumimori.net import dns_wire
from fumimori.net.dns import DnsQueries
from fumimori.net.dns_secured import ValidatedQueries
from fumimori.network import Notes, NotObserved, Refused
from fumimori.network.dns import DnsAnswer, DnsStatus, Security
from loopback.forged import Key, World, records, serving, signed


def secured(world: World, name: str, rdtype: str) -> DnsAnswer | NotObserved:
    async def run(port: int) -> DnsAnswer | NotObserved:
        now = lambda: datetime.now(UTC)  # noqa: E731 - a clock
        questions = DnsQueries(now=now, resolver=f"127.0.0.1:{port}", try_seconds=2, total_seconds=5)
        try:
            return await ValidatedQueries(queries=questions, anchors=world.anchor, now=now).ask(name, rdtype, Notes())
        except NotObserved as not_observed:
            return not_observed
        finally:
            await questions.close()

    with serving(world.reply) as port:
        return asyncio.run(asyncio.wait_for(run(port), 10))


def test_a_chain_that_the_resolver_leaves_open_is_followed_to_its_records() -> None:
    world = World()
    other = Key("other.")
    world.keys(other, other)
    world.say("other.", "DS", signed(world.root, other.ds()))
    world.say("_25._tcp.mx.lie.", "TLSA", signed(world.key, "_25._tcp.mx.lie. 300 IN CNAME tlsa.other."))
    record = f"3 1 1 {'ab' * 32}"
    world.say("tlsa.other.", "TLSA", signed(other, f"tlsa.other. 60 IN TLSA {record}"))
    answer = secured(world, "_25._tcp.mx.lie", "TLSA")
    assert isinstance(answer, DnsAnswer)
    assert (answer.security, answer.status, answer.records) == (Security.SECURE, DnsStatus.ANSWER, (record,))
    assert (answer.canonical_name, answer.ttl) == ("tlsa.other", 60)


def _loop(world: World) -> None:
    world.say("a.lie.", "A", signed(world.key, "a.lie. 300 IN CNAME b.lie."))
    world.say("b.lie.", "A", signed(world.key, "b.lie. 300 IN CNAME a.lie."))


def _onto_itself(world: World) -> None:
    world.say("a.lie.", "A", signed(world.key, "a.lie. 300 IN CNAME a.lie."))


def _endless(world: World) -> None:
    """Each alias leads to a new one."""
    for number in range(60):
        name = "a.lie." if number == 0 else f"a{number}.lie."
        world.say(name, "A", signed(world.key, f"{name} 300 IN CNAME a{number + 1}.lie."))


def _downward(world: World) -> None:
    """A DNAME onto a name below itself grows with every step."""
    link = signed(world.key, "d.lie. 300 IN DNAME d.d.lie.")
    name = "a.lie."
    world.say(name, "A", signed(world.key, "a.lie. 300 IN CNAME x.d.lie."))
    here = "x.d.lie."
    for _ in range(40):
        further = here.replace("x.", "x.d.", 1)
        world.say(here, "A", [*link, records(f"{here} 0 IN CNAME {further}")])
        here = further


def _too_long(world: World) -> None:
    world.say("a.lie.", "A", signed(world.key, "a.lie. 300 IN DNAME lie."), rcode=dns.rcode.YXDOMAIN)


@pytest.mark.parametrize("build", [_loop, _onto_itself, _endless, _downward, _too_long])
def test_aliases_without_end_are_no_answer(build: Callable[[World], None]) -> None:
    world = World()
    build(world)
    answer = secured(world, "a.lie", "A")
    assert isinstance(answer, NotObserved)
    assert answer.reason in ("dns_malformed", "dns_refused")
    assert len(world.asked) < 80


def _many(count: int) -> World:
    world = World()
    lines = [f"www.lie. 0 IN A 198.51.{number // 250}.{number % 250}" for number in range(count)]
    world.say("www.lie.", "A", signed(world.key, *lines))
    return world


def test_a_life_of_no_seconds_and_a_thousand_records_are_an_answer() -> None:
    answer = secured(_many(1000), "www.lie", "A")
    assert isinstance(answer, DnsAnswer)
    assert (answer.security, answer.ttl, len(answer.records)) == (Security.SECURE, 0, 1000)


def test_a_reply_of_more_records_is_not_read(monkeypatch: pytest.MonkeyPatch) -> None:
    world = _many(dns_wire.RECORDS_MOST + 1)
    answer = secured(world, "www.lie", "A")
    assert isinstance(answer, NotObserved)
    assert (answer.reason, answer.detail) == ("dns_malformed", "too many records")
    monkeypatch.setattr(dns.message, "from_wire", None)
    wire = world.reply(dns.name.from_text("www.lie."), dns.rdatatype.A).to_wire(max_size=65535)
    with pytest.raises(Refused):
        dns_wire.parsed(wire, dns_wire.query_for("www.lie", "A", edns=True))


@pytest.mark.parametrize(
    ("labels", "text"),
    [
        ((b"MX", b"lie"), "mx.lie"),
        ((b"a.b", b"lie"), "a\\.b.lie"),
        ((b"lie", b"a."), "lie.a\\."),
        ((b"\x00\n\x1b[31m", b"lie"), "\\000\\010\\027[31m.lie"),
        ((b"\xe3\x81\x82", b"lie"), "\\227\\129\\130.lie"),
        ((), ""),
    ],
)
def test_odd_octets_in_names_are_printed_in_plain_signs(labels: tuple[bytes, ...], text: str) -> None:
    assert dns_wire.text_of(dns.name.Name((*labels, b""))) == text
    if labels:
        name = dns.name.Name((*labels, b""))
        rdata = dns.rdata.from_wire(
            dns.rdataclass.IN, dns.rdatatype.MX, b"\0\x0a" + name.to_wire(), 0, len(name.to_wire()) + 2
        )
        printed = dns_wire.presentation(rdata, "MX")
        assert printed.isascii()
        assert printed.isprintable()
