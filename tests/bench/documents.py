"""How long it takes to read what people hand over, how much memory that needs, and how soon it stops.

python tests/bench/documents.py

Each line is a process of its own. 1,000 reports of DMARC, lists of accounts as CSV and as a workbook, the output of
`getent passwd`, and a file of two gigabytes; twice as much of each must take no more than twice as long.
"""

import io
import json
import os
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
sys.path[:0] = [str(ROOT / "app"), str(ROOT / "tests")]

DOMAIN = "sakura-shoten.example.jp"
STOP_AFTER = 1.0
"""Seconds after which the reading is stopped, for the last column."""


def reports(count: int, folder: Path) -> None:
    """So many aggregate reports, each a file."""
    from unit.checks.test_dmarc_reports import report, row, signed

    foreign = row("198.51.100.7", 30, dkim="fail", spf="fail", auth=signed("newsletter.example"))
    for number in range(count):
        (folder / f"{number}.xml").write_bytes(report(row(), foreign, name=str(number), domain=DOMAIN))


def _accounts(count: int) -> Iterator[tuple[str, ...]]:
    yield "Username", "Name", "Enabled", "MFA", "Last sign-in", "Admin"
    for number in range(count):
        yield f"user{number}@{DOMAIN}", f"User {number}", "TRUE", "FALSE", f"2026-0{1 + number % 9}-01", "no"


def accounts_csv(count: int, folder: Path) -> None:
    """A list of so many accounts."""
    (folder / "a.csv").write_text("".join(",".join(row) + "\n" for row in _accounts(count)))


def accounts_xlsx(count: int, folder: Path) -> None:
    """The same as a workbook."""
    import openpyxl

    book = openpyxl.Workbook(write_only=True)
    sheet = book.create_sheet()
    for row in _accounts(count):
        sheet.append(row)
    octets = io.BytesIO()
    book.save(octets)
    (folder / "a.xlsx").write_bytes(octets.getvalue())


def passwd(count: int, folder: Path) -> None:
    """So many lines of `getent passwd`."""
    lines = (f"user{number}:x:{1000 + number}:100:User {number}:/home/u{number}:/bin/bash\n" for number in range(count))
    (folder / "passwd").write_text("".join(lines))


def gigabytes(count: int, folder: Path) -> None:
    """One file of so many gigabytes, of zeros."""
    with (folder / "big").open("wb") as file:
        file.truncate(count << 30)


KINDS: dict[str, tuple[Callable[[int, Path], None], tuple[int, ...]]] = {
    "reports": (reports, (250, 500, 1_000)),
    "accounts_csv": (accounts_csv, (50_000, 100_000, 200_000)),
    "accounts_xlsx": (accounts_xlsx, (50_000, 100_000, 200_000)),
    "passwd": (passwd, (50_000, 100_000, 200_000)),
    "gigabytes": (gigabytes, (2,)),
}


def one(folder: Path, *, stop: bool) -> dict[str, object]:
    """Read what is in `folder`; figures of it."""
    import resource

    from fumimori.__main__ import toolkit
    from fumimori.engine.input_files import documents_in, files_in
    from fumimori.engine.reading import DocumentResult, read_documents
    from gui import demonstration

    tools, assessment, skipped, stopped = (
        toolkit(),
        demonstration.assessment("en"),
        list[DocumentResult](),
        threading.Event(),
    )
    tools.judged(assessment)
    asked: list[float] = []
    if stop:
        threading.Timer(STOP_AFTER, lambda: (asked.append(time.monotonic()), stopped.set())).start()
    started = time.process_time()
    files = documents_in(files_in([folder]), tools.readers, demonstration.AT, skipped=skipped)
    result = read_documents(tools, assessment, files, demonstration.AT, cancelled=stopped.is_set)
    seconds, ended = time.process_time() - started, time.monotonic()
    handed = (*result.documents, *skipped)
    return {
        "seconds": seconds,
        "memory": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024,
        "read": sum(not one.problem for one in handed),
        "problems": sorted({one.problem for one in handed if one.problem}),
        "stopped": ended - asked[0] if asked else None,
    }


def main() -> None:
    """The table."""
    _say("what", "how many", "read", "seconds (CPU)", "memory", "stopped within")
    _say(*["---"] * 6)
    for kind, (make, counts) in KINDS.items():
        for count in counts:
            with tempfile.TemporaryDirectory() as name:
                make(count, Path(name))
                whole, cut = (_apart(name, stop) for stop in ("no", "yes"))
            told = ", ".join(whole["problems"]) or f"{whole['read']:,}"
            within = "-" if cut["stopped"] is None else f"{cut['stopped']:.2f} s"
            _say(kind, f"{count:,}", told, f"{whole['seconds']:.2f}", f"{whole['memory']} MB", within)


def _say(*cells: str) -> None:
    sys.stdout.write(f"| {' | '.join(cells)} |\n")
    sys.stdout.flush()


def _apart(folder: str, stop: str) -> dict[str, object]:
    ran = subprocess.run([sys.executable, __file__, folder, stop], check=True, capture_output=True, text=True)
    return json.loads(ran.stdout)


if __name__ == "__main__":
    if len(sys.argv) > 2:
        sys.stdout.write(json.dumps(one(Path(sys.argv[1]), stop=sys.argv[2] == "yes")))
        sys.stdout.flush()
        os._exit(0)  # the timer of a reading that was faster is nobody's
    main()
