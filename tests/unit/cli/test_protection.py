"""`fumimori report` closes and signs the PDF, says what that means, and refuses in words what does not work."""

import subprocess
from pathlib import Path

import pytest

from unit.cli.process import fumimori


@pytest.fixture
def line(tmp_path: Path) -> tuple[str, ...]:
    assert fumimori(tmp_path, "sample", "--out", "s").returncode == 0
    for name, word in (("word", "fumimori-sample"), ("closing", "correct-horse-battery"), ("short", "short")):
        (tmp_path / name).write_text(f"{word}\n", encoding="utf-8")
    return ("report", "s/sample.fumimori", "--passphrase-file", "word", "--lang", "en", "--out", "out.pdf")


def test_the_report_opens_with_the_passphrase_that_was_named(tmp_path: Path, line: tuple[str, ...]) -> None:
    made = fumimori(tmp_path, *line, "--pdf-passphrase-file", "closing", "--language", "en")
    assert made.returncode == 0, made.stderr
    assert "no longer PDF/A" in made.stderr
    assert "opens only with the passphrase" in made.stderr
    assert "correct-horse-battery" not in made.stdout + made.stderr
    place = str(tmp_path / "out.pdf")
    assert subprocess.run(["qpdf", "--check", place], capture_output=True, check=False).returncode == 2
    opened = subprocess.run(
        ["qpdf", "--check", "--password=correct-horse-battery", place], capture_output=True, check=False
    )
    assert opened.returncode == 0


def test_what_does_not_work_is_said_and_nothing_is_written(tmp_path: Path, line: tuple[str, ...]) -> None:
    (tmp_path / "key.p12").write_bytes(b"no key")
    for more, said in (
        (("--pdf-passphrase-file", "short"), "12 to 64"),
        (("--sign", "key.p12", "--sign-passphrase-file", "closing"), "cannot be used to sign"),
        (("--sign", "key.p12"), "--sign-passphrase-file"),
        (("--sign", "nowhere.p12"), "nowhere.p12"),
    ):
        told = fumimori(tmp_path, *line, *more, "--language", "en")
        assert (told.returncode, said in told.stderr) == (2, True), told.stderr
        assert not (tmp_path / "out.pdf").exists()
