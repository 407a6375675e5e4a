"""The wheel carries everything: the package, the resources, the licence, and a command that starts."""

import configparser
import subprocess
import sys
import tomllib
import zipfile
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("wheel")
    subprocess.run(
        [sys.executable, "-m", "hatchling", "build", "-t", "wheel", "-d", str(folder)],
        cwd=ROOT,
        check=True,
        capture_output=True,
        timeout=120,
    )
    return next(folder.glob("*.whl"))


@pytest.fixture(scope="module")
def unpacked(wheel: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("installed")
    with zipfile.ZipFile(wheel) as archive:
        archive.extractall(folder)
    return folder


def python(unpacked: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    """A Python that finds the wheel's package before the checkout's, in a folder that is neither."""
    environment = {
        "PYTHONPATH": str(unpacked),
        "LANG": "C.UTF-8",
        "PATH": "/usr/bin:/bin",
        "HOME": str(unpacked.parent),
    }
    return subprocess.run(
        [sys.executable, *arguments],
        cwd=unpacked.parent,
        env=environment,
        capture_output=True,
        text=True,
        check=False,
        timeout=60,
    )


def test_every_resource_is_in_the_wheel(unpacked: Path) -> None:
    here = {path.relative_to(ROOT / "resources") for path in (ROOT / "resources").rglob("*") if path.is_file()}
    there = unpacked / "fumimori/_resources"
    assert {path for path in here if not (there / path).is_file()} == set()


def test_every_module_is_in_the_wheel(unpacked: Path) -> None:
    here = {path.relative_to(ROOT / "app") for path in (ROOT / "app").rglob("*.py")}
    assert {path for path in here if not (unpacked / path).is_file()} == set()


def test_the_wheel_brings_nothing_else(unpacked: Path) -> None:
    assert {path.name.partition("-")[0] for path in unpacked.iterdir()} == {"fumimori"}


def test_the_resources_of_the_wheel_are_the_ones_found(unpacked: Path) -> None:
    said = python(unpacked, "-c", "from fumimori import resources; print(resources.root())")
    assert said.stdout.strip() == str(unpacked / "fumimori/_resources"), said.stderr


def test_the_installed_program_says_its_version(unpacked: Path) -> None:
    version = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]["version"]
    said = python(unpacked, "-m", "fumimori", "--version")
    assert (said.returncode, said.stdout.strip()) == (0, f"Fumimori {version}")


def test_the_command_is_installed(unpacked: Path) -> None:
    points = configparser.ConfigParser()
    points.read(next(unpacked.glob("*.dist-info")) / "entry_points.txt")
    assert dict(points["console_scripts"]) == {"fumimori": "fumimori.__main__:main"}


def test_the_licence_lies_in_the_wheel(unpacked: Path) -> None:
    licence = next(unpacked.glob("*.dist-info/licenses/LICENSE"))
    assert licence.read_bytes() == (ROOT / "LICENSE").read_bytes()
