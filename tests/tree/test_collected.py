"""Every test file is collected and every folder of tests is looked into: a test that never runs proves nothing."""

import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]


@pytest.fixture(scope="module")
def collected() -> set[str]:
    """The files that a run on CI takes tests from, asked of pytest itself. None runs: no assertion is rewritten."""
    environment = dict(os.environ, CI="true", QT_QPA_PLATFORM="offscreen")
    options = ("--collect-only", "-qq", "--assert=plain", "-p", "no:cacheprovider")
    line = [sys.executable, "-m", "pytest", *options, "tests"]
    run = subprocess.run(line, cwd=ROOT, env=environment, capture_output=True, text=True, check=False, timeout=120)
    assert run.returncode == 0, run.stdout + run.stderr
    return {name for name, colon, _ in (line.partition(": ") for line in run.stdout.splitlines()) if colon}


def test_every_test_file_is_collected(collected: set[str]) -> None:
    assert set(written()) - collected - set(elsewhere()) == set()


def test_a_file_with_tests_is_called_one() -> None:
    """What is called otherwise pytest ignores."""
    odd = [
        path
        for path in python_files()
        if not path.name.startswith("test_") and "\ndef test_" in path.read_text(encoding="utf-8")
    ]
    assert odd == []


def written() -> Iterator[str]:
    return (str(path.relative_to(ROOT)) for path in python_files() if path.name.startswith("test_"))


def elsewhere() -> Iterator[str]:
    """The suite of other people's that is beside the checkout; where it is missing there is nothing to run."""
    if not (ROOT.parent / "shared/vectors/spf/rfc7208-tests.yml").exists():
        yield "tests/unit/grammar/test_spf_suite.py"


def python_files() -> Iterator[Path]:
    listing = ["git", "-c", "safe.directory=*", "ls-files", "-z", "--cached", "--others", "--exclude-standard"]
    names = subprocess.run(listing, cwd=ROOT, check=True, capture_output=True, text=True, timeout=60).stdout
    for name in sorted(set(names.split("\0"))):
        if name.endswith(".py") and (ROOT / name).is_file():
            yield ROOT / name
