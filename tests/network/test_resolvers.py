"""Every way to a resolver gives the same answers, and answers come with the verdict of a validation of our own."""

import asyncio
import re
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import TypeVar

import dns.dnssec
import dns.name
import dns.rdata
import pytest

from fumimori import resources
from fumimori.net.real import RealNetwork
from fumimori.net.resolvers import Upstream, parse_upstream
from fumimori.network import Notes, NotObserved
from fumimori.network.dns import DnsAnswer, DnsStatus, Security
from loopback.dns_faults import answer, name_server
from loopback.signed import SignedWorld

T = TypeVar("T")
HOME = "127.0.0.1"


@pytest.fixture(params=["dns", "tls", "tls_by_address", "https"])
def resolver(request: pytest.FixtureRequest, signed: SignedWorld) -> str:
    return {
        "dns": f"{HOME}:{signed.resolver}",
        "tls": f"tls://{HOME}:{signed.tls}#resolver.example",
        "tls_by_address": f"tls://{HOME}:{signed.tls}",
        "https": f"https://{HOME}:{signed.https}/dns-query",
    }[request.param]


def run(network: RealNetwork, work: Callable[[RealNetwork], Awaitable[T]]) -> T:
    async def closed() -> T:
        try:
            return await asyncio.wait_for(work(network), 30)
        finally:
            await network.close()

    return asyncio.run(closed())


def network_of(signed: SignedWorld, resolver: str, **more: str) -> RealNetwork:
    return RealNetwork(resolver=resolver, anchors=signed.anchor, ca_file=signed.certificate, **more)


def test_every_way_gives_the_same_answers(signed: SignedWorld, resolver: str) -> None:
    async def look(network: RealNetwork) -> tuple[DnsAnswer, ...]:
        return tuple(
            await asyncio.gather(
                network.dns("www.nsec", "A"),
                network.dns("nothing.nsec", "A"),
                network.dns("alias.nsec", "A"),
                network.secured("www.nsec", "MX"),
                *(network.dns(f"x{number}.wild.nsec", "A") for number in range(60)),
            )
        )

    there, absent, alias, nodata, *many = run(network_of(signed, resolver), look)
    assert (there.status, there.records, there.ttl > 0) == (DnsStatus.ANSWER, ("192.0.2.1",), True)
    assert absent.status is DnsStatus.NXDOMAIN
    assert (alias.canonical_name, alias.records) == ("www.nsec3", ("192.0.2.1",))
    assert (nodata.status, nodata.security) == (DnsStatus.NODATA, Security.SECURE)
    assert {answer.records for answer in many} == {("192.0.2.2",)}


def test_every_question_is_logged_with_its_way(signed: SignedWorld, resolver: str) -> None:
    notes = Notes()
    run(network_of(signed, resolver), lambda network: network.for_attempt(notes).dns("www.nsec", "A"))
    (contact,) = notes.contacts
    upstream = parse_upstream(resolver)
    assert (contact.target, contact.port, contact.detail) == (HOME, upstream.port, "A www.nsec")
    assert contact.transport == {"dns": "udp"}.get(upstream.kind, upstream.kind)


@pytest.mark.parametrize("kind", ["tls", "https"])
def test_a_resolver_that_cannot_prove_itself_is_not_used(signed: SignedWorld, kind: str) -> None:
    place = {
        "tls": f"tls://{HOME}:{signed.tls}#other.example",
        "https": f"https://localhost:{signed.https}/dns-query",
    }[kind]
    with pytest.raises(NotObserved) as caught:
        run(network_of(signed, place), lambda network: network.dns("www.nsec", "A"))
    assert caught.value.reason == "dns_refused"


def test_an_https_server_without_dns_refuses(signed: SignedWorld) -> None:
    with pytest.raises(NotObserved) as caught:
        run(
            network_of(signed, f"https://{HOME}:{signed.https}/elsewhere"),
            lambda network: network.dns("www.nsec", "A"),
        )
    assert caught.value.reason == "dns_refused"


def test_a_server_that_hangs_up_between_questions_is_asked_again(signed: SignedWorld) -> None:
    async def look(network: RealNetwork) -> tuple[DnsAnswer, DnsAnswer]:
        first = await network.dns("www.nsec", "A")
        for stream in network._queries._streams.values():
            await stream.close()
        return first, await network.dns("www.nsec", "TXT")

    first, second = run(network_of(signed, f"https://{HOME}:{signed.https}/dns-query"), look)
    assert (first.records, second.records) == (("192.0.2.1",), ("onetwo",))


@pytest.mark.parametrize(
    ("name", "security", "reason"),
    [
        ("www.nsec", Security.SECURE, ""),
        ("www.plain", Security.INSECURE, ""),
        ("www.wrongds", Security.BOGUS, "ds_mismatch"),
        ("www.expired", Security.BOGUS, "expired"),
    ],
)
def test_answers_come_with_a_verdict_even_bogus_ones(
    signed: SignedWorld, name: str, security: Security, reason: str
) -> None:
    found = run(network_of(signed, f"{HOME}:{signed.resolver}"), lambda network: network.secured(name, "A"))
    assert (found.records, found.security, found.security_reason) == (("192.0.2.1",), security, reason)


def test_the_validating_resolver_itself_says_servfail_for_bogus_names(signed: SignedWorld) -> None:
    with pytest.raises(NotObserved) as caught:
        run(network_of(signed, f"{HOME}:{signed.resolver}"), lambda network: network.dns("www.wrongds", "A"))
    assert caught.value.reason == "dns_servfail"


def test_without_an_anchor_nothing_is_checked(signed: SignedWorld) -> None:
    network = RealNetwork(resolver=f"{HOME}:{signed.resolver}")
    found = run(network, lambda network: network.secured("www.nsec", "A"))
    assert (found.records, found.security) == (("192.0.2.1",), Security.UNCHECKED)


