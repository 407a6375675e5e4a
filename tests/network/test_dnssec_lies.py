"""Lies that are signed well, each held against Unbound's and BIND's validators; and lies that are meant to be dear."""

import asyncio
import random
from collections.abc import Callable, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import dns.dnssec
import dns.dnssecalgs
import dns.message
import dns.name
import dns.rcode
import dns.rdata
import dns.rdataclass
import dns.rdatatype
import dns.rrset
import pytest
from dns.rdtypes.ANY.DNSKEY import DNSKEY

from fumimori.net import dnssec, dnssec_keys, dnssec_signature
from fumimori.net.dnssec import Validator, Verdict
from fumimori.net.dnssec_keys import read_anchors
from fumimori.network.dns import Security
from loopback.forged import DAY, Key, World, oracles, records, signed

NOW = int(datetime.now(UTC).timestamp())
Row = tuple[Any, ...]
WWW = "www.lie. 300 IN A 192.0.2.1"
TLSA = "_25._tcp.www.lie."


def judged(world: World, name: str, rdtype: str, zones: dict[dns.name.Name, dnssec.Zone] | None = None) -> Verdict:
    async def query(asked: dns.name.Name, kind: dns.rdatatype.RdataType) -> dns.message.Message:
        # As it comes over the wire: sets without order, twice the same record once.
        wire = world.reply(asked, kind).to_wire(max_size=65535)
        return dns.message.from_wire(wire, ignore_trailing=True)

    async def run() -> Verdict:
        validator = Validator(
            query=query,
            anchors=read_anchors(world.anchor),
            now=lambda: datetime.now(UTC),
            zones={} if zones is None else zones,
        )
        return await validator.judge(await query(dns.name.from_text(name), dns.rdatatype.from_text(rdtype)))

    return asyncio.run(run())


def plain(**other: object) -> Callable[[World], None]:
    """`www.lie. A` with a signature that has these fields."""

    def build(world: World) -> None:
        world.say("www.lie.", "A", signed(world.key, WWW, **other))

    return build


def wildcard_nsec(world: World) -> None:
    """The NSEC of `*.lie.` replayed at a name whose TLSA exists."""
    lie = signed(world.key, f"{TLSA} 300 IN NSEC zzz.lie. A RRSIG NSEC", labels=1)
    world.deny(TLSA, "TLSA", lie, missing=False)


def wildcard_ds(world: World) -> None:
    """The same, to hide the DS of a signed child and pass off an unsigned answer."""
    lie = signed(world.key, "child.lie. 300 IN NSEC zzz.lie. NS RRSIG NSEC", labels=1)
    world.deny("child.lie.", "DS", lie, missing=False)
    world.say("www.child.lie.", "A", [records("www.child.lie. 300 IN A 192.0.2.66")])


def next_outside(world: World) -> None:
    world.deny("no.lie.", "A", signed(world.key, "lie. 300 IN NSEC zzz. NS SOA RRSIG NSEC"))


def next_before(world: World) -> None:
    """A record round the end of the zone that does not lead to the apex."""
    world.deny("no.lie.", "A", signed(world.key, "m.lie. 300 IN NSEC a.lie. A RRSIG NSEC"))


def last_one(world: World) -> None:
    world.deny(
        "no.lie.",
        "A",
        signed(world.key, "m.lie. 300 IN NSEC lie. A RRSIG NSEC"),
        signed(world.key, "lie. 300 IN NSEC a.lie. NS SOA RRSIG NSEC"),
    )


def between_names(world: World) -> None:
    """NXDOMAIN at a name that exists because others are below it, as old servers say."""
    world.deny("ent.lie.", "A", signed(world.key, "a.lie. 300 IN NSEC x.ent.lie. A RRSIG NSEC"))
    world.deny("ent.lie.", "DS", signed(world.key, "a.lie. 300 IN NSEC x.ent.lie. A RRSIG NSEC"))


