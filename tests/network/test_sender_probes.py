"""The probes of MX, SPF, DKIM, DMARC, MTA-STS over time and BIMI find each of their outcomes over real sockets.

Their tables of cases are the ones that are judged on paper; here a name server and web servers answer them.
"""

import asyncio
import ssl
from collections.abc import Iterator, Mapping, Sequence
from contextlib import AsyncExitStack
from datetime import UTC, datetime, timedelta
from pathlib import Path

import msgspec
import pytest

from fumimori.checks.bimi import probe as bimi
from fumimori.checks.client_settings import probe as client_settings
from fumimori.checks.contract import Probe
from fumimori.checks.dkim import probe as dkim
from fumimori.checks.dmarc import probe as dmarc
from fumimori.checks.mta_sts import facts as mta_sts_facts
from fumimori.checks.mta_sts import probe as mta_sts
from fumimori.checks.mx import probe as mx
from fumimori.checks.observations import Observations
from fumimori.checks.spf import probe as spf
from fumimori.checks.tls_rpt import probe as tls_rpt
from fumimori.model import Attempt, DomainScope, Scope, Status
from fumimori.net.connect import Limits
from fumimori.net.real import RealNetwork
from loopback import wire
from loopback.dns_faults import name_server
from loopback.fake_network import SERVFAIL, Zone, rules, scope_of
from loopback.sample_vmc import LOGO, ToyMarks
from loopback.scenarios import attempts_over
from loopback.signed_mail import signed_messages
from loopback.table_dns import from_table
from loopback.tls_faults import server_context
from loopback.toy_ca import ToyCa
from loopback.witnesses import outcome_names, witnessed
from unit.checks import test_dkim, test_dmarc, test_mx, test_spf, test_tls_rpt

LIMITS = Limits(connect=2, reply=1, conversation=3, pause=0, patience=0)
CA = ToyCa()
MARKS = ToyMarks(CA)
HEARD: dict[str, set[str]] = {}
"""Words of outcomes by probe, over all tests of this module."""


@pytest.fixture(scope="module")
def folder(tmp_path_factory) -> Path:
    made: Path = tmp_path_factory.mktemp("sender")
    (made / "root.pem").write_bytes(CA.root_pem)
    return made


async def looked(
    probes: Sequence[Probe],
    zone: Zone,
    scope: Scope,
    folder: Path,
    *,
    web: wire.Handler | None = None,
    tls: ssl.SSLContext | None = None,
    earlier: Sequence[Attempt] = (),
    at: datetime | None = None,
) -> tuple[Attempt, ...]:
    """The attempts of `probes` against a name server with this zone and a web server behind every port 443."""
    async with AsyncExitStack() as servers:
        resolver, _ = await servers.enter_async_context(name_server(from_table(zone)))
        ports: dict[int, int] = {}
        if web is not None:
            ports[443] = await servers.enter_async_context(wire.serving(web) if tls is None else _secure(web, tls))
        network = RealNetwork(
            resolver=resolver,
            ca_file=folder / "root.pem",
            limits=LIMITS,
            route=lambda _address, port: ("127.0.0.1", ports.get(port, 1)),
            **({"clock": lambda: at} if at else {}),
        )
        return tuple(await attempts_over(network, probes, scope, earlier))


def _secure(handler: wire.Handler, context: ssl.SSLContext):
    from contextlib import asynccontextmanager

    @asynccontextmanager
    async def serving():
        async def one(reader, writer):
            try:
                await handler(reader, writer)
                await writer.drain()
            except (OSError, EOFError, asyncio.CancelledError):
                pass
            writer.close()

        server = await asyncio.start_server(one, "127.0.0.1", 0, ssl=context)
        try:
            yield server.sockets[0].getsockname()[1]
        finally:
            server.close()

    return serving()


def said(probe: Probe, attempts: Sequence[Attempt], scope: Scope) -> set[str]:
    """The words of `probe`, remembered for the end."""
    words = {
        outcome.code.partition(".")[2] for outcome in witnessed(probe.judge(Observations(scope, attempts), rules()))
    }
    HEARD.setdefault(probe.id, set()).update(words)
    return words


