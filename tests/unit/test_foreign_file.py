"""What is no file is refused at once, and of a file never a byte too many is read."""

import os
import sys
import time
from datetime import UTC, datetime
from pathlib import Path

import pytest

from fumimori.engine.input_files import documents_in, files_in
from fumimori.foreign_file import read_at_most

NOW = datetime(2026, 11, 1, tzinfo=UTC)


def test_no_more_is_read_than_was_asked_for(tmp_path):
    with (tmp_path / "big").open("wb") as file:
        file.truncate(2 << 30)
    began = time.thread_time()
    assert read_at_most(tmp_path / "big", 1000) == bytes(1000)
    assert time.thread_time() - began < 0.5


if sys.platform != "win32":

    @pytest.mark.parametrize("kind", ["pipe", "device", "folder", "loop", "nothing"])
    def test_what_is_no_file_is_refused_and_not_waited_for(tmp_path, kind):
        place = tmp_path / "x"
        if kind == "pipe":
            os.mkfifo(place)
        elif kind == "device":
            place.symlink_to("/dev/zero")
        elif kind == "folder":
            place.mkdir()
        elif kind == "loop":
            place.symlink_to(place)
        with pytest.raises(OSError):
            read_at_most(place, 10)

    def test_a_pipe_among_files_spoils_none_of_them(tmp_path):
        os.mkfifo(tmp_path / "pipe")
        (tmp_path / "good.txt").write_bytes(b"good")
        folder = tmp_path / "folder"
        folder.mkdir()
        (folder / "inside.txt").write_bytes(b"inside")
        (folder / "round").symlink_to(folder)
        (folder / "self").symlink_to(folder / "self")
        os.mkfifo(folder / "another")
        skipped = []
        files = files_in([tmp_path / "pipe", tmp_path / "good.txt", folder, Path("/dev/zero")])
        read = [one.content for one in documents_in(files, (), NOW, skipped=skipped)]
        assert read == [b"good", b"inside"]
        assert [(one.name, one.problem) for one in skipped] == [("pipe", "no_access"), ("zero", "no_access")]
