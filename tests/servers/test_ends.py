"""A command that is told to end: a scan writes what it has, and files that existed are the old or the new ones."""

import json
import os
import random
import signal
import socket
import subprocess
import sys
import time
import zipfile
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import msgspec
import pikepdf
import pytest

from fumimori.__main__ import SAMPLE_PASSPHRASE, sample, toolkit
from fumimori.engine.exchange import scan_json
from fumimori.model import About, Evidence, EvidenceKind, RegisterRow
from fumimori.store import AssessmentFile
from loopback.signed_mail import MESSAGE, received
from unit.cli.process import APP, Started

SECRET = "plain words for a test"
ENDS = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)
IGNORING = """
import os, signal, sys
signal.signal(int(sys.argv[1]), signal.SIG_IGN)
os.execv(sys.executable, sys.argv[2:])
"""
"""As `nohup` starts a program."""
ROWS, PIECES, PIECE = 500, 4, 5 << 20
AT = datetime(2026, 11, 24, tzinfo=UTC)


def begun(folder: Path, *command: str, ignoring: signal.Signals | None = None) -> subprocess.Popen[bytes]:
    """The program with this command, in a process of its own."""
    start = [sys.executable, "-m", "fumimori", *command]
    if ignoring is not None:
        start = [sys.executable, "-c", IGNORING, str(int(ignoring)), *start]
    return Started(
        start,
        cwd=folder,
        env={**os.environ, "PYTHONPATH": str(APP), "LANG": "C.UTF-8"},
        stderr=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
    )


@pytest.fixture
def asked() -> Iterator[tuple[socket.socket, tuple[str, ...]]]:
    """A name server that never answers, and a scan that asks it."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as silent:
        silent.bind(("127.0.0.1", 0))
        silent.settimeout(60)
        resolver = f"127.0.0.1:{silent.getsockname()[1]}"
        command = ("scan", "good.example", "--resolver", resolver, "--control-host", "127.0.0.1", "--json", "x.json")
        yield silent, command


@pytest.mark.parametrize("how", ENDS)
def test_an_interrupted_scan_keeps_what_it_has(tmp_path: Path, how: signal.Signals, asked) -> None:
    silent, command = asked
    with begun(tmp_path, *command) as process:
        silent.recv(512)
        time.sleep(0.5)
        process.send_signal(how)
        assert process.wait(20) in (0, 3)
    content = json.loads((tmp_path / "x.json").read_text(encoding="utf-8"))
    assert content["runs"][0]["contacts"]


def test_a_scan_that_shall_outlive_its_terminal_does(tmp_path: Path, asked) -> None:
    silent, command = asked
    with begun(tmp_path, *command, ignoring=signal.SIGHUP) as process:
        silent.recv(512)
        process.send_signal(signal.SIGHUP)
        with pytest.raises(subprocess.TimeoutExpired):
            process.wait(1.5)
        process.send_signal(signal.SIGTERM)
        assert process.wait(20) in (0, 3)


# --- files --------------------------------------------------------------------------------------------------------


def full_file(place: Path) -> None:
    """The sample with a register of 500 rows and 20 MB of evidence."""
    rows = tuple(RegisterRow(id=str(at), register="staff", cells={"name": f"name {at}"}) for at in range(ROWS))
    start = msgspec.structs.replace(sample("en"), registers=rows, evidence=())
    with AssessmentFile.create(place, SECRET, start=start) as file:
        kept = [file.keep(os.urandom(PIECE)) for _ in range(PIECES)]
        evidence = tuple(
            Evidence(
                number=number,
                kind=EvidenceKind.FILE,
                name="list.bin",
                sha256=sha256,
                size=PIECE,
                added=AT,
                about=About.QUESTION,
                subject="access.admin_list",
            )
            for number, sha256 in enumerate(kept, 1)
        )
        file.save(msgspec.structs.replace(start, evidence=evidence))


@pytest.fixture(scope="module")
def ready(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with everything that the commands read."""
    folder: Path = tmp_path_factory.mktemp("ready")
    full_file(folder / "a.fumimori")
    (folder / "secret").write_text(SECRET, encoding="utf-8")
    (folder / "secret").chmod(0o600)
    company = sample("en")
    (folder / "scan.json").write_bytes(scan_json(company, toolkit().assess(company, AT)))
    (folder / "mail").mkdir()
    for number in range(40):
        message = MESSAGE.replace(b"Invoice 11", f"Invoice {number}".encode()).replace(b"example.jp", b"mihon.example")
        (folder / "mail" / f"{number}.eml").write_bytes(received(message))
    return folder


WITH = ("--passphrase-file", "secret")
COMMANDS = {
    "report": ("report", "a.fumimori", "--lang", "en", "--out", "x.pdf", *WITH),
    "export": ("export", "a.fumimori", "--lang", "en", "--format", "handover", "--out", "out", "--replace", *WITH),
    "read": ("read", "mail", "--into", "a.fumimori", "--own-messages", *WITH),
    "sample": ("sample", "--out", "out", "--replace"),
    "collector": ("collector", "--out", "x.sh"),
    "open-json": ("open-json", "scan.json", "--save", "x.fumimori", *WITH),
}


def opened(place: Path, secret: str = SECRET) -> tuple[int, int]:
    """How many readings and pieces of evidence the file holds; it must be whole."""
    with AssessmentFile.open(place, secret) as file:
        held = file.assessment
        assert [len(file.octets(one.sha256) or b"") for one in held.evidence] == [one.size for one in held.evidence]
        return len(held.runs), len(held.registers)


def whole(path: Path) -> None:
    """Raises when the file is not one of its kind, from the first octet to the last."""
    if path.suffix == ".pdf":
        with pikepdf.open(path) as document:
            assert len(document.pages) > 5
    elif path.suffix == ".zip":
        with zipfile.ZipFile(path) as package:
            assert package.testzip() is None
    elif path.suffix == ".json":
        assert json.loads(path.read_bytes())
    elif path.suffix == ".fumimori":
        opened(path, SAMPLE_PASSPHRASE if path.name == "sample.fumimori" else SECRET)
    else:
        assert path.read_bytes().endswith(b"\n")


def writing(folder: Path, process: subprocess.Popen[bytes], there: set[Path]) -> None:
    """Wait until the process writes something, or is at its end."""
    while process.poll() is None and set(folder.rglob("*")) <= there:
        time.sleep(0.002)


@pytest.mark.parametrize("name", list(COMMANDS))
@pytest.mark.parametrize("how", ENDS)
def test_a_command_that_is_ended_while_it_writes_leaves_the_old_or_the_new(
    tmp_path: Path, ready: Path, how: signal.Signals, name: str
) -> None:
    folder = tmp_path / "work"
    subprocess.run(["cp", "-r", str(ready), str(folder)], check=True)
    before = opened(folder / "a.fumimori")
    there = set(folder.rglob("*"))
    for pause in (0.0, random.uniform(0, 0.3)):
        with begun(folder, *COMMANDS[name]) as process:
            writing(folder, process, there | {folder / "out"})
            time.sleep(pause)
            process.send_signal(how)
            assert process.wait(60) in (0, 128 + how, -how)  # the last where it was at its end already
        after = opened(folder / "a.fumimori")
        assert after[1] == before[1]
        assert after[0] - before[0] in ((0, 1, 2) if name == "read" else (0,))
        made = [path for path in folder.rglob("*") if path not in there and path.is_file()]
        assert [path for path in made if path.name.startswith(".") or path.name.endswith("-wal")] == []
        for path in made:
            if not path.parent.name.endswith(".snapshots"):
                whole(path)
