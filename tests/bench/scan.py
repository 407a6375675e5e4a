"""How fast a whole domain is measured, near and far, beside three peers; and two hundred domains in one run.

python tests/bench/scan.py                 everything (root, two to ten minutes; installs the peers when first run)
python tests/bench/scan.py good            one domain only
python tests/bench/scan.py batch           the two hundred domains only
python tests/bench/scan.py --disagreements what the peers say of each domain, for tests/bench/README.md

The far world is the near one behind doors that add half of `ROUND_TRIP` to every octet's way. The critical path is
the longest chain of round trips that had to follow one another: three to learn where mail goes and that port 25 is
let out, then all trips of the busiest port, whose conversations may not run side by side.
"""

import json
import os
import sys
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[2]
sys.path[:0] = [str(ROOT / "app"), str(ROOT / "tests")]

from bench.peers import Peers, Run, run  # noqa: E402 - the folders above are only now known
from fumimori.net.connect import Limits  # noqa: E402
from loopback.domains import many  # noqa: E402
from loopback.remote_hosts import Doors, doors  # noqa: E402
from loopback.world import World, running  # noqa: E402

ROUND_TRIP = 0.05
LEAD_IN = 3
"""Round trips before the first mail server is spoken to: the control host's address, its connection, its greeting."""
CLIENT_PORTS = (465, 587, 993, 995, 143, 110)
MX = {"good": ("mx",), "bad": ("mail",), "subtle": ("mx1", "mx2")}
SSH = {"good": "ssh", "bad": "mail", "subtle": "mail"}


@dataclass(frozen=True, kw_only=True)
class Place:
    """A world as somebody sees it who stands `round_trip` seconds away."""

    world: World
    resolver: str
    round_trip: float
    doors: Doors | None = None


@contextmanager
def standing(round_trip: float) -> Iterator[Place]:
    """The world, behind doors when it is far."""
    if not round_trip:
        with running() as world:
            yield Place(world=world, resolver=world.at["resolver"], round_trip=0)
        return
    with running(far=True) as world, doors(round_trip, world.block, world.front) as opened:
        yield Place(world=world, resolver=world.seen_at["resolver"], round_trip=round_trip, doors=opened)


def fumimori(place: Place, folder: Path, *words: str) -> Run:
    """The program as people start it."""
    environment = {
        "HOME": str(folder),
        "LANG": "C.UTF-8",
        "PATH": "/usr/bin:/bin",
        "PYTHONPATH": str(ROOT / "app"),
        "PYTHON_KEYRING_BACKEND": "keyring.backends.fail.Keyring",
    }
    where = ("--resolver", f"{place.resolver}:53", "--ca-file", str(place.world.ca_file))
    control = ("--control-host", place.world.control_open, "--from-outside")
    line = [sys.executable, "-m", "fumimori", "scan", *words, *where, *control]
    return run(line, folder, environment)


def one(name: str) -> Sequence[str]:
    """The options of a whole measurement of one domain: mail ports, SSH, and what written permission allows."""
    domain = f"{name}.example"
    return (
        *(domain, "--mail-host", f"mail.{domain}", "--ssh-host", f"{SSH[name]}.{domain}"),
        *("--consent", "2", "--authorised-by", "Owner, CEO", "--json", "scan.json"),
    )


def services(name: str) -> list[str]:
    """The TLS services of a domain as a peer is told them."""
    domain = f"{name}.example"
    return [
        *(f"{host}.{domain}:25" for host in MX[name]),
        *(f"mail.{domain}:{port}" for port in CLIENT_PORTS),
    ]


def say(text: str) -> None:
    """One line, at once."""
    sys.stdout.write(text + "\n")
    sys.stdout.flush()


