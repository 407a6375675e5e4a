"""No regular expression of the program costs more than the length of what it reads, whoever wrote that."""

import ast
import importlib
import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import pytest

from unit.backtracking import slow, worse_than_linear

ROOT = Path(__file__).resolve().parents[2]
APP = ROOT / "app"
METHODS = {"match", "search", "fullmatch", "sub", "subn", "findall", "finditer", "split"}
ANYHOW = {"search", "fullmatch", "match", "sub", "findall"}
"""What may be done with a pattern that goes through other hands: it stands in a table, or is handed to a function."""
LONGEST = 16384

FROM_TABLES = {
    ("recognition", "pattern"): ("banners.tsv", "pattern", re.MULTILINE),
    ("admin_pages", "row['pattern']"): ("admin_pages.tsv", "pattern", 0),
    ("defaults", "row['pattern']"): ("factory_certificates.tsv", "pattern", 0),
    ("mx", "row['mx']"): ("providers.tsv", "mx", 0),
    ("providers", "row['mx']"): ("providers.tsv", "mx", 0),
    ("providers", "row['autodiscover']"): ("providers.tsv", "autodiscover", 0),
}
"""Patterns that the code reads from a table."""
MADE = {
    ("spf_macros", "f'[{re.escape(delimiters)}]'"): "[.,]",  # one set of the delimiters of RFC 7208 section 7.1
}
"""Patterns that the code puts together, and such a one."""
BOUNDED: dict[str, int] = {}
"""Patterns that may cost more than their length, since the code hands them so little; why stands beside each."""


@dataclass(frozen=True)
class Use:
    """One pattern and what is done with it."""

    where: str
    pattern: str
    flags: int
    method: str

    def __str__(self) -> str:
        return f"{self.where} {self.method} {self.pattern}"


@cache
def uses() -> tuple[Use, ...]:
    """Every use of every pattern in the program."""
    trees = {file: ast.parse(file.read_text(encoding="utf-8")) for file in sorted(APP.rglob("*.py"))}
    called = {(file, *use) for file, tree in trees.items() for use in _called(tree)}
    found = {}
    for file, tree in trees.items():
        for use in _of_module(file, tree, called):
            found.setdefault((use.pattern, use.flags, use.method), use)
    return tuple(found.values())


def _named(file: Path) -> str:
    """What a module is called here: a check's parts by the check's folder."""
    return file.parent.name if file.stem in ("probe", "facts") else file.stem


def _called(tree: ast.Module) -> Iterator[tuple[str, str]]:
    """Names of which a method of patterns is called, with it."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Attribute) and node.attr in METHODS:
            owner = node.value
            yield (owner.id if isinstance(owner, ast.Name) else getattr(owner, "attr", "")), node.attr


def _of_module(file: Path, tree: ast.Module, called: set[tuple[Path, str, str]]) -> Iterator[Use]:
    names = {}
    for node in tree.body:
        if isinstance(node, ast.Assign) and isinstance(node.targets[0], ast.Name):
            names[node.value] = node.targets[0].id
    for node in ast.walk(tree):
        if not (isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute)):
            continue
        if ast.unparse(node.func.value) != "re" or node.func.attr not in {*METHODS, "compile"}:
            continue
        methods = {node.func.attr}
        if node.func.attr == "compile":
            name = names.get(node, "")
            own = {method for where, owner, method in called if owner == name and (where == file or name[:1] != "_")}
            methods = own if name and own else ANYHOW
        for pattern, flags in _patterns(file, node):
            yield from (Use(f"{_named(file)}:{node.lineno}", pattern, flags, method) for method in sorted(methods))


def _patterns(file: Path, call: ast.Call) -> Iterator[tuple[str, int]]:
    """The patterns of one call, from its literal, from a table, or such as it puts together."""
    written = ast.unparse(call.args[0])
    if (_named(file), written) in FROM_TABLES:
        table, column, flags = FROM_TABLES[_named(file), written]
        yield from ((pattern, flags) for pattern in _column(table, column))
        return
    if (_named(file), written) in MADE:
        yield MADE[_named(file), written], 0
        return
    known: dict[str, object] = {"re": re}
    if not isinstance(call.args[0], ast.Constant):
        name = ".".join(file.relative_to(APP).with_suffix("").parts).removesuffix(".__init__")
        known = vars(importlib.import_module(name))
    given = [node for node in (*call.args[1:], *(word.value for word in call.keywords)) if _is_flags(node)]
    flags = sum(int(eval(ast.unparse(node), known)) for node in given)
    try:
        pattern = eval(written, known)
        yield pattern.decode("latin-1") if isinstance(pattern, bytes) else str(pattern), flags
    except NameError:
        pytest.fail(f"{file.relative_to(ROOT)}:{call.lineno}: no test knows the pattern {written}")


def test_a_pattern_that_goes_through_other_hands_is_pumped_in_every_way() -> None:
    program = """
import re
KINDS = {"a": re.compile("(a|a)*")}
_HANDED = re.compile("(b|b)*")
_OWN = re.compile("(c|c)*")

def first(text):
    return KINDS["a"].fullmatch(text) or through(_HANDED, text) or _OWN.match(text) or re.search("d", text)
