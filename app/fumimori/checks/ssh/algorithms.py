"""Grades of SSH algorithms by the dated table."""

from collections.abc import Mapping, Sequence

from fumimori.model import Table

GRADES = ("broken", "weak", "dated")


def graded(offered: Mapping[str, Sequence[str]], table: Table) -> dict[str, list[str]]:
    """The names of `offered` (`kex`, `hostkey`, `cipher`, `mac`) by grade, worst first; the good left out."""
    known = table.once(_by_kind)
    found: dict[str, list[str]] = {grade: [] for grade in GRADES}
    for kind, names in offered.items():
        for name in names:
            grade = next((grade for pattern, grade in known.get(kind, ()) if fits(name, pattern)), "")
            if grade:
                found[grade].append(name)
    return {grade: names for grade, names in found.items() if names}


def fits(name: str, pattern: str) -> bool:
    """Whether a row's `algorithm` means `name`; a star at its end stands for everything that begins so."""
    return name.startswith(pattern[:-1]) if pattern.endswith("*") else name == pattern


def _by_kind(table: Table) -> Mapping[str, Sequence[tuple[str, str]]]:
    """The patterns that are not good with their grades, by type."""
    known: dict[str, list[tuple[str, str]]] = {}
    for row in table.dicts():
        if row["grade"] in GRADES:
            known.setdefault(row["type"], []).append((row["algorithm"], row["grade"]))
    return known