def compared(name: str, place: Place, folder: Path) -> None:
    """One domain by us and by the peers; prints seconds, memory and ratios."""
    fumimori(place, folder, *one(name))  # the second run finds files and names in the caches, as the peers' runs do
    before = len(place.doors.conversations()) if place.doors else 0
    ours = fumimori(place, folder, *one(name))
    if ours.code:
        raise SystemExit(ours.said)
    say(f"{name}.example, {place.round_trip * 1000:.0f} ms: {ours.seconds:.2f} s, {ours.megabytes:.0f} MB")
    if place.doors:
        path_told(ours.seconds, place.doors.conversations()[before:])
    peers = Peers(resolver=place.resolver, ca_file=place.world.ca_file, folder=folder)
    total = 0.0
    for peer, (ran, _) in (
        ("checkdmarc", peers.checkdmarc(f"{name}.example")),
        ("sslyze", peers.sslyze(services(name))),
        ("ssh-audit", peers.ssh_audit(f"{SSH[name]}.{name}.example")),
    ):
        total += ran.seconds
        say(f"  {peer}: {ran.seconds:.2f} s, {ran.megabytes:.0f} MB")
    say(f"  the peers together: {total:.2f} s, {total / ours.seconds:.1f} times ours")


def path_told(seconds: float, conversations: Sequence[dict[str, Any]]) -> None:
    """Print the critical path of one run and what the run took in comparison."""
    by_port: dict[tuple[str, int], list[dict[str, Any]]] = {}
    for conversation in conversations:
        if conversation["port"] != 53:
            by_port.setdefault((conversation["address"], conversation["port"]), []).append(conversation)
    busiest = max(by_port, key=lambda key: sum(one["trips"] for one in by_port[key]))
    trips = LEAD_IN + sum(one["trips"] for one in by_port[busiest])
    pauses = (len(by_port[busiest]) - 1) * Limits().pause
    path = trips * ROUND_TRIP + pauses
    network = max(one["ended"] for one in conversations) - min(one["began"] for one in conversations)
    say(
        f"  critical path: {trips} round trips and {len(by_port[busiest]) - 1} pauses at port {busiest[1]},"
        f" {path:.2f} s; the network's part is {network:.2f} s ({network / path:.2f} times), all of it"
        f" {seconds / path:.2f} times"
    )


def batch(place: Place, folder: Path) -> None:
    """Fifty, a hundred and two hundred domains that share a mail server: time, memory, contacts with it."""
    for count in (50, 100, 200):
        (folder / "list").write_text("\n".join(many(count)), encoding="utf-8")
        out = folder / f"out{count}"
        ran = fumimori(place, folder, "--batch", "list", "--json", str(out), "--consent", "1")
        met = [_meets(json.loads(path.read_text(encoding="utf-8"))) for path in out.iterdir()]
        say(
            f"{len(met)} domains, {place.round_trip * 1000:.0f} ms: {ran.seconds:.2f} s,"
            f" {ran.seconds / count * 1000:.0f} ms each, {ran.megabytes:.0f} MB;"
            f" the shared mail server was met by {sum(met)} of them"
        )


def _meets(content: dict[str, Any]) -> bool:
    return any(
        contact["port"] == 25 and contact["target"].startswith("mx.good") for contact in content["runs"][0]["contacts"]
    )


def disagreements(place: Place, folder: Path) -> None:
    """What each peer says of each domain, cut to what can be compared."""
    peers = Peers(resolver=place.resolver, ca_file=place.world.ca_file, folder=folder)
    for name in MX:
        for peer, (ran, said) in (
            ("checkdmarc", peers.checkdmarc(f"{name}.example")),
            ("sslyze", peers.sslyze(services(name))),
            ("ssh-audit", peers.ssh_audit(f"{SSH[name]}.{name}.example")),
        ):
            path = Path(tempfile.gettempdir()) / f"{name}-{peer}.json"
            path.write_text(json.dumps(said, indent=1), encoding="utf-8")
            say(f"{name} {peer}: {path} (exit code {ran.code})")


def main() -> int:
    """Carry out what the words ask for."""
    words = sys.argv[1:]
    names = [word for word in words if word in MX] or ([] if words else list(MX))
    say(f"{os.cpu_count()} processors, load {os.getloadavg()[0]:.1f}")
    with tempfile.TemporaryDirectory() as made:
        folder = Path(made)
        for round_trip in (0.0, ROUND_TRIP):
            with standing(round_trip) as place:
                for name in names:
                    compared(name, place, folder)
                if not words or "batch" in words:
                    batch(place, folder)
                if "--disagreements" in words and not round_trip:
                    disagreements(place, folder)
    return 0


if __name__ == "__main__":
    sys.exit(main())