def _nsec3(world: World, name: str, types: str = "", *, flags: int = 0, cover: bool = False) -> list[dns.rrset.RRset]:
    """A record at the hash of `name`, or one around it."""
    alphabet = "0123456789abcdefghijklmnopqrstuv"
    digest = dns.dnssec.nsec3_hash(name, "", 0, 1).lower()
    before = digest[:-2] + alphabet[max(0, alphabet.index(digest[-2]) - 1)] + digest[-1]
    after = digest[:-2] + alphabet[min(31, alphabet.index(digest[-2]) + 1)] + digest[-1]
    first = before if cover else digest
    return signed(world.key, f"{first}.lie. 300 IN NSEC3 1 {flags} 0 - {after} {types}".rstrip())


def opt_out(*, wildcard: bool) -> Callable[[World], None]:
    def build(world: World) -> None:
        proofs = [_nsec3(world, "lie.", "NS SOA RRSIG"), _nsec3(world, "no.lie.", flags=1, cover=True)]
        if wildcard:
            proofs.append(_nsec3(world, "*.lie.", flags=1, cover=True))
        world.deny("no.lie.", "A", *proofs)

    return build


def between_hashes(world: World) -> None:
    """NXDOMAIN at an empty name that has its own NSEC3."""
    world.deny("ent.lie.", "A", _nsec3(world, "ent.lie."), _nsec3(world, "lie.", "NS SOA RRSIG"))


def iterations(count: int) -> Callable[[World], None]:
    def build(world: World) -> None:
        digest = dns.dnssec.nsec3_hash("www.lie.", "", count, 1).lower()
        lie = signed(world.key, f"{digest}.lie. 300 IN NSEC3 1 0 {count} - {digest[:-1]}v A RRSIG")
        world.deny("www.lie.", "MX", lie, missing=False)

    return build


def child_signs(world: World) -> None:
    """The zone signs a name that is not below it."""
    world.say("www.other.", "A", signed(world.key, "www.other. 300 IN A 192.0.2.66"))
    proof = signed(world.root, "other. 300 IN NSEC other0. A RRSIG NSEC")
    world.deny("other.", "DS", proof, missing=False)
    proof = signed(world.root, "www.other. 300 IN NSEC www0.other. A RRSIG NSEC")
    world.deny("www.other.", "DS", proof, missing=False)


def with_ds(*lines: str) -> Callable[[World], None]:
    """The delegation says this instead; `{}` stands for the right key's fields."""

    def build(world: World) -> None:
        right = world.key.ds().split(maxsplit=4)[4]
        tag, algorithm, _, digest = right.split(maxsplit=3)
        told = [f"lie. 300 IN DS {line.format(tag=tag, alg=algorithm, digest=digest)}" for line in lines]
        world.say("lie.", "DS", signed(world.root, *told))
        world.say("www.lie.", "A", signed(world.key, WWW))

    return build


def key_flags(flags: int, protocol: int = 3) -> Callable[[World], None]:
    """All is signed by a key that may not sign."""

    def build(world: World) -> None:
        world.key = Key("lie.", flags=flags, protocol=protocol)
        world.keys(world.key, world.key)
        world.say("lie.", "DS", signed(world.root, world.key.ds()))
        world.say("www.lie.", "A", signed(world.key, WWW))

    return build


def zone_key_flags(flags: int) -> Callable[[World], None]:
    """The zone's entry is sound; the key that signs its records has these flags."""

    def build(world: World) -> None:
        other = Key("lie.", flags=flags)
        world.keys(world.key, world.key, other)
        world.say("www.lie.", "A", signed(other, WWW))

    return build


def long_dname(world: World) -> None:
    """A DNAME that makes a name too long (RFC 6672 section 2.2)."""
    long = ".".join(["a" * 60] * 3)
    link = signed(world.key, f"d.lie. 300 IN DNAME {long}.lie.")
    world.say(f"{long}.d.lie.", "A", link, rcode=dns.rcode.YXDOMAIN)