def test_a_resolver_without_dnssec_leaves_the_answer_unchecked(signed: SignedWorld) -> None:
    def blind(query, _transport):
        return answer(query, f"{query.question[0].name} 300 IN A 192.0.2.1")

    async def work() -> DnsAnswer:
        async with name_server(blind) as (resolver, _):
            network = network_of(signed, resolver)
            try:
                return await network.secured("www.nsec", "A")
            finally:
                await network.close()

    found = asyncio.run(work())
    assert (found.security, found.security_reason) == (Security.UNCHECKED, "dnssec_stripped")


@pytest.mark.parametrize(
    ("name", "zone", "keys"),
    [
        ("www.nsec", ("nsec", Security.SECURE, ""), ({13}, (2,))),
        ("nothing.nsec", ("nsec", Security.SECURE, ""), ({13}, (2,))),
        ("rsa", ("rsa", Security.SECURE, ""), ({8}, (2,))),
        ("oldrsa", ("oldrsa", Security.SECURE, ""), ({7}, (2,))),
        ("sha1ds", ("sha1ds", Security.SECURE, ""), ({13}, (1,))),
        ("island", ("island", Security.INSECURE, "island"), ({13}, ())),
        ("www.plain", ("plain", Security.INSECURE, "plain"), (set(), ())),
        ("wrongds", ("wrongds", Security.BOGUS, ""), ({13}, (2,))),
        ("stray", ("stray", Security.BOGUS, ""), (set(), (2,))),
        ("strange", ("strange", Security.INSECURE, "strange"), ({13}, (2,))),
    ],
)
def test_a_zone_is_seen_with_its_keys(
    signed: SignedWorld, name: str, zone: tuple[str, Security, str], keys: tuple[set[int], tuple[int, ...]]
) -> None:
    seen = run(network_of(signed, f"{HOME}:{signed.resolver}"), lambda network: network.zone_security(name))
    assert (seen.zone, seen.security, seen.insecure_from) == zone
    assert ({key.algorithm for key in seen.keys}, seen.digests) == keys
    assert {key.bits for key in seen.keys if key.algorithm in (7, 8)} <= {2048}


def test_a_second_resolver_is_asked_only_where_it_is_compared(signed: SignedWorld) -> None:
    def other(query, _transport):
        return answer(query, f"{query.question[0].name} 300 IN A 192.0.2.77")

    async def work() -> tuple[DnsAnswer, DnsAnswer | None, list[tuple[str, str, str]]]:
        async with name_server(other) as (second, asked):
            network = network_of(signed, f"{HOME}:{signed.resolver}", second_resolver=second)
            try:
                first = await network.dns("www.nsec", "A")
                before = list(asked.questions)
                return first, await network.elsewhere("www.nsec", "A"), before
            finally:
                await network.close()

    first, elsewhere, before = asyncio.run(work())
    assert elsewhere is not None
    assert (first.records, elsewhere.records, before) == (("192.0.2.1",), ("192.0.2.77",), [])


def test_without_a_second_resolver_there_is_nothing_to_compare(signed: SignedWorld) -> None:
    found = run(network_of(signed, f"{HOME}:{signed.resolver}"), lambda network: network.elsewhere("www.nsec", "A"))
    assert found is None


def test_the_resolver_on_the_internet_shows_what_others_see() -> None:
    network = RealNetwork(resolver="192.168.1.1", second_resolver="9.9.9.9")
    assert (network._queries.resolver, network._second and network._second.resolver) == (
        "9.9.9.9:53",
        "192.168.1.1:53",
    )


@pytest.mark.parametrize(
    ("text", "upstream"),
    [
        ("9.9.9.9", Upstream(host="9.9.9.9", port=53)),
        ("[2620:fe::fe]:5353", Upstream(host="2620:fe::fe", port=5353)),
        ("tls://9.9.9.9", Upstream(host="9.9.9.9", port=853, kind="tls")),
        ("tls://9.9.9.9:8853#dns.example", Upstream(host="9.9.9.9", port=8853, kind="tls", name="dns.example")),
        ("https://dns.example/dns-query", Upstream(host="dns.example", port=443, kind="https", path="/dns-query")),
    ],
)
def test_resolvers_are_read_and_written_alike(text: str, upstream: Upstream) -> None:
    assert parse_upstream(text) == upstream
    assert parse_upstream(str(upstream)) == upstream


@pytest.mark.parametrize(
    "text",
    ["", "dns.example", "tls://dns.example", "https://dns.example", "udp://9.9.9.9", "tls://9.9.9.9:0", "9.9.9.9:x"],
)
def test_what_is_no_resolver_is_refused(text: str) -> None:
    with pytest.raises(ValueError):
        parse_upstream(text)


def test_the_roots_keys_are_those_that_debians_bind_knows() -> None:
    binary = Path("/usr/bin/delv").read_bytes()
    known = set(re.findall(rb'initial-ds (\d+) 8 2 "([0-9A-F\s]+)"', binary))
    digests = {tag.decode(): re.sub(rb"\s", b"", digest).decode() for tag, digest in known}
    for text in re.findall(rb'initial-key (257 3 8) "([0-9A-Za-z+/=\s]+)"', binary):
        key = dns.rdata.from_text("IN", "DNSKEY", b" ".join(text).decode().replace("\n", " "))
        made = dns.dnssec.make_ds(dns.name.root, key, "SHA256")  # type: ignore[arg-type]
        digests[str(made.key_tag)] = made.digest.hex().upper()
    rows = [line.split("\t") for line in resources.rule_tables()["root_anchors"].splitlines()[2:]]
    assert {row[0]: row[3] for row in rows} == digests
