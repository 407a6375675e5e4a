"""Where resources are: in the checkout, inside the wheel, or inside the frozen program."""

import sys
import tomllib
from pathlib import Path
from typing import Any

from fumimori import __file__ as package_file


def root() -> Path:
    """The folder `resources`; FileNotFoundError when this installation has none."""
    package = Path(package_file).parent
    candidates = [package / "_resources", package.parent.parent / "resources"]
    frozen = getattr(sys, "_MEIPASS", None)
    if frozen:
        candidates.insert(0, Path(frozen) / "resources")
    for candidate in candidates:
        if candidate.is_dir():
            return candidate
    raise FileNotFoundError(f"no resources beside {package}")


def path(name: str) -> Path:
    """The file or folder `name` below the resources."""
    return root() / name


def toml(name: str) -> dict[str, Any]:
    """The TOML file `name` below the resources."""
    with path(name).open("rb") as file:
        return tomllib.load(file)


def rule_files() -> dict[str, dict[str, Any]]:
    """The parsed rules, by name: `scoring` and its like by the file's, those of a check by its folder's."""
    files = {file.stem: file for file in path("rules").glob("*.toml")}
    files |= {file.parent.name: file for file in path("checks").glob("*/rules.toml")}
    return {name: tomllib.loads(files[name].read_text(encoding="utf-8")) for name in sorted(files)}


def bank_files() -> dict[str, dict[str, Any]]:
    """The parsed questions, by the control that they ask about; `surroundings` for the block without score."""
    files = sorted(path("controls").glob("*/questions.toml"))
    return {file.parent.name: tomllib.loads(file.read_text(encoding="utf-8")) for file in files}


def register_files() -> dict[str, dict[str, Any]]:
    """The parsed columns of the registers, by the register's id."""
    files = sorted(path("registers").glob("*/columns.toml"))
    return {file.parent.name: tomllib.loads(file.read_text(encoding="utf-8")) for file in files}


def rule_tables() -> dict[str, str]:
    """The text of the dated tables, by name without suffix."""
    return {file.stem: file.read_text(encoding="utf-8") for file in sorted(path("tables").glob("*.tsv"))}