def wildcard_into_child(world: World) -> None:
    """A wildcard's alias leads to a missing name of a signed child: both zones' proofs are in one section."""
    child = Key("sub.lie.")
    world.keys(child, child)
    world.say("sub.lie.", "DS", signed(world.key, child.ds()))
    alias = signed(world.key, "x.lie. 300 IN CNAME no.sub.lie.", labels=1)
    proofs = (
        signed(child, "sub.lie. 300 IN SOA ns.lie. a.lie. 1 3600 600 86400 60"),
        signed(world.key, "w.lie. 300 IN NSEC lie. A RRSIG NSEC"),
        signed(child, "sub.lie. 300 IN NSEC sub.lie. NS SOA RRSIG NSEC DNSKEY"),
    )
    authority = [rrset for proof in proofs for rrset in proof]
    world.say("x.lie.", "A", alias, authority, rcode=dns.rcode.NXDOMAIN)
    world.say("x.lie.", "DS", alias, proofs[1])
    missing = [*proofs[0], *proofs[2]]
    world.say("no.sub.lie.", "A", (), missing, rcode=dns.rcode.NXDOMAIN)
    world.say("no.sub.lie.", "DS", (), missing, rcode=dns.rcode.NXDOMAIN)


def same_tags(world: World) -> None:
    """A second key of the same tag comes first: the right one is found anyway."""
    twin = Key("lie.", flags=256)
    world.keys(world.key, world.key, twin)
    rrset = records(WWW)
    wrong = twin.over(rrset, tag=dns.dnssec.key_id(world.key.public))
    both = dns.rrset.from_rdata_list(rrset.name, 300, [wrong, world.key.over(rrset)])
    world.say("www.lie.", "A", [rrset, both])


