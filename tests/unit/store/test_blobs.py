"""The octets of evidence lie encrypted in the file, once, survive crashes and new keys, and are not in snapshots."""

import hashlib
import os
import signal
import subprocess
import sys
from datetime import UTC, datetime
from pathlib import Path

import msgspec
import pytest

from fumimori.model import About, Evidence, EvidenceKind, RegisterRow
from fumimori.store import AssessmentFile, snapshots
from fumimori.store.database import Database
from unit.store.example import assessment

KEY, OTHER = b"k" * 32, b"o" * 32
TESTS = Path(__file__).parents[2]
PHOTO = b"not for everybody's eyes " * 40_000


def evidence(octets=PHOTO, number=1):
    return Evidence(
        number=number,
        kind=EvidenceKind.FILE,
        name="photo.jpg",
        sha256=hashlib.sha256(octets).hexdigest(),
        size=len(octets),
        added=datetime(2026, 11, 24, tzinfo=UTC),
        about=About.QUESTION,
        subject="access.admin_mfa",
    )


def with_photo(path):
    file = AssessmentFile.create(path, KEY, start=assessment())
    file.keep(PHOTO)
    file.save(assessment(evidence=(evidence(),)))
    return file


def test_rows_and_octets_come_back(tmp_path):
    rows = tuple(RegisterRow(id=f"r{n}", register="staff", cells={"name": f"N{n}"}) for n in (2, 1, 3))
    with with_photo(tmp_path / "a.fumimori") as file:
        file.save(assessment(evidence=(evidence(),), registers=rows))
    with AssessmentFile.open(tmp_path / "a.fumimori", KEY) as file:
        assert file.assessment == assessment(evidence=(evidence(),), registers=rows)
        assert file.octets(evidence().sha256) == PHOTO
        assert file.octets("0" * 64) is None


def test_the_octets_are_encrypted_and_written_once(tmp_path):
    place = tmp_path / "a.fumimori"
    with with_photo(place) as file:
        for number in range(5):
            file.save(msgspec.structs.replace(file.assessment, document_number=str(number)))
    assert len(PHOTO) < place.stat().st_size < len(PHOTO) + 400_000
    assert all(b"not for everybody" not in found.read_bytes() for found in tmp_path.rglob("*") if found.is_file())


def test_a_snapshot_holds_the_record_and_not_the_octets(tmp_path):
    place = tmp_path / "a.fumimori"
    with_photo(place).close()
    newest = snapshots.all_of(place)[0]
    assert newest.stat().st_size < 200_000
    with AssessmentFile.open(newest, KEY) as copy:
        assert copy.assessment.evidence == (evidence(),)
        assert copy.octets(evidence().sha256) is None


def test_octets_outlive_a_new_key_a_copy_and_a_file_that_vanished(tmp_path):
    place = tmp_path / "a.fumimori"
    with with_photo(place) as file:
        file.change_secret(OTHER)
        assert file.octets(evidence().sha256) == PHOTO
        with AssessmentFile.create(tmp_path / "b.fumimori", KEY, start=file.assessment, blobs=file.blobs()) as copy:
            assert copy.octets(evidence().sha256) == PHOTO
        place.unlink()
        file.save_again(file.assessment)
        assert file.octets(evidence().sha256) == PHOTO
    with AssessmentFile.open(place, OTHER) as file:
        assert file.octets(evidence().sha256) == PHOTO


def test_what_was_taken_away_can_be_brought_back_until_the_file_is_closed(tmp_path):
    place = tmp_path / "a.fumimori"
    with with_photo(place) as file:
        file.save(assessment())
        assert file.octets(evidence().sha256) == PHOTO
    with AssessmentFile.open(place, KEY) as file:
        assert file.octets(evidence().sha256) is None


def test_octets_that_rotted_are_not_shown_as_evidence(tmp_path):
    place = tmp_path / "a.fumimori"
    with_photo(place).close()
    database = Database(place, KEY)
    database.write_blob(evidence().sha256, b"something else")
    database.close()
    with AssessmentFile.open(place, KEY) as file:
        assert file.octets(evidence().sha256) is None


def test_a_file_of_the_second_version_is_carried_over(tmp_path):
    place = tmp_path / "a.fumimori"
    AssessmentFile.create(place, KEY, start=assessment()).close()
    database = Database(place, KEY)
    with database.transaction():
        database._connection.execute("DROP TABLE blob")
        database._connection.execute("PRAGMA user_version = 2")
    database.close()
    with AssessmentFile.open(place, KEY) as file:
        assert file.assessment == assessment()
        file.keep(PHOTO)
        assert file.octets(evidence().sha256) == PHOTO


KEEPING = """
import sys
from pathlib import Path
from fumimori.store import AssessmentFile
from unit.store.example import assessment
from unit.store.test_blobs import evidence
file = AssessmentFile.create(Path(sys.argv[1]), b"k" * 32, start=assessment())
shown = ()
for number in range(1, 1000):
    octets = bytes([number % 256]) * 300_000
    print("-", flush=True)
    file.keep(octets)
    print("-", flush=True)
    shown = (*shown, evidence(octets, number))
    file.save(assessment(evidence=shown))
"""


@pytest.mark.parametrize("lines", range(1, 26))
def test_killed_between_or_during_writes_no_record_lacks_its_octets(tmp_path, lines):
    place = tmp_path / "a.fumimori"
    with subprocess.Popen(
        [sys.executable, "-c", KEEPING, str(place)],
        stdout=subprocess.PIPE,
        text=True,
        env={**os.environ, "PYTHONPATH": str(TESTS)},
    ) as process:
        for _ in range(lines):
            process.stdout.readline()
        process.send_signal(signal.SIGKILL)
    with AssessmentFile.open(place, KEY) as file:
        shown = file.assessment.evidence
        assert len(shown) >= (lines - 1) // 2 - 1
        assert all(file.octets(one.sha256) is not None for one in shown)


def test_a_letter_costs_no_more_in_a_file_with_much_evidence(tmp_path):
    """Autosave writes what changed: neither the octets nor the rows of a register once more."""
    path = tmp_path / "a.fumimori"
    with AssessmentFile.create(path, KEY, start=assessment()) as file:
        photos = [os.urandom(5 << 19) for _ in range(8)]
        for photo in photos:
            file.keep(photo)
        rows = tuple(RegisterRow(id=str(row), register="staff", cells={"name": f"name {row}"}) for row in range(500))
        held = assessment(
            evidence=tuple(evidence(photo, number) for number, photo in enumerate(photos, start=1)), registers=rows
        )
        file.save(held)
        written = []
        write = Database.write
        with pytest.MonkeyPatch.context() as watched:
            watched.setattr(
                Database,
                "write",
                lambda self, changed, gone, moment: (
                    written.append(list(changed)),
                    write(self, written[-1], gone, moment),
                )[1],
            )
            watched.setattr(Database, "write_blob", lambda *_: pytest.fail("the octets were written once more"))
            file.save(msgspec.structs.replace(held, organisation=msgspec.structs.replace(held.organisation, name="A")))
            changed = msgspec.structs.replace(rows[7], cells={"name": "changed"})
            file.save(msgspec.structs.replace(file.assessment, registers=(*rows[:7], changed, *rows[8:])))
        assert [sum(len(row[-1]) for row in rows) < 10_000 for rows in written] == [True, True]
        assert [len(rows) for rows in written] == [1, 1]
