"""DNSSEC validation agrees with Unbound's and BIND's on a tree with every virtue and fault; hostile answers fail."""

import asyncio
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from functools import cache

import dns.asyncquery
import dns.exception
import dns.flags
import dns.message
import dns.name
import dns.rcode
import dns.rdatatype
import dns.rrset
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from fumimori.net.dnssec import Query, Validator, Verdict
from fumimori.net.dnssec_keys import read_anchors
from fumimori.network import Refused
from fumimori.network.dns import Security
from loopback.signed import SignedWorld

Question = tuple[dns.name.Name, dns.rdatatype.RdataType]
Alter = Callable[[dns.message.Message], dns.message.Message]

_EVERYWHERE = {
    "www.{}": {"A": "secure", "TXT": "secure", "MX": "secure"},
    "{}": {"SOA": "secure", "DS": "secure", "MX": "secure", "DNSKEY": "secure"},
    "nothing.{}": {"A": "secure"},
    "a.b.nothing.{}": {"A": "secure"},
    "x.wild.{}": {"A": "secure", "MX": "secure"},
    "x.y.wild.{}": {"A": "secure"},
    "real.wild.{}": {"A": "secure", "TXT": "secure"},
    "x.real.wild.{}": {"A": "secure"},
    "wild.{}": {"A": "secure"},
    "*.wild.{}": {"A": "secure"},
    "ent.{}": {"A": "secure"},
    "down.ent.{}": {"A": "secure"},
    "x.ent.{}": {"A": "secure"},
    "deep.down.ent.{}": {"A": "secure"},
    "alias.{}": {"A": "secure", "MX": "secure", "CNAME": "secure"},
    "aliasout.{}": {"A": "insecure"},
    "aliasbad.{}": {"A": "bogus"},
    "aliasno.{}": {"A": "secure"},
    "x.wildalias.{}": {"A": "secure"},
    "www.dname.{}": {"A": "secure"},
    "no.dname.{}": {"A": "secure"},
    "dname.{}": {"A": "secure", "DNAME": "secure"},
    "_25._tcp.www.{}": {"TLSA": "secure"},
    "_25._tcp.mail.{}": {"TLSA": "secure"},
    "_tcp.www.{}": {"TLSA": "secure"},
    "www.signed.{}": {"A": "secure"},
    "no.signed.{}": {"A": "secure"},
    "signed.{}": {"DS": "secure"},
    "www.unsigned.{}": {"A": "insecure"},
    "no.unsigned.{}": {"A": "insecure"},
    "unsigned.{}": {"DS": "secure", "SOA": "insecure"},
}
OPT_OUT = {
    ("nothing.optout", "A"),
    ("a.b.nothing.optout", "A"),
    ("x.wild.optout", "MX"),
    ("x.real.wild.optout", "A"),
    ("x.ent.optout", "A"),
    ("_25._tcp.mail.optout", "TLSA"),
}
"""An absence that an opt-out span covers is not proved (RFC 5155 section 9.2); BIND's tool says otherwise."""
_OPT_OUT_WILDCARDS = {("x.wild.optout", "A"), ("x.y.wild.optout", "A"), ("x.wildalias.optout", "A")}
_COSTLY = {
    "www.costly": {"A": "secure", "MX": "insecure"},
    "nothing.costly": {"A": "insecure"},
    "x.wild.costly": {"A": "insecure"},
    "alias.costly": {"A": "secure"},
    "www.dname.costly": {"A": "secure"},
    "_25._tcp.mail.costly": {"TLSA": "insecure"},
}
_ONE_BY_ONE = {
    "expired": ("bogus", "bogus"),
    "future": ("bogus", "bogus"),
    "wrongds": ("bogus", "bogus"),
    "stray": ("bogus", "bogus"),
    "plain": ("insecure", "insecure"),
    "island": ("insecure", "insecure"),
    "hole": ("bogus", "secure"),
    "mute": ("secure", "bogus"),
    "forged": ("bogus", "secure"),
    "strange": ("insecure", "insecure"),
    "digest": ("insecure", "insecure"),
    "sha1ds": ("secure", "secure"),
    "sha384ds": ("secure", "secure"),
    "rsa": ("secure", "secure"),
    "rsa512": ("secure", "secure"),
    "oldrsa": ("secure", "secure"),
    "p384": ("secure", "secure"),
    "ed25519": ("secure", "secure"),
    "ed448": ("secure", "secure"),
}