"""
    file, tree = APP / "fumimori/made_up.py", ast.parse(program)
    found: dict[str, set[str]] = {}
    for use in _of_module(file, tree, {(file, *use) for use in _called(tree)}):
        found.setdefault(use.pattern, set()).add(use.method)
    assert found == {"(a|a)*": ANYHOW, "(b|b)*": ANYHOW, "(c|c)*": {"match"}, "d": {"search"}}


def _is_flags(node: ast.expr) -> bool:
    return re.fullmatch(r"re\.[A-Z]+(?: \| re\.[A-Z]+)*", ast.unparse(node)) is not None


def _column(table: str, column: str) -> list[str]:
    lines = (ROOT / "resources/tables" / table).read_text(encoding="utf-8").splitlines()
    rows = [line.split("\t") for line in lines if not line.startswith("#")]
    at = rows[0].index(column)
    return [row[at] for row in rows[1:] if len(row) > at and row[at]]


def test_every_pattern_is_found() -> None:
    assert len(uses()) > 150
    assert {use.method for use in uses()} >= {"search", "fullmatch", "match", "sub", "findall"}
    read = {table for table, _, _ in FROM_TABLES.values()}
    for file in (ROOT / "resources/tables").glob("*.tsv"):
        head = file.read_text(encoding="utf-8").splitlines()[1].split("\t")
        assert "pattern" not in head or file.name in read, file.name


def test_no_pattern_can_cost_more_than_its_text_is_long() -> None:
    found = {str(use): worse_than_linear(use.pattern, use.flags, use.method) for use in uses()}
    bad = {use: verdict for use, verdict in found.items() if verdict}
    assert {use: verdict for use, verdict in bad.items() if not _bounded(use) or "expo" in verdict} == {}
    assert [pattern for pattern in BOUNDED if not any(pattern in use for use in bad)] == []


def _bounded(use: str) -> int:
    return next((bound for pattern, bound in BOUNDED.items() if pattern in use), 0)


def test_no_pattern_costs_more_than_its_text_is_long() -> None:
    found = {}
    for use in uses():
        compiled = re.compile(use.pattern, use.flags)
        found[str(use)] = slow(compiled, use.method, _bounded(str(use)) or LONGEST)
    assert {use: verdict for use, verdict in found.items() if verdict} == {}


_LABEL = r"[A-Za-z0-9](?:[A-Za-z0-9-]{0,61}[A-Za-z0-9])?"
BAD = {
    "an optional separator in a repeat": (
        (
            rf"[ \t]*(?P<domain>{_LABEL}(?:\.{_LABEL})*)?[ \t]*"
            r"(?:;[ \t]*(?:[A-Za-z0-9-]+[ \t]*=[ \t]*[\x21-\x3a\x3c-\x7e]*[ \t]*(?:;[ \t]*)?)*)?"
        ),
        "fullmatch",
        "exponential",
    ),
    "a value before the spaces behind it": (
        r"(?P<key>[A-Za-z0-9][A-Za-z0-9_.-]{0,31})[ \t]*:[ \t]*(?P<value>.*?)[ \t]*",
        "fullmatch",
        "polynomial",
    ),
    "anything before a number": (r"smartermail\D*(?:\d+)?[ /(]*(?P<version>\d+\.\d+)", "search", "polynomial"),
    "digits, perhaps a dot, digits": (r"\s*(?P<number>[0-9]*\.?[0-9]+)(?:px)?\s*", "fullmatch", "polynomial"),
    "a search that begins with digits": (r"\d+\.\d+[\d.]*", "search", "polynomial"),
}


@pytest.mark.parametrize("name", BAD)
def test_known_mistakes_are_seen_in_the_structure(name: str) -> None:
    pattern, method, verdict = BAD[name]
    assert worse_than_linear(pattern, 0, method).startswith(verdict)


@pytest.mark.parametrize("name", BAD)
def test_known_mistakes_are_seen_by_the_clock(name: str) -> None:
    pattern, method, _ = BAD[name]
    assert slow(re.compile(pattern), method, LONGEST)


@pytest.mark.parametrize(
    ("pattern", "flags", "method", "verdict"),
    [
        (r"(a+)+b", 0, "match", "exponential"),
        (r"(a*)*b", 0, "match", "exponential"),
        (r"(a|a)*b", 0, "match", "exponential"),
        (r"(?:a|ab)*(?:c|bc)*d", 0, "match", ""),
        (r"a*a*b", 0, "match", "polynomial"),
        (r"a*+b", 0, "match", ""),
        (r"a+b", 0, "match", ""),
        (r"a+b", 0, "search", "polynomial"),
        (r"a+", 0, "search", ""),
        (r"(?<!a)a+b", 0, "search", ""),
        (r"\ba+b", 0, "search", ""),
        (r"^\S+ b", re.MULTILINE, "search", ""),
        (r"^.+b", 0, "search", ""),
        (r"<!--.*?-->", re.DOTALL, "sub", "polynomial"),
        (r"<[^<>]*>", 0, "search", ""),
        (r"a{0,40}b", 0, "search", ""),
        (r".*(?=x)", 0, "match", ""),
    ],
)
def test_the_structure_is_judged(pattern: str, flags: int, method: str, verdict: str) -> None:
    assert worse_than_linear(pattern, flags, method).startswith(verdict)
    assert verdict or not worse_than_linear(pattern, flags, method)
