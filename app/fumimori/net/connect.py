"""TCP connections, rate-limited per server and bounded in bytes, lines and time."""

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field
from datetime import datetime
from typing import Protocol

from fumimori.model import Contact, Exchange
from fumimori.net.busy_retry import BusyRetry
from fumimori.network import Notes, NotObserved, Refused, TimedOut, Unreachable
from fumimori.network.deadline import Turn

READ = 16384
EVIDENCE = 4096
"""Characters of one side of an exchange that are kept."""
EXCHANGES_MOST = 200
PAUSE_MOST = 8.0
SILENCES_MOST = 2
"""Waits without a single octet after which a port is not asked again."""
HOST_AT_ONCE = 4
"""Connections to one address at the same time, all its ports together."""

Route = Callable[[str, int], tuple[str, int]]
"""Maps the intended address and port to those that are connected to, such as a tunnel or a test server."""


@dataclass(frozen=True, kw_only=True)
class Limits:
    """How long, in seconds, and how much, in octets, a conversation may be."""

    connect: float = 10.0
    reply: float = 40.0
    """RFC 5321 4.5.3.2 allows a server minutes; that is too long for a person to wait."""
    conversation: float = 100.0
    octets: int = 1 << 20
    line: int = 65536
    line_kept: int = 2048
    pause: float = 0.1
    """Between two connections to the same port."""
    patience: float = 20.0
    """Before a busy server is asked again."""


@dataclass(kw_only=True)
class _Pacing:
    """What politeness remembers about one port of one address."""

    pause: float
    turn: Turn = field(default_factory=lambda: Turn(lock=asyncio.Lock()))
    ended: float = 0.0
    silences: int = 0
    """How often nothing came: where a server should have spoken first, once is enough not to wait for it again."""

    def waited_in_vain(self, connection: "Connection | None") -> None:
        """Count a wait that brought nothing at all."""
        if connection is not None and not connection.received:
            self.silences += 1 if connection.sent else SILENCES_MOST


class Layer(Protocol):
    """What lies between the octets of a conversation and those of the wire: TLS."""

    def feed(self, octets: bytes) -> bytes:
        """What `octets` of the wire mean, as far as it is known yet."""

    def wrap(self, octets: bytes) -> bytes:
        """What has to go to the wire so that `octets` arrive."""

    def drain(self) -> bytes:
        """What the layer itself has to send."""

    @property
    def ended(self) -> bool:
        """Whether the other side closed the layer."""


class Connection:
    """One connection with its limits; every method raises NotObserved instead of hanging, flooding or breaking."""

    def __init__(
        self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter, *, limits: Limits, exchange: "_Recorder"
    ) -> None:
        self._reader = reader
        self._writer = writer
        self._limits = limits
        self._recorder = exchange
        self._deadline = asyncio.get_running_loop().time() + limits.conversation
        self._buffer = bytearray()
        self._layer: Layer | None = None
        self.sent = 0
        self.received = 0

    @property
    def local_address(self) -> str:
        """The address of our own end."""
        name = self._writer.get_extra_info("sockname")
        return str(name[0]) if name else "127.0.0.1"

    @property
    def secured(self) -> bool:
        """Whether a layer is on top of the connection."""
        return self._layer is not None

    def lay(self, layer: Layer) -> bool:
        """From now on speak through `layer`. False when plain text was already waiting; it is thrown away."""
        clean = not self._buffer
        self._buffer.clear()
        self._layer = layer
        return clean

    def pour(self, octets: bytes) -> None:
        """Take over clear octets that the layer had already."""
        self._buffer += octets

    def note(self, sent: str, untrusted_received: str) -> None:
        """Keep a piece of evidence."""
        self._recorder.note(sent, untrusted_received)

    async def send_raw(self, octets: bytes) -> None:
        """Put `octets` on the wire as they are."""
        try:
            async with asyncio.timeout(self._left()):
                self._writer.write(octets)
                await self._writer.drain()
        except TimeoutError:
            raise TimedOut("reply_timeout") from None
        except OSError:
            raise Refused("connection_reset") from None
        self.sent += len(octets)

    async def read_raw(self) -> bytes:
        """Some octets from the wire as they are; empty at the end."""
        try:
            async with asyncio.timeout(self._left()):
                octets = await self._reader.read(READ)
        except TimeoutError:
            raise TimedOut("reply_timeout") from None
        except OSError:
            raise Refused("connection_reset") from None
        self.received += len(octets)
        if self.received > self._limits.octets:
            raise Refused("too_much")
        return octets

    async def send(self, octets: bytes) -> None:
        """Send `octets`, through the layer if there is one."""
        await self.send_raw(self._layer.wrap(octets) if self._layer else octets)

    async def more(self) -> bool:
        """Wait for more octets to read; False at the end."""
        if self._layer is not None and self._layer.ended:
            return False
        octets = await self.read_raw()
        if not octets:
            return False
        if self._layer is None:
            self._buffer += octets
            return True
        clear = self._layer.feed(octets)
        self._buffer += clear
        answer = self._layer.drain()
        if answer:
            await self.send_raw(answer)
        # the last words and the end of the layer often come together
        return bool(clear) or not self._layer.ended

    async def line(self) -> str:
        """The next line without its end, decoded with replacement, cut to what is kept."""
        return (await self.line_octets()).decode("utf-8", "replace")

    async def line_octets(self) -> bytes:
        """The next line without its end, cut to what is kept."""
        while b"\n" not in self._buffer:
            if len(self._buffer) > self._limits.line:
                raise Refused("too_much")
            if not await self.more():
                raise Refused("connection_closed")
        line, _, rest = self._buffer.partition(b"\n")
        self._buffer = bytearray(rest)
        if len(line) > self._limits.line:
            raise Refused("too_much")
        return bytes(line[: self._limits.line_kept]).rstrip(b"\r")

    async def exactly(self, count: int) -> bytes:
        """The next `count` octets."""
        while len(self._buffer) < count:
            if not await self.more():
                raise Refused("connection_closed")
        octets = bytes(self._buffer[:count])
        del self._buffer[:count]
        return octets

    async def some(self, most: int) -> bytes:
        """The next octets as they come, at most `most`; empty at the end."""
        while not self._buffer:
            if not await self.more() and not self._buffer:
                return b""
        octets = bytes(self._buffer[:most])
        del self._buffer[:most]
        return octets

    async def close(self) -> None:
        """Close without waiting for a server that does not."""
        self._writer.close()
        with suppress(OSError, TimeoutError):
            async with asyncio.timeout(1):
                await self._writer.wait_closed()

    def _left(self) -> float:
        left = self._deadline - asyncio.get_running_loop().time()
        if left <= 0:
            raise TimedOut("reply_timeout")
        return min(self._limits.reply, left)


