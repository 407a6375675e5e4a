"""Large things that the disk does not take: a banner with a way on, nothing dropped, and a file that is whole."""

import hashlib
import os
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import msgspec
import pytest

from fumimori.gui.widgets.evidence import EvidenceBox
from fumimori.model import About, Evidence, EvidenceKind, RegisterRow
from fumimori.store import AssessmentFile, DiskFull
from gui import demonstration
from gui.driver import Driver, Open, open_file

PASSPHRASE = "plain words for a test"
QUESTION = "access.admin_list"
ROWS = 500
LARGE = 19 << 20


@pytest.fixture
def small(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, expect_log: Callable[[str], None]) -> Iterator[Path]:
    """A folder on a disk of 6 MB; where none can be mounted, large pieces find no room."""
    folder = tmp_path / "small"
    folder.mkdir()
    if sys.platform == "linux" and os.geteuid() == 0:
        subprocess.run(["mount", "-t", "tmpfs", "-o", "size=6m", "tmpfs", str(folder)], check=True)
        expect_log("no snapshot.*disk_full")
        yield folder
        subprocess.run(["umount", "-l", str(folder)], check=True)
        return
    whole = AssessmentFile.keep

    def keep(file: AssessmentFile, octets: bytes) -> str:
        if file.path.parent == folder and len(octets) > 6 << 20:
            raise DiskFull("no room")
        return whole(file, octets)

    monkeypatch.setattr(AssessmentFile, "keep", keep)
    yield folder


def at_question(opened: Open, place: Path) -> Driver:
    driver = opened("ja")
    driver.session.create(place, PASSPHRASE, demonstration.assessment())
    driver.session.answer(QUESTION, "yes")
    driver.go("question", QUESTION)
    return driver


def hand_in(driver: Driver, file: Path, count: int) -> None:
    driver.settle()
    driver.window.findChildren(EvidenceBox)[-1].take(file)
    driver.qtbot.waitUntil(lambda: len(driver.session.open.evidence) == count, timeout=60_000)


def test_evidence_register_and_typing_go_on_elsewhere(opened: Open, small: Path, tmp_path: Path):
    driver = at_question(opened, small / "a.fumimori")
    session, t = driver.session, driver.session.texts
    (tmp_path / "little.bin").write_bytes(os.urandom(1 << 16))
    (tmp_path / "large.bin").write_bytes(os.urandom(LARGE))
    hand_in(driver, tmp_path / "little.bin", 1)
    assert session.save()
    hand_in(driver, tmp_path / "large.bin", 2)
    driver.qtbot.waitUntil(lambda: session.fault == "disk_full", timeout=20_000)
    assert driver.shows(t("words.store_error.disk_full"))
    rows = tuple(RegisterRow(id=str(at), register="staff", cells={"name": f"name {at}"}) for at in range(ROWS))
    session.edit(registers=rows)
    session.edit_organisation(name="typed on the full disk")
    driver.qtbot.wait(1_200)
    assert (session.state, len(session.open.evidence)) == ("unsaved", 2)
    assert session.octets(session.open.evidence[1]) == (tmp_path / "large.bin").read_bytes()
    assert not driver.window.close()
    driver.press("elsewhere")
    driver.save_elsewhere(tmp_path / "b.fumimori", PASSPHRASE)
    assert (session.state, session.fault) == ("saved", "")
    assert driver.window.close()
    with AssessmentFile.open(tmp_path / "b.fumimori", PASSPHRASE) as file:
        held = file.assessment
        assert (held.organisation.name, len(held.registers)) == ("typed on the full disk", ROWS)
        assert [file.octets(one.sha256) for one in held.evidence] == [
            (tmp_path / name).read_bytes() for name in ("little.bin", "large.bin")
        ]
    with AssessmentFile.open(small / "a.fumimori", PASSPHRASE) as file:
        held = file.assessment
        assert [len(file.octets(one.sha256) or b"") for one in held.evidence] == [1 << 16]
        assert (held.organisation.name, len(held.registers)) == ("typed on the full disk", ROWS)


