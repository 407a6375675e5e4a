"""Greetings become products, products become no more than the evidence carries."""

import asyncio
from datetime import UTC, datetime

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from fumimori.checks.mail_ports import facts as mail_ports
from fumimori.checks.observations import Observations
from fumimori.checks.products import facts as products_facts
from fumimori.checks.products import probe as products
from fumimori.checks.products.recognition import recognised
from fumimori.checks.ssh import facts as ssh
from fumimori.model import DomainScope, Hosting, Scope, Vantage
from fumimori.network.mail import MailService
from fumimori.network.ssh import SshService
from loopback.fake_network import NOW, attempt, rules
from loopback.scenarios import found, page
from loopback.tls_faults import server_context
from loopback.toy_ca import ToyCa
from loopback.witnesses import outcome_names

HOST = "mail.example.jp"
PORTS = {"smtp": 25, "imap": 143, "pop3": 110}
BOOKWORM = "SSH-2.0-OpenSSH_9.2p1 Debian-2+deb12u10"


def seen_with(*greetings, hosting=Hosting.VPS, inside=False, at=NOW):
    attempts = []
    for protocol, text in greetings:
        if protocol in PORTS:
            port = PORTS[protocol]
            service = MailService(
                host=HOST, address="192.0.2.1", port=port, protocol=protocol, open=True, untrusted_greeting=text
            )
            one = attempt("mail_ports", f"{HOST}:{port}", facts=_raw(mail_ports.Facts(service=service)))
        elif protocol == "ssh":
            service = SshService(address="192.0.2.1", port=22, open=True, untrusted_version=text)
            one = attempt("ssh", HOST, facts=_raw(ssh.Facts(host=HOST, service=service)))
        else:
            facts = products_facts.Facts(url=f"https://{HOST}/", status=200, untrusted_text=text)
            one = attempt("products", HOST, facts=_raw(facts))
        attempts.append(msgspec.structs.replace(one, ended=at))
    scope = Scope(domains=(DomainScope(name="example.jp", hosting=hosting),))
    return Observations(scope, attempts, Vantage(at=at, online=True, resolver="paper", inside=inside))


def _raw(facts):
    return msgspec.Raw(msgspec.json.encode(facts))


def words(*greetings, **around):
    said = [outcome.code.partition(".")[2] for outcome in products.judge(seen_with(*greetings, **around), rules())]
    assert set(said) <= set(outcome_names(products.PROBE))
    return set(said) - {"product_seen"}


@pytest.mark.parametrize(
    ("greetings", "expected"),
    [
        ([("ssh", BOOKWORM)], {"package_current", "os_extended"}),
        ([("ssh", "SSH-2.0-OpenSSH_9.2p1 Debian-2+deb12u9")], {"package_behind", "os_extended"}),
        ([("ssh", "SSH-2.0-OpenSSH_9.2p1 Debian-2+deb12u2")], {"package_behind", "os_extended"}),
        ([("ssh", "SSH-2.0-OpenSSH_10.0p2 Debian-7+deb13u4")], {"package_current"}),
        ([("ssh", "SSH-2.0-OpenSSH_8.4p1 Debian-5+deb11u3")], {"os_unsupported"}),
        ([("ssh", "SSH-2.0-OpenSSH_8.9p1 Ubuntu-3ubuntu0.13")], set()),
        ([("ssh", "SSH-2.0-OpenSSH_8.2p1 Ubuntu-4ubuntu0.5")], {"os_extended_paid"}),
        ([("ssh", "SSH-2.0-OpenSSH_8.7")], {"holes_possibly"}),
        ([("ssh", "SSH-2.0-OpenSSH_9.9")], set()),
        ([("smtp", "mx.example.jp ESMTP Postfix (Debian)")], set()),
        ([("smtp", "mx.example.jp ESMTP Postfix (3.6.20)")], {"unsupported_possibly"}),
        ([("smtp", "mx.example.jp ESMTP Postfix (3.10.1)")], {"behind_possibly"}),
        ([("smtp", "mx.example.jp ESMTP Postfix (3.11.7)")], set()),
        ([("smtp", "mx.example.jp ESMTP Exim 4.100.1 #2 Tue")], set()),
        ([("smtp", "mx.example.jp ESMTP Exim 4.98.2 #2 Tue")], {"unsupported_possibly"}),
        ([("smtp", "mx.example.jp ESMTP Exim 4.100 #2 Tue")], {"holes_possibly"}),
        ([("smtp", "mx.example.jp ESMTP Exim 4.91 #1 Tue")], {"exploited_possibly", "unsupported_possibly"}),
        (
            [("smtp", "mx.example.jp ESMTP Exim 4.91 #1 Tue"), ("ssh", BOOKWORM)],
            {"ask_package", "package_current", "os_extended"},
        ),
        ([("smtp", "web1 Microsoft ESMTP MAIL Service, Version: 6.3.9600.1 ready at x")], {"os_unsupported"}),
        ([("smtp", "web1 Microsoft ESMTP MAIL Service, Version: 10.0.17763.1697 ready at x")], set()),
        ([("smtp", "mx ESMTP MDaemon 24.5.0; Tue")], {"exploited"}),
        ([("smtp", "mx ESMTP MDaemon 24.5.1; Tue")], set()),
        ([("smtp", "mail Tue | SmarterMail Enterprise 100.0.9400")], {"exploited"}),
        ([("smtp", "mx ESMTP Sendmail 8.17.1.9/8.17.1.9/Debian-2+deb12u1; Tue")], {"package_behind", "os_extended"}),
        ([("imap", "* OK [CAPABILITY IMAP4rev1] mail IMAP4rev1 2007e.404 at Tue")], {"unsupported"}),
        ([("imap", "* OK mail.example.jp Zimbra 8.8.15_GA_4652 IMAP4 server ready")], {"unsupported"}),
        ([("http", "/owa/auth/15.1.2507/themes/x.ico")], {"unsupported_critical"}),
        ([("http", "/owa/auth/15.2.1748/themes/x.ico")], {"unsupported_critical"}),
        ([("http", "/owa/auth/15.2.2562/themes/x.ico")], set()),
        ([("http", "x-owa-version: 15.2.2562.20")], {"build_behind"}),
        ([("http", "x-owa-version: 15.2.2562.46")], {"build_current"}),
        ([("http", "x-owa-version: 15.20.1.1")], set()),
        ([("http", '"rcversion":10611')], {"behind_possibly"}),
        ([("http", '"rcversion":10621')], set()),
        ([("http", '"rcversion":10610')], {"exploited_possibly"}),
        ([("http", '"rcversion":10515')], {"unsupported"}),
        ([("http", "SquirrelMail version 1.4.22")], {"unsupported"}),
        ([("http", "<title>something else</title>")], set()),
        ([], set()),
    ],
)
def test_what_versions_mean(greetings, expected):
    assert words(*greetings) == expected


