"""The test world seen from far away: relays at addresses of their own, each half a round trip before its real server.

python -m loopback.remote_hosts ROUND_TRIP BLOCK FRONT

opens the relays and says `ready`; for each line that comes in, writes the conversations so far as JSON.
"""

import asyncio
import json
import subprocess
import sys
from collections.abc import Iterator
from contextlib import AsyncExitStack, contextmanager
from pathlib import Path
from typing import Any

from loopback.delay_proxy import Crossing, delayed, delayed_datagrams
from loopback.domains import addresses

_MAIL = (25, 587, 465, 993, 995, 143, 110, 22)
DOORS = {
    "good": _MAIL,
    "bad": _MAIL,
    "subtle": _MAIL,
    "subtle-second": (25,),
    "good-web": (80, 443),
    "bad-web": (80,),
    "subtle-web": (80, 443),
    "control-open": (25,),
    "control-closed": (443,),
    "resolver": (53,),
}
"""Where somebody listens in the test world; everywhere else a connection is refused at once."""


class Doors:
    """The doors of a running child process."""

    def __init__(self, process: "subprocess.Popen[str]") -> None:
        self._process = process

    def conversations(self) -> list[dict[str, Any]]:
        """Every conversation that has ended, in order: `address`, `port`, `began`, `ended` (seconds) and `trips`."""
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        self._process.stdin.write("\n")
        self._process.stdin.flush()
        return list(json.loads(self._process.stdout.readline()))


@contextmanager
def doors(round_trip: float, block: int, front: int) -> Iterator[Doors]:
    """The doors of block `front` before the servers of `block`, in a process that takes no time from anybody's own."""
    line = [sys.executable, "-m", "loopback.remote_hosts", str(round_trip), str(block), str(front)]
    process = subprocess.Popen(
        line, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, cwd=Path(__file__).resolve().parents[1]
    )
    try:
        assert process.stdout is not None
        if process.stdout.readline() != "ready\n":
            raise RuntimeError("the doors to the far world did not open")
        yield Doors(process)
    finally:
        process.kill()
        process.communicate()


async def _serve(round_trip: float, block: int, front: int) -> None:
    behind, before = addresses(block), addresses(front)
    seen: list[tuple[str, list[Crossing]]] = []
    async with AsyncExitStack() as stack:
        for name, ports in DOORS.items():
            for port in ports:
                crossings: list[Crossing] = []
                seen.append((before[name], crossings))
                where: dict[str, Any] = {
                    "round_trip": round_trip, "listen": before[name], "door": port, "crossings": crossings
                }  # fmt: skip
                await stack.enter_async_context(delayed(behind[name], port, **where))
                if port == 53:
                    await stack.enter_async_context(delayed_datagrams(behind[name], port, **where))
        sys.stdout.write("ready\n")
        sys.stdout.flush()
        while await asyncio.to_thread(sys.stdin.readline):
            rows = [
                {"address": address, "port": one.port, "began": one.began, "ended": one.ended, "trips": one.trips}
                for address, crossings in seen
                for one in crossings
                if one.ended
            ]
            sys.stdout.write(json.dumps(sorted(rows, key=lambda row: row["began"])) + "\n")
            sys.stdout.flush()


if __name__ == "__main__":
    asyncio.run(_serve(float(sys.argv[1]), int(sys.argv[2]), int(sys.argv[3])))
