"""The end of an attempt's time, which stands still while the attempt waits for its turn behind others."""

from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import asyncio

WAIT_MOST = 120.0
"""Seconds that an attempt may wait for others in all, so that every run ends."""


@dataclass(kw_only=True)
class Deadline:
    """When an attempt has to be over; its own waits do not count, as far as they are not too long."""

    timeout: "asyncio.Timeout"
    patience: float = WAIT_MOST
    _waiting: int = 0
    _since: float = 0.0
    _left: float = 0.0

    @contextmanager
    def paused(self) -> Iterator[None]:
        """While this lasts the attempt's time does not run."""
        self._pause()
        try:
            yield
        finally:
            self._resume()

    def _pause(self) -> None:
        self._waiting += 1
        when = self.timeout.when()
        if self._waiting > 1 or when is None or self.timeout.expired():
            return
        self._since = _now()
        self._left = when - self._since
        self.timeout.reschedule(when + self.patience)

    def _resume(self) -> None:
        self._waiting -= 1
        if self._waiting or not self._since or self.timeout.expired():
            return
        now = _now()
        self.patience = max(0.0, self.patience - (now - self._since))
        self._since = 0.0
        self.timeout.reschedule(now + self._left)


def _now() -> float:
    import asyncio

    return asyncio.get_running_loop().time()


@dataclass(kw_only=True)
class Turn:
    """A lock for one thing that attempts use one after the other; waiting behind another attempt costs no time."""

    lock: "asyncio.Lock"
    holder: Deadline | None = None

    @asynccontextmanager
    async def of(self, deadline: Deadline | None) -> AsyncIterator[None]:
        """Hold the lock; the time of `deadline` stands still while another attempt holds it."""
        if deadline is not None and self.lock.locked() and self.holder is not deadline:
            with deadline.paused():
                await self.lock.acquire()
        else:
            await self.lock.acquire()
        self.holder = deadline
        try:
            yield
        finally:
            self.holder = None
            self.lock.release()