def test_what_waited_is_written_once_there_is_room(opened: Open, tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    driver = at_question(opened, tmp_path / "a.fumimori")
    session = driver.session
    (tmp_path / "list.bin").write_bytes(os.urandom(1 << 16))

    def refuse(*_: object) -> str:
        raise DiskFull("no room")

    with monkeypatch.context() as patch:
        patch.setattr(AssessmentFile, "keep", refuse)
        hand_in(driver, tmp_path / "list.bin", 1)
        driver.qtbot.waitUntil(lambda: session.fault == "disk_full", timeout=20_000)
        driver.type("evidence-shows:1", "typed meanwhile")
        driver.qtbot.wait(1_200)
        assert session.state == "unsaved"
        driver.press("save-again")
        assert session.state == "unsaved"
    driver.press("save-again")
    assert session.state == "saved"
    assert driver.window.close()
    with AssessmentFile.open(tmp_path / "a.fumimori", PASSPHRASE) as file:
        (one,) = file.assessment.evidence
        assert (one.shows, file.octets(one.sha256)) == ("typed meanwhile", (tmp_path / "list.bin").read_bytes())


def test_a_vanished_folder_takes_nothing_along(opened: Open, tmp_path: Path, expect_log: Callable[[str], None]):
    """A stick that was pulled out while evidence was handed in and a register was filled."""
    expect_log("no snapshot.*not_there")
    stick = tmp_path / "stick"
    stick.mkdir()
    driver = at_question(opened, stick / "a.fumimori")
    session = driver.session
    driver.qtbot.waitUntil(lambda: session.state == "saved", timeout=20_000)
    stick.rename(tmp_path / "gone")
    (tmp_path / "list.bin").write_bytes(os.urandom(1 << 20))
    hand_in(driver, tmp_path / "list.bin", 1)
    session.edit(registers=(RegisterRow(id="1", register="staff", cells={"name": "A"}),))
    driver.qtbot.waitUntil(lambda: session.state == "unsaved" and bool(session.fault), timeout=20_000)
    assert session.octets(session.open.evidence[0]) == (tmp_path / "list.bin").read_bytes()
    driver.press("elsewhere")
    driver.save_elsewhere(tmp_path / "b.fumimori", PASSPHRASE)
    assert driver.window.close()
    with AssessmentFile.open(tmp_path / "b.fumimori", PASSPHRASE) as file:
        (one,) = file.assessment.evidence
        assert file.octets(one.sha256) == (tmp_path / "list.bin").read_bytes()
        assert len(file.assessment.registers) == 1


def test_a_save_does_not_wait_for_a_large_piece(opened: Open, tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    driver = at_question(opened, tmp_path / "a.fumimori")
    tried: list[bool] = []
    saving = AssessmentFile.save
    monkeypatch.setattr(AssessmentFile, "save", lambda file, held: (tried.append(file.busy), saving(file, held)))
    with monkeypatch.context() as patch:
        patch.setattr(AssessmentFile, "busy", True)
        driver.session.edit_organisation(name="typed while a piece is written")
        driver.qtbot.wait(1_500)
        assert (tried, driver.session.state) == ([], "saving")
    driver.qtbot.waitUntil(lambda: driver.session.state == "saved", timeout=5_000)
    assert tried == [False]


def with_evidence(place: Path, octets: bytes) -> None:
    """A file whose question has a piece of evidence."""
    one = Evidence(
        number=1,
        kind=EvidenceKind.FILE,
        name="old.bin",
        sha256=hashlib.sha256(octets).hexdigest(),
        size=len(octets),
        added=demonstration.AT,
        about=About.QUESTION,
        subject=QUESTION,
        shows="the list of August",
    )
    start = msgspec.structs.replace(demonstration.assessment(), evidence=(one,), evidence_numbers=1)
    AssessmentFile.create(place, PASSPHRASE, start=start, blobs=[(one.sha256, octets)]).close()


@contextmanager
def only_to_read(folder: Path) -> Iterator[None]:
    """Nothing in `folder` can be written meanwhile, neither by the administrator where a mount is possible."""
    if sys.platform == "linux" and os.geteuid() == 0:
        subprocess.run(["mount", "--bind", str(folder), str(folder)], check=True)
        subprocess.run(["mount", "-o", "remount,ro,bind", str(folder)], check=True)
        try:
            yield
        finally:
            subprocess.run(["umount", "-l", str(folder)], check=True)
        return
    for one in (*folder.rglob("*"), folder):
        one.chmod(0o500 if one.is_dir() else 0o400)
    try:
        yield
    finally:
        for one in (folder, *folder.rglob("*")):
            one.chmod(0o700 if folder in (one, one.parent) and one.is_dir() else 0o600)


def test_evidence_in_a_folder_that_is_only_read_is_seen_and_goes_on_elsewhere(opened: Open, tmp_path: Path):
    """The old piece is shown and saved from there; a new one waits in memory until the copy holds both."""
    folder, old, new = tmp_path / "archive", os.urandom(1 << 16), os.urandom(1 << 20)
    folder.mkdir()
    place, names = folder / "a.fumimori", ("one.bin", "two.bin")
    with_evidence(place, old)
    (tmp_path / "new.bin").write_bytes(new)
    before = {one: one.read_bytes() for one in folder.rglob("*") if one.is_file()}
    with only_to_read(folder):
        driver = opened("ja")
        session, t = driver.session, driver.session.texts
        open_file(session, place, PASSPHRASE)
        assert (session.state, session.fault) == ("read_only", "not_writable")
        driver.go("question", QUESTION)
        box = driver.window.findChildren(EvidenceBox)[-1]
        box.give(session.open.evidence[0], tmp_path / names[0])
        driver.qtbot.waitUntil((tmp_path / names[0]).exists, timeout=20_000)
        hand_in(driver, tmp_path / "new.bin", 2)
        driver.qtbot.waitUntil(lambda: session.state == "unsaved", timeout=20_000)
        assert driver.shows(t("words.store_error.not_writable"))
        box = driver.window.findChildren(EvidenceBox)[-1]
        box.give(session.open.evidence[1], tmp_path / names[1])
        driver.qtbot.waitUntil((tmp_path / names[1]).exists, timeout=20_000)
        assert [(tmp_path / name).read_bytes() for name in names] == [old, new]
        driver.press("evidence-remove:1")
        driver.window.undo()
        assert not driver.window.close()
        driver.press("keep-open")
        driver.press("elsewhere")
        driver.save_elsewhere(tmp_path / "b.fumimori", PASSPHRASE)
        assert (session.state, session.fault) == ("saved", "")
        assert driver.window.close()
    assert {one: one.read_bytes() for one in folder.rglob("*") if one.is_file()} == before
    with AssessmentFile.open(tmp_path / "b.fumimori", PASSPHRASE) as file:
        held = file.assessment.evidence
        assert [(one.name, one.shows) for one in held] == [("old.bin", "the list of August"), ("new.bin", "")]
        assert [file.octets(one.sha256) for one in held] == [old, new]


def test_evidence_that_comes_in_while_a_copy_is_made_is_in_the_copy(
    opened: Open, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    driver = at_question(opened, tmp_path / "a.fumimori")
    session, octets = driver.session, os.urandom(1 << 16)
    made = AssessmentFile.create

    def slowly(*given: object, **named: object) -> AssessmentFile:
        """As if a person kept a picture just when the copy was whole."""
        file = made(*given, **named)  # type: ignore[arg-type]
        one = Evidence(
            number=1,
            kind=EvidenceKind.FILE,
            name="late.bin",
            sha256=session.keep(octets),
            size=len(octets),
            added=demonstration.AT,
            about=About.QUESTION,
            subject=QUESTION,
        )
        session.assessment = msgspec.structs.replace(session.open, evidence=(one,), evidence_numbers=1)
        return file

    monkeypatch.setattr(AssessmentFile, "create", slowly)
    session.work.create(tmp_path / "b.fumimori", PASSPHRASE, session.open, copy=True)
    driver.qtbot.waitUntil(lambda: session.path == tmp_path / "b.fumimori", timeout=60_000)
    assert driver.window.close()
    with AssessmentFile.open(tmp_path / "b.fumimori", PASSPHRASE) as file:
        (one,) = file.assessment.evidence
        assert file.octets(one.sha256) == octets