def run(probe: Probe, zone: Zone, scope: Scope, folder: Path, *before: Probe) -> set[str]:
    """What `probe` says of the zone, after the probes in `before`."""
    return said(probe, asyncio.run(looked((*before, probe), zone, scope, folder)), scope)


def cases() -> Iterator:
    """The tables of the unit tests: probe, what looks before it, zone and words."""
    for name, zone, words in test_mx.ROWS:
        yield pytest.param(mx.PROBE, (), zone, words, id=f"mx {name}")
    for name, zone, words in test_spf.ROWS:
        yield pytest.param(spf.PROBE, (dmarc.PROBE,), zone, words, id=f"spf {name}")
    for name, zone, words in test_dkim.ROWS:
        yield pytest.param(dkim.PROBE, (), zone, words, id=f"dkim {name}")
    for name, zone, words in test_dmarc.ROWS:
        yield pytest.param(dmarc.PROBE, (), test_dmarc.MAIL | zone, words, id=f"dmarc {name}")
    for name, zone, words in test_tls_rpt.ROWS:
        yield pytest.param(tls_rpt.PROBE, (mta_sts.PROBE,), zone, words, id=f"tls_rpt {name}")
    clear = {"_imap._tcp.example.jp": {"SRV": ["0 1 143 mail.example.jp."]}}
    yield pytest.param(client_settings.PROBE, (), clear, {"srv_clear_only"}, id="client_settings")


@pytest.mark.parametrize(("probe", "before", "zone", "words"), list(cases()))
def test_a_real_resolver_leads_to_what_was_judged_on_paper(folder, probe, before, zone, words):
    found = run(probe, zone, scope_of("example.jp"), folder, *before)
    assert found - ({"softfail_alone"} if "~all" not in str(zone) else set()) == words


def test_softfail_without_dmarc(folder):
    zone = {"example.jp": {"TXT": ["v=spf1 ip4:192.0.2.1 ~all"]}}
    assert run(spf.PROBE, zone, scope_of("example.jp"), folder, dmarc.PROBE) == {"valid", "softfail_alone"}


@pytest.mark.parametrize("parked", [True, False])
def test_parked_domains_that_are_closed_and_open(folder, parked):
    closed = {
        "example.jp": {"TXT": ["v=spf1 -all"], "MX": ["0 ."]},
        "_dmarc.example.jp": {"TXT": ["v=DMARC1; p=reject"]},
    }
    zone = closed if parked else {"example.jp": {"A": ["192.0.2.1"]}}
    scope = scope_of("example.jp", sends_mail=False)
    attempts = asyncio.run(looked((mx.PROBE, dmarc.PROBE, spf.PROBE), zone, scope, folder))
    expected = {"unused_closed"} if parked else {"unused_open"}
    assert [said(probe, attempts, scope) for probe in (mx.PROBE, dmarc.PROBE, spf.PROBE)] == [expected] * 3


def test_own_hosts_that_pass_and_fail(folder):
    zone = {
        "example.jp": {"TXT": ["v=spf1 ip4:192.0.2.25 -all"]},
        "mail.example.jp": {"A": ["192.0.2.25"]},
        "new.example.jp": {"A": ["192.0.2.26"]},
    }
    for host, word in (("mail.example.jp", "own_host_passes"), ("new.example.jp", "own_host_fails")):
        assert word in run(spf.PROBE, zone, scope_of("example.jp", mail_hosts=[host]), folder)


def test_exists_that_is_always_true(folder):
    zone = {"example.jp": {"TXT": ["v=spf1 exists:on.example.com -all"]}, "on.example.com": {"A": ["127.0.0.2"]}}
    assert run(spf.PROBE, zone, scope_of("example.jp"), folder) == {"open"}


