"""Reverse names and blocklists over a real name server: each outcome once, and silence where it does not answer."""

import asyncio
from datetime import UTC, datetime

import msgspec
import pytest

from fumimori.checks.blocklists import probe as blocklists
from fumimori.checks.contract import ProbeContext
from fumimori.checks.mail_ports import facts as mail_ports
from fumimori.checks.mx import probe as mx
from fumimori.checks.observations import Observations
from fumimori.checks.reverse_dns import probe as reverse_dns
from fumimori.checks.spf import probe as spf
from fumimori.model import DomainScope, Scope
from fumimori.net.real import RealNetwork
from fumimori.network import NotObserved
from fumimori.network.mail import MailService
from loopback.dns_faults import name_server
from loopback.fake_network import SERVFAIL, attempt, rules
from loopback.scenarios import zone_answers
from loopback.witnesses import witnessed

ZEN = "zen.spamhaus.org"
NAMED = {
    "example.jp": {"MX": ["10 mx.example.jp."], "TXT": ["v=spf1 ip4:192.0.2.25 -all"]},
    "mx.example.jp": {"A": ["192.0.2.25"]},
    "25.2.0.192.in-addr.arpa": {"PTR": ["mx.example.jp."]},
}


def said(probe, changes, *, lists=(), greeting=""):
    """What `probe` says about the zone with these changes: words, and `!reason` for attempts that saw nothing."""
    return asyncio.run(asyncio.wait_for(_said(probe, NAMED | changes, lists, greeting), 30))


async def _said(probe, zone, lists, greeting):
    scope = Scope(domains=(DomainScope(name="example.jp"),), blocklists=lists)
    attempts, words = [], set()
    if greeting:
        service = MailService(
            host="mx.example.jp", address="192.0.2.25", port=25, protocol="smtp", open=True, untrusted_greeting=greeting
        )
        raw = msgspec.Raw(msgspec.json.encode(mail_ports.Facts(service=service)))
        attempts.append(attempt("mail_ports", "mx.example.jp:25", facts=raw))
    async with name_server(zone_answers(zone)) as (resolver, _asked):
        network = RealNetwork(resolver=resolver, clock=lambda: datetime.now(UTC))
        for one in (mx.PROBE, spf.PROBE, probe):
            observations = Observations(scope, attempts)
            for subject in one.subjects(observations):
                try:
                    facts = await one.collect(
                        subject, ProbeContext(network=network, observations=observations, rules=rules())
                    )
                except NotObserved as not_observed:
                    words.add(f"!{not_observed.reason}")
                else:
                    attempts.append(attempt(one.id, subject, facts=msgspec.Raw(msgspec.json.encode(facts))))
        await network.close()
    codes = {outcome.code for outcome in witnessed(probe.judge(Observations(scope, attempts), rules()))}
    return words | {code.partition(".")[2] for code in codes}


@pytest.mark.parametrize(
    ("changes", "expected"),
    [
        ({}, {"confirmed"}),
        ({"25.2.0.192.in-addr.arpa": {}}, {"missing"}),
        ({"25.2.0.192.in-addr.arpa": {}, "example.jp": {"MX": ["10 mx.example.jp."]}}, {"missing_receiving"}),
        (
            {
                "99.2.0.192.in-addr.arpa": {},
                "example.jp": {"MX": ["10 mx.example.jp."], "TXT": ["v=spf1 ip4:192.0.2.99 -all"]},
            },
            {"confirmed", "missing_listed"},
        ),
        ({"25.2.0.192.in-addr.arpa": {"PTR": ["gone.example.jp."]}}, {"unconfirmed"}),
        (
            {
                "25.2.0.192.in-addr.arpa": {"PTR": ["ppp25.isp.example."]},
                "ppp25.isp.example": {"A": ["192.0.2.25"]},
            },
            {"generic"},
        ),
        ({"25.2.0.192.in-addr.arpa": {SERVFAIL: []}}, {"!dns_servfail"}),
    ],
)
def test_reverse_names(changes, expected):
    assert said(reverse_dns.PROBE, changes) == expected


def test_a_greeting_by_another_name_is_noted():
    assert said(reverse_dns.PROBE, {}, greeting="mail.example.jp ESMTP") == {"confirmed", "greeting_differs"}


@pytest.mark.parametrize(
    ("entry", "expected"),
    [
        ([], {"not_listed"}),
        (["127.0.0.2"], {"listed_severe"}),
        (["127.0.0.3"], {"listed"}),
        (["127.0.0.11"], {"listed_policy"}),
        (["127.255.255.254"], {"refused"}),
    ],
)
def test_blocklists(entry, expected):
    zone = {ZEN: {}, f"2.0.0.127.{ZEN}": {"A": ["127.0.0.2"]}}
    listed = {f"25.2.0.192.{ZEN}": {"A": entry}} if entry else {}
    assert said(blocklists.PROBE, zone | listed, lists=(ZEN,)) == expected


def test_a_list_that_does_not_answer_says_nothing():
    assert said(blocklists.PROBE, {f"2.0.0.127.{ZEN}": {SERVFAIL: []}}, lists=(ZEN,)) == set()
