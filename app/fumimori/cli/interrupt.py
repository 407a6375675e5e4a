"""Ctrl-C, a terminal that is closed, a request to end: as an event, so that what was measured until then is kept."""

import asyncio
import signal
import sys


def stop_event() -> asyncio.Event:
    """An event of the running loop that is set when somebody interrupts the program or the system ends it."""
    stop = asyncio.Event()
    if sys.platform != "win32":
        loop = asyncio.get_running_loop()
        for wanted in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
            loop.add_signal_handler(wanted, stop.set)
    return stop
