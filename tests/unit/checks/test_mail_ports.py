"""Mail ports are judged by who connects there: people's programs strictly, other mail servers mildly."""

import asyncio
from datetime import UTC, datetime, timedelta
from functools import partial

import msgspec
import pytest

from fumimori import resources
from fumimori.checks.contract import ProbeContext
from fumimori.checks.mail_ports import probe as mail_ports
from fumimori.checks.mail_ports.facts import Facts
from fumimori.checks.mail_ports.probe import collect, judge, subjects
from fumimori.checks.mx import facts as mx_facts
from fumimori.checks.observations import Observations
from fumimori.checks.tls.facts import TlsSupport
from fumimori.grammar.rule_files import parse_rules
from fumimori.model import Attempt, DomainScope, Hosting, Scope, Severity, Status, Vantage
from fumimori.network import NotObserved, Refused
from fumimori.network.dns import DnsAnswer, DnsStatus
from fumimori.network.mail import MailService
from fumimori.network.tls import Handshake, HelloAnswer
from loopback.certificates import chain_for
from loopback.witnesses import outcome_names

NOW = datetime(2026, 11, 24, tzinfo=UTC)
HOST = "mail.example.jp"
RULES = parse_rules("test", resources.rule_files(), resources.rule_tables())
MODERN = TlsSupport(accepted=("tls1.2", "tls1.3"), refused=("ssl3", "tls1.0", "tls1.1"), bad_suites_known=True)


chain = partial(chain_for, HOST)


def facts(port: int = 993, *, support: TlsSupport = MODERN, **changes) -> Facts:
    implicit = port in (465, 993, 995)
    protocol = {25: "smtp", 465: "smtp", 587: "smtp", 143: "imap", 993: "imap", 110: "pop3", 995: "pop3"}[port]
    given = {
        "host": HOST,
        "address": "192.0.2.1",
        "port": port,
        "protocol": protocol,
        "open": True,
        "kind": "implicit" if implicit else "starttls",
        "starttls": None if implicit else True,
        "login_before": None if implicit else (),
        "tls_works": True,
        "handshake": Handshake(version="tls1.3", suite="TLS_AES_256_GCM_SHA384"),
        "chain": chain(),
    }
    return Facts(service=MailService(**(given | changes)), support=support)


def seen_with(*all_facts: Facts, scope: Scope | None = None) -> Observations:
    attempts = [
        Attempt(
            probe="mail_ports",
            subject=f"{each.service.host}:{each.port}",
            status=Status.COMPLETED,
            started=NOW,
            ended=NOW,
            facts=msgspec.Raw(msgspec.json.encode(each)),
        )
        for each in all_facts
    ]
    return Observations(scope or Scope(mail_hosts=(HOST,)), attempts)


def words(*all_facts: Facts, scope: Scope | None = None) -> set[str]:
    outcomes = judge(seen_with(*all_facts, scope=scope), RULES)
    return {outcome.code.removeprefix("mail_ports.") for outcome in outcomes}


OLD = TlsSupport(accepted=("tls1.0", "tls1.1", "tls1.2"), refused=("ssl3", "tls1.3"))
ONLY_OLD = TlsSupport(accepted=("tls1.0",), refused=("ssl3", "tls1.1", "tls1.2", "tls1.3"))
SSL3 = TlsSupport(accepted=("ssl3", "tls1.2"), refused=("tls1.0", "tls1.1", "tls1.3"))