@dataclass(kw_only=True)
class _Recorder:
    """Writes the evidence of one connection into an attempt's notes, never more than it may."""

    notes: Notes
    target: str
    clock: Callable[[], datetime]

    def note(self, sent: str, untrusted_received: str) -> None:
        if len(self.notes.exchanges) >= EXCHANGES_MOST:
            return
        self.notes.exchanges.append(
            Exchange(
                at=self.clock(),
                target=self.target,
                sent=sent[:EVIDENCE],
                untrusted_received=untrusted_received[:EVIDENCE],
            )
        )


class Dialer:
    """Opens connections for a whole run: one at a time per port and few per address, a pause between, all logged."""

    def __init__(
        self, *, clock: Callable[[], datetime], limits: Limits | None = None, route: Route | None = None
    ) -> None:
        self.clock = clock
        self.limits = limits or Limits()
        self.patience = BusyRetry(seconds=self.limits.patience)
        self._route = route or _straight
        self._pacing: dict[tuple[str, int], _Pacing] = {}
        self._hosts: dict[str, asyncio.Semaphore] = {}

    def slower(self, address: str, port: int) -> None:
        """The server asked for patience: from now on wait longer between connections to this port."""
        pacing = self._of(address, port)
        pacing.pause = min(PAUSE_MOST, max(1.0, pacing.pause * 2))

    @asynccontextmanager
    async def connection(
        self, address: str, port: int, *, host: str, what: str, notes: Notes, detail: str = ""
    ) -> AsyncIterator[Connection]:
        """A connection to `port` of `address`, closed and logged at the end.

        Raises Unreachable (`connection_refused`, `no_route`) or TimedOut (`connect_timeout`) when there is none,
        BudgetSpentError when there were as many as may be, and
        TimedOut (`reply_timeout`) at once where the server has kept silent before: once where it speaks first, twice
        where we do, since a smaller hello may find the answer that a large one did not.
        """
        pacing = self._of(address, port)
        loop = asyncio.get_running_loop()
        async with pacing.turn.of(notes.deadline), self._host(address, notes):
            if pacing.silences >= SILENCES_MOST:
                raise TimedOut("reply_timeout", address)
            wait = pacing.ended + pacing.pause - loop.time()
            if pacing.ended and wait > 0:
                await asyncio.sleep(wait)
            if notes.allowance is not None:
                notes.allowance.take(host, address)
            at = self.clock()
            connection: Connection | None = None
            reason = ""
            try:
                reader, writer = await self._open(address, port)
                recorder = _Recorder(notes=notes, target=f"{host}:{port}", clock=self.clock)
                connection = Connection(reader, writer, limits=self.limits, exchange=recorder)
                yield connection
            except NotObserved as error:
                reason = error.reason
                if reason == "reply_timeout":
                    pacing.waited_in_vain(connection)
                raise
            except (TimeoutError, asyncio.CancelledError):  # the caller's deadline has passed
                pacing.waited_in_vain(connection)
                raise
            finally:
                if connection is not None:
                    await connection.close()
                pacing.ended = loop.time()
                notes.contacts.append(
                    Contact(
                        at=at,
                        target=host if host == address else f"{host} [{address}]",
                        port=port,
                        transport="tls" if connection is not None and connection.secured else "tcp",
                        what=what,
                        detail=reason or detail,
                        sent_bytes=connection.sent if connection is not None else 0,
                        received_bytes=connection.received if connection is not None else 0,
                    )
                )

    @asynccontextmanager
    async def _host(self, address: str, notes: Notes) -> AsyncIterator[None]:
        """One of the few conversations that may be held with an address at the same time."""
        slots = self._hosts.setdefault(address, asyncio.Semaphore(HOST_AT_ONCE))
        if slots.locked() and notes.deadline is not None:
            with notes.deadline.paused():
                await slots.acquire()
        else:
            await slots.acquire()
        try:
            yield
        finally:
            slots.release()

    def _of(self, address: str, port: int) -> _Pacing:
        return self._pacing.setdefault((address, port), _Pacing(pause=self.limits.pause))

    async def _open(self, address: str, port: int) -> tuple[asyncio.StreamReader, asyncio.StreamWriter]:
        try:
            async with asyncio.timeout(self.limits.connect):
                return await asyncio.open_connection(*self._route(address, port), limit=READ)
        except TimeoutError:
            raise TimedOut("connect_timeout") from None
        except ConnectionRefusedError:
            raise Unreachable("connection_refused") from None
        except OSError as error:
            raise Unreachable("no_route", str(error.errno)) from None


def _straight(address: str, port: int) -> tuple[str, int]:
    return address, port
