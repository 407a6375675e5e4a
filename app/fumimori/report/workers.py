"""Processes of our own that open one hostile file each and end: what such a file may do ends with the process.

Each has limits of time and memory of its own; here nothing but its answer is taken from it.
"""

import atexit
import contextlib
import os
import subprocess
import sys
from pathlib import Path
from threading import Lock

WITHIN = 20.0
"""Seconds that one file may take, of which computing may be a quarter."""
SECONDS = 5
"""Seconds of computing."""
MEMORY = 1024 * 1024 * 1024
_running: set["subprocess.Popen[bytes]"] = set()
_lock = Lock()


def ask(work: str, content: bytes) -> bytes:
    """What the process `--<work>` says of `content`, nothing when it died; TimeoutError, OSError when none begins."""
    environment = {**os.environ, "PYTHONPATH": str(Path(__file__).parents[2]), "PYTHONUTF8": "1"}
    no_console = getattr(subprocess, "CREATE_NO_WINDOW", 0)
    pipe = subprocess.PIPE
    process = subprocess.Popen(  # noqa: S603 - our own program, and no word of the file on its command line
        _command(work), stdin=pipe, stdout=pipe, stderr=subprocess.DEVNULL, env=environment, creationflags=no_console
    )
    with _lock:
        _running.add(process)
    try:
        answer, _ = process.communicate(content, timeout=WITHIN)
    except subprocess.TimeoutExpired as error:
        raise TimeoutError from error
    finally:
        process.kill()
        process.communicate()
        with _lock:
            _running.discard(process)
    return answer


def bound() -> None:
    """Limit time and memory of this process, where the system can."""
    with contextlib.suppress(ImportError, ValueError, OSError):
        import resource

        resource.setrlimit(resource.RLIMIT_CPU, (SECONDS, SECONDS + 1))
        resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
        resource.setrlimit(resource.RLIMIT_AS, (MEMORY, MEMORY))


def seal() -> None:
    """From now on this process can open no file and no connection, where the system can see to that."""
    with contextlib.suppress(ImportError, ValueError, OSError):
        import resource

        resource.setrlimit(resource.RLIMIT_NOFILE, (0, 0))


def _command(work: str) -> list[str]:
    if getattr(sys, "frozen", False):
        return [sys.executable, f"--{work}"]
    return [sys.executable, "-P", "-m", "fumimori", f"--{work}"]


@atexit.register
def stop() -> None:
    """End every process that is under way; the program calls it when it ends."""
    with _lock:
        running = list(_running)
    for process in running:
        with contextlib.suppress(OSError):
            process.kill()
