"""Grades of SSH algorithms by the dated table."""

from collections.abc import Mapping, Sequence
from fnmatch import fnmatchcase

from fumimori.model import Table

GRADES = ("broken", "weak", "dated")


def graded(offered: Mapping[str, Sequence[str]], table: Table) -> dict[str, list[str]]:
    """The names of `offered` (`kex`, `hostkey`, `cipher`, `mac`) by grade, worst first; the good left out."""
    known: dict[str, list[tuple[str, str]]] = {}
    for row in table.dicts():
        if row["grade"] in GRADES:
            known.setdefault(row["type"], []).append((row["algorithm"], row["grade"]))
    found: dict[str, list[str]] = {grade: [] for grade in GRADES}
    for kind, names in offered.items():
        for name in names:
            grade = next((grade for pattern, grade in known.get(kind, ()) if fnmatchcase(name, pattern)), "")
            if grade:
                found[grade].append(name)
    return {grade: names for grade, names in found.items() if names}
