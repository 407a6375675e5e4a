"""A whole measurement of hostile servers: every probe, every step; it ends in time and every attempt has a state."""

import asyncio
import gzip
import json
import resource
import time
from datetime import UTC, datetime
from pathlib import Path

import dns.message
import jsonschema
import msgspec
import pytest

from fumimori import checks as probes
from fumimori.__main__ import bank
from fumimori.engine import NetworkSettings, Toolkit, confirmed, measure
from fumimori.engine.exchange import read_scan, scan_json
from fumimori.model import Assessment, Consent, ConsentLevel, DomainScope, Organisation, Scope, Status, Threshold
from fumimori.net.connect import Limits
from fumimori.net.real import RealNetwork
from loopback import wire
from loopback.dns_faults import Answering, answer, name_server
from loopback.fake_network import rules
from loopback.table_dns import from_table
from loopback.tls_faults import server_context
from loopback.toy_ca import ToyCa

SCHEMA = Path(__file__).resolve().parents[2] / "resources/schema/scan.schema.json"
LIMITS = Limits(connect=0.5, reply=0.3, conversation=1.0, octets=1 << 18, pause=0, patience=0)
LONGEST = 60.0
"""Seconds for a whole measurement, on a busy machine."""
MEGABYTES_MORE = 200
DOMAIN = "example.jp"
ZONE = {
    DOMAIN: {"MX": ["10 mx.example.jp."], "A": ["192.0.2.1"], "TXT": ["v=spf1 mx include:loop.example.jp -all"]},
    "loop.example.jp": {"TXT": ["v=spf1 include:example.jp redirect=loop.example.jp"]},
    "_dmarc.example.jp": {"TXT": ["v=DMARC1; p=reject; rua=mailto:" + "a" * 60000 + "@example.jp"]},
    "_mta-sts.example.jp": {"TXT": ["v=STSv1; id=1"]},
    "default._bimi.example.jp": {"TXT": ["v=BIMI1; l=https://www.example.jp/l.svg; a=https://www.example.jp/v.pem"]},
    **{
        f"{name}.example.jp": {"A": [f"192.0.2.{number}"]}
        for number, name in enumerate(("mx", "mail", "mta-sts", "www"), 2)
    },
}
SCOPE = Scope(
    domains=(DomainScope(name=DOMAIN),),
    mail_hosts=("mail.example.jp",),
    ssh_hosts=("mail.example.jp",),
    webmail_hosts=("www.example.jp",),
    own_hosts=("mx.example.jp",),
    addresses=("someone@example.jp",),
    blocklists=("bl.example.jp",),
)


async def noise(_reader, writer):
    """A megabyte of control characters and escapes."""
    writer.write((b"220 \x1b]0;owned\x07\x00\xff\xfe\r\n\x1b[2J\x08" + bytes(range(256))) * 4000)
    await writer.drain()


async def redirects(reader, writer):
    """Whatever is asked for lies somewhere else, for ever."""
    await reader.read(4096)
    writer.write(b"HTTP/1.1 301 Moved\r\nLocation: /again\r\nContent-Length: 0\r\n\r\n")
    await writer.drain()


