"""Feeds every harness with as many inputs as one likes and prints a table; the exit code is 1 when one broke.

python tests/fuzz/run.py                            100,000 inputs over all harnesses
python tests/fuzz/run.py --inputs 10000000 --processes 2
python tests/fuzz/run.py --only txt --seed 7        one harness; the same seed draws the same inputs
python tests/fuzz/run.py --file INPUT --only txt    one input, as it was left by a run, with its traceback
python tests/fuzz/run.py --guided 600 [--only tls]  ten minutes of each, guided by coverage
What breaks a harness is left in the folder that the last line names.
"""

import argparse
import hashlib
import multiprocessing
import os
import subprocess
import sys
import sysconfig
import time
import venv
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from random import Random

ROOT = Path(__file__).resolve().parents[2]
ATHERIS = "atheris>=2.3,<4"
SLICE = 2.0
"""Seconds that one harness is fed before the next."""
KEPT = 40
"""Inputs of one harness that are left in the folder."""


@dataclass(kw_only=True)
class Tally:
    """What one harness came to."""

    inputs: int = 0
    seconds: float = 0.0
    raised: int = 0
    slow: int = 0
    slowest: float = 0.0
    faults: dict[str, int] = field(default_factory=dict)
    """By the place and the kind of exception."""
    examples: dict[str, str] = field(default_factory=dict)
    """What the first of each kind said, and the file that it was left in."""

    def add(self, other: "Tally") -> None:
        """Take over what another process counted."""
        self.inputs += other.inputs
        self.seconds += other.seconds
        self.raised += other.raised
        self.slow += other.slow
        self.slowest = max(self.slowest, other.slowest)
        for fault, count in other.faults.items():
            self.faults[fault] = self.faults.get(fault, 0) + count
        self.examples = other.examples | self.examples