CLAIMS = [
    (facts(993), {"login_protected", "tls_modern", "certificate_good"}),
    (facts(25), {"starttls", "certificate_good"}),
    (facts(25, starttls=False, tls_works=None, chain=None, support=TlsSupport()), {"starttls_missing"}),
    (facts(25, tls_works=False, chain=None, support=TlsSupport()), {"starttls_broken"}),
    (facts(25, tls_works=False, chain=None, support=ONLY_OLD), {"starttls", "tls_old_mx", "tls_modern_missing_mx"}),
    (facts(25, tls_works=None, chain=None, error="reply_timeout", support=TlsSupport()), {"broken_off"}),
    (
        facts(25, starttls=False, capabilities=("SIZE", "XXXXXXXA"), tls_works=None, chain=None, support=TlsSupport()),
        {"starttls_stripped", "size_missing"},
    ),
    (facts(25, login_before=("PLAIN", "LOGIN")), {"starttls", "login_clear_mx", "certificate_good"}),
    (facts(25, login_before=("GSSAPI", "NTLM")), {"starttls", "certificate_good"}),
    (facts(587, login_before=("CRAM-MD5",)), {"login_clear", "tls_modern", "certificate_good"}),
    (facts(143, login_before=()), {"login_protected", "clear_port", "tls_modern", "certificate_good"}),
    (facts(143, login_before=("LOGIN",)), {"login_clear", "tls_modern", "certificate_good"}),
    (facts(110, login_before=None, starttls=None, tls_works=None, chain=None, support=TlsSupport()), set()),
    (facts(993, support=OLD), {"login_protected", "tls_old", "tls13_missing", "certificate_good"}),
    (facts(25, support=OLD), {"starttls", "tls_old_mx", "tls13_missing", "certificate_good"}),
    (facts(993, support=SSL3), {"login_protected", "ssl3", "tls13_missing", "certificate_good"}),
    (facts(25, support=SSL3), {"starttls", "ssl3_mx", "tls13_missing", "certificate_good"}),
    (facts(993, support=ONLY_OLD), {"login_protected", "tls_old", "tls_modern_missing", "certificate_good"}),
    (facts(993, support=TlsSupport(accepted=("tls1.3",))), {"login_protected", "certificate_good"}),
]


@pytest.mark.parametrize(("one", "expected"), CLAIMS)
def test_a_port_is_judged_by_its_use(one, expected):
    assert words(one) == expected


SUITES = [
    (993, 0x0002, "suite_broken"),
    (25, 0x0002, "suite_broken_mx"),
    (993, 0x0034, "suite_broken"),
    (25, 0x0034, "suite_old_mx"),
    (993, 0x0005, "suite_broken"),
    (25, 0x0005, "suite_weak_mx"),
    (993, 0x000A, "suite_weak"),
    (993, 0x002F, "suite_weak"),
    (25, 0x002F, "suite_old_mx"),
]


@pytest.mark.parametrize(("port", "code", "word"), SUITES)
def test_the_worst_suite_decides(port, code, word):
    support = msgspec.structs.replace(MODERN, bad_suites=(0x002F, code))
    assert {each for each in words(facts(port, support=support)) if each.startswith("suite")} == {word}


CERTIFICATES = [
    (chain(), "certificate_good", "certificate_good"),
    (chain(not_after=NOW - timedelta(days=1)), "certificate_expired", "certificate_expired_mx"),
    (
        chain(trusted=False, error="self_signed", matches=False, self_signed=True),
        "certificate_self_signed",
        "certificate_self_signed_mx",
    ),
    (chain(trusted=False, error="incomplete"), "certificate_incomplete", "certificate_untrusted_mx"),
    (chain(trusted=False, error="unknown_issuer"), "certificate_untrusted", "certificate_untrusted_mx"),
    (chain(trusted=False, error="not_yet_valid"), "certificate_untrusted", "certificate_untrusted_mx"),
    (chain(matches=False), "certificate_wrong_name", "certificate_wrong_name_mx"),
    (chain(trusted=False, error="weak", key="rsa", key_bits=1024), "key_weak", "key_weak_mx"),
    (chain(trusted=False, error="weak", signature_hash="sha1"), "signature_old", "signature_old_mx"),
]


@pytest.mark.parametrize(("given", "client", "exchanger"), CERTIFICATES)
def test_a_certificate_is_judged_by_who_looks_at_it(given, client, exchanger):
    def about(port: int) -> set[str]:
        return {
            each for each in words(facts(port, chain=given)) if each.startswith(("certificate", "key", "signature"))
        }

    assert (about(993), about(25)) == ({client}, {exchanger})


def test_a_wrong_name_counts_only_where_people_are_known_to_use_it():
    wrong = facts(993, chain=chain(matches=False))
    assert words(wrong, scope=Scope()) == {"login_protected", "tls_modern"}


