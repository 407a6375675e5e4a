"""The system asks the window to end: what was typed is in the file, and the process is gone."""

import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from fumimori.store import AssessmentFile

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

if sys.platform != "win32":

    @pytest.mark.parametrize("how", [signal.SIGTERM, signal.SIGHUP])
    def test_the_window_saves_and_ends(tmp_path: Path, how: signal.Signals):
        place = tmp_path / "a.fumimori"
        environment = {
            "QT_QPA_PLATFORM": "offscreen",
            **os.environ,
            "PYTHONPATH": f"{ROOT / 'app'}:{ROOT / 'tests'}",
        }
        command = [sys.executable, "-c", WINDOW, str(place), PASSPHRASE]
        with subprocess.Popen(command, env=environment, stdout=subprocess.PIPE, text=True) as process:
            assert process.stdout is not None
            assert process.stdout.readline() == "typed\n"
            process.send_signal(how)
            assert process.wait(30) == 0
        with AssessmentFile.open(place, PASSPHRASE) as file:
            assert file.assessment.organisation.name == "typed just now"
        assert not place.with_name(f"{place.name}-wal").exists()
