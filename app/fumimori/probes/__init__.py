"""Probes look outward: one module, one probe, found by walking this package."""

import importlib
import pkgutil

from fumimori.probes.contract import Probe


def names() -> tuple[str, ...]:
    """The module names of all probes, sorted; the freezer asks for the same list."""
    return tuple(
        sorted(
            module.name for module in pkgutil.iter_modules(__path__) if not module.ispkg and module.name != "contract"
        )
    )


def walk() -> tuple[Probe, ...]:
    """Every probe, each before those that need it; LookupError when ids or needs do not fit."""
    found = {name: importlib.import_module(f"{__name__}.{name}").PROBE for name in names()}
    for name, probe in found.items():
        if probe.id != name:
            raise LookupError(f"the probe in {name}.py calls itself {probe.id}")
        unknown = set(probe.needs) - set(found)
        if unknown:
            raise LookupError(f"{name} needs unknown probes: {sorted(unknown)}")
    ordered: dict[str, Probe] = {}
    while len(ordered) < len(found):
        ready = [probe for name, probe in found.items() if name not in ordered and set(probe.needs) <= set(ordered)]
        if not ready:
            raise LookupError(f"probes need each other in a circle: {sorted(set(found) - set(ordered))}")
        ordered.update((probe.id, probe) for probe in ready)
    return tuple(ordered.values())