GREETINGS = [
    ("mx.example.jp ESMTP Postfix (Debian)", "banner_quiet"),
    ("mx1.example.jp ESMTP", "banner_quiet"),
    ("mail.example.com ESMTP Exim 4.98.2 #2 Tue, 24 Nov 2026 10:00:00 +0900", "banner_version"),
    ("web1 Microsoft ESMTP MAIL Service, Version: 10.0.17763.1697 ready", "banner_version"),
    ("mx ESMTP Sendmail 8.17.1.9/8.17.1.9/Debian-2+deb12u2; Tue", "banner_version"),
    ("* OK 192.0.2.10 ready on 24.11.2026", "banner_quiet"),
]


@pytest.mark.parametrize(("greeting", "word"), GREETINGS)
def test_only_a_product_with_a_number_is_a_version(greeting, word):
    assert {each for each in words(facts(25, untrusted_greeting=greeting)) if "banner" in each} == {word}


@pytest.mark.parametrize(("size", "word"), [(31457280, "size_limit"), (0, "size_missing"), (None, "size_missing")])
def test_a_size_limit_must_be_a_number(size, word):
    assert {each for each in words(facts(25, size=size, capabilities_after=("PIPELINING",))) if "size" in each} == {
        word
    }


def closed(port: int) -> Facts:
    return facts(port, open=False, closed="connection_refused", tls_works=None, chain=None, support=TlsSupport())


HOSTS = [
    ((facts(993), closed(465), closed(995)), "implicit_tls"),
    ((closed(993), closed(465), closed(995), facts(587)), "implicit_missing"),
    ((closed(993), closed(465), closed(995), closed(587)), ""),
    ((closed(993), closed(465), facts(587)), ""),
]


@pytest.mark.parametrize(("ports", "word"), HOSTS)
def test_a_host_is_missing_something_only_when_all_of_it_was_seen(ports, word):
    assert {each for each in words(*ports) if each.startswith("implicit")} == ({word} if word else set())


def test_a_closed_port_alone_says_nothing():
    assert words(closed(143)) == set()


def test_settled_severities():
    severities = {word: RULES.outcomes[f"mail_ports.{word}"].severity for word in outcome_names(mail_ports.PROBE)}
    assert severities["login_clear"] is Severity.HIGH
    assert (severities["ssl3"], severities["ssl3_mx"]) == (Severity.HIGH, Severity.MEDIUM)
    assert (severities["tls_old"], severities["tls_old_mx"]) == (Severity.MEDIUM, Severity.INFO)
    assert (severities["certificate_expired"], severities["certificate_expired_mx"]) == (Severity.HIGH, Severity.LOW)
    assert Severity.CRITICAL not in severities.values()


def test_every_word_has_a_rule_and_no_rule_is_without_a_word():
    rules = {code.removeprefix("mail_ports.") for code in RULES.outcomes if code.startswith("mail_ports.")}
    assert rules == set(outcome_names(mail_ports.PROBE))


# --- where to look and how ----------------------------------------------------------------------------------------


def mx_attempt(domain: str, *hosts: str, hosting: Hosting | None = None) -> Attempt:
    answer = DnsAnswer(name=domain, rdtype="MX", status=DnsStatus.ANSWER)
    found = mx_facts.Facts(
        answer=answer, hosts=tuple(mx_facts.MxHost(preference=10, host=host) for host in hosts), hosting=hosting
    )
    return Attempt(
        probe="mx",
        subject=domain,
        status=Status.COMPLETED,
        started=NOW,
        ended=NOW,
        facts=msgspec.Raw(msgspec.json.encode(found)),
    )


def test_hosts_that_people_use_are_looked_at_instead_of_the_exchangers():
    scope = Scope(domains=(DomainScope(name="example.jp"),), mail_hosts=(HOST,))
    looked_at = subjects(Observations(scope, [mx_attempt("example.jp", "mx.example.jp")]))
    assert looked_at == ("mx.example.jp:25", *(f"{HOST}:{port}" for port in (465, 587, 993, 995, 143, 110, 4190)))