ROWS = [
    ("well signed", plain(), "www.lie.", "A", "secure"),
    ("an NSEC from a wildcard hides TLSA", wildcard_nsec, TLSA, "TLSA", "bogus", "secure bogus"),
    ("an NSEC from a wildcard hides DS", wildcard_ds, "www.child.lie.", "A", "bogus", "insecure bogus"),
    ("the next name is outside the zone", next_outside, "no.lie.", "A", "bogus", "secure bogus"),
    ("round the end, but not to the apex", next_before, "no.lie.", "A", "bogus"),
    ("the last name of the zone", last_one, "no.lie.", "A", "secure"),
    ("no such name, between names", between_names, "ent.lie.", "A", "secure", "secure bogus"),
    ("no such name, between hashes", between_hashes, "ent.lie.", "A", "bogus"),
    ("opted out, wildcard denied", opt_out(wildcard=True), "no.lie.", "A", "insecure", "insecure secure"),
    ("opted out, wildcard passed over", opt_out(wildcard=False), "no.lie.", "A", "bogus"),
    ("NSEC3 hashed 50 times more", iterations(50), "www.lie.", "MX", "secure"),
    ("NSEC3 hashed 500 times more", iterations(500), "www.lie.", "MX", "insecure"),
    ("NSEC3 hashed 65535 times more", iterations(65535), "www.lie.", "MX", "insecure"),
    ("a zone that signs others' names", child_signs, "www.other.", "A", "bogus"),
    ("expired", plain(expiration=NOW - DAY, inception=NOW - 9 * DAY), "www.lie.", "A", "bogus"),
    ("not yet valid", plain(expiration=NOW + 9 * DAY, inception=NOW + DAY), "www.lie.", "A", "bogus"),
    ("ends before it begins", plain(expiration=NOW + DAY, inception=NOW + 2 * DAY), "www.lie.", "A", "bogus"),
    ("begins before the circle's turn", plain(inception=2**32 - DAY), "www.lie.", "A", "secure"),
    ("ends after the circle's half", plain(expiration=(NOW + 2**31 + DAY) % 2**32), "www.lie.", "A", "bogus"),
    ("more labels than the name", plain(labels=5), "www.lie.", "A", "bogus"),
    ("fewer labels, no proof", plain(labels=1), "www.lie.", "A", "bogus"),
    ("fewer labels than the signer", plain(labels=0), "www.lie.", "A", "bogus"),
    ("another tag", plain(tag=1), "www.lie.", "A", "bogus"),
    ("an algorithm that is not the key's", plain(algorithm=14), "www.lie.", "A", "bogus"),
    ("another signer", plain(signer=dns.name.root), "www.lie.", "A", "bogus"),
    ("a signer below the name", plain(signer=dns.name.from_text("a.www.lie.")), "www.lie.", "A", "bogus"),
    ("a second key of the same tag", same_tags, "www.lie.", "A", "secure", "secure -"),
    ("DS of an unknown digest alone", with_ds("{tag} {alg} 200 abcd"), "www.lie.", "A", "insecure"),
    ("DS of an unknown algorithm alone", with_ds("{tag} 200 2 {digest}"), "www.lie.", "A", "insecure"),
    ("unknown beside right", with_ds("{tag} {alg} 200 abcd", "{tag} {alg} 2 {digest}"), "www.lie.", "A", "secure"),
    ("wrong beside right", with_ds("1 {alg} 2 {digest}", "{tag} {alg} 2 {digest}"), "www.lie.", "A", "secure"),
    ("wrong alone", with_ds("{tag} {alg} 2 " + "ab" * 32), "www.lie.", "A", "bogus"),
    ("a digest cut short", with_ds("{tag} {alg} 200 ab", "{tag} {alg} 2 " + "ab" * 32), "www.lie.", "A", "bogus"),
    ("no zone key", key_flags(1), "www.lie.", "A", "bogus"),
    ("a revoked entry", key_flags(257 | 128), "www.lie.", "A", "bogus", "secure bogus"),
    ("the records' key is no zone key", zone_key_flags(0), "www.lie.", "A", "bogus"),
    ("the records' key is revoked", zone_key_flags(256 | 128), "www.lie.", "A", "bogus", "secure bogus"),
    ("a wildcard's alias into a signed child", wildcard_into_child, "x.lie.", "A", "secure"),
    ("a DNAME makes the name too long", long_dname, ".".join(["a" * 60] * 3) + ".d.lie.", "A", "secure", "- -"),
]
"""What to build, what to ask, our verdict, and what Unbound and BIND say where it is something else.

Unbound takes an NSEC that a wildcard's signature vouches for, one that leads out of its zone, and revoked keys; BIND
gives up at the first signature that fails, does not let NXDOMAIN stand at a name between names; neither
gives a verdict on YXDOMAIN.
"""


@pytest.mark.parametrize("row", ROWS, ids=[row[0] for row in ROWS])
def test_a_signed_lie_is_seen_as_the_reference_validators_see_it(tmp_path: Path, row: Row) -> None:
    _, build, name, rdtype, verdict, *theirs = row
    expected = theirs[0].split() if theirs else [verdict, verdict]
    world = World()
    build(world)
    assert judged(world, name, rdtype).security == verdict
    with oracles(tmp_path, world) as others:
        for ask, told in zip((others.unbound, others.delv), expected, strict=True):
            assert told == "-" or ask(name, rdtype) == told


def test_what_a_wildcard_vouches_for_says_nothing_of_names_elsewhere() -> None:
    for build, name, rdtype in ((wildcard_nsec, TLSA, "TLSA"), (wildcard_ds, "www.child.lie.", "A")):
        world = World()
        build(world)
        assert judged(world, name, rdtype) == Verdict(security=Security.BOGUS, reason="no_denial")


# --- what is meant to be dear: operations are counted ----------------------------------------------------------------


