"""Killed at any moment, or out of room, a file opens and holds all that was saved, but for the last change at most."""

import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from fumimori.store import AssessmentFile
from unit.store.example import answers, assessment

KEY = b"k" * 32
TESTS = Path(__file__).parents[2]

SAVING = """
import sys
from pathlib import Path
from unit.store.example import answers, assessment
from fumimori.store import AssessmentFile
file = AssessmentFile.create(Path(sys.argv[1]), b"k" * 32)
for number in range(100000):
    file.save(assessment(answers=answers(number % 300)))
    print(number, flush=True)
"""

FILLING = """
import sys
from pathlib import Path
import resource
from unit.store.example import assessment
from fumimori.model import Organisation
from fumimori.store import AssessmentFile, StoreError
if sys.argv[2] == "limit":
    resource.setrlimit(resource.RLIMIT_FSIZE, (600_000, 600_000))
file = AssessmentFile.create(Path(sys.argv[1]), b"k" * 32)
held = 0
try:
    for size in range(1, 100):
        file.save(assessment(organisation=Organisation(name="x" * 20_000 * size)))
        held = size
except StoreError as error:
    print(held, error.code, len(file.assessment.organisation.name) // 20_000)
"""


def python(program, *arguments):
    return subprocess.Popen(
        [sys.executable, "-c", program, *map(str, arguments)],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        env={**os.environ, "PYTHONPATH": str(TESTS)},
    )


@pytest.mark.parametrize("after", [1, 2, 7, 40, 120])
def test_killed_while_saving_at_most_the_last_change_is_lost(tmp_path, after):
    place = tmp_path / "a.fumimori"
    with python(SAVING, place) as process:
        told = -1
        for line in process.stdout:
            told = int(line)
            if told >= after:
                break
        process.send_signal(signal.SIGKILL)
        told = max([told, *(int(line) for line in process.stdout if line.endswith("\n"))])
    with AssessmentFile.open(place, KEY) as file:
        held = len(file.assessment.answers)
        assert held in (told % 300, (told + 1) % 300)
        assert file.assessment == assessment(answers=answers(held))
        file.save(assessment())
    with AssessmentFile.open(place, KEY) as file:
        assert file.assessment == assessment()


def small_disk(folder, size="1m"):
    """Whether a file system of that size could be mounted there."""
    folder.mkdir()
    if os.geteuid() != 0:
        return False
    mount = ["mount", "-t", "tmpfs", "-o", f"size={size}", "tmpfs", str(folder)]
    return subprocess.run(mount, capture_output=True, check=False).returncode == 0


@pytest.mark.parametrize("way", ["disk", "limit"])
def test_without_room_the_last_save_before_is_whole(tmp_path, way):
    folder = tmp_path / "small"
    mounted = small_disk(folder) if way == "disk" else folder.mkdir()
    try:
        with python(FILLING, folder / "a.fumimori", "disk" if mounted else "limit") as process:
            output, errors = process.communicate(timeout=60)
        assert errors == ""
        held, code, in_memory = output.split()
        assert (code, in_memory, int(held) >= 1) == ("disk_full" if mounted else "not_writable", held, True)
        content = (folder / "a.fumimori").read_bytes()
        journal = folder / "a.fumimori-wal"
        rest = journal.read_bytes() if journal.exists() else b""
    finally:
        if mounted:
            subprocess.run(["umount", str(folder)], check=True)
    place = tmp_path / "a.fumimori"
    place.write_bytes(content)
    (tmp_path / "a.fumimori-wal").write_bytes(rest)
    with AssessmentFile.open(place, KEY) as file:
        assert len(file.assessment.organisation.name) == 20_000 * int(held)


EVIDENCE = """
import errno, os, resource, sys
from pathlib import Path
from fumimori.model import RegisterRow
from fumimori.store import AssessmentFile, StoreError, write_whole
from unit.store.example import assessment
if sys.argv[2] == "limit":
    resource.setrlimit(resource.RLIMIT_FSIZE, (3 << 20, 3 << 20))
place = Path(sys.argv[1])
rows = tuple(RegisterRow(id=str(at), register="staff", cells={"name": f"name {at}"}) for at in range(500))
with AssessmentFile.create(place, b"k" * 32, start=assessment(registers=rows)) as file:
    kept = []
    try:
        for _ in range(100):
            kept.append(file.keep(os.urandom(1 << 19)))
    except StoreError as error:
        print(error.code)
    print(*(len(file.octets(one) or b"") for one in kept))
    before = sorted(os.listdir(place.parent))
    try:
        write_whole(place.with_name("handover.zip"), bytes(1 << 22))
    except OSError as error:
        print(errno.errorcode[error.errno], before == sorted(os.listdir(place.parent)))
"""


@pytest.mark.parametrize("way", ["disk", "limit"])
def test_evidence_and_packages_without_room_harm_nothing_that_is_there(tmp_path, way):
    folder = tmp_path / "small"
    mounted = small_disk(folder, "6m") if way == "disk" else folder.mkdir()
    try:
        with python(EVIDENCE, folder / "a.fumimori", "disk" if mounted else "limit") as process:
            output, errors = process.communicate(timeout=60)
        assert errors == ""
        code, sizes, written = output.splitlines()
        assert code == ("disk_full" if mounted else "not_writable")
        assert len(sizes.split()) >= 2
        assert set(sizes.split()) == {str(1 << 19)}
        assert written == ("ENOSPC True" if mounted else "EFBIG True")
        if mounted:
            subprocess.run(["mount", "-o", "remount,size=32m", str(folder)], check=True)
        with AssessmentFile.open(folder / "a.fumimori", KEY) as file:
            assert len(file.assessment.registers) == 500
            file.save(assessment())
    finally:
        if mounted:
            subprocess.run(["umount", str(folder)], check=True)
