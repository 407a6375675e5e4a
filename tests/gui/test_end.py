"""The system asks the window to end: what was typed is in the file, and the process is gone."""

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from fumimori.store import AssessmentFile
from unit.cli.process import Started

ROOT = Path(__file__).resolve().parents[2]
PASSPHRASE = "plain words for a test"

WINDOW = """
import sys
from pathlib import Path
from PySide6.QtCore import QTimer
from PySide6.QtWidgets import QApplication
from fumimori.gui.program import start
from fumimori.gui.window import Window
from gui import demonstration

place = Path(sys.argv[1])
application = QApplication([])

def type_something():
    window = next(one for one in application.topLevelWidgets() if isinstance(one, Window))
    window.session.create(place, sys.argv[2])
    window.session.edit_organisation(name="typed just now")
    print("typed", flush=True)

QTimer.singleShot(300, type_something)
sys.exit(start(demonstration.services(place.parent / "settings"), file=None, language="ja"))
"""

FULL = """
import os, sys
from pathlib import Path
from PySide6.QtCore import QTimer
from PySide6.QtWidgets import QApplication
from fumimori.engine.reading import document_of
from fumimori.gui.program import start
from fumimori.gui.widgets.evidence import EvidenceBox
from fumimori.gui.window import Window
from fumimori.model import RegisterRow
from fumimori.wizard.steps import Route
from gui import demonstration
from loopback.signed_mail import MESSAGE, received

place = Path(sys.argv[1])
application = QApplication([])

def work():
    window = next(one for one in application.topLevelWidgets() if isinstance(one, Window))
    session = window.session
    session.create(place, sys.argv[2], demonstration.assessment())
    session.answer("access.admin_list", "yes")
    session.judging.when_exact(lambda: hand_in(window, session), window)

def hand_in(window, session):
    window.go(Route("question", "access.admin_list"))
    rows = tuple(RegisterRow(id=str(at), register="staff", cells={"name": f"name {at}"}) for at in range(500))
    session.edit(registers=rows)
    messages = [received(MESSAGE.replace(b"11", str(at).encode())) for at in range(200)]
    session.document_import.add(document_of(f"{at}.eml", one, demonstration.AT) for at, one in enumerate(messages))
    large = place.with_name("large.bin")
    large.write_bytes(os.urandom(19 << 20))
    window.findChildren(EvidenceBox)[-1].take(large)
    session.edit_organisation(name="typed just now")
    print("typed", flush=True)

QTimer.singleShot(300, work)
sys.exit(start(demonstration.services(place.parent / "settings"), file=None, language="ja"))
"""

if sys.platform != "win32":

    def begun(program: str, place: Path) -> subprocess.Popen[str]:
        environment = {
            "QT_QPA_PLATFORM": "offscreen",
            **os.environ,
            "PYTHONPATH": f"{ROOT / 'app'}:{ROOT / 'tests'}",
        }
        command = [sys.executable, "-c", program, str(place), PASSPHRASE]
        return Started(command, env=environment, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)

    def typed(process: subprocess.Popen[str]) -> None:
        """Wait until the window has done its work; one that failed is not waited for."""
        assert process.stdout is not None
        if process.stdout.readline() != "typed\n":
            process.kill()
            pytest.fail("the window did not work")

    def told(process: subprocess.Popen[str]) -> str:
        """What it wrote about mistakes of ours."""
        assert process.stderr is not None
        return "".join(line for line in process.stderr if "Error" in line)

    @pytest.mark.parametrize("how", [signal.SIGTERM, signal.SIGHUP])
    def test_the_window_saves_and_ends(tmp_path: Path, how: signal.Signals):
        place = tmp_path / "a.fumimori"
        with begun(WINDOW, place) as process:
            typed(process)
            process.send_signal(how)
            assert process.wait(30) == 0
        with AssessmentFile.open(place, PASSPHRASE) as file:
            assert file.assessment.organisation.name == "typed just now"
        assert not place.with_name(f"{place.name}-wal").exists()

    @pytest.mark.parametrize("how", [signal.SIGTERM, signal.SIGHUP])
    @pytest.mark.parametrize("after", [0.0, 0.2, 1.0])
    def test_it_ends_whole_while_evidence_documents_and_registers_come_in(
        tmp_path: Path, how: signal.Signals, after: float
    ):
        place = tmp_path / "a.fumimori"
        with begun(FULL, place) as process:
            typed(process)
            time.sleep(after)
            process.send_signal(how)
            assert (process.wait(60), told(process)) == (0, "")
        with AssessmentFile.open(place, PASSPHRASE) as file:
            held = file.assessment
            assert (held.organisation.name, len(held.registers)) == ("typed just now", 500)
            assert [len(file.octets(one.sha256) or b"") for one in held.evidence] in ([], [19 << 20])
        assert not place.with_name(f"{place.name}-wal").exists()