def _rows() -> Iterator[tuple[str, str, str]]:
    for zone in ("nsec", "nsec3", "optout"):
        for pattern, types in _EVERYWHERE.items():
            for rdtype, verdict in types.items():
                name = pattern.format(zone)
                weak = (name, rdtype) in OPT_OUT | _OPT_OUT_WILDCARDS
                yield name, rdtype, "insecure" if weak else verdict
    for name, types in _COSTLY.items():
        yield from ((name, rdtype, verdict) for rdtype, verdict in types.items())
    for zone, (present, absent) in _ONE_BY_ONE.items():
        yield f"www.{zone}", "A", present
        yield f"no.{zone}", "A", absent
        yield zone, "MX", absent
        yield zone, "DS", "secure"
    yield "www.far.below.optout", "A", "insecure"
    yield "below.optout", "A", "secure"
    yield "mail.hole", "A", "secure"
    yield "nothing", "A", "secure"
    yield ".", "SOA", "secure"
    yield "ns", "A", "secure"


ROWS = tuple(_rows())


class Carrier:
    """The resolver with DO and CD, each question asked once; `alter` may spoil what it says."""

    def __init__(self, world: SignedWorld, port: int = 0) -> None:
        self.port = port or world.resolver
        self.anchors = read_anchors(world.anchor)
        self.said: dict[Question, dns.message.Message] = {}
        self.under_way = 0
        self.most_at_once = 0

    async def query(self, name: dns.name.Name, rdtype: dns.rdatatype.RdataType) -> dns.message.Message:
        if (name, rdtype) not in self.said:
            asked = dns.message.make_query(name, rdtype, want_dnssec=True, payload=1232)
            asked.flags |= dns.flags.CD
            self.under_way += 1
            self.most_at_once = max(self.most_at_once, self.under_way)
            reply, _ = await dns.asyncquery.udp_with_fallback(asked, "127.0.0.1", port=self.port, timeout=10)
            self.under_way -= 1
            self.said[name, rdtype] = reply
        return self.said[name, rdtype]

    async def judge(
        self, name: str, rdtype: str, *, alter: Alter | None = None, query: Query | None = None, days: float = 0
    ) -> Verdict:
        now = datetime.fromtimestamp(datetime.now(UTC).timestamp() + 86400 * days, UTC)
        validator = Validator(query=query or self.query, anchors=self.anchors, now=lambda: now)
        message = await self.query(dns.name.from_text(name), dns.rdatatype.from_text(rdtype))
        return await validator.judge(alter(message) if alter else message)


@pytest.fixture(scope="module")
def carrier(signed: SignedWorld) -> Carrier:
    return Carrier(signed)


@pytest.mark.parametrize(("name", "rdtype", "verdict"), ROWS)
def test_every_verdict_is_the_oracles(
    signed: SignedWorld, carrier: Carrier, name: str, rdtype: str, verdict: str
) -> None:
    assert asyncio.run(carrier.judge(name, rdtype)).security == verdict
    # Debian's libunbound does not know Ed448.
    assert signed.unbound_host(name, rdtype) == ("insecure" if "ed448" in name and rdtype != "DS" else verdict)
    assert signed.delv(name, rdtype) == ("secure" if (name, rdtype) in OPT_OUT else verdict)


