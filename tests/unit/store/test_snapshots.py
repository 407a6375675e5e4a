"""The last twenty states are beside the file, without evidence, and never half-written."""

from datetime import timedelta

import msgspec

from fumimori.store import AssessmentFile, snapshots
from unit.store.example import Clock, answers, assessment

KEY = b"k" * 32


def opened(place):
    with AssessmentFile.open(place, KEY) as file:
        return file.assessment


def test_one_is_taken_at_the_first_save_then_every_ten_minutes_and_at_the_end(tmp_path):
    place, clock = tmp_path / "a.fumimori", Clock()
    file = AssessmentFile.create(place, KEY, clock=clock)
    counts = []
    for number in range(4):
        file.save(assessment(answers=answers(number)))
        counts.append(len(snapshots.all_of(place)))
        clock.at += timedelta(minutes=4)
    file.close()
    assert (counts, len(snapshots.all_of(place))) == ([1, 1, 1, 2], 2)


def test_the_last_twenty_are_kept(tmp_path):
    place, clock = tmp_path / "a.fumimori", Clock()
    with AssessmentFile.create(place, KEY, clock=clock) as file:
        for number in range(23):
            file.save(assessment(answers=answers(number)))
            clock.at += timedelta(minutes=11)
    kept = snapshots.all_of(place)
    assert len(kept) == snapshots.KEPT
    assert [len(opened(kept[0]).answers), len(opened(kept[-1]).answers)] == [22, 3]


def test_a_snapshot_holds_everything_but_evidence(tmp_path):
    place = tmp_path / "a.fumimori"
    with AssessmentFile.create(place, KEY) as file:
        file.save(assessment())
    bare = tuple(
        msgspec.structs.replace(
            run, attempts=tuple(msgspec.structs.replace(attempt, evidence=()) for attempt in run.attempts)
        )
        for run in assessment().runs
    )
    assert opened(snapshots.all_of(place)[0]) == assessment(runs=bare)


def test_an_interrupted_one_is_cleared_away(tmp_path):
    place = tmp_path / "a.fumimori"
    snapshots.folder(place).mkdir()
    (snapshots.folder(place) / "2026.fumimori.part").write_bytes(b"half")
    with AssessmentFile.create(place, KEY) as file:
        file.save(assessment())
    assert [path.suffix for path in snapshots.folder(place).iterdir()] == [".fumimori"]


def test_saving_goes_on_when_no_snapshot_can_be_taken(tmp_path, expect_log):
    expect_log("no snapshot")
    place = tmp_path / "a.fumimori"
    snapshots.folder(place).write_bytes(b"in the way")
    with AssessmentFile.create(place, KEY) as file:
        file.save(assessment())
    assert opened(place) == assessment()
