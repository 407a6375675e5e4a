"""Port 25 is open when a control host greets, blocked only when name service works and none does."""

import asyncio
from contextlib import AsyncExitStack
from datetime import UTC, datetime

import pytest

from fumimori.model import Vantage
from fumimori.net.certificates import chain_of
from fumimori.net.connect import Dialer, Limits
from fumimori.net.vantage import NetworkEnvironment, intercepted, is_inside, split_port
from fumimori.network import Notes, TimedOut
from fumimori.network.dns import DnsAnswer, DnsStatus
from loopback import wire
from loopback.mail_faults import Script
from loopback.tls_faults import server_context
from loopback.toy_ca import ToyCa

LIMITS = Limits(connect=1, reply=0.3, conversation=1, pause=0, patience=0)


class FakeQuestions:
    """Name service that knows one address for every host, or none of it answers."""

    resolver = "192.0.2.53:53"
    hosts = ("8.8.8.8",)

    def __init__(self, *, works: bool) -> None:
        self.works = works

    async def addresses(self, _host, _notes):
        if not self.works:
            raise TimedOut("dns_timeout")
        return ("127.0.0.1",)

    async def ask(self, _name, _rdtype, _notes):
        raise TimedOut("dns_timeout")

    async def carry(self, _name, _rdtype, _notes):
        raise TimedOut("dns_timeout")


def stood(handler, *, works: bool = True, from_outside: bool = False) -> Vantage:
    async def look() -> Vantage:
        async with wire.serving(handler) as port:
            dialer = Dialer(clock=lambda: datetime.now(UTC), limits=LIMITS)
            environment = NetworkEnvironment(dialer=dialer, queries=FakeQuestions(works=works))
            return await environment.detect(
                ["mail.example.jp"],
                control_hosts=[f"control.example:{port}"],
                notes=Notes(),
                from_outside=from_outside,
            )

    return asyncio.run(asyncio.wait_for(look(), 10))


@pytest.mark.parametrize(
    ("handler", "works", "port25", "online"),
    [
        (wire.saying(b"220 control.example ESMTP\r\n"), True, "open", True),
        (wire.saying(b"554 not you\r\n"), True, "open", True),
        (wire.stall, True, "blocked", True),
        (wire.reset, True, "blocked", True),
        (wire.saying(b"HTTP/1.0 403 Forbidden\r\n"), True, "blocked", True),
        (wire.saying(b"220 control.example ESMTP\r\n"), False, "unknown", False),
    ],
)
def test_the_way_out_is_proved_by_a_greeting(handler, works, port25, online):
    vantage = stood(handler, works=works)
    assert (vantage.port25, vantage.online) == (port25, online)


class Answering(FakeQuestions):
    """No control host has an address; the resolver answers that it does not know the rest."""

    async def addresses(self, _host, _notes):
        return ()

    async def ask(self, name, rdtype, _notes):
        return DnsAnswer(name=name, rdtype=rdtype, status=DnsStatus.NXDOMAIN)


@pytest.mark.parametrize(("questions", "online"), [(Answering(works=True), True), (FakeQuestions(works=False), False)])
def test_a_resolver_that_answers_is_a_way_outward_though_no_control_host_is_known(questions, online):
    async def look() -> Vantage:
        environment = NetworkEnvironment(
            dialer=Dialer(clock=lambda: datetime.now(UTC), limits=LIMITS), queries=questions
        )
        return await environment.detect(["example.jp"], control_hosts=["control.example"], notes=Notes())

    vantage = asyncio.run(asyncio.wait_for(look(), 10))
    assert (vantage.online, vantage.port25) == (online, "unknown")


@pytest.mark.parametrize(
    ("host", "works", "inside"),
    [("mail.example.jp", True, True), ("mail.example.jp", False, False), ("192.168.1.2", False, True)],
)
def test_a_host_lies_inside_by_its_addresses(host, works, inside):
    dialer = Dialer(clock=lambda: datetime.now(UTC), limits=LIMITS)
    environment = NetworkEnvironment(dialer=dialer, queries=FakeQuestions(works=works))
    assert asyncio.run(environment.lies_inside(host, Notes())) is inside


