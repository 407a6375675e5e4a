"""DNS: what the name server says, and every way in which it does not say anything, are kept apart."""

import asyncio
from datetime import UTC, datetime

import dns.flags
import dns.rcode
import pytest

from fumimori.net.dns import DnsQueries, parse_resolver
from fumimori.network import Notes, NotObserved
from fumimori.network.dns import DnsAnswer, DnsStatus
from loopback.dns_faults import answer, name_server

NAME = "example.jp"


def now() -> datetime:
    return datetime.now(UTC)


def ask(answering, name: str = NAME, rdtype: str = "TXT", notes: Notes | None = None):
    """The answer or the NotObserved, and what the server was asked."""

    async def run():
        async with name_server(answering) as (resolver, asked):
            questions = DnsQueries(now=now, resolver=resolver, try_seconds=0.3, total_seconds=3)
            try:
                result = await questions.ask(name, rdtype, notes or Notes())
            except NotObserved as not_observed:
                result = not_observed
            await questions.close()
            return result, asked.questions

    return asyncio.run(asyncio.wait_for(run(), 10))


def saying(*rrsets: str, **more):
    return lambda query, _transport: answer(query, *rrsets, **more)


def test_a_txt_record_is_joined_without_spaces():
    result, _ = ask(saying(f'{NAME}. 300 IN TXT "v=spf1 ip4:192.0.2.1" " -all"'))
    assert result == DnsAnswer(
        name=NAME, rdtype="TXT", status=DnsStatus.ANSWER, records=("v=spf1 ip4:192.0.2.1 -all",), ttl=300
    )


@pytest.mark.parametrize(
    ("rcode", "status"), [(dns.rcode.NOERROR, DnsStatus.NODATA), (dns.rcode.NXDOMAIN, DnsStatus.NXDOMAIN)]
)
def test_absence_has_two_kinds(rcode, status):
    result, _ = ask(saying(rcode=rcode))
    assert result.status is status


@pytest.mark.parametrize(
    ("answering", "reason"),
    [
        (saying(rcode=dns.rcode.SERVFAIL), "dns_servfail"),
        (saying(rcode=dns.rcode.REFUSED), "dns_refused"),
        (lambda _query, _transport: None, "dns_timeout"),
        (lambda query, _transport: query.id.to_bytes(2, "big") + b"\x81\x80garbage", "dns_malformed"),
        (saying(f"{NAME}. 1 IN CNAME a.test.", "a.test. 1 IN CNAME example.jp."), "dns_malformed"),
    ],
    ids=["servfail", "refused", "silence", "garbage", "a loop of aliases"],
)
def test_failures_have_names(answering, reason):
    result, _ = ask(answering)
    assert isinstance(result, NotObserved)
    assert result.reason == reason


def test_nobody_listening_is_a_refusal():
    async def run():
        questions = DnsQueries(now=now, resolver="127.0.0.1:9", try_seconds=0.3, total_seconds=2)
        with pytest.raises(NotObserved) as caught:
            await questions.ask(NAME, "A", Notes())
        return caught.value.reason

    assert asyncio.run(run()) == "dns_refused"


def test_a_reply_with_another_number_is_passed_over():
    def answering(query, _transport):
        reply = bytearray(answer(query))
        reply[0] ^= 0xFF
        return bytes(reply)

    result, _ = ask(answering)
    assert result.reason == "dns_timeout"


def test_a_reply_to_another_question_is_malformed():
    def answering(query, _transport):
        reply = answer(query, "other.test. 1 IN TXT x")
        return reply.replace(b"\x07example\x02jp", b"\x07another\x02jp")

    result, _ = ask(answering)
    assert result.reason == "dns_malformed"


def test_what_is_cut_short_is_asked_again_over_tcp():
    long = "|".join(f'"{number:03d}{"x" * 250}"' for number in range(200))

    def answering(query, transport):
        return answer(query, flags=dns.flags.TC) if transport == "udp" else answer(query, f"{NAME}. 5 IN TXT {long}")

    result, asked = ask(answering)
    assert len(result.records) == 200
    assert [transport for transport, _, _ in asked] == ["udp", "tcp"]


def test_a_server_without_edns_is_asked_without():
    def answering(query, _transport):
        return answer(query, rcode=dns.rcode.FORMERR) if query.edns >= 0 else answer(query, f"{NAME}. 5 IN TXT x")

    result, asked = ask(answering)
    assert result.records == ("x",)
    assert len(asked) == 2


def test_an_alias_is_followed_where_the_server_did():
    result, _ = ask(saying(f"{NAME}. 60 IN CNAME a.test.", "a.test. 30 IN TXT x"))
    assert (result.records, result.canonical_name, result.ttl) == (("x",), "a.test", 30)


