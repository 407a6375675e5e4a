"""How long a scan of a far server takes: the toy world behind a delay, against the number of round trips it needs.

python tests/bench/scan.py [MILLISECONDS…]      (root; the delays are whole round trips; 0 and 50 where none is named)
"""

import asyncio
import statistics
import sys
import time
from datetime import UTC, datetime

from fumimori.__main__ import instruments
from fumimori.core.network import Notes
from fumimori.net.real import RealNetwork
from fumimori.probes.tls.support import Service, find_support
from loopback.delay_proxy import delayed
from loopback.world import World, running

SERVICES = (("imap", 993), ("smtp", 465))


async def seconds(world: World, port: int, round_trip: float) -> float:
    """Seconds for one service's conversation, versions and suites from behind the delay."""
    network = RealNetwork(resolver=world.resolver, ca_file=world.ca_file).for_attempt(Notes())
    rules = instruments().rules
    async with delayed(world.at["good"], port, round_trip=round_trip) as near:
        started = time.monotonic()
        service = Service(host="mail.good.example", address="127.0.0.1", port=near)
        support = await find_support(network, rules, service, None)
        taken = time.monotonic() - started
    await network.close()
    if support.accepted != ("tls1.2", "tls1.3"):
        raise RuntimeError(f"port {port} behind {round_trip} s: {support}")
    return taken


def main() -> int:
    """Print the medians of three runs and what each millisecond of delay costs."""
    delays = [int(word) / 1000 for word in sys.argv[1:]] or [0.0, 0.05]
    with running() as world:
        for name, port in SERVICES:
            times = [statistics.median(asyncio.run(seconds(world, port, delay)) for _ in range(3)) for delay in delays]
            shown = ", ".join(
                f"{delay * 1000:.0f} ms: {taken:.2f} s" for delay, taken in zip(delays, times, strict=True)
            )
            sys.stdout.write(f"{name} {port}: {shown}")
            if len(delays) > 1:
                trips = (times[-1] - times[0]) / (delays[-1] - delays[0])
                sys.stdout.write(f"; about {trips:.0f} round trips")
            sys.stdout.write("\n")
    sys.stdout.write(f"measured at {datetime.now(UTC):%Y-%m-%d %H:%M} UTC\n")
    return 0


if __name__ == "__main__":
    sys.exit(main())
