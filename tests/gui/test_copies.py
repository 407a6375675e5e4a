"""Copies of evidence that a killed program left behind are gone at the next start; those of a living one stay."""

import os
import signal
import subprocess
import sys
import tempfile
from pathlib import Path

import pytest

from fumimori.gui.viewer_copies import LOCK, PREFIX, ViewerCopies, remove_abandoned

APP = Path(__file__).resolve().parents[2] / "app"
OPENS = """
import sys
from datetime import UTC, datetime
from fumimori.gui.viewer_copies import ViewerCopies
from fumimori.model import About, Evidence, EvidenceKind

octets = b"secret words"
one = Evidence(
    number=1, kind=EvidenceKind.TEXT, name="a.txt", sha256="0" * 64, size=len(octets), added=datetime.now(UTC),
    about=About.QUESTION, subject="access.admin_list", shows="the list",
)
copies = ViewerCopies()
print(copies.make(one, octets), flush=True)
sys.stdin.read()
copies.remove()
"""


@pytest.fixture
def temporary(tmp_path, monkeypatch):
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    return tmp_path


def opening(folder: Path) -> "subprocess.Popen[str]":
    environment = {**os.environ, "PYTHONPATH": str(APP), "TMPDIR": str(folder), "TEMP": str(folder)}
    pipe = subprocess.PIPE
    return subprocess.Popen([sys.executable, "-c", OPENS], env=environment, stdin=pipe, stdout=pipe, text=True)


def test_the_copies_of_a_killed_program_are_removed_and_those_of_a_living_one_stay(temporary: Path):
    with opening(temporary) as killed, opening(temporary) as living:
        gone, there = (Path(one.stdout.readline().strip()) for one in (killed, living))
        killed.send_signal(signal.SIGKILL if os.name == "posix" else signal.SIGTERM)
        killed.wait()
        assert gone.read_bytes() == there.read_bytes() == b"secret words"
        remove_abandoned()
        assert not gone.parent.exists()
        assert there.read_bytes() == b"secret words"
        living.communicate("", timeout=30)
        assert not there.parent.exists()


def test_a_folder_of_somebody_else_is_left_alone(temporary: Path):
    mine, other, link = temporary / "elsewhere", temporary / f"{PREFIX}x", temporary / f"{PREFIX}link"
    mine.mkdir()
    (mine / LOCK).write_text("")
    (mine / "diary.txt").write_text("dear diary")
    other.mkdir()
    (other / "diary.txt").write_text("dear diary")
    link.symlink_to(mine)
    remove_abandoned()
    assert (mine / "diary.txt").read_text() == (other / "diary.txt").read_text() == "dear diary"
    ViewerCopies().remove()
