"""Ctrl-C as an event: what was measured until then is kept."""

import asyncio
import signal
import sys


def stop_event() -> asyncio.Event:
    """An event of the running loop that is set when somebody interrupts the program."""
    stop = asyncio.Event()
    if sys.platform != "win32":
        asyncio.get_running_loop().add_signal_handler(signal.SIGINT, stop.set)
    return stop