@pytest.mark.parametrize(
    ("name", "reason"),
    [
        ("www.expired", "expired"),
        ("www.future", "not_yet_valid"),
        ("www.wrongds", "ds_mismatch"),
        ("www.stray", "no_dnskey"),
        ("www.hole", "no_signature"),
        ("www.forged", "bad_signature"),
        ("no.mute", "no_signature"),
    ],
)
def test_a_broken_chain_says_where_it_broke(carrier: Carrier, name: str, reason: str) -> None:
    assert asyncio.run(carrier.judge(name, "A")) == Verdict(security=Security.BOGUS, reason=reason)


def test_aliases_that_bite_their_tail_end(signed: SignedWorld) -> None:
    authority = Carrier(signed, signed.authority)
    verdict = asyncio.run(authority.judge("loop1.nsec", "A"))
    assert verdict == Verdict(security=Security.BOGUS, reason="cname_loop")


def test_a_resolver_that_drops_signatures_is_not_held_against_the_domain(signed: SignedWorld) -> None:
    blind = Carrier(signed)

    async def stripped(name: dns.name.Name, rdtype: dns.rdatatype.RdataType) -> dns.message.Message:
        return _without(await Carrier.query(blind, name, rdtype), dns.rdatatype.RRSIG)

    verdict = asyncio.run(blind.judge("www.nsec", "A", query=stripped))
    assert verdict == Verdict(security=Security.UNCHECKED, reason="dnssec_stripped")


def test_another_root_than_the_anchors_is_not_held_against_the_domain(signed: SignedWorld) -> None:
    stranger = Carrier(signed)
    stranger.anchors = read_anchors(". DS 20326 8 2 E06D44B80B8F1D39A95C0B0D7C65D08458E880409BBC683457104237C7F8EC8D")
    verdict = asyncio.run(stranger.judge("www.nsec", "A"))
    assert verdict == Verdict(security=Security.UNCHECKED, reason="dnssec_other_root")


def test_a_clock_that_is_wrong_by_years_is_not_held_against_the_domain(carrier: Carrier) -> None:
    assert asyncio.run(carrier.judge("www.nsec", "A", days=800)).security is Security.UNCHECKED


def test_an_anchor_may_be_a_digest(signed: SignedWorld) -> None:
    from dns.dnssec import make_ds

    digest = Carrier(signed)
    digest.anchors = tuple(make_ds(dns.name.root, key, "SHA256") for key in digest.anchors)  # type: ignore[arg-type]
    assert asyncio.run(digest.judge("www.nsec", "A")).security is Security.SECURE


def test_the_questions_of_a_chain_go_out_side_by_side(signed: SignedWorld) -> None:
    fresh = Carrier(signed)
    assert asyncio.run(fresh.judge("_25._tcp.www.nsec", "TLSA")).security is Security.SECURE
    assert fresh.most_at_once >= 3
    assert len(fresh.said) == 4, "the answer, the root's keys, and DS and DNSKEY of its zone"


def test_a_silent_resolver_is_no_verdict(carrier: Carrier) -> None:
    async def silent(_name: dns.name.Name, _rdtype: dns.rdatatype.RdataType) -> dns.message.Message:
        raise Refused("dns_servfail")

    with pytest.raises(Refused):
        asyncio.run(carrier.judge("www.nsec", "A", query=silent))


# --- answers that somebody spoiled on the way -----------------------------------------------------------------------


def _copy(message: dns.message.Message) -> dns.message.Message:
    return dns.message.from_wire(message.to_wire(max_size=65535), ignore_trailing=True)


def _without(message: dns.message.Message, rdtype: dns.rdatatype.RdataType) -> dns.message.Message:
    copy = _copy(message)
    for section in (copy.answer, copy.authority):
        section[:] = [rrset for rrset in section if rrset.rdtype != rdtype]
    return copy


def _emptied(message: dns.message.Message) -> dns.message.Message:
    copy = _copy(message)
    copy.answer.clear()
    return copy