class Counted:
    """How often keys were tagged, signatures checked and digests made."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self.tags = self.checks = self.digests = 0
        tag, check, digest = dns.dnssec.key_id, dnssec_signature.holds, dns.dnssec.make_ds

        def tagged(*given: Any) -> int:
            self.tags += 1
            return tag(*given)

        def checked(*given: Any) -> bool:
            self.checks += 1
            return check(*given)

        def digested(*given: Any, **more: Any) -> Any:
            self.digests += 1
            return digest(*given, **more)

        monkeypatch.setattr(dns.dnssec, "key_id", tagged)
        monkeypatch.setattr(dnssec, "holds", checked)
        monkeypatch.setattr(dns.dnssec, "make_ds", digested)


def _key(number: int, algorithm: int = 13, key: bytes = b"") -> DNSKEY:
    noise = key or random.Random(number).randbytes(64)
    return DNSKEY(dns.rdataclass.IN, dns.rdatatype.DNSKEY, 256, 3, algorithm, noise)  # type: ignore[arg-type]


def _publish(world: World, keys: Sequence[DNSKEY]) -> None:
    rrset = dns.rrset.from_rdata_list(world.key.name, 300, [world.key.public, *keys])
    world.say("lie.", "DNSKEY", [rrset, dns.rrset.from_rdata_list(rrset.name, 300, [world.key.over(rrset)])])


def _dear(world: World, keys: Sequence[DNSKEY], signatures: int, tags: Callable[[int], int]) -> None:
    """A zone of many keys whose every set has `signatures` that hold for none of them."""
    _publish(world, keys)
    told = records("mx.lie. 300 IN A 192.0.2.1")
    made = [world.key.over(told, tag=tags(count), inception=NOW - DAY - count) for count in range(signatures)]
    for number in range(20):
        name = dns.name.from_text(f"mx{number}.lie.")
        sets = dns.rrset.from_rdata_list(name, 300, list(told)), dns.rrset.from_rdata_list(name, 300, made)
        world.say(f"mx{number}.lie.", "A", sets)


def test_keys_are_tagged_once_however_many_signatures_there_are(monkeypatch: pytest.MonkeyPatch) -> None:
    world = World()
    keys = [_key(number) for number in range(800)]
    used = {dns.dnssec.key_id(key) for key in (*keys, world.key.public)}
    unused = next(tag for tag in range(65536) if tag not in used)
    _dear(world, keys, 550, lambda _count: unused)
    counted = Counted(monkeypatch)
    zones: dict[dns.name.Name, dnssec.Zone] = {}
    for number in range(20):
        assert judged(world, f"mx{number}.lie.", "A", zones).security is Security.BOGUS
    assert counted.tags < 900, "once for each key of the zone and the root, not for each signature"
    assert counted.checks < 20


def test_signatures_that_fail_are_tried_a_few_times_only(monkeypatch: pytest.MonkeyPatch) -> None:
    world = World()
    keys = [_key(number) for number in range(500)]
    tags = sorted({dns.dnssec.key_id(key) for key in keys})
    _dear(world, keys, 400, lambda count: tags[count % len(tags)])
    counted = Counted(monkeypatch)
    zones: dict[dns.name.Name, dnssec.Zone] = {}
    for number in range(20):
        verdict = judged(world, f"mx{number}.lie.", "A", zones)
        assert verdict == Verdict(security=Security.BOGUS, reason="too_many_signatures")
    assert counted.checks <= 20 * dnssec.FAILURES_MOST + 20


def test_a_zone_whose_keys_are_dear_is_paid_for_once(monkeypatch: pytest.MonkeyPatch) -> None:
    """Hundreds of digests at the parent that fit none of the keys, although the tags do."""
    world = World()
    keys = [_key(number) for number in range(400)]
    tags = [dns.dnssec.key_id(key) for key in keys]
    lies = [f"lie. 300 IN DS {tag} 13 2 {number:064x}" for number, tag in enumerate(tags)]
    world.say("lie.", "DS", signed(world.root, *lies))
    _publish(world, keys)
    for number in range(20):
        world.say(f"mx{number}.lie.", "A", signed(world.key, f"mx{number}.lie. 300 IN A 192.0.2.1"))
    counted = Counted(monkeypatch)
    zones: dict[dns.name.Name, dnssec.Zone] = {}
    for number in range(20):
        verdict = judged(world, f"mx{number}.lie.", "A", zones)
        assert verdict == Verdict(security=Security.BOGUS, reason="ds_mismatch")
    assert counted.digests <= dnssec_keys.DIGESTS_TRIED
    assert counted.tags < 500


def test_a_dear_answer_does_not_spoil_the_zone_that_it_leads_to() -> None:
    """The alias' own signatures fail often; the zone that it names is proved anyway, and later too."""
    world = World()
    keys = [_key(number) for number in range(100)]
    _publish(world, keys)
    told = records("a.lie. 300 IN CNAME www.other.")
    fake = [world.key.over(told, tag=dns.dnssec.key_id(key)) for key in keys[: dnssec.FAILURES_MOST]]
    right = world.key.over(told, inception=NOW - 2 * DAY)
    world.say("a.lie.", "A", [told, dns.rrset.from_rdata_list(told.name, 300, [*fake, right])])
    other = Key("other.")
    world.keys(other, other)
    world.say("other.", "DS", signed(world.root, other.ds()))
    world.say("www.other.", "A", signed(other, "www.other. 300 IN A 192.0.2.1"))
    zones: dict[dns.name.Name, dnssec.Zone] = {}
    judged(world, "a.lie.", "A", zones)
    assert judged(world, "www.other.", "A", zones).security is Security.SECURE


