"""A busy server gets one more chance and no queue; what it says the second time counts."""

import asyncio

import pytest

from fumimori.net.busy_retry import BusyRetry
from fumimori.network import Refused, TimedOut
from loopback.scenarios import SmtpScript, network_of_servers

ZONE = {"mx.example.jp": {"A": ["192.0.2.1"]}}


def looks(*results):
    waiting = list(results)

    async def look():
        result = waiting.pop(0)
        if isinstance(result, Exception):
            raise result
        return result

    return look, waiting


def test_the_second_look_counts():
    look, left = looks(Refused("busy"), "fine")
    assert asyncio.run(BusyRetry(seconds=0).ask("a", look)) == "fine"
    assert left == []


def test_two_refusals_are_enough():
    look, left = looks(Refused("busy"), Refused("busy"), "never asked")
    with pytest.raises(Refused):
        asyncio.run(BusyRetry(seconds=0).ask("a", look))
    assert left == ["never asked"]


@pytest.mark.parametrize("failure", [Refused("not_welcome"), TimedOut("reply_timeout")])
def test_other_failures_are_not_tried_again(failure):
    look, left = looks(failure, "never asked")
    with pytest.raises(type(failure)):
        asyncio.run(BusyRetry(seconds=0).ask("a", look))
    assert left == ["never asked"]


def test_an_address_is_waited_for_once_and_a_run_has_a_budget():
    patience = BusyRetry(seconds=0, waits_most=2)

    async def one(address):
        look, _ = looks(Refused("busy"), "fine")
        return await patience.ask(address, look)

    assert asyncio.run(one("a")) == "fine"
    with pytest.raises(Refused):
        asyncio.run(one("a"))
    assert asyncio.run(one("b")) == "fine"
    with pytest.raises(Refused):
        asyncio.run(one("c"))


def test_a_result_may_say_busy_too():
    look, left = looks("busy", "fine")
    assert asyncio.run(BusyRetry(seconds=0).ask("a", look, lambda result: result == "busy")) == "fine"
    assert left == []


class BusyAtFirst(SmtpScript):
    """Sends the first caller away."""

    calls = 0

    async def __call__(self, reader, writer):
        self.calls += 1
        self.greeting = "421 4.3.2 too busy" if self.calls == 1 else "220 mx.example.jp ESMTP"
        await super().__call__(reader, writer)


def test_a_server_that_was_busy_is_seen_the_second_time():
    async def talk():
        server = BusyAtFirst({"VRFY": "252 maybe"})
        async with network_of_servers(ZONE, {("192.0.2.1", 25): server}) as network:
            dialogue = await network.smtp_dialogue("mx.example.jp", "192.0.2.1", 25, ["VRFY a"])
            service = await network.mail_service("mx.example.jp", "192.0.2.1", 25)
        return dialogue, service, server.calls

    dialogue, service, calls = asyncio.run(talk())
    assert [reply.code for reply in dialogue.replies] == [252]
    assert service.untrusted_greeting
    assert calls == 3