def main() -> int:
    """Carry out the command line."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--inputs", type=int, default=100_000, help="over all harnesses together")
    parser.add_argument("--processes", type=int, default=1)
    parser.add_argument("--only", action="append", default=[], metavar="HARNESS")
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--file", type=Path)
    parser.add_argument("--guided", type=int, default=0, metavar="SECONDS", help="each, by a coverage-guided fuzzer")
    parser.add_argument("feed", nargs="*", help=argparse.SUPPRESS)
    options, others = parser.parse_known_args()
    if os.environ.get("FUMIMORI_FUZZING"):
        return _feed(options.feed[0], [*options.feed[1:], *others])
    if others:
        parser.error(f"unknown: {' '.join(others)}")
    sys.path[:0] = [str(ROOT / "app"), str(ROOT / "tests")]
    from fuzz.harnesses import HARNESSES

    names = options.only or list(HARNESSES)
    if unknown := [name for name in names if name not in HARNESSES]:
        parser.error(f"no harness is called {unknown[0]}; there are {', '.join(HARNESSES)}")
    place = Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache") / "fumimori-fuzz"
    place.mkdir(parents=True, exist_ok=True)
    if options.file:
        HARNESSES[names[0]](options.file.read_bytes())
        return 0
    if options.guided:
        return _guided(names, options.guided, place)
    share = -(-options.inputs // max(1, options.processes))
    jobs = [(names, share, options.seed * 1000 + number, place) for number in range(max(1, options.processes))]
    started = time.monotonic()
    if len(jobs) == 1:
        tallies = [_drawn(*jobs[0])]
    else:
        with multiprocessing.get_context("spawn").Pool(len(jobs)) as pool:
            tallies = pool.starmap(_drawn, jobs)
    whole = {name: Tally() for name in names}
    for tally in tallies:
        for name, counted in tally.items():
            whole[name].add(counted)
    return _printed(whole, time.monotonic() - started, place)


# --- drawn inputs -------------------------------------------------------------------------------------------------


def _drawn(names: list[str], inputs: int, seed: int, place: Path) -> dict[str, Tally]:
    """Feed the seeds, and then drawn inputs, each harness in its turn and for the same time, until all are spent."""
    sys.path[:0] = [str(ROOT / "app"), str(ROOT / "tests")]
    from fuzz.harnesses import makers, seeds

    tallies = {name: Tally() for name in names}
    for name in names:
        for octets in seeds()[name]:
            _counted(name, octets, tallies[name], place)
    chances = {name: Random(f"{name} {seed}") for name in names}
    left = inputs - sum(tally.inputs for tally in tallies.values())
    piece = min(SLICE, max(0.05, inputs / 200_000))
    while left > 0:
        for name in names:
            tally, make, ends = tallies[name], makers()[name], time.monotonic() + piece
            while left > 0 and time.monotonic() < ends:
                _counted(name, make(chances[name]), tally, place)
                left -= 1
    return tallies


def _counted(name: str, octets: bytes, tally: Tally, place: Path) -> None:
    from fuzz.harnesses import HARNESSES, SLOWEST
    from fuzz.timing import fed

    seconds, raised = fed(HARNESSES[name], octets, SLOWEST)
    tally.inputs += 1
    tally.seconds += seconds
    tally.slowest = max(tally.slowest, seconds)
    tally.raised += bool(raised)
    slow = seconds > SLOWEST and not raised
    tally.slow += slow
    if raised or slow:
        fault = " ".join(raised.split()[:2]) if raised else f"slower than {SLOWEST} s"
        tally.faults[fault] = tally.faults.get(fault, 0) + 1
        if fault not in tally.examples and len(tally.faults) <= KEPT:
            file = place / f"{name}-{hashlib.sha256(octets).hexdigest()[:12]}"
            file.write_bytes(octets)
            tally.examples[fault] = f"{raised or f'{seconds:.1f} s'}\n    {file}"


def _printed(tallies: dict[str, Tally], seconds: float, place: Path) -> int:
    """Print the table; 1 when something broke."""
    rows = [("harness", "inputs", "per second", "raised", "too slow", "slowest"), *_rows(tallies)]
    widths = [max(len(row[column]) for row in rows) for column in range(len(rows[0]))]
    for row in rows:
        first, *others = (text.rjust(width) for text, width in zip(row, widths, strict=True))
        sys.stdout.write("  ".join((row[0].ljust(len(first)), *others)) + "\n")
    broken = False
    for name, tally in tallies.items():
        for fault, count in sorted(tally.faults.items(), key=lambda item: -item[1]):
            broken = True
            sys.stdout.write(f"{name}: {count} × {fault}, such as {tally.examples.get(fault, '')}\n")
    sys.stdout.write(f"{seconds:.0f} s; {place}\n")
    return int(broken)


def _rows(tallies: dict[str, Tally]) -> Iterator[tuple[str, ...]]:
    total = Tally()
    for name, tally in tallies.items():
        total.add(tally)
        yield _row(name, tally)
    yield _row("all", total)


def _row(name: str, tally: Tally) -> tuple[str, ...]:
    rate = tally.inputs / tally.seconds if tally.seconds else 0.0
    return (name, f"{tally.inputs:,}", f"{rate:,.0f}", f"{tally.raised}", f"{tally.slow}", f"{tally.slowest:.3f} s")


# --- guided by coverage -------------------------------------------------------------------------------------------


def _guided(names: list[str], seconds: int, place: Path) -> int:
    """Run the coverage-guided fuzzer on each; its corpus stays for the next time. The exit code is 1 when one broke."""
    from fuzz.harnesses import SLOWEST, seeds

    python = _installed(place)
    paths = (str(ROOT / "app"), str(ROOT / "tests"), sysconfig.get_path("purelib"))
    environment = dict(os.environ, FUMIMORI_FUZZING="1", PYTHONPATH=os.pathsep.join(paths))
    broken = 0
    for name in names:
        corpus = place / "corpus" / name
        corpus.mkdir(parents=True, exist_ok=True)
        for number, octets in enumerate(seeds()[name]):
            (corpus / f"seed{number}").write_bytes(octets)
        limit = max(1, round(SLOWEST * 5))  # instrumented code is some times slower
        line = [python, __file__, "--", name, str(corpus)]
        line += [f"-max_total_time={seconds}", "-max_len=65536", f"-timeout={limit}", "-print_final_stats=1"]
        code = subprocess.call(line, cwd=place, env=environment)
        sys.stdout.write(f"{name}: exit code {code}; {place}\n")
        broken = broken or int(code != 0)
    return broken


def _installed(place: Path) -> str:
    """The Python of an environment of its own that has the fuzzer."""
    home = place / "venv"
    python = str(home / "bin/python")
    if subprocess.call([python, "-c", "import atheris"]) if Path(python).exists() else True:
        venv.create(home, with_pip=True, clear=True)
        uv = Path(sys.executable).with_name("uv")
        with_uv = [str(uv), "pip", "install", "-q", "--python", python]
        subprocess.check_call([*(with_uv if uv.exists() else [python, "-m", "pip", "install", "-q"]), ATHERIS])
    return python


def _feed(name: str, options: list[str]) -> int:
    import atheris  # type: ignore[import-not-found]

    with atheris.instrument_imports(include=["fumimori", "dns"]):
        from fuzz.harnesses import HARNESSES

    atheris.Setup([sys.argv[0], *options], HARNESSES[name])
    atheris.Fuzz()
    return 0


if __name__ == "__main__":
    sys.exit(main())
