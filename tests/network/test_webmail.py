"""Webmail and automatic settings over real sockets: what servers do is what is told."""

import asyncio
from datetime import UTC, datetime

import msgspec
import pytest

from fumimori import resources
from fumimori.checks.client_settings import probe as client_settings
from fumimori.checks.contract import Probe, ProbeContext
from fumimori.checks.observations import Observations
from fumimori.checks.webmail import probe as webmail
from fumimori.grammar.rule_files import parse_rules
from fumimori.model import Attempt, DomainScope, Scope, Status
from fumimori.net.certificates import chain_of
from fumimori.net.connect import Dialer, Limits
from fumimori.net.mail import MailServices
from fumimori.net.web import Web
from fumimori.network import Notes
from fumimori.network.dns import DnsAnswer, DnsStatus
from loopback import wire
from loopback.tls_faults import server_context
from loopback.toy_ca import ToyCa
from loopback.witnesses import witnessed

HOST = "webmail.example.jp"
RULES = parse_rules("test", resources.rule_files(), resources.rule_tables())
CA = ToyCa()
FORM = '<input type="password" name="p">'
HSTS = "Strict-Transport-Security: max-age=31536000\r\n"
TO_HTTPS = (301, f"Location: https://{HOST}/\r\n", "")


class Net:
    """Web and hellos against two loopback ports that stand for 80 and 443."""

    def __init__(self, ports: dict[int, int]) -> None:
        self.notes = Notes()
        dialer = Dialer(
            clock=lambda: datetime.now(UTC),
            limits=Limits(connect=2, reply=2, conversation=6, pause=0),
            route=lambda _address, port: ("127.0.0.1", ports.get(port, 1)),
        )

        async def addresses(_host, _notes):
            return ("192.0.2.1",)

        self.web = Web(dialer=dialer, addresses=addresses, roots=[CA.root], now=lambda: datetime.now(UTC), seconds=5)
        self.mail = MailServices(
            dialer=dialer, judge_chain=lambda ders, name, at: chain_of(ders, name=name, at=at, roots=[CA.root])
        )

    async def addresses(self, _host):
        return ("192.0.2.1",)

    async def dns(self, name, rdtype):
        return DnsAnswer(name=name, rdtype=rdtype, status=DnsStatus.NXDOMAIN)

    async def get(self, url, *, limit=65536, any_certificate=False):
        return await self.web.get(url, self.notes, limit=limit, any_certificate=any_certificate)

    async def hello(self, host, address, port, offer, *, starttls=""):
        return await self.mail.hello(host, address, port, offer, starttls=starttls, notes=self.notes)

    async def chain(self, host, address, port, key, *, starttls=""):
        return await self.mail.chain(host, address, port, key, starttls=starttls, notes=self.notes)


def page(answers, context=None):
    """A web server with one answer for each path; `*` for every other."""

    async def handler(reader, writer):
        if context is not None:
            await writer.start_tls(context)
        request = (await reader.readline()).decode("latin-1").split()
        while (await reader.readline()).strip():
            pass
        status, headers, body = answers.get(request[1], answers.get("*", (404, "", "")))
        octets = body.encode()
        head = f"HTTP/1.1 {status} x\r\n{headers}Content-Length: {len(octets)}\r\nConnection: close\r\n\r\n"
        writer.write(head.encode() + octets)
        await writer.drain()

    return handler


def said(probe: Probe, subject: str, plain, secure) -> set[str]:
    async def ask():
        async with wire.serving(plain) as port80, wire.serving(secure) as port443:
            network = Net({80: port80, 443: port443})
            return await probe.collect(
                subject, ProbeContext(network=network, observations=Observations(Scope(), ()), rules=RULES)
            )

    facts = asyncio.run(asyncio.wait_for(ask(), 60))
    now = datetime.now(UTC)
    raw = msgspec.Raw(msgspec.json.encode(facts))
    attempt = Attempt(probe=probe.id, subject=subject, status=Status.COMPLETED, started=now, ended=now, facts=raw)
    scope = Scope(domains=(DomainScope(name="example.jp"),), webmail_hosts=(HOST,))
    return {outcome.code.partition(".")[2] for outcome in witnessed(probe.judge(Observations(scope, [attempt]), RULES))}


def context_for(folder, *names, versions=("TLSv1_2", "TLSv1_3"), suites="ECDHE+AESGCM", **how):
    context = server_context(CA.leaf(*(names or (HOST,)), **how), folder, versions=versions)
    context.set_ciphers(f"{suites}:@SECLEVEL=0")
    return context


