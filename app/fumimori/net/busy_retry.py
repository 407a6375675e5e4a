"""One retry for a busy server (421, 45x): after a pause, once, and within a budget."""

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field

from fumimori.model import T
from fumimori.network import Refused

BUSY = "busy"


@dataclass(kw_only=True)
class BusyRetry:
    """The retry budget of a whole run; a server that stays busy after that is not asked again."""

    seconds: float = 20.0
    """Pause before the retry."""
    waits_most: int = 6
    """Retries of one run."""
    waited: dict[str, int] = field(default_factory=dict)

    async def ask(
        self, address: str, look: Callable[[], Awaitable[T]], said_busy: Callable[[T], bool] = lambda _result: False
    ) -> T:
        """The result of `look`; of a second call when the first was refused as busy, or `said_busy` says so.

        Raises what `look` raises; Refused (`busy`) when the retry was no better or the budget is spent.
        """
        try:
            result = await look()
        except Refused as refused:
            if refused.reason != BUSY or not self._may_wait(address):
                raise
        else:
            if not said_busy(result) or not self._may_wait(address):
                return result
        await asyncio.sleep(self.seconds)
        return await look()

    def _may_wait(self, address: str) -> bool:
        """Whether the budget allows one more wait; one per address, so that attempts do not queue up there."""
        if address in self.waited or sum(self.waited.values()) >= self.waits_most:
            return False
        self.waited[address] = 1
        return True
