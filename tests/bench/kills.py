"""Kill -9 of the real window while somebody types: how much of the typing is lost, and whether the file always opens.

python tests/bench/kills.py [KILLS] [SIDE BY SIDE] [full]     (offscreen unless QT_QPA_PLATFORM says otherwise)

Each kill is a window process of its own that works on a file that earlier kills left behind, and types into the name of
the organisation: now without a pause, now with pauses. It is killed at a random moment, from the first letter on.
`full`: the file holds 20 MB of evidence, a register of 500 rows and what was read from documents; more evidence is
handed in and cells are changed meanwhile, and whatever the file names afterwards must be there whole.
"""

import os
import random
import signal
import statistics
import subprocess
import sys
import tempfile
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path

APP = Path(__file__).resolve().parents[2] / "app"
PASSPHRASE = "plain words for a test"
TYPES_FOR_S = 3.5
MOST_LOST_S = 2.0
ROWS, PIECES = 500, 8
"""What the file holds at least when it is full."""

WINDOW = """
import os, random, sys
from pathlib import Path
from PySide6.QtCore import QTimer
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QLineEdit
from fumimori import __main__ as entry, resources
from fumimori.gui.session import Session
from fumimori.gui.program import prepare
from fumimori.wizard.steps import Route
from fumimori.gui.window import Window
from fumimori.store import AssessmentFile
from datetime import UTC, datetime
import msgspec
from fumimori.model import About, Evidence, EvidenceKind, RegisterRow, Run, RunKind, Source

place, number, seed, passphrase = Path(sys.argv[1]), sys.argv[2], int(sys.argv[3]), sys.argv[4]
full = sys.argv[5] == "full"
chance = random.Random(seed)
application = QApplication([])
services = entry.services(place.parent / "settings")
prepare(application, services)
window = Window(Session(services, "ja"))
if place.exists():
    file = AssessmentFile.open(place, passphrase)
    window.session.take(file, place, file.assessment)
else:
    window.session.create(place, passphrase)
session = window.session

def hand_in(octets):
    known = session.open.evidence
    piece = Evidence(
        number=len(known) + 1, kind=EvidenceKind.FILE, name="list.bin", sha256=session.keep(octets), size=len(octets),
        added=datetime.now(UTC), about=About.QUESTION, subject="access.admin_list", shows="the list",
    )
    session.edit(evidence=(*known, piece))

def work_elsewhere(turn=0):
    rows = list(session.open.registers)
    at = chance.randrange(len(rows))
    rows[at] = msgspec.structs.replace(rows[at], cells={**rows[at].cells, "department": f"{number} {turn}"})
    session.edit(registers=tuple(rows))
    if turn % 3 == 2 and len(session.open.evidence) < 40:
        hand_in(os.urandom(1 << 20))
    QTimer.singleShot(chance.randrange(100, 400), lambda: work_elsewhere(turn + 1))

if full:
    if not session.open.evidence:
        rows = tuple(RegisterRow(id=str(n), register="staff", cells={"name": f"name {n}"}) for n in range(500))
        now = datetime.now(UTC)
        source = Source(name="postconf.txt", sha256="0" * 64, size=1, at=now)
        run = Run(id="reading", started=now, ended=now, kind=RunKind.READ, sources=(source,))
        session.edit(registers=rows, runs=(run,))
        for _ in range(8):
            hand_in(os.urandom(5 << 19))
        session.save()
    QTimer.singleShot(50, work_elsewhere)
window.go(Route("organisation"))
window.show()
def field():
    # The page is made anew when what was read is judged.
    return next(edit for edit in window.page.findChildren(QLineEdit) if edit.property("place") == "name")

field().setFocus()
field().selectAll()
fast = chance.random() < 0.5
letters = iter(f"{number}:" + "abcdefghij" * 19)

def type_one():
    letter = next(letters, None)
    if letter is None:
        return
    QTest.keyClick(field(), letter)
    os.write(1, letter.encode())
    pause = 0 if fast or chance.random() < 0.8 else chance.randrange(300, 900)
    QTimer.singleShot(pause + chance.randrange(15, 60), type_one)

QTimer.singleShot(0, type_one)
application.exec()
"""


