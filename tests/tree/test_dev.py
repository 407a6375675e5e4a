"""The set-up script says in plain words what is missing, and installs only when it may."""

import importlib.util
import os
import shutil
import subprocess
import sys
from contextlib import nullcontext
from pathlib import Path
from types import ModuleType

import pytest

SCRIPT = Path(__file__).resolve().parents[2] / "packaging/dev.py"


@pytest.fixture
def dev() -> ModuleType:
    spec = importlib.util.spec_from_file_location("dev", SCRIPT)
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


@pytest.mark.parametrize("arguments", [[], ["help"], ["nonsense"]])
def test_without_a_command_it_explains_itself(arguments: list[str]) -> None:
    said = subprocess.run(
        [sys.executable, str(SCRIPT), *arguments], capture_output=True, text=True, check=False, timeout=20
    )
    assert said.returncode == 2
    assert [word for word in ("run", "test", "check", "lock") if f"dev.py {word}" not in said.stdout] == []


def test_an_unsuitable_python_is_named_with_the_suitable_ones(
    dev: ModuleType, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setattr(dev, "VENV", tmp_path / "none")
    monkeypatch.setattr(sys, "version_info", (3, 10, 4))
    with pytest.raises(SystemExit) as stop:
        dev.set_up("requirements.lock")
    assert "3.11, 3.12 or 3.13" in str(stop.value)


@pytest.mark.parametrize("what", ["not root", "no apt"])
def test_who_may_not_install_is_told_the_line(dev: ModuleType, monkeypatch: pytest.MonkeyPatch, what: str) -> None:
    if what == "not root":
        monkeypatch.setattr(os, "geteuid", lambda: 1000)
    else:
        monkeypatch.setattr(shutil, "which", lambda *_arguments, **_options: None)
    with pytest.raises(SystemExit) as stop:
        dev.need_packages(["libegl1", "xvfb"])
    assert str(stop.value).splitlines()[-1].strip() == ("sudo apt-get install -y --no-install-recommends libegl1 xvfb")


def test_packages_wait_for_whoever_installs_and_lists_are_asked_for_again(
    dev: ModuleType, monkeypatch: pytest.MonkeyPatch
) -> None:
    lines: list[list[str]] = []
    codes = iter((100, 100, 0))
    monkeypatch.setattr(os, "geteuid", lambda: 0)
    monkeypatch.setattr(shutil, "which", lambda *_arguments, **_options: "/usr/bin/apt-get")
    monkeypatch.setattr(dev.time, "sleep", lambda _seconds: None)
    monkeypatch.setattr(subprocess, "call", lambda line, **_options: lines.append(line) or next(codes))
    monkeypatch.setattr(subprocess, "check_call", lambda line, **_options: lines.append(line))
    dev.need_packages(["libegl1"])
    assert [line[-1] for line in lines] == ["-qq", "-qq", "-qq", "libegl1"]
    assert all("DPkg::Lock::Timeout=300" in line for line in lines)


def test_lists_that_never_come_stop_the_set_up(dev: ModuleType, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(dev.time, "sleep", lambda _seconds: None)
    with pytest.raises(subprocess.CalledProcessError):
        dev.update(["false"], {})


def test_what_installs_everything_else_is_pinned_by_hash_too(dev: ModuleType) -> None:
    lines = (SCRIPT.parent / "requirements-uv.lock").read_text(encoding="utf-8").splitlines()
    assert lines[0].removesuffix(" \\") == dev.UV


def test_nothing_missing_asks_for_nothing(dev: ModuleType) -> None:
    assert dev.need_packages([]) is None


def test_a_program_that_is_not_there_names_its_package(dev: ModuleType, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(dev, "TEST_PROGRAMS", {"no-such-program": "one two", "sh": "dash"})
    assert dev.missing_programs() == ["one", "two"]


def test_a_library_that_is_not_there_names_its_package(dev: ModuleType, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(dev, "WINDOW_PACKAGES", {"libnosuch.so.1": "libnosuch1", "libc.so.6": "libc6"})
    assert dev.missing_libraries() == ["libnosuch1"]


@pytest.mark.parametrize("name", ["requirements.lock", "requirements-dev.lock", "requirements-uv.lock"])
def test_every_pin_has_a_hash_and_no_address(name: str) -> None:
    text = (SCRIPT.parent / name).read_text(encoding="utf-8")
    pins = text.replace("\\\n", " ").splitlines()
    assert [pin for pin in pins if pin.strip() and "--hash=sha256:" not in pin] == []
    assert "://" not in text


def test_tests_are_collected_once_beside_the_checks_and_keep_compiled_modules(
    dev: ModuleType, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A machine may forbid to keep them; each program that a test starts would then compile everything anew."""
    monkeypatch.setenv("PYTHONDONTWRITEBYTECODE", "1")
    started: list[tuple[str, str]] = []

    def start(line: list[str], *, env: dict[str, str] | None = None, **_options: object) -> nullcontext[None] | int:
        kept = "default" if env is None else env["PYTHONDONTWRITEBYTECODE"]
        started.append(("--collect-only" if "--collect-only" in line else Path(line[0]).name, kept))
        return nullcontext() if "--collect-only" in line else 0

    monkeypatch.setattr(sys, "argv", ["dev.py", "test"])
    monkeypatch.setattr(dev, "need_packages", lambda _packages: None)
    monkeypatch.setattr(dev, "set_up", lambda _lock: "bin/python")
    monkeypatch.setattr(subprocess, "Popen", start)
    monkeypatch.setattr(subprocess, "call", start)
    assert dev.main() == 0
    checks = [(tool, "default") for tool in ("ruff", "ruff", "mypy", "lint-imports", "vulture")]
    assert started == [("--collect-only", ""), *checks, ("python", "")]