def test_selectors_that_people_and_mails_name(folder):
    for named, word in (({"selectors": ["k9"]}, "given_without_key"), ({"mail_selectors": ["k9"]}, "mail_without_key")):
        scope = scope_of("example.jp", **named)
        messages = signed_messages(scope, datetime.now(UTC))
        attempts = asyncio.run(looked([dkim.PROBE], {"example.jp": {}}, scope, folder, earlier=messages))
        assert word in said(dkim.PROBE, attempts, scope)


def test_a_wildcard_and_a_shared_key(folder):
    zone = {
        "*._domainkey.example.jp": {"TXT": ["v=spf1 -all"]},
        "s1._domainkey.example.jp": {"TXT": [test_dkim.STRONG]},
    }
    assert run(dkim.PROBE, zone, scope_of("example.jp"), folder) == {"wildcard", "found", "key_strong"}
    closed = {"*._domainkey.example.jp": {"TXT": ["v=DKIM1; p="]}}
    assert run(dkim.PROBE, closed, scope_of("example.jp"), folder) == {"wildcard_closed", "not_found"}
    both = {f"s1._domainkey.{name}": {"TXT": [test_dkim.STRONG]} for name in ("example.jp", "example.com")}
    scope = Scope(domains=(DomainScope(name="example.jp"), DomainScope(name="example.com")))
    assert "key_shared" in run(dkim.PROBE, both, scope, folder)


def test_what_a_subdomain_inherits_and_old_readers_do_not_see(folder):
    zone = test_dmarc.MAIL | {
        "_dmarc.branch.example.jp": {"TXT": ["v=DMARC1; p=reject; psd=n; rua=mailto:d@example.jp"]},
        "example.jp._report._dmarc.example.jp": {"TXT": ["v=DMARC1"]},
        "branch.example.jp._report._dmarc.example.jp": {"TXT": ["v=DMARC1"]},
        "a.branch.example.jp": {"A": ["192.0.2.1"]},
    }
    found = run(dmarc.PROBE, zone, scope_of("a.branch.example.jp"), folder)
    assert found == {"inherited", "old_readers_differ", "reject", "reports_on"}


def test_np_for_a_name_that_does_not_exist(folder):
    zone = test_dmarc.MAIL | {
        "_dmarc.example.jp": {"TXT": ["v=DMARC1; p=none; np=reject; rua=mailto:d@example.jp"]},
    }
    assert "reject" in run(dmarc.PROBE, zone, scope_of("gone.example.jp"), folder)


@pytest.mark.parametrize(("year", "word"), [(2026, "service_ends"), (2027, "service_ends_soon")])
def test_a_service_that_ends(folder, year, word):
    zone = next(zone for name, zone, _ in test_mx.ROWS if name.startswith("WorkMail"))
    scope = scope_of("example.jp")
    at = datetime(year, 1, 15, tzinfo=UTC)
    attempts = asyncio.run(looked((mx.PROBE,), zone, scope, folder, at=at))
    assert said(mx.PROBE, attempts, scope) == {"provider", word, "found"}


def test_a_policy_over_time(folder):
    zone = {
        "example.jp": {"MX": ["10 mail.example.jp."]},
        "mail.example.jp": {"A": ["192.0.2.25"]},
        "mta-sts.example.jp": {"A": ["192.0.2.80"]},
        "_mta-sts.example.jp": {"TXT": ["v=STSv1; id=1"]},
    }
    scope = scope_of("example.jp")
    context = server_context(CA.leaf("mta-sts.example.jp"), folder)
    attempts: tuple[Attempt, ...] = ()
    for days, age in ((10, 604800), (0, 1209600)):
        body = f"version: STSv1\nmode: testing\nmx: mail.example.jp\nmax_age: {age}\n"
        attempts = asyncio.run(
            looked(
                (mx.PROBE, mta_sts.PROBE),
                zone,
                scope,
                folder,
                web=files({"/.well-known/mta-sts.txt": body.encode()}, kind="text/plain"),
                tls=context,
                earlier=attempts,
                at=datetime.now(UTC) - timedelta(days=days),
            )
        )
    assert {"published", "id_unchanged"} <= said(mta_sts.PROBE, attempts, scope)
    facts = Observations(scope, attempts).facts(mta_sts_facts.MTA_STS, "example.jp")
    assert facts is not None
    later = msgspec.structs.replace(facts, history=(_aged(facts.history[0], 120), *facts.history[1:]))
    raw = msgspec.Raw(msgspec.json.encode(later))
    aged = tuple(msgspec.structs.replace(each, facts=raw) if each.probe == "mta_sts" else each for each in attempts)
    assert "testing_long" in said(mta_sts.PROBE, aged, scope)


