"""A connection on paper: what a server would send is there from the start, and what we send goes nowhere."""

import asyncio
import atexit
from collections.abc import Coroutine
from datetime import UTC, datetime
from functools import cache
from typing import Any

from fumimori.net.connect import Dialer, Limits

MOMENT = datetime(2026, 11, 24, tzinfo=UTC)


class PaperTransport:
    """As much of a transport as a writer's users touch."""

    def abort(self) -> None:
        pass

    def is_closing(self) -> bool:
        return False


class PaperWriter:
    """Takes everything and keeps nothing."""

    transport = PaperTransport()

    def write(self, octets: bytes) -> None:
        pass

    async def drain(self) -> None:
        pass

    def close(self) -> None:
        pass

    async def wait_closed(self) -> None:
        pass

    def get_extra_info(self, _name: str) -> tuple[str, int]:
        return "192.0.2.1", 40000


class PaperDialer(Dialer):
    """Every connection finds the same octets, and then the end."""

    def __init__(self, octets: bytes) -> None:
        super().__init__(clock=lambda: MOMENT, limits=Limits(pause=0.0, patience=0.0))
        self._octets = octets

    async def _open(self, _address: str, _port: int) -> tuple[Any, Any]:
        return reader_of(self._octets), PaperWriter()


def reader_of(octets: bytes) -> asyncio.StreamReader:
    """A reader of `octets` that then ends."""
    reader = asyncio.StreamReader()
    reader.feed_data(octets)
    reader.feed_eof()
    return reader


def carried_out(coroutine: Coroutine[Any, Any, Any]) -> Any:
    """What `coroutine` returns; one loop serves all inputs, because making one costs more than an input."""
    return _loop().run_until_complete(coroutine)


@cache
def _loop() -> asyncio.AbstractEventLoop:
    loop = asyncio.new_event_loop()
    atexit.register(loop.close)
    return loop