def _denied(message: dns.message.Message) -> dns.message.Message:
    copy = _emptied(message)
    copy.set_rcode(dns.rcode.NXDOMAIN)
    return copy


def _flipped(message: dns.message.Message) -> dns.message.Message:
    copy = _copy(message)
    copy.set_rcode(dns.rcode.NOERROR if copy.rcode() == dns.rcode.NXDOMAIN else dns.rcode.NXDOMAIN)
    return copy


def _altered_address(message: dns.message.Message) -> dns.message.Message:
    copy = _copy(message)
    copy.answer[0] = dns.rrset.from_text(copy.answer[0].name, 300, "IN", "A", "192.0.2.66")
    return copy


@pytest.mark.parametrize("zone", ["nsec", "nsec3"])
@pytest.mark.parametrize(
    ("name", "alter"),
    [
        ("www", _altered_address),
        ("www", lambda message: _without(message, dns.rdatatype.RRSIG)),
        ("www", _emptied),
        ("www", _denied),
        ("nothing", _flipped),
        ("nothing", lambda message: _without(_without(message, dns.rdatatype.NSEC), dns.rdatatype.NSEC3)),
        ("x.wild", lambda message: _without(_without(message, dns.rdatatype.NSEC), dns.rdatatype.NSEC3)),
        ("www.unsigned", lambda message: message),
    ],
)
def test_a_spoiled_answer_is_never_secure(carrier: Carrier, zone: str, name: str, alter: Alter) -> None:
    verdict = asyncio.run(carrier.judge(f"{name}.{zone}", "A", alter=alter))
    assert verdict.security is (Security.INSECURE if name == "www.unsigned" else Security.BOGUS)


def test_a_name_between_names_may_be_called_missing_where_no_hash_says_otherwise(carrier: Carrier) -> None:
    """Nothing is at it either way: old servers answer so (RFC 4592 section 2.2.2, RFC 8020 section 2)."""
    assert asyncio.run(carrier.judge("ent.nsec", "A", alter=_flipped)).security is Security.SECURE
    assert asyncio.run(carrier.judge("ent.nsec3", "A", alter=_flipped)).security is Security.BOGUS


@pytest.mark.parametrize("zone", ["nsec", "nsec3", "optout"])
@pytest.mark.parametrize("donor", ["nothing", "ent", "www", "x.wild", "unsigned", "signed", "a.b.nothing", "dname"])
@pytest.mark.parametrize("target", ["www", "real.wild", "deep.down.ent", "www.signed", "x.wild"])
def test_no_denial_of_another_name_hides_a_name_that_exists(
    carrier: Carrier, zone: str, donor: str, target: str
) -> None:
    """The real proofs of one name, sent as the answer for another, never make that one absent."""

    async def swapped(rdtype: str) -> Verdict:
        proof = await carrier.query(dns.name.from_text(f"{donor}.{zone}"), dns.rdatatype.from_text(rdtype))

        def exchange(message: dns.message.Message) -> dns.message.Message:
            copy = _denied(message)
            copy.authority[:] = proof.authority
            return copy

        return await carrier.judge(f"{target}.{zone}", "A", alter=exchange)

    for rdtype in ("A", "MX", "DS"):
        assert asyncio.run(swapped(rdtype)).security is not Security.SECURE


def test_a_signed_zone_cannot_be_made_insecure_by_hiding_its_ds(carrier: Carrier) -> None:
    async def hiding(name: dns.name.Name, rdtype: dns.rdatatype.RdataType) -> dns.message.Message:
        said = await carrier.query(name, rdtype)
        return _emptied(said) if rdtype == dns.rdatatype.DS else said

    async def borrowed(name: dns.name.Name, rdtype: dns.rdatatype.RdataType) -> dns.message.Message:
        said = await carrier.query(name, rdtype)
        if rdtype != dns.rdatatype.DS:
            return said
        copy = _emptied(said)
        copy.authority[:] = (await carrier.query(dns.name.from_text("plain."), rdtype)).authority
        return copy

    for query in (hiding, borrowed):
        unsigned = asyncio.run(
            carrier.judge("www.nsec", "A", query=query, alter=lambda m: _without(m, dns.rdatatype.RRSIG))
        )
        assert unsigned.security is Security.BOGUS