def test_a_target_on_this_machine_is_inside_unless_somebody_says_otherwise():
    greeting = wire.saying(b"220 control.example ESMTP\r\n")
    assert [stood(greeting).inside, stood(greeting, from_outside=True).inside] == [True, False]
    assert stood(greeting).inside_hosts == ("mail.example.jp",)
    assert not stood(greeting).resolver_inside


@pytest.mark.parametrize(
    ("address", "inside"), [("127.0.0.1", True), ("192.168.1.2", True), ("fe80::1", True), ("8.8.8.8", False)]
)
def test_private_addresses_are_inside(address, inside):
    assert is_inside(address) is inside


@pytest.mark.parametrize(
    ("text", "expected"),
    [("h", ("h", 25)), ("h:2525", ("h", 2525)), ("[2001:db8::1]:26", ("2001:db8::1", 26)), ("::1", ("::1", 25))],
)
def test_a_control_host_may_name_a_port(text, expected):
    assert split_port(text, 25) == expected


def test_an_absurd_port_is_refused():
    with pytest.raises(ValueError):
        split_port("h:99999", 25)


class TwoNames(FakeQuestions):
    """Two control hosts; names that cannot exist lead to `made_up`."""

    def __init__(self, made_up: str = "") -> None:
        super().__init__(works=True)
        self.made_up = made_up

    async def addresses(self, host, _notes):
        return ("127.0.0.1" if host.startswith("one") else "127.0.0.2",)

    async def ask(self, name, rdtype, _notes):
        if not self.made_up:
            return DnsAnswer(name=name, rdtype=rdtype, status=DnsStatus.NXDOMAIN)
        return DnsAnswer(name=name, rdtype=rdtype, status=DnsStatus.ANSWER, records=(self.made_up,))


def stood_between(contexts, roots, *, made_up: str = "", handler=None) -> Vantage:
    """Where two control hosts, each with STARTTLS by one of `contexts`, let us stand."""

    async def look() -> Vantage:
        async with AsyncExitStack() as servers:
            ports = {}
            for address, context in zip(("127.0.0.1", "127.0.0.2"), contexts, strict=True):
                script = handler or Script(protocol="smtp", tls=context, before=("STARTTLS",))
                ports[address] = await servers.enter_async_context(wire.serving(script))
            dialer = Dialer(
                clock=lambda: datetime.now(UTC),
                limits=LIMITS,
                route=lambda address, port: ("127.0.0.1", ports[address] if port == 25 else 9),
            )
            environment = NetworkEnvironment(
                dialer=dialer,
                queries=TwoNames(made_up),
                judge_chain=lambda ders, name, at: chain_of(ders, name=name, at=at, roots=roots),
            )
            return await environment.detect(
                ["example.jp"], control_hosts=["one.example", "two.example"], notes=Notes(), from_outside=True
            )

    return asyncio.run(asyncio.wait_for(look(), 20))


def test_a_proxy_is_known_by_its_one_issuer(tmp_path):
    proxy, known = ToyCa(), ToyCa()

    def context(authority, name):
        (folder := tmp_path / f"{id(authority)}-{name}").mkdir(exist_ok=True)
        return server_context(authority.leaf(name), folder)

    roots = [known.root]
    both_by = {
        (proxy, proxy): True,
        (known, known): False,
        (proxy, known): False,
    }
    for (first, second), expected in both_by.items():
        vantage = stood_between([context(first, "one.example"), context(second, "two.example")], roots)
        assert (vantage.port25, vantage.intercepted) == ("open", expected)


@pytest.mark.parametrize(
    ("shown", "expected"),
    [([["CN=Proxy"], ["CN=Proxy"]], True), ([["CN=A"], ["CN=B"]], False), ([["CN=Proxy"], []], False), ([], False)],
)
def test_one_issuer_on_two_hosts_is_needed(shown, expected):
    assert intercepted(shown) is expected


@pytest.mark.parametrize(("made_up", "captive"), [("127.0.0.1", True), ("203.0.113.7", False), ("", False)])
def test_a_sign_in_page_answers_for_names_that_do_not_exist(made_up, captive):
    vantage = stood_between([None, None], [], made_up=made_up, handler=wire.reset)
    assert (vantage.port25, vantage.captive_portal) == ("blocked", captive)