def test_inside_is_milder():
    assert words(("http", "/owa/auth/15.1.2507/x"), inside=True) == {"unsupported_inside"}
    assert words(("ssh", "SSH-2.0-OpenSSH_8.4p1 Debian-5+deb11u3"), inside=True) == {"os_unsupported_inside"}


def test_old_tables_say_so_and_accuse_nobody():
    later = datetime(2027, 3, 1, tzinfo=UTC)
    assert words(("smtp", "mx.example.jp ESMTP Postfix (3.10.1)"), at=later) == {"behind_data_old", "data_old"}
    assert "package_behind" not in words(("ssh", "SSH-2.0-OpenSSH_9.2p1 Debian-2+deb12u2"), at=later)


@pytest.mark.parametrize("hosting", [Hosting.RENTAL, Hosting.GOOGLE])
def test_a_provider_updates_its_own_servers(hosting):
    assert words(("smtp", "mx ESMTP MDaemon 24.5.0; Tue"), hosting=hosting) == set()


@pytest.mark.parametrize(
    "text", ["\x00\x1b[31m", "A" * 200_000, "220 " + "(" * 5000, "mx.example.jp ESMTP Exim ....", "\N{SNOWMAN}" * 999]
)
def test_strange_greetings_are_no_product(text):
    for protocol in ("smtp", "imap", "pop3", "ssh", "http"):
        assert recognised(protocol, text, rules().tables["banners"]) is None


def test_a_start_page_is_read_behind_redirects_of_the_same_host(tmp_path):
    context = server_context(ToyCa().leaf(HOST), tmp_path)
    away = page("", status="302 Found", headers="Location: /owa/auth/15.2.2562/logon.aspx\r\n")
    there = page("<title>Outlook</title> /owa/auth/15.2.2562/themes/x.ico", only="/owa")

    async def server(reader, writer):
        await writer.start_tls(context)
        head = await reader.readuntil(b"\r\n\r\n")
        again = asyncio.StreamReader()
        again.feed_data(head)
        await (away if head.startswith(b"GET / ") else there)(again, writer)

    scope = Scope(domains=(DomainScope(name="example.jp"),), webmail_hosts=(HOST,))
    zone = {HOST: {"A": ["192.0.2.1"]}}
    assert found(products.PROBE, zone, {("192.0.2.1", 443): server}, scope) == {"product_seen": {HOST}}


def test_a_webmail_host_that_does_not_answer_is_not_seen():
    scope = Scope(domains=(DomainScope(name="example.jp"),), webmail_hosts=(HOST,))
    assert found(products.PROBE, {HOST: {"A": ["192.0.2.1"]}}, {}, scope) == {"!connection_refused": {HOST}}


@given(st.text(max_size=300), st.sampled_from(["smtp", "imap", "pop3", "ssh", "http"]))
def test_no_greeting_confuses_the_reader(text, protocol):
    observations = recognised(protocol, text, rules().tables["banners"])
    assert observations is None or len(observations.version) <= 40


@given(st.from_regex(r"[0-9]{1,3}([._][0-9]{1,5}){0,4}(p[0-9])?", fullmatch=True))
def test_no_version_confuses_the_judge(version):
    greetings = [
        ("smtp", f"mx ESMTP Exim {version} x"),
        ("smtp", f"mx Microsoft ESMTP MAIL Service, Version: {version} ready"),
        ("http", f"x-owa-version: {version}"),
    ]
    for greeting in greetings:
        assert words(greeting) <= set(outcome_names(products.PROBE))
