"""Feeds one input, measures it, and breaks off what never ends."""

import logging
import signal
import threading
import time
import traceback
from collections.abc import Callable
from types import FrameType

PATIENCE = 10.0
"""Seconds of processor time after which an input is broken off."""
AGAIN = 2
"""Times that an input is fed once more when it took too long."""


class NeverEndsError(BaseException):
    """An input took longer than anybody waits; no handler of the program's may swallow it."""


class _Swallowed(logging.Handler):
    """Keeps the fault that the program logged in order to go on without the part that it happened in."""

    def __init__(self) -> None:
        super().__init__(logging.ERROR)
        self.fault: BaseException | None = None

    def emit(self, record: logging.LogRecord) -> None:
        """A line of the log with an exception."""
        if record.exc_info and self.fault is None:
            self.fault = record.exc_info[1]


def fed(harness: Callable[[bytes], None], octets: bytes, limit: float) -> tuple[float, str]:
    """Seconds of processor time that `octets` took, and what was raised, in short; empty when nothing was.

    A fault that the program swallowed and logged counts as raised.

    An input that took longer than `limit` is fed up to twice more, and the shortest time counts: the machine may
    be busy.
    """
    seconds, raised = _once(harness, octets)
    for _ in range(AGAIN):
        if seconds > limit and not raised:
            again, raised = _once(harness, octets)
            seconds = min(seconds, again)
    return seconds, raised


def _once(harness: Callable[[bytes], None], octets: bytes) -> tuple[float, str]:
    watched = threading.current_thread() is threading.main_thread() and hasattr(signal, "setitimer")
    before = signal.signal(signal.SIGPROF, _break_off) if watched else None
    swallowed = _Swallowed()
    logging.getLogger().addHandler(swallowed)
    started = time.process_time()
    try:
        if watched:
            signal.setitimer(signal.ITIMER_PROF, PATIENCE)
        harness(octets)
    except NeverEndsError as error:
        return time.process_time() - started, _shortly(error)
    except Exception as error:
        return time.process_time() - started, _shortly(error)
    finally:
        logging.getLogger().removeHandler(swallowed)
        if watched:
            signal.setitimer(signal.ITIMER_PROF, 0)
            signal.signal(signal.SIGPROF, before)
    return time.process_time() - started, _shortly(swallowed.fault) if swallowed.fault else ""


def _break_off(_number: int, _frame: FrameType | None) -> None:
    raise NeverEndsError


def _shortly(error: BaseException) -> str:
    """The place in the program that the exception came from, and the exception."""
    ours = [frame for frame in traceback.extract_tb(error.__traceback__) if "fumimori" in frame.filename]
    place = ours[-1] if ours else traceback.extract_tb(error.__traceback__)[-1]
    where = place.filename.rpartition("fumimori/")[2]
    return f"{where}:{place.lineno}: {type(error).__name__}: {str(error)[:100]}"
