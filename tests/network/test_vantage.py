"""Port 25 is open when a control host greets, blocked only when name service works and none does."""

import asyncio
from datetime import UTC, datetime

import pytest

from fumimori.core.model import Vantage
from fumimori.core.network import Notes, TimedOut
from fumimori.net.connect import Dialer, Limits
from fumimori.net.vantage import Surroundings, is_inside, split_port
from loopback import wire

LIMITS = Limits(connect=1, reply=0.3, conversation=1, pause=0)


class FakeQuestions:
    """Name service that knows one address for every host, or none of it answers."""

    resolver = "192.0.2.53:53"

    def __init__(self, *, works: bool) -> None:
        self.works = works

    async def addresses(self, _host, _notes):
        if not self.works:
            raise TimedOut("dns_timeout")
        return ("127.0.0.1",)

    async def ask(self, _name, _rdtype, _notes):
        raise TimedOut("dns_timeout")


def stood(handler, *, works: bool = True, from_outside: bool = False) -> Vantage:
    async def look() -> Vantage:
        async with wire.serving(handler) as port:
            dialer = Dialer(clock=lambda: datetime.now(UTC), limits=LIMITS)
            surroundings = Surroundings(dialer=dialer, questions=FakeQuestions(works=works))
            return await surroundings.look(
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


def test_a_target_on_this_machine_is_inside_unless_somebody_says_otherwise():
    greeting = wire.saying(b"220 control.example ESMTP\r\n")
    assert [stood(greeting).inside, stood(greeting, from_outside=True).inside] == [True, False]


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
