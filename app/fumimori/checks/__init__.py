"""Everything that is known about a subject, one folder per check; probes and readers are found by walking."""

import importlib
import importlib.util
import pkgutil
from pathlib import Path
from typing import Any

from fumimori.checks.contract import Probe, Reader
from fumimori.model import Record


def names(kind: str = "probe") -> tuple[str, ...]:
    """The folders that hold a module called `kind` (`probe` or `reader`), sorted; the freezer asks for the same.

    LookupError for a folder with such a module that is no package.
    """
    folders = [module.name for module in pkgutil.iter_modules(__path__) if module.ispkg]
    lost = {file.parent.name for path in __path__ for file in Path(path).glob(f"*/{kind}.py")} - {*folders}
    if lost:
        raise LookupError(f"without an __init__.py nobody finds the {kind} in {sorted(lost)}")
    return tuple(sorted(name for name in folders if importlib.util.find_spec(f"{__name__}.{name}.{kind}")))


def walk() -> tuple[Probe[Record], ...]:
    """Every probe, each before those that need it; LookupError when ids or needs do not fit."""
    found = {name: importlib.import_module(f"{__name__}.{name}.probe").PROBE for name in names()}
    for name, probe in found.items():
        if probe.id != name:
            raise LookupError(f"the probe in {name}/ calls itself {probe.id}")
        unknown = set(probe.needs) - set(found)
        if unknown:
            raise LookupError(f"{name} needs unknown probes: {sorted(unknown)}")
    ordered: dict[str, Probe[Record]] = {}
    while len(ordered) < len(found):
        ready = [probe for name, probe in found.items() if name not in ordered and set(probe.needs) <= set(ordered)]
        if not ready:
            raise LookupError(f"probes need each other in a circle: {sorted(set(found) - set(ordered))}")
        ordered.update((probe.id, probe) for probe in ready)
    return tuple(ordered.values())


def readers() -> tuple[Reader[Any], ...]:
    """Every reader, in the order of their ids; LookupError when one calls itself by another name than its folder."""
    found: dict[str, Reader[Any]] = {
        name: importlib.import_module(f"{__name__}.{name}.reader").READER for name in names("reader")
    }
    for name, reader in found.items():
        if reader.id != name:
            raise LookupError(f"the reader in {name}/ calls itself {reader.id}")
    return tuple(found.values())
