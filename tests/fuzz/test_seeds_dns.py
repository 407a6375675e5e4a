"""The conversations come to the verdict that they were made for, and gone astray they never make a lie true."""

import asyncio
import random
from collections.abc import Mapping
from datetime import UTC, datetime

import dns.exception
import dns.message
import dns.name
import dns.rdatatype
import pytest

from fumimori.net.dnssec import Validator
from fumimori.net.dnssec_keys import read_anchors
from fumimori.network import NotObserved, Refused
from fumimori.network.dns import Security
from fuzz import harnesses
from fuzz.seeds_dns import LIES, Conversation, Question, conversations, replies


def judged(told: Conversation, said: Mapping[Question, bytes]) -> Security | None:
    """The verdict; None where the resolver did not say what it takes."""

    async def query(name: dns.name.Name, rdtype: dns.rdatatype.RdataType) -> dns.message.Message:
        if (name, rdtype) not in said:
            raise Refused("dns_servfail")
        return dns.message.from_wire(said[name, rdtype], ignore_trailing=True)

    async def run() -> Security | None:
        validator = Validator(query=query, anchors=read_anchors(told.anchor), now=lambda: datetime.now(UTC))
        try:
            return (await validator.judge(await query(*told.question))).security
        except NotObserved:
            return None

    return asyncio.run(run())


@pytest.mark.parametrize("title", LIES)
def test_each_comes_to_its_verdict(title: str) -> None:
    told = conversations()[title]
    verdict = judged(told, told.replies)
    assert verdict is not None
    assert (verdict is Security.SECURE) is told.true


@pytest.mark.parametrize("title", [title for title, (*_, true) in LIES.items() if not true])
def test_a_lie_gone_astray_is_no_truth(title: str) -> None:
    told, chance = conversations()[title], random.Random(title)
    for _ in range(100):
        key = chance.choice(list(told.replies))
        wire = bytearray(told.replies[key])
        for _ in range(chance.randint(1, 3)):
            wire[chance.randrange(12, len(wire))] = chance.randrange(256)
        try:
            message = dns.message.from_wire(bytes(wire), ignore_trailing=True)
        except (dns.exception.DNSException, ValueError, IndexError):
            continue
        if message.question and (message.question[0].name, message.question[0].rdtype) == key:
            assert judged(told, told.replies | {key: bytes(wire)}) is not Security.SECURE


def test_no_reply_breaks_what_reads_replies() -> None:
    for wire in replies():
        harnesses.dns_reply(wire)
