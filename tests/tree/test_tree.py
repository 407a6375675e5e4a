"""The tree keeps the house's rules: sizes, places, and words that have no business in it."""

import re
import subprocess
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
_TEXT = {".py", ".toml", ".md", ".tsv", ".csv", ".json", ".svg", ".txt", ".lock", ".yml", ".xml", ".desktop", ".sh", ""}

# Each pattern is put together here, so that this file is not the first to break it.
_HOSTS = tuple(
    a + b for a, b in (("pypi", r"\.org"), ("python", r"hosted\.org"), ("npm", r"js\.(org|com)"), ("deb.deb", "ian"))
)
_PATHS = ("/wo" + "rk/", "/tmp/" + "brief", "/opt/" + "(pypi|wheels)", r"(?<![\w.])/ro" + "ot/", "settled" + r"\.md")
_MARKS = ("TO" + "DO", "FIX" + "ME", "XX" + "X", "HA" + "CK", "NotImplemented" + "Error", "lorem " + "ipsum")
_TOOLS = (
    "Clau" + "de",
    "Anthro" + "pic",
    "Chat" + "GPT",
    "Open" + "A" + "I",
    "Copi" + "lot",
    r"\bL" + r"LM\b",
    r"language mo" + "del",
    r"\bA" + r"I\b",
    "生成A" + "I",
)
_SKIPS = (r"pytest\.(mark\.)?sk" + "ip", r"pytest\.(mark\.)?xf" + "ail", "import" + "orskip")


def files(*folders: str) -> Iterator[Path]:
    """Every file of ours below the folders, or of the whole tree."""
    for name in tracked():
        if not folders or name.startswith(tuple(f"{folder}/" for folder in folders)):
            yield ROOT / name


@cache
def tracked() -> tuple[str, ...]:
    """What is, or could be, handed in: neither what is ignored nor what is about to be deleted."""
    listing = ["git", "-c", "safe.directory=*", "ls-files", "-z", "--cached", "--others", "--exclude-standard"]
    names = subprocess.run(listing, cwd=ROOT, check=True, capture_output=True, text=True, timeout=60).stdout
    return tuple(sorted(name for name in set(names.split("\0")) if name and (ROOT / name).is_file()))


def lines(path: Path) -> int:
    return len(path.read_text(encoding="utf-8").splitlines())


def found(patterns: tuple[str, ...], *folders: str, flags: int = 0) -> list[str]:
    """`file:line: text` of every place where one of the patterns stands."""
    pattern = re.compile("|".join(patterns), flags)
    return [
        f"{path.relative_to(ROOT)}:{number}: {line.strip()[:120]}"
        for path in files(*folders)
        if path.suffix in _TEXT
        for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), start=1)
        if pattern.search(line)
    ]


def test_no_registry_host_is_named() -> None:
    assert found(_HOSTS) == []


def test_no_path_of_one_machine_is_named() -> None:
    assert found(_PATHS) == []


def test_the_tree_speaks_of_mail_and_not_of_the_tools_that_wrote_it() -> None:
    assert found(_TOOLS) == []


def test_nothing_is_marked_as_unfinished() -> None:
    assert found(tuple(rf"\b{mark}\b" for mark in _MARKS), "app", "resources", "packaging", "tests") == []


def test_no_test_can_be_skipped() -> None:
    assert found(_SKIPS, "tests") == []


def test_no_module_is_too_long() -> None:
    modules = {str(path.relative_to(ROOT)): lines(path) for path in files("app") if path.suffix == ".py"}
    long = {name: count for name, count in modules.items() if count >= (150 if "/gui/pages/" in name else 400)}
    assert long == {}


@pytest.mark.parametrize("folder", ["app", "packaging", "tests"])
def test_the_source_roots_are_no_packages(folder: str) -> None:
    assert not (ROOT / folder / "__init__.py").exists()


def test_every_module_opens_with_a_sentence() -> None:
    silent = [path for path in files("app", "packaging", "tests") if path.suffix == ".py" and not opens_well(path)]
    assert [str(path.relative_to(ROOT)) for path in silent] == []


def opens_well(path: Path) -> bool:
    text = path.read_text(encoding="utf-8")
    return bool(re.match(r'(#!.*\n)?"""\S', text)) or not text.strip()


def test_only_small_files_are_binary() -> None:
    """Fonts and the sample company's logo are all that is large."""
    large = [path for path in files() if path.stat().st_size > 1_000_000]
    assert [path for path in large if path.suffix not in (".ttf", ".woff2")] == []


def test_ci_runs_what_the_readme_says() -> None:
    readme = (ROOT / "README.md").read_text(encoding="utf-8")
    command = next(line for line in (ROOT / ".ci/run").read_text(encoding="utf-8").splitlines() if "dev.py" in line)
    assert command.removeprefix("exec ") in readme.splitlines()


def test_ci_can_be_started() -> None:
    assert (ROOT / ".ci/run").stat().st_mode & 0o111 == 0o111
