"""TCP and UDP proxies that make loopback as slow as a far network, and count the round trips of every conversation."""

import asyncio
import contextlib
from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from typing import cast

Pieces = asyncio.Queue[tuple[float, bytes]]
"""Octets on their way, each piece with the moment when it arrives."""


@dataclass(kw_only=True)
class Crossing:
    """One conversation through a proxy."""

    port: int
    began: float
    ended: float = 0.0
    trips: int = 1
    """Round trips that nobody can save: one for the connection, one for each word that had to wait for an answer."""
    _last: str = field(default="", repr=False)

    def turn(self, way: str) -> None:
        """Octets go this `way`: `out` to the server, `back` to the client."""
        # whoever speaks first costs a trip, and so does every word that follows an answer
        if (way == "out" and self._last != "out") or (way == "back" and not self._last):
            self.trips += 1
        self._last = way


@contextlib.asynccontextmanager
async def delayed(
    host: str,
    port: int,
    *,
    round_trip: float,
    listen: str = "127.0.0.1",
    door: int = 0,
    crossings: list[Crossing] | None = None,
) -> AsyncIterator[int]:
    """The port on `listen` behind which `host`:`port` answers after `round_trip` seconds.

    That port is `door`, any free one for 0; each conversation is written into `crossings`.
    """
    half = round_trip / 2
    running: set[asyncio.Task[None]] = set()
    loop = asyncio.get_running_loop()

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter, began: float) -> None:
        crossing = Crossing(port=port, began=began)
        if crossings is not None:
            crossings.append(crossing)
        # The client's connect() took no time here: a far server hears of the connection after three half trips.
        opens = began + 3 * half
        open_ends = [writer]
        try:
            async with asyncio.TaskGroup() as group:
                words: Pieces = asyncio.Queue()
                group.create_task(_read(reader, words, half, opens))
                await asyncio.sleep(max(0.0, opens - loop.time()))
                far_reader, far_writer = await asyncio.open_connection(host, port)
                open_ends.append(far_writer)
                answers: Pieces = asyncio.Queue()
                group.create_task(_read(far_reader, answers, half, 0.0))
                group.create_task(_pass(words, far_writer, crossing, "out"))
                group.create_task(_pass(answers, writer, crossing, "back"))
        except* OSError:
            writer.transport.abort()
        finally:
            crossing.ended = loop.time()
            for end in open_ends:
                end.close()

    def accept(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.create_task(serve(reader, writer, loop.time()))
        running.add(task)
        task.add_done_callback(running.discard)

    server = await asyncio.start_server(accept, listen, door)
    try:
        yield server.sockets[0].getsockname()[1]
    finally:
        server.close()
        for task in tuple(running):
            task.cancel()
        await asyncio.gather(*running, return_exceptions=True)
        await server.wait_closed()


async def _read(reader: asyncio.StreamReader, pieces: Pieces, delay: float, earliest: float) -> None:
    """Pieces as they come, each with the moment when it is due on the other side; an empty one ends them."""
    loop = asyncio.get_running_loop()
    piece = b"-"
    while piece:
        try:
            piece = await reader.read(65536)
        except OSError:
            piece = b""
        pieces.put_nowait((max(earliest, loop.time() + delay), piece))


async def _pass(pieces: Pieces, writer: asyncio.StreamWriter, crossing: Crossing, way: str) -> None:
    """Write each piece when it is due, without slowing what follows."""
    loop = asyncio.get_running_loop()
    while True:
        due, piece = await pieces.get()
        await asyncio.sleep(max(0.0, due - loop.time()))
        if not piece:
            break
        crossing.turn(way)
        writer.write(piece)
        with contextlib.suppress(OSError):
            await writer.drain()
    writer.close()


class _Datagrams(asyncio.DatagramProtocol):
    """Passes each question on after half a round trip, and its answer back after another half."""

    def __init__(self, far: tuple[str, int], half: float, crossings: list[Crossing] | None) -> None:
        self._far = far
        self._half = half
        self._crossings = crossings
        self._tasks: set[asyncio.Task[None]] = set()
        self._transport: asyncio.DatagramTransport | None = None

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = cast("asyncio.DatagramTransport", transport)

    def datagram_received(self, data: bytes, addr: tuple[str, int]) -> None:
        task = asyncio.create_task(self._asked(data, addr))
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    async def _asked(self, question: bytes, addr: tuple[str, int]) -> None:
        loop = asyncio.get_running_loop()
        began = loop.time()
        await asyncio.sleep(self._half)
        answered: asyncio.Future[bytes] = loop.create_future()
        transport, _ = await loop.create_datagram_endpoint(lambda: _OneAnswer(answered), remote_addr=self._far)
        try:
            transport.sendto(question)
            answer = await asyncio.wait_for(answered, 10)
        except (OSError, TimeoutError):
            return
        finally:
            transport.close()
        await asyncio.sleep(self._half)
        if self._transport is not None and not self._transport.is_closing():
            self._transport.sendto(answer, addr)
        if self._crossings is not None:
            self._crossings.append(Crossing(port=self._far[1], began=began, ended=loop.time()))


class _OneAnswer(asyncio.DatagramProtocol):
    def __init__(self, answered: "asyncio.Future[bytes]") -> None:
        self._answered = answered

    def datagram_received(self, data: bytes, addr: tuple[str, int]) -> None:  # noqa: ARG002 - asyncio names it
        if not self._answered.done():
            self._answered.set_result(data)


@contextlib.asynccontextmanager
async def delayed_datagrams(
    host: str, port: int, *, round_trip: float, listen: str, door: int, crossings: list[Crossing] | None = None
) -> AsyncIterator[None]:
    """UDP at `listen`:`door` answered by `host`:`port` after `round_trip` seconds."""
    loop = asyncio.get_running_loop()
    transport, _ = await loop.create_datagram_endpoint(
        lambda: _Datagrams((host, port), round_trip / 2, crossings), local_addr=(listen, door)
    )
    try:
        yield
    finally:
        transport.close()