def test_an_alias_is_followed_where_the_server_did_not():
    def answering(query, _transport):
        name = query.question[0].name.to_text()
        return (
            answer(query, f"{NAME}. 60 IN CNAME a.test.")
            if name == f"{NAME}."
            else answer(query, "a.test. 30 IN TXT x")
        )

    result, asked = ask(answering)
    assert (result.records, result.canonical_name) == (("x",), "a.test")
    assert len(asked) == 2


def test_an_alias_chain_without_end_is_bounded():
    def answering(query, _transport):
        name = query.question[0].name.to_text()
        return answer(query, f"{name} 60 IN CNAME a{name}")

    result, asked = ask(answering, name="a.test")
    assert result.reason == "dns_malformed"
    assert len(asked) < 20


@pytest.mark.parametrize(
    ("typed", "sent"),
    [("例え.jp", "xn--r8jz45g.jp."), ("_dmarc.例え.jp", "_dmarc.xn--r8jz45g.jp."), ("EXAMPLE.jp.", "example.jp.")],
)
def test_names_are_sent_as_a_labels(typed, sent):
    _, asked = ask(saying(), name=typed)
    assert asked[0][1] == sent


@pytest.mark.parametrize("name", ["", ".", "a..jp", "a b.jp", "x" * 64 + ".jp", ".".join(["x" * 60] * 5), "日本 .jp"])
def test_what_is_no_name_is_not_asked(name):
    result, asked = ask(saying(), name=name)
    assert (result.reason, asked) == ("dns_bad_name", [])


def test_a_question_is_asked_once_whoever_gives_up():
    async def run():
        async with name_server(saying(f"{NAME}. 5 IN TXT x")) as (resolver, asked):
            questions = DnsQueries(now=now, resolver=resolver)
            hasty = asyncio.create_task(questions.ask(NAME, "TXT", Notes()))
            await asyncio.sleep(0)
            patient = asyncio.create_task(questions.ask(NAME, "TXT", Notes()))
            await asyncio.sleep(0)
            hasty.cancel()
            result = await patient
            again = await questions.ask(NAME.upper(), "txt", Notes())
            await questions.close()
            return result, again, asked.questions, hasty.cancelled()

    result, again, asked, cancelled = asyncio.run(run())
    assert cancelled
    assert result.records == again.records == ("x",)
    assert len(asked) == 1


def test_what_was_sent_and_received_is_written_down():
    notes = Notes()
    ask(saying(f"{NAME}. 300 IN TXT hello"), notes=notes)
    (exchange,) = notes.exchanges
    (contact,) = notes.contacts
    assert exchange.sent == f"TXT {NAME}"
    assert exchange.untrusted_received == f'NOERROR\n{NAME}. 300 IN TXT "hello"'
    assert (contact.transport, contact.what, contact.detail) == ("udp", "dns", f"TXT {NAME}")
    assert contact.sent_bytes > 20
    assert contact.received_bytes > 40


def test_evidence_is_bounded():
    notes = Notes()
    ask(saying(f"{NAME}. 300 IN TXT {' '.join([chr(34) + 'x' * 250 + chr(34)] * 4)}|{'y' * 250}"), notes=notes)
    long = "|".join(f'"{number:03d}{"x" * 250}"' for number in range(200))
    ask(
        lambda query, how: answer(query, f"{NAME}. 5 IN TXT {long}", flags=dns.flags.TC if how == "udp" else 0),
        notes=notes,
    )
    assert max(len(exchange.untrusted_received) for exchange in notes.exchanges) == 4096


def test_addresses_are_ipv4_first():
    def answering(query, _transport):
        kind = dns.rdatatype.to_text(query.question[0].rdtype)
        return answer(query, f"{NAME}. 5 IN {kind} {'127.0.0.5' if kind == 'A' else '::1'}")

    async def run():
        async with name_server(answering) as (resolver, _):
            questions = DnsQueries(now=now, resolver=resolver)
            return await questions.addresses(NAME, Notes()), await questions.addresses("192.0.2.1", Notes())

    found, literal = asyncio.run(run())
    assert found[0] == "127.0.0.5"
    assert literal == ("192.0.2.1",)


@pytest.mark.parametrize(
    ("text", "server"),
    [
        ("192.0.2.53", ("192.0.2.53", 53)),
        ("192.0.2.53:5353", ("192.0.2.53", 5353)),
        ("2001:db8::53", ("2001:db8::53", 53)),
        ("[2001:db8::53]:5353", ("2001:db8::53", 5353)),
    ],
)
def test_a_resolver_is_an_address_with_or_without_port(text, server):
    assert parse_resolver(text) == server


@pytest.mark.parametrize("text", ["dns.example.jp", "192.0.2.53:0", "192.0.2.53:x", ""])
def test_anything_else_is_no_resolver(text):
    with pytest.raises(ValueError):
        parse_resolver(text)
