"""No sentence of the report, the exports and the repairs is in the resources that no code asks for."""

import ast
import re
from collections.abc import Iterable
from functools import cache
from pathlib import Path

import fumimori
from fumimori import resources
from fumimori.texts import Texts

FILES = ("report", "exports", "repairs")
"""The files of sentences whose keys are written out in the code; those of checks and controls follow from data."""
BY_DATA = (
    "report.contact.",  # what a contact was for, as the probes name it
    "report.t1.table.",  # every table of the resources
    "report.t10.source.",  # sources, as the rules name them
    "report.t6.suite_",  # classes of cipher suites
    "report.t6.level_",  # what a profile says of a port
    "report.t6.profile_",
    "report.t6.reason_",  # kinds of items in tables/tls_profiles.tsv
    "report.confidential.",  # how a brand wants the report to be treated
    "report.cover.handling_",
    "repairs.note.",  # as the repairs name them
    "report.mail_path.",  # stations, as assess/mail_path.py names them
    "exports.handover.what.",  # every export
    "exports.handover.who.",  # the readers of a package
    "exports.partner.rule_",  # tables/sender_rules.tsv
)
"""Beginnings of keys whose last word is data; tests of their own cross them with it."""


@cache
def sources() -> tuple[ast.Module, ...]:
    return tuple(ast.parse(path.read_text("utf-8")) for path in sorted(Path(fumimori.__file__).parent.rglob("*.py")))


def words(tree: ast.AST) -> set[str]:
    """The words that a module spells."""
    constants = (node.value for node in ast.walk(tree) if isinstance(node, ast.Constant))
    return {one for one in constants if isinstance(one, str) and re.fullmatch(r"\w{1,64}", one)}


@cache
def closed() -> frozenset[str]:
    """The words of all closed sets."""
    classes = (node for tree in sources() for node in ast.walk(tree) if isinstance(node, ast.ClassDef))
    enums = [one for one in classes if any("Enum" in ast.unparse(base) for base in one.bases)]
    names = {name.id for one in enums for name in ast.walk(one) if isinstance(name, ast.Name)}
    return frozenset(word.lower() for word in names.union(*map(words, enums)))


@cache
def asked() -> tuple[re.Pattern[str], ...]:
    """What each module may ask for: what is computed in a key stands for the module's own words and closed sets."""
    found: set[str] = set()
    for tree in sources():
        known = "|".join(sorted(map(re.escape, words(tree) | closed())))
        for node in ast.walk(tree):
            if isinstance(node, ast.Constant) and isinstance(node.value, str):
                found.add(re.escape(node.value))
            elif isinstance(node, ast.JoinedStr):
                parts = [re.escape(p.value) if isinstance(p, ast.Constant) else f"(?:{known})?" for p in node.values]
                if any(isinstance(p, ast.Constant) and "." in str(p.value) for p in node.values):
                    found.add("".join(parts))
    return tuple(re.compile(rf"(?:{'|'.join(FILES)})?\.?{pattern}") for pattern in found if len(pattern) < 200_000)


def unused(keys: Iterable[str]) -> set[str]:
    """Those of `keys` that nothing in the code spells."""
    return {key for key in keys if not key.startswith(BY_DATA) and not any(p.fullmatch(key) for p in asked())}


def test_every_text_of_the_report_and_the_exports_is_asked_for():
    keys = {key for key in Texts(resources.root(), "en").keys() if key.partition(".")[0] in FILES}  # noqa: SIM118
    assert keys
    assert sorted(unused(keys)) == []


def test_a_text_that_nothing_asks_for_is_found():
    known = {"report.t4.heading", "report.verdict.high", "report.glossary.spf.meaning"}
    assert unused({*known, "report.summary.nobody_asks"}) == {"report.summary.nobody_asks"}


@cache
def constants() -> frozenset[str]:
    """Every string that the code spells out."""
    nodes = (node.value for tree in sources() for node in ast.walk(tree) if isinstance(node, ast.Constant))
    return frozenset(value for value in nodes if isinstance(value, str))


def test_every_table_is_read():
    tables = {name.removesuffix(".tsv") for name in resources.rule_tables()}
    assert tables
    assert sorted(tables - constants()) == []


def test_every_icon_is_shown():
    icons = {path.stem for path in resources.path("icons").glob("*.svg")}
    assert icons
    assert sorted(icons - constants()) == []


def test_every_size_of_the_brand_is_used():
    tokens = resources.toml("brand/tokens.toml")
    sizes = {*tokens["window"], *tokens["report"]}
    spelled = constants() | {
        node.attr for tree in sources() for node in ast.walk(tree) if isinstance(node, ast.Attribute)
    }
    assert sizes
    assert sorted(sizes - spelled) == []
