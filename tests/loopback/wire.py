"""Asyncio servers on loopback whose every connection is handed to one function, faults and all."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager, suppress

Handler = Callable[[asyncio.StreamReader, asyncio.StreamWriter], Awaitable[None]]


@asynccontextmanager
async def serving(handler: Handler) -> AsyncIterator[int]:
    """The port of 127.0.0.1 where `handler` answers; its connections are broken off at the end."""
    tasks: set[asyncio.Task[None]] = set()

    async def one(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.current_task()
        assert task is not None
        tasks.add(task)
        with suppress(OSError, EOFError, asyncio.CancelledError):
            await handler(reader, writer)
        writer.transport.abort()

    server = await asyncio.start_server(one, "127.0.0.1", 0, limit=1 << 22)
    try:
        yield server.sockets[0].getsockname()[1]
    finally:
        server.close()
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)


async def stall(_reader: asyncio.StreamReader, _writer: asyncio.StreamWriter) -> None:
    """Say nothing, for ever."""
    await asyncio.sleep(3600)


async def endless_line(_reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    """One line that never ends."""
    while True:
        writer.write(b"220 " + b"a" * 60000)
        await writer.drain()


async def endless_lines(_reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    """A greeting of more lines than anybody wants."""
    while True:
        writer.write(b"220-line\r\n" * 500)
        await writer.drain()


async def drip(_reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    """One octet now and then, so that no single wait is too long."""
    while True:
        writer.write(b"2")
        await writer.drain()
        await asyncio.sleep(0.05)


async def reset(_reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    """Break off at once, as a full server does."""
    import socket
    import struct

    writer.get_extra_info("socket").setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    writer.transport.abort()


def saying(octets: bytes) -> Handler:
    """A server that says this whatever comes, and then waits for the end."""

    async def handler(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.write(octets)
        await writer.drain()
        while await reader.read(4096):
            pass

    return handler


async def passed_on(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    """Everything that comes, handed on to the other end."""
    while octets := await reader.read(65536):
        writer.write(octets)
        await writer.drain()
    writer.close()


def drops_large_hellos(server: Handler) -> Handler:
    """`server` behind equipment that drops a TLS hello which does not fit into one packet."""

    async def narrow(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        head = await reader.readexactly(5)
        if int.from_bytes(head[3:5], "big") > 1000:
            return
        async with serving(server) as inner:
            far_reader, far_writer = await asyncio.open_connection("127.0.0.1", inner)
            far_writer.write(head)
            await asyncio.gather(passed_on(reader, far_writer), passed_on(far_reader, writer))

    return narrow
