"""Opening a file that cannot be opened leaves nothing behind and says nothing on the terminal."""

import os
from pathlib import Path

import pytest

from fumimori.store import AssessmentFile, StoreError


def test_a_failed_opening_writes_no_log(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "wrong.fumimori").write_bytes(os.urandom(8192))
    with pytest.raises(StoreError):
        AssessmentFile.open(tmp_path / "wrong.fumimori", "a passphrase")
    assert [path.name for path in tmp_path.iterdir()] == ["wrong.fumimori"]
    assert capfd.readouterr() == ("", "")
