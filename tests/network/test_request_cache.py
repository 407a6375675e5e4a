"""What was seen once is remembered: shared while it is under way, told with its evidence, logged where it happened."""

import asyncio

import pytest

from fumimori.model import Contact, Exchange
from fumimori.net.request_cache import RequestCache
from fumimori.network import Notes, Refused
from loopback.fake_network import NOW


class Server:
    """Somebody who counts how often he is asked."""

    def __init__(self, *answers: "str | Exception") -> None:
        self.answers = list(answers)
        self.asked = 0

    async def look(self, notes: Notes) -> str:
        self.asked += 1
        notes.contacts.append(Contact(at=NOW, target="mx", port=25, transport="tcp", what="smtp"))
        notes.exchanges.append(Exchange(at=NOW, target="mx:25", sent="EHLO", untrusted_received="250"))
        await asyncio.sleep(0)
        answer = self.answers.pop(0)
        if isinstance(answer, Exception):
            raise answer
        return answer


def test_two_who_ask_at_once_share_one_look() -> None:
    async def ask() -> None:
        memory, server, first, second = RequestCache(), Server("hello"), Notes(), Notes()
        looks = [memory.once("mx", notes, server.look) for notes in (first, second)]
        assert await asyncio.gather(*looks) == ["hello", "hello"]
        assert (server.asked, len(first.contacts), len(second.contacts)) == (1, 1, 0)
        assert first.exchanges == second.exchanges != []

    asyncio.run(ask())


def test_a_failure_is_told_to_others_and_only_its_own_witness_may_try_again() -> None:
    async def ask() -> None:
        memory, server, first, second = RequestCache(), Server(Refused("busy"), "hello"), Notes(), Notes()
        for notes in (first, second):
            with pytest.raises(Refused, match="busy"):
                await memory.once("mx", notes, server.look)
        assert server.asked == 1
        assert await memory.once("mx", first, server.look) == "hello"
        assert await memory.once("mx", second, server.look) == "hello"
        assert (server.asked, len(first.contacts), len(second.contacts)) == (2, 2, 0)

    asyncio.run(ask())


def test_a_look_that_was_cancelled_leaves_its_contact_and_is_done_anew() -> None:
    async def ask() -> None:
        memory, server, first, second = RequestCache(), Server("never heard", "hello"), Notes(), Notes()
        task = asyncio.create_task(memory.once("mx", first, server.look))
        await asyncio.sleep(0)
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task
        assert len(first.contacts) == 1
        server.answers.pop(0)
        assert await memory.once("mx", second, server.look) == "hello"

    asyncio.run(ask())


def test_the_oldest_are_forgotten() -> None:
    async def ask() -> None:
        memory, server, notes = RequestCache(most=2), Server("1", "2", "3", "4"), Notes()
        for name in ("a", "b", "c", "b"):
            await memory.once(name, notes, server.look)
        assert server.asked == 3
        assert await memory.once("a", notes, server.look) == "4"

    asyncio.run(ask())
