"""A file is there whole or not at all; nothing is written through a link, and nobody else reads it."""

import os
import stat
from pathlib import Path

import pytest

from fumimori.store import AlreadyThere, may_be_assessment, whole, write_whole


def test_it_takes_the_place_of_the_old_one_for_its_owner_alone(tmp_path):
    place = tmp_path / "報告書.pdf"
    place.write_bytes(b"old")
    write_whole(place, b"new")
    assert (place.read_bytes(), stat.S_IMODE(place.stat().st_mode)) == (b"new", 0o600)
    assert list(tmp_path.iterdir()) == [place]


def test_a_link_is_replaced_and_what_it_points_to_is_left(tmp_path):
    other, place = tmp_path / "diary.txt", tmp_path / "x.json"
    other.write_bytes(b"dear diary")
    place.symlink_to(other)
    write_whole(place, b"{}")
    assert (other.read_bytes(), place.read_bytes(), place.is_symlink()) == (b"dear diary", b"{}", False)


def test_a_device_is_written_to_and_stays_a_device(tmp_path):
    write_whole(tmp_path / os.devnull, b"x")
    assert stat.S_ISCHR(Path(os.devnull).stat().st_mode)


def test_when_it_fails_the_old_one_is_there(tmp_path, monkeypatch):
    place = tmp_path / "a.json"
    place.write_bytes(b"old")
    monkeypatch.setattr(os, "fsync", lambda _descriptor: (_ for _ in ()).throw(OSError("no room")))
    with pytest.raises(OSError, match="no room"):
        write_whole(place, b"new")
    assert (place.read_bytes(), list(tmp_path.iterdir())) == (b"old", [place])


@pytest.mark.parametrize("links", [True, False])
def test_a_new_name_is_never_taken_from_another_file(tmp_path, monkeypatch, links):
    if not links:
        monkeypatch.setattr(os, "link", lambda *_: (_ for _ in ()).throw(PermissionError("no links here")))
    taken, free = tmp_path / "taken", tmp_path / "free"
    taken.write_bytes(b"old")
    with whole.unfinished(free) as made, pytest.raises(AlreadyThere):
        whole._place_new(made, taken)
    with whole.unfinished(free) as made:
        made.write_bytes(b"new")
        whole.place(made, free, replace=False)
    assert (taken.read_bytes(), free.read_bytes()) == (b"old", b"new")
    assert sorted(tmp_path.iterdir()) == [free, taken]


def test_what_can_be_ours_looks_like_chance(tmp_path):
    place = tmp_path / "x"
    kinds = {"chance": os.urandom(8192), "text": b"word" * 2048, "short": os.urandom(4095), "nothing": b""}
    seen = {}
    for name, content in kinds.items():
        place.write_bytes(content)
        seen[name] = may_be_assessment(place)
    assert seen == {"chance": True, "text": False, "short": False, "nothing": False}


def test_what_a_killed_program_left_half_written_is_cleared_by_the_next_one(tmp_path):
    young, old, other = (tmp_path / name for name in (".fumimori-1.part", ".fumimori-2.part", "mine.part"))
    for place in (young, old, other):
        place.write_bytes(b"half")
    for place in (old, other):
        os.utime(place, (0, 0))
    write_whole(tmp_path / "a.zip", b"whole")
    assert sorted(tmp_path.iterdir()) == [young, tmp_path / "a.zip", other]
