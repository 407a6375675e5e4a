"""Many assessments in one run: several at a time over one network, handed out as soon as each has ended."""

import asyncio
from collections.abc import AsyncIterator, Sequence
from itertools import islice

from fumimori.engine.measuring import Measurement, measure
from fumimori.engine.toolkit import NetworkSettings, Toolkit
from fumimori.model import Assessment
from fumimori.network import Network

SIDE_BY_SIDE = 8
"""Assessments that are measured at the same time."""


async def measure_many(
    toolkit: Toolkit,
    assessments: Sequence[Assessment],
    network: Network,
    settings: NetworkSettings,
    *,
    cancel: asyncio.Event | None = None,
) -> AsyncIterator[tuple[Assessment, Measurement]]:
    """Each assessment with its measurement, in the order in which they end; nothing of those handed out is kept.

    After `cancel` is set those under way end as `measure` says, and no other one begins.
    """
    stop = cancel or asyncio.Event()

    async def one(assessment: Assessment) -> tuple[Assessment, Measurement]:
        return assessment, await measure(toolkit, assessment, network, settings, cancel=stop)

    waiting = iter(assessments)
    running: set[asyncio.Task[tuple[Assessment, Measurement]]] = set()
    done: set[asyncio.Task[tuple[Assessment, Measurement]]] = set()
    try:
        while True:
            free = 0 if stop.is_set() else SIDE_BY_SIDE - len(running)
            running.update(asyncio.create_task(one(assessment)) for assessment in islice(waiting, free))
            if not running:
                return
            done, running = await asyncio.wait(running, return_when=asyncio.FIRST_COMPLETED)
            for task in done:
                yield task.result()
    finally:
        for task in running:
            task.cancel()
        await asyncio.gather(*running, *done, return_exceptions=True)
