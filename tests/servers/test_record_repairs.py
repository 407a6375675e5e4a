"""Repairs of DNS records, proved: a name server publishes the fault, the program measures it, the printed records are
published, the program measures again: the finding is gone, nothing new came, and whoever may send may still send.
"""  # noqa: D205 - one sentence

import asyncio
from collections.abc import Iterator
from datetime import UTC, datetime
from ipaddress import ip_network

import msgspec
import pytest

from fumimori.checks.caa import probe as caa
from fumimori.checks.client_settings import probe as client_settings
from fumimori.checks.contract import Probe
from fumimori.checks.dkim import probe as dkim
from fumimori.checks.dmarc import probe as dmarc
from fumimori.checks.mta_sts import probe as mta_sts
from fumimori.checks.mx import probe as mx
from fumimori.checks.observations import Observations
from fumimori.checks.reverse_dns import probe as reverse_dns
from fumimori.checks.spf import probe as spf
from fumimori.checks.spf.facts import SPF
from fumimori.checks.tls_rpt import probe as tls_rpt
from fumimori.model import Assessment, DomainScope, Scope
from fumimori.net.connect import Limits
from fumimori.net.real import RealNetwork
from loopback.dns_faults import name_server
from loopback.fake_network import Zone, scope_of
from loopback.further_zones import further_zones, receiving
from loopback.scenarios import attempts_over
from loopback.signed_mail import signed_messages
from loopback.table_dns import from_table
from servers.repaired import PROVED, assessment_of, faults, new_faults, printed, published
from servers.unproved import told
from unit.checks import test_caa, test_dkim, test_dmarc, test_mx, test_spf, test_tls_rpt

DOMAIN = "example.jp"
NEW_SELECTOR = f"s{datetime.now(UTC):%Y%m}"
NEW_KEY = f"{NEW_SELECTOR}._domainkey.{DOMAIN}"
LIMITS = Limits(connect=2, reply=1, conversation=3, pause=0, patience=0)
SENDS = frozenset(("spf.open", "spf.open_range", "spf.wide", "spf.unused_open", "dmarc.unused_open", "mx.unused_open"))
"""Findings whose repair is that fewer may send."""
FILLED = {"spf": "192.0.2.7", "dkim": test_dkim.RSA2048, "mx": DOMAIN}
"""What somebody writes in place of REPLACE, by check."""
BETTER = frozenset(("spf.softfail_alone", "dmarc.monitoring", "dmarc.no_reports", "mx.target_missing"))
"""Findings of working records that come in place of a record that did nothing."""


async def looked(probes: tuple[Probe, ...], zone: Zone, scope: Scope) -> Assessment:
    async with name_server(from_table(zone)) as (resolver, _):
        network = RealNetwork(resolver=resolver, limits=LIMITS, route=lambda _address, _port: ("127.0.0.1", 1))
        return assessment_of(
            scope, await attempts_over(network, probes, scope, signed_messages(scope, datetime.now(UTC)))
        )


PROBES_OF = {
    "mx": (mx.PROBE,),
    "spf": (mx.PROBE, dmarc.PROBE, spf.PROBE),
    "dkim": (mx.PROBE, dkim.PROBE),
}
"""What has to look, by the check that a zone is about."""


def rows() -> Iterator:
    """The zones that the judges' own tests have: one for each thing that can be wrong."""
    for name, zone, _ in test_mx.ROWS:
        yield pytest.param((mx.PROBE,), zone, scope_of(DOMAIN), id=f"mx {name}")
    for name, zone, _ in test_spf.ROWS:
        yield pytest.param((mx.PROBE, dmarc.PROBE, spf.PROBE), receiving(zone), scope_of(DOMAIN), id=f"spf {name}")
    for name, zone, _ in test_dkim.ROWS:
        yield pytest.param((mx.PROBE, dkim.PROBE), zone, scope_of(DOMAIN), id=f"dkim {name}")
    for name, zone, _ in test_dmarc.ROWS:
        mail = receiving(test_dmarc.MAIL | zone)
        yield pytest.param((mx.PROBE, dmarc.PROBE), mail, scope_of(DOMAIN), id=f"dmarc {name}")
    for name, zone, _ in test_tls_rpt.ROWS:
        mail = receiving(zone)
        yield pytest.param((mx.PROBE, mta_sts.PROBE, tls_rpt.PROBE), mail, scope_of(DOMAIN), id=f"tls_rpt {name}")
    for name, zone, _ in test_caa.ROWS:
        if name == "no value":
            continue  # no name server can publish it
        yield pytest.param((mx.PROBE, caa.PROBE), zone, scope_of(DOMAIN), id=f"caa {name}")
    for name, check, zone, scope in further_zones():
        yield pytest.param(PROBES_OF[check], zone, scope, id=name)
    parked = Scope(domains=(DomainScope(name=DOMAIN, sends_mail=False),))
    unused = test_spf.txt("v=spf1 mx -all") | {"mail.example.jp": {"A": ["192.0.2.1"]}}
    unused = unused | {DOMAIN: unused[DOMAIN] | {"MX": ["10 mail.example.jp."]}}
    yield pytest.param((mx.PROBE, dmarc.PROBE, spf.PROBE), unused, parked, id="an unused domain")
    clear = {"_imap._tcp.example.jp": {"SRV": ["0 1 143 mail.example.jp."]}}
    yield pytest.param((client_settings.PROBE,), clear, scope_of(DOMAIN), id="client_settings")


