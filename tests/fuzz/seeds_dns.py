"""Hostile and right DNS for the harnesses: replies to any parser, and conversations for the validator of DNSSEC.

`REPLIES` are messages as they come off the wire. `CONVERSATIONS` are, by name, the anchor's text, the question, and all
replies by question: what `Validator.judge` needs. Both are made anew in each process, with keys of their own.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import cache

import dns.dnssec
import dns.message
import dns.name
import dns.rcode
import dns.rdatatype
import dns.rrset

from loopback.forged import DAY, Key, World, records, signed

Question = tuple[dns.name.Name, dns.rdatatype.RdataType]
WWW = "www.lie. 300 IN A 192.0.2.1"
TLSA = "_25._tcp.www.lie."


@dataclass(frozen=True, kw_only=True)
class Conversation:
    """One question and everything that a resolver says on the way to its verdict."""

    anchor: str
    question: Question
    replies: dict[Question, bytes]
    true: bool
    """Whether the answer is the zone's own and may be called secure."""


def _plain(world: World, **other: object) -> None:
    world.say("www.lie.", "A", signed(world.key, WWW, **other))


def _wildcard_nsec(world: World) -> None:
    lie = signed(world.key, f"{TLSA} 300 IN NSEC zzz.lie. A RRSIG NSEC", labels=1)
    world.deny(TLSA, "TLSA", lie, missing=False)


def _denied(world: World) -> None:
    world.deny("no.lie.", "A", signed(world.key, "lie. 300 IN NSEC zzz.lie. NS SOA RRSIG NSEC"))


def _next_outside(world: World) -> None:
    world.deny("no.lie.", "A", signed(world.key, "lie. 300 IN NSEC zzz. NS SOA RRSIG NSEC"))


def _hashed(count: int, salt: str = "-", flags: int = 0) -> Callable[[World], None]:
    def build(world: World) -> None:
        digest = dns.dnssec.nsec3_hash("www.lie.", "" if salt == "-" else salt, count, 1).lower()
        proof = signed(world.key, f"{digest}.lie. 300 IN NSEC3 1 {flags} {count} {salt} {digest[:-1]}v A RRSIG")
        world.deny("www.lie.", "MX", proof, missing=False)

    return build


def _many_keys(world: World) -> None:
    keys = [Key("lie.", flags=256) for _ in range(30)]
    world.keys(world.key, world.key, *keys)
    told = records(WWW)
    tag = dns.dnssec.key_id(world.key.public)
    fake = [key.over(told, tag=tag) for key in keys]
    world.say("www.lie.", "A", [told, dns.rrset.from_rdata_list(told.name, 300, fake)])


def _many_digests(world: World) -> None:
    tag = dns.dnssec.key_id(world.key.public)
    world.say("lie.", "DS", signed(world.root, *(f"lie. 300 IN DS {tag} 13 2 {number:064x}" for number in range(200))))
    _plain(world)


def _unknown_digest(world: World) -> None:
    world.say("lie.", "DS", signed(world.root, f"lie. 300 IN DS {dns.dnssec.key_id(world.key.public)} 13 200 abcd"))
    _plain(world)


def _loop(world: World) -> None:
    world.say("www.lie.", "A", signed(world.key, "www.lie. 0 IN CNAME b.lie."))
    world.say("b.lie.", "A", signed(world.key, "b.lie. 0 IN CNAME www.lie."))


def _long_dname(world: World) -> None:
    long = ".".join(["a" * 60] * 3)
    world.say(f"{long}.d.lie.", "A", signed(world.key, f"d.lie. 300 IN DNAME {long}.lie."), rcode=dns.rcode.YXDOMAIN)


def _wildcard(world: World) -> None:
    told = signed(world.key, "x.lie. 300 IN A 192.0.2.1", labels=1)
    world.say("x.lie.", "A", told, signed(world.key, "lie. 300 IN NSEC zzz.lie. NS SOA RRSIG NSEC"))


def _turn(world: World) -> None:
    now = int(datetime.now(UTC).timestamp())
    _plain(world, inception=2**32 - DAY, expiration=now + DAY)


def _huge(world: World) -> None:
    world.say("www.lie.", "A", signed(world.key, *(f"www.lie. 0 IN A 198.51.0.{number}" for number in range(250))))


LIES: dict[str, tuple[Callable[[World], None], str, str, bool]] = {
    "plain": (_plain, "www.lie.", "A", True),
    "denied": (_denied, "no.lie.", "A", True),
    "wildcard": (_wildcard, "x.lie.", "A", True),
    "serial turn": (_turn, "www.lie.", "A", True),
    "huge set": (_huge, "www.lie.", "A", True),
    "wildcard NSEC": (_wildcard_nsec, TLSA, "TLSA", False),
    "next outside": (_next_outside, "no.lie.", "A", False),
    "hashed": (_hashed(10, "abcd"), "www.lie.", "MX", True),
    "hashed too often": (_hashed(65535, "ab" * 255), "www.lie.", "MX", False),
    "hashed, opted out": (_hashed(1, "-", 1), "www.lie.", "MX", True),
    "many keys of one tag": (_many_keys, "www.lie.", "A", False),
    "many digests": (_many_digests, "www.lie.", "A", False),
    "unknown digest": (_unknown_digest, "www.lie.", "A", False),
    "loop": (_loop, "www.lie.", "A", False),
    "long DNAME": (_long_dname, ".".join(["a" * 60] * 3) + ".d.lie.", "A", True),
}
"""How to build each, what is asked then, and whether SECURE would be the truth."""


@cache
def conversations() -> dict[str, Conversation]:
    """All of them, by name."""
    made = {}
    for title, (build, name, rdtype, true) in LIES.items():
        world = World()
        build(world)
        question = dns.name.from_text(name), dns.rdatatype.from_text(rdtype)
        for depth in range(3, len(question[0]) + 1):
            world.reply(dns.name.Name(question[0][-depth:]), dns.rdatatype.DS)
        replies = {key: message.to_wire(max_size=65535) for key, message in world.said.items()}
        made[title] = Conversation(anchor=world.anchor, question=question, replies=replies, true=true)
    return made


@cache
def replies() -> tuple[bytes, ...]:
    """Every reply of the conversations, and messages that no honest server makes."""
    honest = [wire for each in conversations().values() for wire in each.replies.values()]
    head = b"\0\1\x81\x80\0\1\0\1\0\0\0\0"
    asked = b"\6_dmarc\7example\2jp\0\0\x10\0\1"
    odd = (
        head + asked + b"\xc0\x0c\0\x10\0\1\0\0\0\0\0\2\1" + b"x",  # TTL 0
        head + asked + b"\xc0\x0c\0\x05\0\1\0\0\0\0\0\2\xc0\x0c",  # CNAME onto itself
        head + asked + b"\xc0\x0c\0\x05\0\1\0\0\0\0\0\2\xc0\x2b",  # a name that points at itself
        head + asked + b"\xc0\x0c\0\x05\0\1\0\0\0\0\0\6\4\0\n\x1b.\0",  # odd octets
        head + asked + b"\xc0\x0c\0\x10\0\1\xff\xff\xff\xff\0\0",  # TXT without strings, TTL out of range
        head + asked + b"\xc0\x0c\0\x10\0\1\0\0\0\0\xff\xff\1x",  # a length that lies
        head[:4] + b"\0\1\xff\xff\xff\xff\xff\xff" + asked,  # counts that lie
        head[:3] + b"\x86" + head[4:] + asked,  # YXDOMAIN
    )
    return (*honest, *odd)
