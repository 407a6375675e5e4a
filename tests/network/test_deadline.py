"""An attempt's time does not run while it waits behind another one, and no address sees a crowd of us."""

import asyncio
from datetime import UTC, datetime

import pytest

from fumimori.net.connect import Dialer, Limits
from fumimori.network import Notes
from fumimori.network.deadline import Deadline, Turn
from loopback import wire

LIMITS = Limits(connect=1, reply=1, conversation=2, pause=0, patience=0)


async def waited(turn: Turn, seconds: float, **deadline: float) -> None:
    """An attempt of `seconds` that needs the turn."""
    async with asyncio.timeout(seconds) as timeout, turn.of(Deadline(timeout=timeout, **deadline)):
        pass


async def held(turn: Turn, seconds: float) -> None:
    """Another attempt that has the turn for so long."""
    async with asyncio.timeout(10) as timeout, turn.of(Deadline(timeout=timeout)):
        await asyncio.sleep(seconds)


async def behind(held_for: float, seconds: float, **deadline: float) -> None:
    turn = Turn(lock=asyncio.Lock())
    holding = asyncio.create_task(held(turn, held_for))
    await asyncio.sleep(0)
    try:
        await waited(turn, seconds, **deadline)
    finally:
        holding.cancel()
        await asyncio.gather(holding, return_exceptions=True)


def test_waiting_behind_another_attempt_costs_no_time():
    asyncio.run(behind(0.3, 0.1))


def test_waiting_has_an_end_too():
    with pytest.raises(TimeoutError):
        asyncio.run(behind(5, 0.05, patience=0.1))


def test_after_the_wait_the_rest_of_the_time_is_left_and_no_more():
    async def late() -> None:
        turn = Turn(lock=asyncio.Lock())
        holding = asyncio.create_task(held(turn, 0.3))
        await asyncio.sleep(0)
        async with asyncio.timeout(0.1) as timeout:
            async with turn.of(Deadline(timeout=timeout)):
                await asyncio.sleep(1)
        await holding

    with pytest.raises(TimeoutError):
        asyncio.run(asyncio.wait_for(late(), 0.8))


def test_an_attempt_does_not_gain_time_by_waiting_for_itself():
    async def own() -> None:
        turn = Turn(lock=asyncio.Lock())
        async with asyncio.timeout(0.1) as timeout:
            deadline = Deadline(timeout=timeout)
            async with turn.of(deadline), turn.of(deadline):
                pass

    with pytest.raises(TimeoutError):
        asyncio.run(asyncio.wait_for(own(), 1))


def test_few_connections_to_one_address_are_open_at_a_time():
    now = most = 0

    async def counts(_reader: asyncio.StreamReader, _writer: asyncio.StreamWriter) -> None:
        nonlocal now, most
        now += 1
        most = max(most, now)
        await asyncio.sleep(0.05)
        now -= 1

    async def visit() -> None:
        async with wire.serving(counts) as port:
            dialer = Dialer(
                clock=lambda: datetime.now(UTC), limits=LIMITS, route=lambda _address, _port: ("127.0.0.1", port)
            )

            async def one(number: int) -> None:
                async with dialer.connection("192.0.2.1", number, host="h.example", what="smtp", notes=Notes()) as way:
                    await way.read_raw()

            await asyncio.gather(*(one(number) for number in range(1, 13)))

    asyncio.run(asyncio.wait_for(visit(), 10))
    assert 1 < most <= 4
