"""Cache of this run's requests, so that nothing is asked twice; bounded, and complete in its contact log."""

import asyncio
import weakref
from collections import OrderedDict
from collections.abc import Awaitable, Callable, Hashable
from dataclasses import dataclass, field
from typing import Any

from fumimori.model import Exchange, T
from fumimori.network import Notes, NotObserved
from fumimori.network.deadline import Turn


@dataclass(kw_only=True)
class _Memory:
    """One question to one server."""

    turn: Turn = field(default_factory=lambda: Turn(lock=asyncio.Lock()))
    known: bool = False
    value: Any = None
    failure: NotObserved | None = None
    asker: "weakref.ref[Notes] | None" = None
    exchanges: tuple[Exchange, ...] = ()


class RequestCache:
    """The answers of one run; the oldest go when there are too many."""

    def __init__(self, most: int = 1024) -> None:
        self._most = most
        self._memories: OrderedDict[Hashable, _Memory] = OrderedDict()

    async def once(self, key: Hashable, notes: Notes, look: Callable[[Notes], Awaitable[T]]) -> T:
        """The result of `look`, or the one kept from before; raises what it raises.

        A caller that comes while another is asking waits for that answer. Evidence goes into everybody's notes, the
        contacts only into those of the attempt that had them. An attempt that saw a failure itself may look again: it
        has a reason to, such as having waited; the others get the failure.
        """
        memory = self._memories.setdefault(key, _Memory())
        self._memories.move_to_end(key)
        if len(self._memories) > self._most:
            self._memories.popitem(last=False)
        async with memory.turn.of(notes.deadline):
            mine = memory.asker is not None and memory.asker() is notes
            if memory.known and not (memory.failure is not None and mine):
                notes.exchanges.extend(memory.exchanges)
                if memory.failure is not None:
                    raise type(memory.failure)(memory.failure.reason, memory.failure.detail)
                value: T = memory.value
                return value
            return await self._looked(memory, notes, look)

    @staticmethod
    async def _looked(memory: _Memory, notes: Notes, look: Callable[[Notes], Awaitable[T]]) -> T:
        own = notes.beside()
        memory.asker = weakref.ref(notes)
        try:
            value = await look(own)
        except NotObserved as failure:
            memory.known, memory.failure = True, failure.with_traceback(None)
            raise
        else:
            memory.known, memory.failure, memory.value = True, None, value
            return value
        finally:
            memory.exchanges = tuple(own.exchanges)
            notes.exchanges.extend(own.exchanges)