@pytest.mark.parametrize(("exponent", "modulus"), [(256, 256), (9, 256), (3, 4000), (0, 256), (1, 0)])
def test_rsa_keys_of_an_absurd_make_are_not_computed_with(
    monkeypatch: pytest.MonkeyPatch, exponent: int, modulus: int
) -> None:
    head = bytes([exponent]) if 0 < exponent < 256 else b"\x00" + exponent.to_bytes(2, "big")
    absurd = _key(0, 8, head + b"\xff" * (exponent + modulus))
    told, made = records(WWW), []
    fake = World().key.over(told, tag=dns.dnssec.key_id(absurd), algorithm=8)
    monkeypatch.setattr(dns.dnssecalgs, "get_algorithm_cls_from_dnskey", made.append)
    assert list(dnssec_keys.KeyRing([absurd])) == [absurd]
    assert not dnssec_signature.holds(dnssec_signature.Signed(told), fake, absurd)
    assert made == []


def test_a_name_of_very_many_labels_is_not_asked_for_all_at_once() -> None:
    world = World()
    deep = "a." * 120 + "lie."
    under_way = most = 0

    async def query(asked: dns.name.Name, kind: dns.rdatatype.RdataType) -> dns.message.Message:
        nonlocal under_way, most
        under_way += 1
        most = max(most, under_way)
        await asyncio.sleep(0)
        under_way -= 1
        return world.reply(asked, kind)

    async def run() -> Verdict:
        validator = Validator(query=query, anchors=read_anchors(world.anchor), now=lambda: datetime.now(UTC))
        world.say(deep, "A", [records(f"{deep} 300 IN A 192.0.2.1")])
        return await validator.judge(await query(dns.name.from_text(deep), dns.rdatatype.A))

    assert asyncio.run(run()).security is Security.BOGUS
    assert most <= dnssec.LINKS_AHEAD + dnssec.FETCHED_AHEAD + 1


def test_thousands_of_sets_in_one_answer_are_not_searched() -> None:
    world = World()
    noise = [records(f"n{number}.lie. 300 IN A 192.0.2.1") for number in range(2000)]
    world.say("www.lie.", "A", [*noise, *signed(world.key, WWW)])
    assert judged(world, "www.lie.", "A").security is Security.BOGUS