def test_a_dkim_key_that_was_the_same_a_year_ago(folder):
    zone = {"default._domainkey.example.jp": {"TXT": [f"v=DKIM1; p={test_dkim.RSA2048}"]}}
    scope = scope_of("example.jp")
    attempts: tuple[Attempt, ...] = ()
    for days, old in ((400, False), (10, True), (0, True)):
        at = datetime.now(UTC) - timedelta(days=days)
        attempts = asyncio.run(looked((mx.PROBE, dkim.PROBE), zone, scope, folder, earlier=attempts, at=at))
        assert ("key_old" in said(dkim.PROBE, attempts, scope)) == old


def _aged(state: mta_sts_facts.PolicySeen, days: int) -> mta_sts_facts.PolicySeen:
    return msgspec.structs.replace(state, first_seen=state.first_seen - timedelta(days=days))


# --- BIMI ---------------------------------------------------------------------------------------------------------

RECORD = "v=BIMI1; l=https://www.example.jp/logo.svg; a=https://www.example.jp/vmc.pem"
STRICT = {"_dmarc.example.jp": {"TXT": ["v=DMARC1; p=reject"]}}
PICTURE = LOGO.encode()
WWW = {"www.example.jp": {"A": ["192.0.2.80"]}}


def files(content: Mapping[str, bytes], *, kind: str = "image/svg+xml") -> wire.Handler:
    """A web server with these files; anything else is not found."""

    async def handler(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        request = (await reader.readuntil(b"\r\n\r\n")).decode("latin-1")
        body = content.get(request.split(" ")[1])
        status = "200 OK" if body is not None else "404 Not Found"
        head = f"HTTP/1.1 {status}\r\nContent-Type: {kind}\r\nContent-Length: {len(body or b'')}\r\n\r\n"
        writer.write(head.encode() + (body or b""))
        await writer.drain()

    return handler


def logo(folder, record=RECORD, *, svg=PICTURE, pem=None, zone=None, web=None, dmarc_zone=STRICT) -> set[str]:
    """What BIMI says with these files behind real HTTPS."""
    evidence = MARKS.pem("example.jp") if pem is None else pem
    here = files({"/logo.svg": svg, "/vmc.pem": evidence.encode()} if svg is not None else {})
    table = {"default._bimi.example.jp": {"TXT": [record]}} | dmarc_zone | (WWW if zone is None else zone)
    context = server_context(CA.leaf("www.example.jp"), folder)
    scope = scope_of("example.jp")
    probes = (dmarc.PROBE, bimi.PROBE)
    attempts = asyncio.run(looked(probes, table, scope, folder, web=web or here, tls=context))
    return said(bimi.PROBE, attempts, scope)


FILES = [
    ("all right", {}, {"published", "logo_good", "certificate_good"}),
    ("no record", {"record": "hello"}, {"absent"}),
    ("declined", {"record": "v=BIMI1; l=; a="}, {"declined"}),
    ("malformed", {"record": "v=BIMI1; l=ftp://x"}, {"malformed"}),
    ("a wish", {"record": RECORD + "; avp=x"}, {"wish_unread"}),
    ("no certificate", {"record": RECORD.partition("; a=")[0]}, {"certificate_none", "logo_good"}),
    ("weak DMARC", {"dmarc_zone": {}}, {"dmarc_weak"}),
    ("no files", {"svg": None}, {"logo_unavailable", "certificate_unavailable"}),
    ("no host", {"zone": {}}, {"logo_unavailable", "certificate_unavailable"}),
    ("no answer", {"web": wire.stall}, {"logo_not_seen", "certificate_not_seen"}),
    ("too large", {"svg": PICTURE + b" " * 33000}, {"logo_too_large"}),
    ("compressed", {"svg": b"\x1f\x8b\x08\x00" + bytes(30)}, {"logo_compressed"}),
    ("not SVG", {"svg": b"<html/>"}, {"logo_not_svg"}),
    ("an XML bomb", {"svg": b'<!DOCTYPE s [<!ENTITY a "b">]><svg>&a;</svg>'}, {"logo_not_svg"}),
    ("a script", {"svg": LOGO.replace("</svg>", "<script/></svg>").encode()}, {"logo_profile"}),
    ("oblong", {"svg": LOGO.replace("0 0 96 96", "0 0 96 9").encode()}, {"logo_not_square"}),
    ("per cent", {"svg": LOGO.replace('width="96"', 'width="9%"', 1).encode()}, {"logo_size_relative"}),
    ("another logo", {"svg": LOGO.replace("48", "47").encode()}, {"certificate_logo_differs"}),
    ("no PEM", {"pem": "x"}, {"certificate_unreadable"}),
    ("a web certificate", {"pem": CA.leaf("example.jp").chain_pem.decode()}, {"certificate_not_mark"}),
    ("fields", {"pem": MARKS.pem("example.jp", trademark=False)}, {"certificate_fields"}),
    ("over", {"pem": MARKS.pem("example.jp", days_left=-1)}, {"certificate_expired"}),
    ("nearly over", {"pem": MARKS.pem("example.jp", days_left=5)}, {"certificate_soon"}),
    ("another domain", {"pem": MARKS.pem("example.com")}, {"certificate_wrong_name"}),
    ("alone", {"pem": MARKS.pem("example.jp", issuers=())}, {"certificate_chain"}),
]


@pytest.mark.parametrize(("given", "words"), [row[1:] for row in FILES], ids=[row[0] for row in FILES])
def test_logos_behind_real_https(folder, given, words):
    assert words <= logo(folder, **given)


def test_files_at_somebody_elses_host_are_left_alone_until_that_is_agreed(folder):
    record = "v=BIMI1; l=https://logo.third.example/l.svg; a=https://vmc.third.example/v.pem"
    zone = {"default._bimi.example.jp": {"TXT": [record]}}
    assert run(bimi.PROBE, zone, scope_of("example.jp"), folder) == {
        "published",
        "logo_elsewhere",
        "certificate_elsewhere",
    }


def test_two_bimi_records(folder):
    zone = {"default._bimi.example.jp": {"TXT": [RECORD, RECORD + ";"]}}
    assert run(bimi.PROBE, zone, scope_of("example.jp"), folder) == {"several"}


def test_an_endless_logo_ends(folder):
    async def endless(reader, writer):
        await reader.readuntil(b"\r\n\r\n")
        writer.write(b"HTTP/1.1 200 OK\r\n\r\n")
        while not writer.is_closing():
            writer.write(b"<g>" * 10000)
            await writer.drain()
            await asyncio.sleep(0)

    assert {"logo_too_large", "certificate_unreadable"} <= logo(folder, web=endless)


def test_a_name_server_that_fails_says_nothing(folder):
    zone = {name: {SERVFAIL: []} for name in ("example.jp", "_dmarc.example.jp", "default._bimi.example.jp")}
    scope = scope_of("example.jp")
    probes = (mx.PROBE, spf.PROBE, dmarc.PROBE, bimi.PROBE)
    attempts = asyncio.run(looked(probes, zone, scope, folder))
    assert {attempt.status for attempt in attempts} == {Status.REFUSED}
    assert [said(probe, attempts, scope) for probe in probes] == [set()] * 4


@pytest.mark.parametrize(
    "probe", [mx.PROBE, spf.PROBE, dkim.PROBE, dmarc.PROBE, bimi.PROBE], ids=lambda probe: probe.id
)
def test_every_outcome_was_heard(probe):
    assert set(outcome_names(probe)) - HEARD.get(probe.id, set()) == set()
