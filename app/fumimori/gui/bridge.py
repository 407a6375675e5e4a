"""The only way for the window to run slow work: asyncio in a separate thread, results by signals."""

import contextlib
from collections.abc import Awaitable, Callable
from itertools import count
from threading import Thread
from typing import TYPE_CHECKING, Any

from PySide6.QtCore import QObject, Qt, Signal

if TYPE_CHECKING:
    import asyncio
    from concurrent.futures import Future

CLOSE_WITHIN = 3.0
"""Seconds that closing the window waits at most for work that does not let itself be cancelled."""

Say = Callable[[object], None]
"""Tells the window about progress; callable from any thread."""

Work = Callable[["asyncio.Event", Say], Awaitable[Any]]
"""What is to be done: handed an event that is set when it shall stop, and a way to speak."""


class Job:
    """One piece of work under way; `cancel` asks it to stop and may be called at any time."""

    def __init__(self, number: int, loop: "asyncio.AbstractEventLoop", stop: "asyncio.Event") -> None:
        self.number = number
        self._loop = loop
        self._stop = stop
        self.future: Future[Any] | None = None

    def cancel(self) -> None:
        """Ask the work to end; its `done` or `failed` still comes."""
        if not self._loop.is_closed():
            self._loop.call_soon_threadsafe(self._stop.set)

    def kill(self) -> None:
        """Cancel the task itself, for a window that closes."""
        if self.future is not None:
            self.future.cancel()


class Bridge(QObject):
    """Runs work in the background; its progress and its result arrive in the window's thread, in order."""

    _said = Signal(int, object)
    _ended = Signal(int, object, object)

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._loop: asyncio.AbstractEventLoop | None = None
        self._thread: Thread | None = None
        self._numbers = count(1)
        self._jobs: dict[int, tuple[Job, Callable[[Any], None], Callable[[BaseException], None], Say]] = {}
        self._said.connect(self._hear, Qt.ConnectionType.QueuedConnection)
        self._ended.connect(self._end, Qt.ConnectionType.QueuedConnection)

    @property
    def busy(self) -> bool:
        """Whether something is under way."""
        return bool(self._jobs)

    def run(
        self,
        work: Work,
        *,
        done: Callable[[Any], None],
        failed: Callable[[BaseException], None],
        said: Say = lambda _what: None,
    ) -> Job:
        """Start `work`; exactly one of `done` and `failed` is called later, unless the bridge is closed first."""
        import asyncio

        loop = self._started()
        job = Job(next(self._numbers), loop, asyncio.Event())
        self._jobs[job.number] = (job, done, failed, said)
        job.future = asyncio.run_coroutine_threadsafe(self._carry(job, work), loop)
        return job

    def compute(
        self, function: Callable[[], Any], *, done: Callable[[Any], None], failed: Callable[[BaseException], None]
    ) -> Job:
        """Run a function that only computes, in a worker thread."""

        async def work(_stop: "asyncio.Event", _say: Say) -> Any:
            return await _apart(function)

        return self.run(work, done=done, failed=failed)

    def close(self) -> None:
        """Cancel everything and end the thread; nothing is called back afterwards.

        What does not let itself be cancelled is waited for `CLOSE_WITHIN` seconds at most, and then left to end
        with the program: a window can always be closed.
        """
        jobs, self._jobs = list(self._jobs.values()), {}
        if self._loop is None or self._thread is None:
            return
        for job, *_ in jobs:
            job.kill()
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join(CLOSE_WITHIN)
        self._loop = self._thread = None

    async def _carry(self, job: Job, work: Work) -> None:
        import asyncio

        try:
            result = await work(job._stop, lambda what: self._said.emit(job.number, what))  # noqa: SLF001
        except asyncio.CancelledError:
            raise
        except BaseException as error:  # noqa: BLE001 - it is carried to the window's thread, not swallowed
            self._ended.emit(job.number, None, error)
        else:
            self._ended.emit(job.number, result, None)

    def _hear(self, number: int, what: object) -> None:
        if number in self._jobs:
            self._jobs[number][3](what)

    def _end(self, number: int, result: object, error: BaseException | None) -> None:
        if number not in self._jobs:
            return
        _, done, failed, _ = self._jobs.pop(number)
        if error is None:
            done(result)
        else:
            failed(error)

    def _started(self) -> "asyncio.AbstractEventLoop":
        if self._loop is None:
            import asyncio

            self._loop = asyncio.new_event_loop()
            self._thread = Thread(target=_turn, args=(self._loop,), name="network", daemon=True)
            self._thread.start()
        return self._loop


async def _apart(function: Callable[[], Any]) -> Any:
    """What `function` returns, computed in a thread of its own, which keeps neither window nor program from ending."""
    import asyncio

    loop = asyncio.get_running_loop()
    outcome = loop.create_future()

    def settle(result: Any, error: BaseException | None) -> None:
        if outcome.done():
            return
        if error is None:
            outcome.set_result(result)
        else:
            outcome.set_exception(error)

    def compute() -> None:
        result, fault = None, None
        try:
            result = function()
        except BaseException as error:  # noqa: BLE001 - it is carried to the window's thread, not swallowed
            fault = error
        with contextlib.suppress(RuntimeError):  # the loop was closed meanwhile: nobody waits any more
            loop.call_soon_threadsafe(settle, result, fault)

    Thread(target=compute, name="computing", daemon=True).start()
    return await outcome


def _turn(loop: "asyncio.AbstractEventLoop") -> None:
    import asyncio

    asyncio.set_event_loop(loop)
    try:
        loop.run_forever()
    finally:
        pending = asyncio.all_tasks(loop)
        for task in pending:
            task.cancel()
        with contextlib.suppress(asyncio.CancelledError):
            loop.run_until_complete(asyncio.gather(*pending, return_exceptions=True))
        loop.run_until_complete(loop.shutdown_asyncgens())
        loop.run_until_complete(loop.shutdown_default_executor())
        loop.close()
