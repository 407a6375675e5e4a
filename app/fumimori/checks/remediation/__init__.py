"""From a finding to what to do: what to copy, made for this domain and server, in which order, and what proves it.

Each check keeps its repairs in its own `repair.py`, as `REPAIRS`: the outcome's name → a function of the context.
Repairs are pure: they read what was seen and said, and conclude nothing new.
"""

import importlib
import importlib.util
import pkgutil
from collections.abc import Callable, Mapping
from functools import cache

from fumimori import checks
from fumimori.checks.remediation.context import Context
from fumimori.model import Assessment, Finding, Repair, Rules

Repairs = Mapping[str, Callable[[Context], Repair]]


def names() -> tuple[str, ...]:
    """The checks that have repairs, sorted; the freezer asks for the same list."""
    folders = (module.name for module in pkgutil.iter_modules(checks.__path__) if module.ispkg)
    return tuple(sorted(name for name in folders if importlib.util.find_spec(f"{checks.__name__}.{name}.repair")))


@cache
def walk() -> Mapping[str, Callable[[Context], Repair]]:
    """Every repair by the code of its outcome."""
    return {f"{name}.{outcome}": function for name in names() for outcome, function in _repairs_of(name).items()}


def _repairs_of(name: str) -> Repairs:
    found: Repairs = importlib.import_module(f"{checks.__name__}.{name}.repair").REPAIRS
    return found


def repair(finding: Finding, assessment: Assessment, rules: Rules) -> Repair:
    """How `finding` is put right; empty where the steps in words are all there is."""
    function = walk().get(finding.code)
    return Repair() if function is None else function(Context(finding, assessment, rules))
