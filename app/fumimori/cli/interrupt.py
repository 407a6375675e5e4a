"""Ctrl-C, a terminal that is closed, a request to end: nothing half written stays behind, what was measured is kept."""

import asyncio
import signal
import sys
from types import FrameType


def stop_event() -> asyncio.Event:
    """An event of the running loop that is set when somebody interrupts the program or the system ends it."""
    stop = asyncio.Event()
    loop = asyncio.get_running_loop()
    for wanted in _wanted():
        loop.add_signal_handler(wanted, stop.set)
    return stop


def end_in_order() -> None:
    """From now on such a signal ends the program as an exit does: files that are being written are put away first."""
    for wanted in _wanted():
        signal.signal(wanted, _exit)


def _exit(number: int, _frame: FrameType | None) -> None:
    sys.exit(128 + number)


def _wanted() -> tuple[signal.Signals, ...]:
    """Those that this system has and that nobody chose to ignore, as `nohup` does."""
    if sys.platform == "win32":
        return ()
    known = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)
    return tuple(one for one in known if signal.getsignal(one) is not signal.SIG_IGN)