GOOD = {"*": (200, HSTS, FORM)}
CASES = [
    ({"*": TO_HTTPS}, GOOD, {}, {"https_good"}),
    ({"*": (200, "", FORM)}, GOOD, {}, {"login_in_clear"}),
    ({"*": (200, "", "hello")}, GOOD, {}, {"no_redirect"}),
    ({"/": (302, "Location: /mail\r\n", ""), "/mail": TO_HTTPS}, GOOD, {}, {"detour"}),
    ({"*": (302, "Location: https://[::1\r\n", "")}, GOOD, {}, {"redirect_unreadable"}),
    ({"*": (302, "Location: http://host:99999/\r\n", "")}, GOOD, {}, {"redirect_unreadable"}),
    ({"*": (302, f"Location: https://u:{'a' * 2040}@[\r\n", "")}, GOOD, {}, {"redirect_unreadable"}),
    (
        {"/": (302, "Location: /x\r\n", ""), "/x": (302, "Location: https://a]b/\r\n", "")},
        GOOD,
        {},
        {"redirect_unreadable"},
    ),
    ({"*": TO_HTTPS}, {"*": (200, "", FORM)}, {}, {"hsts_missing"}),
    ({"*": TO_HTTPS}, {"*": (200, "Strict-Transport-Security: max-age=60\r\n", FORM)}, {}, {"hsts_short"}),
    ({"*": TO_HTTPS}, GOOD, {"days_left": -1}, {"certificate_expired"}),
    ({"*": TO_HTTPS}, GOOD, {"days_left": 3}, {"certificate_urgent", "https_good"}),
    ({"*": TO_HTTPS}, GOOD, {"days_left": 15}, {"certificate_soon", "https_good"}),
    ({"*": TO_HTTPS}, GOOD, {"self_signed": True}, {"certificate_untrusted"}),
    ({"*": TO_HTTPS}, GOOD, {"names": "other.example.jp"}, {"certificate_wrong_name"}),
    (
        {"*": TO_HTTPS},
        GOOD,
        {"versions": ("TLSv1", "TLSv1_2"), "suites": "ECDHE:!eNULL:!RC4:!3DES"},
        {"tls_old", "https_good"},
    ),
    ({"*": TO_HTTPS}, GOOD, {"suites": "ECDHE+AESGCM:AECDH"}, {"tls_broken", "https_good"}),
]


@pytest.mark.parametrize(("plain", "secure", "how", "expected"), CASES)
def test_what_a_server_does_is_what_is_told(tmp_path, plain, secure, how, expected):
    given = dict(how)
    names = (given.pop("names"),) if "names" in given else ()
    context = context_for(tmp_path, *names, **given)
    assert said(webmail.PROBE, HOST, page(plain), page(secure, context)) == expected


def test_weak_suites_are_told(tmp_path):
    from loopback.toy_ca import weak_rsa

    context = context_for(tmp_path, suites="ECDHE+AESGCM:AES128-SHA", key=weak_rsa(2048))
    assert said(webmail.PROBE, HOST, page({"*": TO_HTTPS}), page(GOOD, context)) == {"suite_weak", "https_good"}


@pytest.mark.parametrize("secure", [wire.reset, wire.saying(b"no TLS at all\r\n")])
def test_a_server_without_tls_is_told_or_left_open(secure):
    assert said(webmail.PROBE, HOST, page({"*": (403, "", "")}), secure) <= {"https_missing"}


@pytest.mark.parametrize("hostile", [wire.stall, wire.endless_line, wire.endless_lines, wire.drip])
def test_hostile_servers_end_in_bounded_time_and_prove_nothing(hostile):
    told = said(webmail.PROBE, HOST, page({"*": TO_HTTPS}), hostile)
    assert told <= {"https_missing"}


CONFIG = (
    '<clientConfig version="1.1"><emailProvider id="x"><incomingServer type="imap"><hostname>m.example.jp</hostname>'
    "<port>143</port><socketType>{}</socketType></incomingServer></emailProvider></clientConfig>"
)
PLACES = ("autoconfig.example.jp", "example.jp")


@pytest.mark.parametrize(
    ("body", "expected"),
    [
        (CONFIG.format("plain"), {"settings_plain"}),
        (CONFIG.format("STARTTLS"), {"settings_secure"}),
        ("<!DOCTYPE x [<!ENTITY a 'b'>]><clientConfig/>", {"settings_malformed"}),
        ('<?xml version="1.0" encoding="Shift_JIS"?><html><p>ありません</p></html>', set()),
        ('<?xml version="1.0" encoding="Shift_JIS"?>' + CONFIG.format("STARTTLS"), {"settings_secure"}),
    ],
)
def test_settings_files_are_fetched_and_judged(tmp_path, body, expected):
    context = context_for(tmp_path, *PLACES)
    files = page({"*": (200, "", body)}, context)
    assert said(client_settings.PROBE, "example.jp", page({}), files) == expected


def test_half_a_file_is_no_fault():
    cut = CONFIG.format("STARTTLS")[:120]

    async def short(reader, writer):
        await reader.readuntil(b"\r\n\r\n")
        writer.write(f"HTTP/1.1 200 OK\r\nContent-Length: 400\r\n\r\n{cut}".encode())
        await writer.drain()

    assert said(client_settings.PROBE, "example.jp", short, wire.reset) == set()


def test_a_file_by_http_alone_is_told():
    body = page({"*": (200, "", CONFIG.format("SSL"))})
    assert said(client_settings.PROBE, "example.jp", body, wire.reset) == {"settings_http", "settings_secure"}
