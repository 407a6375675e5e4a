"""Automatic settings are judged by where they send passwords; files are read without trusting them."""

import time

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from fumimori.checks.client_settings import probe as client_settings
from fumimori.checks.mx import facts as mx
from fumimori.grammar.client_config import ClientServer, parse_client_config
from fumimori.model import Attempt, Severity
from fumimori.network import Refused, Unreachable
from fumimori.network.web import WebAnswer
from loopback.fake_network import FakeNetwork, attempt, outcomes, rules, scope_of
from loopback.witnesses import outcome_names

DOMAIN = "example.jp"
HTTPS = f"https://autoconfig.{DOMAIN}/mail/config-v1.1.xml"
KNOWN = f"https://{DOMAIN}/.well-known/autoconfig/mail/config-v1.1.xml"
HTTP = f"http://autoconfig.{DOMAIN}/mail/config-v1.1.xml"


def config(socket: str = "SSL", port: int = 993, kind: str = "imap") -> str:
    return (
        '<?xml version="1.0"?><clientConfig version="1.1"><emailProvider id="x">'
        f'<incomingServer type="{kind}"><hostname>mail.{DOMAIN}</hostname><port>{port}</port>'
        f"<socketType>{socket}</socketType></incomingServer></emailProvider></clientConfig>"
    )


def page(body: str, status: int = 200) -> WebAnswer:
    return WebAnswer(url="", status=status, untrusted_body=body)


@pytest.mark.parametrize("encoding", ["Shift_JIS", "EUC-JP", "x-sjis", "Windows-31J", "foo", "UTF-16", "big5", "idna"])
def test_what_a_file_says_of_its_encoding_does_not_count(encoding):
    text = config().replace('version="1.0"', f'version="1.0" encoding="{encoding}"')
    assert [server.port for server in parse_client_config(text).servers] == [993]
    html = f'<?xml version="1.0" encoding="{encoding}"?><html><p>ありません</p></html>'
    assert parse_client_config(html).fault == "not_a_config"


class Paper(FakeNetwork):
    async def addresses(self, host):
        self.asked.append((host, "A"))
        if "!servfail" in self.zone.get(host, {}):
            raise Refused("dns_servfail")
        return tuple(self.zone.get(host, {}).get("A", ()))


def said(pages=None, **zone) -> dict:
    given = {f"_{name}._tcp.{DOMAIN}": {"SRV": [record]} for name, record in zone.items()}
    base = {DOMAIN: {"MX": [f"10 mail.{DOMAIN}."]}, f"mail.{DOMAIN}": {"A": ["192.0.2.1"]}}
    answers = {HTTPS: Unreachable("connection_refused")} | {url: page(body) for url, body in (pages or {}).items()}
    network = Paper(base | given, answers)
    return outcomes(client_settings.PROBE, network, scope_of(DOMAIN), extra=[mx_seen()])


def mx_seen() -> Attempt:
    from fumimori.network.dns import DnsAnswer, DnsStatus

    answer = DnsAnswer(name=DOMAIN, rdtype="MX", status=DnsStatus.ANSWER, records=(f"10 mail.{DOMAIN}.",))
    found = mx.Facts(answer=answer, hosts=(mx.MxHost(preference=10, host=f"mail.{DOMAIN}"),))
    return attempt("mx", DOMAIN, facts=msgspec.Raw(msgspec.json.encode(found)))


BOMB = '<!DOCTYPE a [<!ENTITY b "b"><!ENTITY c "&b;&b;&b;">]><clientConfig>&c;</clientConfig>'
CLAIMS = [
    ({}, {}, {"nothing_published"}),
    ({HTTPS: config()}, {}, {"settings_secure"}),
    ({KNOWN: config("STARTTLS", 143)}, {}, {"settings_secure"}),
    ({HTTPS: config("plain", 143)}, {}, {"settings_plain"}),
    ({HTTP: config()}, {}, {"settings_http", "settings_secure"}),
    ({HTTPS: BOMB}, {}, {"settings_malformed"}),
    ({HTTPS: "<clientConfig><x>"}, {}, {"settings_malformed"}),
    ({HTTPS: "<html><p>not here</html>"}, {}, {"nothing_published"}),
    ({}, {"imaps": "0 1 993 mail.example.jp."}, {"settings_secure"}),
    ({}, {"imap": "0 1 143 mail.example.jp."}, {"srv_clear_only"}),
    ({}, {"imap": "0 1 143 mail.example.jp.", "imaps": "0 1 993 mail.example.jp."}, {"settings_secure"}),
    ({}, {"imap": "0 0 0 .", "pop3": "0 0 0 ."}, {"nothing_published"}),
    ({}, {"pop3": "0 1 110 mail.example.jp.", "submission": "0 1 587 mail.example.jp."}, {"srv_clear_only"}),
]


@pytest.mark.parametrize(("pages", "zone", "expected"), CLAIMS)
def test_settings_are_judged_by_where_they_lead(pages, zone, expected):
    assert set(said(pages, **zone)) == expected


def test_every_word_happens():
    assert set().union(*(expected for *_, expected in CLAIMS)) == set(outcome_names(client_settings.PROBE))
    assert rules().outcomes["client_settings.settings_plain"].severity is Severity.HIGH


def test_what_dns_does_not_say_is_not_missing():
    network = Paper({DOMAIN: {"MX": ["10 mail.example.jp."]}, f"_imaps._tcp.{DOMAIN}": {"!servfail": []}})
    assert outcomes(client_settings.PROBE, network, scope_of(DOMAIN), extra=[mx_seen()]) == {}


def test_a_config_shows_its_servers():
    assert parse_client_config(config("plain", 143)).servers == (
        ClientServer(kind="imap", host=f"mail.{DOMAIN}", port=143, socket="plain"),
    )


BAD = [
    (BOMB, "dtd"),
    ("<a>" * 100, "too_deep"),
    ("no xml", "not_xml"),
    ("<html/>", "not_a_config"),
    ('<!DOCTYPE x SYSTEM "file:///etc/passwd"><clientConfig/>', "dtd"),
    ("<clientConfig/>", ""),
]


@pytest.mark.parametrize(("text", "fault"), BAD)
def test_a_bad_file_has_a_fault(text, fault):
    assert parse_client_config(text).fault == fault


def test_a_large_file_is_read_in_linear_time():
    started = time.monotonic()
    found = parse_client_config("<clientConfig>" + config()[21:-15] * 500 + "a" * 1_000_000 + "</clientConfig>")
    assert time.monotonic() - started < 2
    assert len(found.servers) <= 20


@given(st.text(max_size=300))
def test_no_text_confuses_the_reader(text):
    assert isinstance(parse_client_config(text).fault, str)
    assert isinstance(parse_client_config(f"<clientConfig>{text}</clientConfig>").servers, tuple)