@dataclass(frozen=True)
class Killed:
    """One kill: letters typed, letters lost, and for how long the oldest of those had stood on the screen."""

    typed: int
    lost: int
    seconds: float


def kill_once(place: Path, number: int, after: float | None = None, *, full: bool = False) -> Killed:
    """Let a window type into the file at `place`, kill it after so many seconds; raises StoreError if it is lost."""
    from fumimori.store import AssessmentFile

    environment = {
        "QT_QPA_PLATFORM": "offscreen",
        **os.environ,
        "PYTHONPATH": str(APP),
        "PYTHON_KEYRING_BACKEND": "keyring.backends.fail.Keyring",
    }
    wait = random.uniform(0, TYPES_FOR_S) if after is None else after
    command = [sys.executable, "-c", WINDOW, str(place), str(number), str(random.randrange(1 << 30)), PASSPHRASE]
    command.append("full" if full else "")
    seen: list[float] = []
    typed = bytearray()
    began = threading.Event()
    with subprocess.Popen(command, env=environment, stdout=subprocess.PIPE, stderr=subprocess.PIPE) as process:
        assert process.stdout is not None
        output = process.stdout

        def listen() -> None:
            while content := os.read(output.fileno(), 64):
                typed.extend(content)
                seen.extend([time.monotonic()] * len(content))
                began.set()
            began.set()

        listener = threading.Thread(target=listen)
        listener.start()
        began.wait(120)
        time.sleep(wait)
        process.send_signal(signal.SIGKILL)
        moment = time.monotonic()
        listener.join()
        assert process.stderr is not None
        errors = process.stderr.read().decode()
    if not typed:
        raise RuntimeError(errors)
    with AssessmentFile.open(place, PASSPHRASE) as file:
        held = file.assessment.organisation.name
        torn = [one.number for one in file.assessment.evidence if len(file.octets(one.sha256) or b"") != one.size]
        rows, pieces = len(file.assessment.registers), len(file.assessment.evidence)
        read = [source.name for run in file.assessment.runs for source in run.sources]
    if full and (torn or rows != ROWS or pieces < PIECES or read != ["postconf.txt"]):
        raise RuntimeError(f"evidence {torn} of {pieces} is torn, {rows} rows, read: {read}")
    text = typed.decode()
    kept = len(held) if held and f"{number}:abcdefghij".startswith(held[: len(f"{number}:a")]) else 0
    if kept and not (f"{number}:" + "abcdefghij" * 19).startswith(held):
        raise RuntimeError(f"{held!r} was never typed")
    if kept >= len(text):
        return Killed(len(text), 0, 0.0)
    return Killed(len(text), len(text) - kept, moment - seen[kept])


def main() -> int:
    """Print the figures; 1 when more was lost than promised."""
    sys.path.insert(0, str(APP))
    kills = int(sys.argv[1]) if len(sys.argv) > 1 else 500
    beside = int(sys.argv[2]) if len(sys.argv) > 2 else 2
    full = "full" in sys.argv[3:]

    def one_after_the_other(worker: int, folder: str) -> list[Killed]:
        place = Path(folder) / f"{worker}.fumimori"
        done = []
        for number in range(worker, kills, beside):
            done.append(kill_once(place, number, full=full))
            if len(done) % 25 == 0:
                print(f"{worker}: {len(done)} kills, at most {max(one.seconds for one in done):.2f} s lost", flush=True)
        return done

    with tempfile.TemporaryDirectory() as folder, ThreadPoolExecutor(beside) as pool:
        found = [one for part in pool.map(lambda at: one_after_the_other(at, folder), range(beside)) for one in part]
    seconds = sorted(one.seconds for one in found)
    print(f"{len(found)} kills, {len(found)} files opened, {sum(one.typed for one in found)} letters typed")
    print(
        f"lost: median {statistics.median(seconds):.2f} s, 95 % {seconds[int(len(seconds) * 0.95)]:.2f} s, "
        f"at most {seconds[-1]:.2f} s and {max(one.lost for one in found)} letters; "
        f"nothing in {sum(1 for one in found if not one.lost)}"
    )
    return int(seconds[-1] > MOST_LOST_S)


if __name__ == "__main__":
    sys.exit(main())