def test_without_such_hosts_the_exchangers_stand_in():
    scope = Scope(domains=(DomainScope(name="example.jp"),))
    looked_at = subjects(Observations(scope, [mx_attempt("example.jp", "mx.example.jp")]))
    assert "mx.example.jp:993" in looked_at


def test_a_cloud_service_is_looked_at_on_25_alone():
    scope = Scope(domains=(DomainScope(name="example.jp"),))
    observations = Observations(scope, [mx_attempt("example.jp", "smtp.google.com", hosting=Hosting.GOOGLE)])
    assert subjects(observations) == ("smtp.google.com:25",)


class ScriptedNetwork:
    """A network with one host whose services and hellos are given."""

    def __init__(self, services=(), hello=None, addresses=("192.0.2.1",)) -> None:
        self.services = list(services)
        self.answer = hello
        self.known = addresses
        self.hellos = []

    async def addresses(self, _host):
        return self.known

    async def mail_service(self, _host, _address, _port):
        return self.services.pop(0)

    async def hello(self, _host, _address, _port, offer, *, starttls=""):
        self.hellos.append((offer.highest, starttls))
        if isinstance(self.answer, Exception):
            raise self.answer
        return self.answer

    async def chain(self, _host, _address, _port, key, *, starttls=""):
        assert (key, starttls) in (("rsa", ""), ("rsa", "smtp"))


def look_at(subject: str, network: ScriptedNetwork, *, port25: str = "open") -> Facts:
    vantage = Vantage(at=NOW, online=True, resolver="192.0.2.53", port25=port25)
    return asyncio.run(
        collect(subject, ProbeContext(network=network, observations=Observations(Scope(), [], vantage), rules=RULES))
    )


def reason(subject: str, network: ScriptedNetwork, **how) -> tuple[Status, str]:
    with pytest.raises(NotObserved) as caught:
        look_at(subject, network, **how)
    return caught.value.status, caught.value.reason


def test_a_blocked_port_25_is_not_looked_at():
    assert reason(f"{HOST}:25", ScriptedNetwork(), port25="blocked") == (Status.NOT_TESTABLE_HERE, "port25_blocked")


def test_a_silent_port_25_is_no_fact_while_the_way_out_is_not_proved():
    silent = facts(25, open=False, closed="connect_timeout").service
    assert reason(f"{HOST}:25", ScriptedNetwork([silent]), port25="unknown")[0] is Status.NOT_TESTABLE_HERE
    assert look_at(f"{HOST}:25", ScriptedNetwork([silent])).service.closed == "connect_timeout"


def test_a_name_without_address_is_unreachable():
    assert reason(f"{HOST}:993", ScriptedNetwork(addresses=())) == (Status.UNREACHABLE, "no_address")


def test_the_next_address_is_tried():
    shut, fine = closed(993).service, facts(993).service
    found = look_at(
        f"{HOST}:993", ScriptedNetwork([shut, fine], HelloAnswer(alert=70), addresses=("192.0.2.1", "192.0.2.2"))
    )
    assert found.service.open


def test_refused_hellos_show_what_is_not_accepted():
    network = ScriptedNetwork([facts(993).service], HelloAnswer(alert=70))
    support = look_at(f"{HOST}:993", network).support
    assert (support.accepted, support.refused) == (("tls1.3",), ("ssl3", "tls1.0", "tls1.1", "tls1.2"))
    assert network.hellos == [("tls1.2", "")]
    assert support.bad_suites_known  # TLS 1.3 alone has no bad suites


def test_hellos_after_starttls_name_the_protocol():
    network = ScriptedNetwork([facts(587).service], HelloAnswer(alert=70))
    look_at(f"{HOST}:587", network)
    assert {starttls for _, starttls in network.hellos} == {"smtp"}


def test_a_server_that_had_enough_keeps_what_it_has_shown():
    found = look_at(f"{HOST}:587", ScriptedNetwork([facts(587).service], Refused("busy")))
    assert (found.service.tls_works, found.support) == (True, TlsSupport())


def test_a_service_without_tls_gets_no_hello():
    network = ScriptedNetwork([facts(587, starttls=False, tls_works=None).service])
    look_at(f"{HOST}:587", network)
    assert network.hellos == []