async def endless_body(reader, writer):
    """A page that has no end."""
    await reader.read(4096)
    writer.write(b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n")
    while True:
        writer.write(b"ffff\r\n" + b"a" * 65535 + b"\r\n")
        await writer.drain()


async def bomb(reader, writer):
    """A page that is small on the wire and a gigabyte beside it, with entities that multiply."""
    await reader.read(4096)
    entities = "".join(f'<!ENTITY e{n} "{f"&e{n - 1};" * 10}">' for n in range(1, 10))
    packed = gzip.compress(f'<!DOCTYPE s [<!ENTITY e0 "x">{entities}]><svg>&e9;</svg>'.encode() + b"\0" * 10_000_000)
    writer.write(b"HTTP/1.1 200 OK\r\nContent-Encoding: gzip\r\nContent-Length: %d\r\n\r\n" % len(packed) + packed)
    await writer.drain()


async def echo(reader, writer):
    """What we say is what we hear."""
    while octets := await reader.read(65536):
        writer.write(octets)
        await writer.drain()


HANDLERS = [
    *(wire.stall, wire.endless_line, wire.endless_lines, wire.drip, wire.reset),
    *(noise, redirects, endless_body, bomb, echo),
    wire.saying(b""),
    wire.saying(b"421 4.7.0 too many connections\r\n"),
    wire.saying(b"SSH-2.0-" + b"x" * 70000),
    wire.saying(b"220 " + b"a\r\n220-" * 20000),
]
NAMES = [getattr(handler, "__name__", "") for handler in HANDLERS]


def whole(handler, answering: Answering, context=None) -> tuple[Assessment, float]:
    """The assessment after everything was measured, every connection ending at `handler`; and the seconds it took."""
    return asyncio.run(asyncio.wait_for(_whole(handler, answering, context), LONGEST * 2))


async def _whole(handler, answering, context):
    now = datetime.now(UTC)
    chosen = rules()
    at_once = Threshold(value=0, source="test", date="2026-11-24")
    chosen = msgspec.structs.replace(
        chosen, thresholds={**chosen.thresholds, "mail_behaviour.retry_after_seconds": at_once}
    )
    assessment = Assessment(
        id="1",
        created=now,
        organisation=Organisation(name="Hostile"),
        scope=SCOPE,
        consent=Consent(level=ConsentLevel.RELAY, name="Owner", role="CEO", own_server=True),
    )
    # Everything is hostile here, so everything is looked at.
    assessment = msgspec.structs.replace(assessment, consent=confirmed(assessment, now, ("mx.example.jp",)))

    async def serve(reader, writer):
        if context is not None and (await _peeked(reader)) == 0x16:
            await writer.start_tls(context)
        await handler(reader, writer)

    async with wire.serving(serve if context else handler) as port, name_server(answering) as (resolver, _):
        network = RealNetwork(
            resolver=resolver, limits=LIMITS, route=lambda _address, _port: ("127.0.0.1", port), our_name="x.example"
        )
        settings = NetworkSettings(control_hosts=("control.example.jp",), thorough=True)
        tools = Toolkit(probes=probes.walk(), rules=chosen, bank=bank(), open_network=lambda _: network)
        started = time.monotonic()
        try:
            measured = await measure(tools, assessment, network, settings)
        finally:
            await network.close()
        seconds = time.monotonic() - started
    after = measured.added_to(assessment)
    tools.assess(after, now)
    return after, seconds


async def _peeked(reader: asyncio.StreamReader) -> int:
    """The first octet that comes, left where it is; zero when none comes soon."""
    for _ in range(10):
        if reader._buffer:
            return reader._buffer[0]
        await asyncio.sleep(0.02)
    return 0


def sound(assessment: Assessment, seconds: float) -> None:
    """What must be true after any measurement."""
    broken = [(each.probe, each.subject) for each in assessment.attempts if each.status is Status.OUR_BUG]
    assert broken == []
    assert {each.probe for each in assessment.attempts} <= {probe.id for probe in probes.walk()}
    assert len(assessment.attempts) > 20
    assert seconds < LONGEST
    tools = Toolkit(probes=probes.walk(), rules=rules(), bank=bank(), open_network=lambda _: pytest.fail("not again"))
    result = tools.assess(assessment, datetime.now(UTC))
    written = scan_json(assessment, result)
    jsonschema.Draft202012Validator(json.loads(SCHEMA.read_text(encoding="utf-8"))).validate(json.loads(written))
    read_scan(written, tools)
    assert len(written) < 20_000_000


@pytest.mark.parametrize("handler", HANDLERS, ids=NAMES)
def test_servers_that_do_their_worst(handler):
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    sound(*whole(handler, from_table(ZONE)))
    assert (resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before) / 1024 < MEGABYTES_MORE


@pytest.mark.parametrize("handler", [wire.stall, noise, redirects, endless_body, bomb], ids=lambda each: each.__name__)
def test_they_do_it_behind_tls_with_an_absurd_certificate(tmp_path, handler):
    leaf = ToyCa().leaf(*(f"{'x' * 60}{number}.example.jp" for number in range(300)), common_name="\x07 " + "n" * 50)
    sound(*whole(handler, from_table(ZONE), server_context(leaf, tmp_path)))


def looping(query: dns.message.Message, _transport: str) -> bytes:
    """Every name is an alias of the next."""
    name = query.question[0].name.to_text()
    other = f"a{abs(hash(name)) % 1000}.{DOMAIN}."
    return answer(query, f"{name} 300 IN CNAME {other}", f"{other} 300 IN CNAME {name}")


def huge(query: dns.message.Message, transport: str) -> bytes:
    """As much text as a reply can hold, whatever is asked."""
    import dns.flags

    if transport == "udp":
        return answer(query, flags=dns.flags.TC)
    name = query.question[0].name.to_text()
    strings = " ".join(f'"v=spf1 {"a" * 240}"' for _ in range(240))
    return answer(query, f"{name} 300 IN TXT {strings}")


def same_text(query: dns.message.Message, _transport: str) -> bytes:
    """A record that includes every other name, whatever is asked."""
    name = query.question[0].name.to_text()
    text = " ".join(f'" include:{part}.{name}"' for part in ("a", "b", "c"))
    return answer(query, f'{name} 300 IN TXT "v=spf1" {text} " ?all"') if len(name) < 200 else answer(query, rcode=3)


RESOLVERS = [
    looping,
    huge,
    same_text,
    lambda _query, _transport: None,
    lambda _query, _transport: b"",
    lambda query, _transport: query.to_wire()[:2] + b"\xff" * 600,
    lambda query, _transport: answer(query, rcode=2),
    lambda query, _transport: answer(query, rcode=5),
    lambda query, _transport: answer(query, rcode=3),
]


@pytest.mark.parametrize("answering", RESOLVERS)
def test_name_servers_that_do_their_worst(monkeypatch, answering):
    from fumimori.net import dns as questions

    monkeypatch.setattr(questions, "ROUNDS", 1)
    monkeypatch.setattr(questions.DnsQueries.__init__, "__kwdefaults__", _sooner(questions.DnsQueries))
    assessment, seconds = whole(wire.stall, answering)
    broken = [(each.probe, each.subject) for each in assessment.attempts if each.status is Status.OUR_BUG]
    assert broken == []
    assert seconds < LONGEST


def _sooner(kind) -> dict[str, object]:
    """The class's own defaults with less patience."""
    return {**kind.__init__.__kwdefaults__, "try_seconds": 0.3, "total_seconds": 1.0}