def test_a_wildcard_is_no_cover_for_a_name_of_its_own(carrier: Carrier) -> None:
    """The wildcard's signed records, renamed to a name that exists beside it."""

    async def renamed(zone: str) -> Verdict:
        wild = await carrier.query(dns.name.from_text(f"x.wild.{zone}"), dns.rdatatype.TXT)

        def pretend(message: dns.message.Message) -> dns.message.Message:
            copy = _copy(message)
            copy.answer[:] = [
                dns.rrset.from_rdata_list(copy.question[0].name, 300, list(rrset)) for rrset in wild.answer
            ]
            copy.authority[:] = wild.authority
            return copy

        return await carrier.judge(f"real.wild.{zone}", "TXT", alter=pretend)

    for zone in ("nsec", "nsec3"):
        assert asyncio.run(renamed(zone)).security is Security.BOGUS


_SPOILED = ("www.nsec A", "nothing.nsec3 A", "x.wild.optout A", "x.wild.nsec A", "www.signed.nsec A", "alias.nsec3 A")


@cache
def _wires(carrier: Carrier, question: str) -> tuple[tuple[Question, bytes], ...]:
    asked = Carrier.__new__(Carrier)
    asked.__dict__.update(carrier.__dict__, said={})
    name, rdtype = question.split()
    asyncio.run(asked.judge(name, rdtype))
    return tuple((key, message.to_wire(max_size=65535)) for key, message in asked.said.items())


@settings(max_examples=400, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    question=st.sampled_from(_SPOILED),
    which=st.integers(0, 50),
    place=st.integers(0, 5000),
    value=st.integers(0, 255),
    cut=st.booleans(),
)
def test_whatever_octet_is_spoiled_the_truth_or_no_trust_comes_out(
    carrier: Carrier, question: str, which: int, place: int, value: int, *, cut: bool
) -> None:
    wires = _wires(carrier, question)
    spoiled, wire = wires[which % len(wires)]
    position = 12 + place % (len(wire) - 12)
    changed = wire[:position] if cut else wire[:position] + bytes([value]) + wire[position + 1 :]
    try:
        message = dns.message.from_wire(changed, ignore_trailing=True, continue_on_error=True)
    except (dns.exception.DNSException, ValueError, IndexError):
        return
    if message.question != dns.message.from_wire(wire).question:
        return
    replies = {key: dns.message.from_wire(wire) for key, wire in wires} | {spoiled: message}
    asked_name, asked_type = question.split()
    name, rdtype = dns.name.from_text(asked_name), dns.rdatatype.from_text(asked_type)
    true = dns.message.from_wire(dict(wires)[name, rdtype])

    async def query(asked: dns.name.Name, kind: dns.rdatatype.RdataType) -> dns.message.Message:
        if (asked, kind) not in replies:
            raise Refused("dns_servfail")
        return replies[asked, kind]

    verdict = asyncio.run(_judged(carrier, query, replies[name, rdtype]))
    if verdict is not None and verdict.security is Security.SECURE:
        told, truth = replies[name, rdtype], true
        assert told.rcode() == truth.rcode()
        assert _records(told, rdtype) == _records(truth, rdtype)


async def _judged(carrier: Carrier, query: Query, message: dns.message.Message) -> Verdict | None:
    validator = Validator(query=query, anchors=carrier.anchors, now=lambda: datetime.now(UTC))
    try:
        return await validator.judge(message)
    except Refused:
        return None


def _records(message: dns.message.Message, rdtype: dns.rdatatype.RdataType) -> set[str]:
    return {rdata.to_text() for rrset in message.answer if rrset.rdtype == rdtype for rdata in rrset}