def named(scope: Scope) -> Scope:
    """The scope once somebody named the selector of the new key."""
    new = tuple(msgspec.structs.replace(one, selectors=(NEW_SELECTOR, *one.selectors)) for one in scope.domains)
    return msgspec.structs.replace(scope, domains=new)


def senders(of: Assessment) -> tuple[str, ...]:
    facts = Observations.of_assessment(of).facts(SPF, DOMAIN)
    return facts.tree(DOMAIN).networks if facts is not None and facts.answers else ()


@pytest.mark.parametrize(("probes", "zone", "scope"), list(rows()))
def test_a_printed_record_ends_its_finding_and_begins_no_other(probes, zone, scope):
    before = asyncio.run(looked(probes, zone, scope))
    found = faults(before)
    for (code, subject), finding in found.items():
        made = printed(finding, before)
        if not made.snippets or subject != DOMAIN or code.startswith("mta_sts."):
            continue
        snippets = made.snippets[1:] if code == "dkim.several" else made.snippets  # the first is the one in use
        mended = published(zone, snippets, FILLED.get(code.partition(".")[0], ""))
        after = asyncio.run(looked(probes, mended, named(scope) if NEW_KEY in mended else scope))
        left = faults(after)
        assert (code, subject) not in left, f"{code} stays with {mended}"
        assert new_faults(found, left, BETTER) == set(), f"{code} brings others with {mended}"
        if code.startswith("spf.") and code not in SENDS:
            wide = [ip_network(text) for text in senders(after)]
            lost = [
                text
                for text in senders(before)
                if not any(ip_network(text).version == one.version and ip_network(text).subnet_of(one) for one in wide)
            ]
            assert lost == [], f"{code} takes senders away with {mended}"
        PROVED.add(code)


SERVER, LISTED = "192.0.2.25", "192.0.2.7"
BACK, LISTED_BACK = "25.2.0.192.in-addr.arpa", "7.2.0.192.in-addr.arpa"
POINTERS = [
    ("missing", SERVER, {}),
    ("missing_listed", LISTED, {BACK: {"PTR": ["mx.example.jp."]}}),
    ("generic", SERVER, {BACK: {"PTR": ["p25.dynamic.isp.example."]}, "p25.dynamic.isp.example": {"A": [SERVER]}}),
    ("unconfirmed", SERVER, {BACK: {"PTR": ["gate.example.jp."]}}),
    ("unconfirmed", SERVER, {BACK: {"PTR": ["old.isp.example."]}}),
    ("unconfirmed", SERVER, {BACK: {"PTR": ["old.isp.example.", "older.isp.example."]}}),
]


@pytest.mark.parametrize(("word", "address", "more"), POINTERS)
def test_a_printed_reverse_name_ends_its_finding(word, address, more):
    """What its owner publishes; the step before it gives a new name its address."""
    listed = {LISTED_BACK: {"PTR": ["out.example.jp."]}, "out.example.jp": {"A": [LISTED]}} if address == SERVER else {}
    spf_record = {DOMAIN: {"TXT": [f"v=spf1 ip4:{SERVER} ip4:{LISTED} -all"]}}
    zone = receiving(spf_record) | listed | more
    probes = (mx.PROBE, dmarc.PROBE, spf.PROBE, reverse_dns.PROBE)
    before = asyncio.run(looked(probes, zone, scope_of(DOMAIN)))
    found = faults(before)
    made = printed(found[f"reverse_dns.{word}", address], before)
    assert made.snippets
    mended = published(zone, made.snippets, "new")
    for one in made.before:
        name = dict(one.values)["name"].replace("REPLACE", "new")
        assert one.key == "ptr_forward_first"
        mended.setdefault(name, {}).setdefault("A", [address])
    left = faults(asyncio.run(looked(probes, mended, scope_of(DOMAIN))))
    assert (f"reverse_dns.{word}", address) not in left
    assert new_faults(found, left, BETTER) == set()
    PROVED.add(f"reverse_dns.{word}")


def test_how_many_codes_of_records_were_proved(capsys):
    told("records", capsys)
