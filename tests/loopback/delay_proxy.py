"""A TCP proxy that makes loopback as slow as a far network: every byte arrives half a round trip later."""

import asyncio
import contextlib
from collections.abc import AsyncIterator


@contextlib.asynccontextmanager
async def delayed(host: str, port: int, *, round_trip: float, listen: str = "127.0.0.1") -> AsyncIterator[int]:
    """The port on `listen` behind which `host`:`port` answers after `round_trip` seconds."""
    half = round_trip / 2
    running: set[asyncio.Task[None]] = set()

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            await asyncio.sleep(round_trip)
            with contextlib.suppress(OSError):
                far_reader, far_writer = await asyncio.open_connection(host, port)
                try:
                    async with asyncio.TaskGroup() as group:
                        group.create_task(_copy(reader, far_writer, half))
                        group.create_task(_copy(far_reader, writer, half))
                finally:
                    far_writer.close()
        finally:
            writer.close()

    def accept(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.create_task(serve(reader, writer))
        running.add(task)
        task.add_done_callback(running.discard)

    server = await asyncio.start_server(accept, listen, 0)
    try:
        yield server.sockets[0].getsockname()[1]
    finally:
        server.close()
        for task in tuple(running):
            task.cancel()
        await asyncio.gather(*running, return_exceptions=True)
        await server.wait_closed()


async def _copy(reader: asyncio.StreamReader, writer: asyncio.StreamWriter, delay: float) -> None:
    """Pass on what comes, each piece `delay` seconds after it came, without slowing what follows."""
    loop = asyncio.get_running_loop()
    pieces: asyncio.Queue[tuple[float, bytes]] = asyncio.Queue()

    async def send() -> None:
        while True:
            due, piece = await pieces.get()
            await asyncio.sleep(max(0, due - loop.time()))
            if not piece:
                break
            writer.write(piece)
            with contextlib.suppress(ConnectionError):
                await writer.drain()
        writer.close()

    async with asyncio.TaskGroup() as group:
        group.create_task(send())
        piece = b"-"
        while piece:
            try:
                piece = await reader.read(65536)
            except ConnectionError:
                piece = b""
            pieces.put_nowait((loop.time() + delay, piece))
