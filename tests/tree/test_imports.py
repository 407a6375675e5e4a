"""Heavy libraries are loaded when they are used: the window opens at once, and nothing happens at import."""

import subprocess
import sys
import tomllib
from pathlib import Path

import grimp
import pytest

ROOT = Path(__file__).parents[2]

HEAVY = (
    *("reportlab", "pikepdf", "svglib", "pypdfium2", "dns"),
    *("cryptography", "OpenSSL", "keyring", "sqlcipher3", "asyncio", "fumimori.engine"),
)


def loaded_after(statement: str) -> list[str]:
    """Which of the heavy libraries a fresh Python holds after the statement."""
    line = f"import sys\n{statement}\nprint(*[name for name in {HEAVY!r} if name in sys.modules])"
    run = subprocess.run([sys.executable, "-c", line], capture_output=True, text=True, check=True, timeout=60)
    return run.stdout.split()


def test_the_program_starts_without_a_heavy_library() -> None:
    assert loaded_after("import fumimori.__main__") == []


def test_the_window_is_imported_without_a_heavy_library() -> None:
    assert loaded_after("import fumimori.gui") == []


def test_the_first_page_of_the_window_needs_no_heavy_library() -> None:
    assert loaded_after("import fumimori.gui.program, fumimori.gui.window, fumimori.gui.pages.start") == []


def test_the_core_is_imported_without_a_heavy_library() -> None:
    assert loaded_after("import fumimori.model, fumimori.checks.observations, fumimori.grammar.rule_files") == []


def test_an_import_of_the_program_prints_nothing() -> None:
    run = subprocess.run(
        [sys.executable, "-c", "import fumimori.__main__"], capture_output=True, check=True, timeout=60
    )
    assert (run.stdout, run.stderr) == (b"", b"")


@pytest.fixture(scope="module")
def graph() -> grimp.ImportGraph:
    """Every import of the program, those inside functions too; without those that only name a type."""
    return grimp.build_graph("fumimori", include_external_packages=True, exclude_type_checking_imports=True)


def circles(graph: grimp.ImportGraph) -> list[set[str]]:
    """Modules that import each other round about, by Tarjan's algorithm."""
    number: dict[str, int] = {}
    lowest: dict[str, int] = {}
    path: list[str] = []
    found: list[set[str]] = []

    def visit(module: str) -> None:
        number[module] = lowest[module] = len(number)
        path.append(module)
        for other in graph.find_modules_directly_imported_by(module):
            if other not in number:
                visit(other)
            if other in path:
                lowest[module] = min(lowest[module], lowest[other])
        if lowest[module] == number[module]:
            round_about = set(path[path.index(module) :])
            del path[path.index(module) :]
            if len(round_about) > 1:
                found.append(round_about)

    for module in sorted(graph.modules):
        if module not in number:
            visit(module)
    return found


def test_no_modules_import_each_other_round_about(graph: grimp.ImportGraph) -> None:
    assert circles(graph) == []


def test_a_circle_would_be_found() -> None:
    made = grimp.ImportGraph()
    for importer, imported in (("a", "b"), ("b", "c"), ("c", "a"), ("c", "d")):
        made.add_import(importer=importer, imported=imported)
    assert circles(made) == [{"a", "b", "c"}]


def test_the_contracts_count_imports_inside_functions(graph: grimp.ImportGraph) -> None:
    inside = graph.get_import_details(importer="fumimori.__main__", imported="fumimori.net.certificates")
    assert inside
    assert all(one["line_contents"].startswith("from ") for one in inside)
    assert "    from fumimori.net.certificates import" in (ROOT / "app/fumimori/__main__.py").read_text(
        encoding="utf-8"
    )


def test_every_package_is_under_the_contracts(graph: grimp.ImportGraph) -> None:
    """The layers name every part of the program, and each library is forbidden to every part but its owner's."""
    with (ROOT / "pyproject.toml").open("rb") as file:
        settings = tomllib.load(file)["tool"]["importlinter"]
    parts = {child.removeprefix("fumimori.") for child in graph.find_children("fumimori")}
    layers = next(contract for contract in settings["contracts"] if contract["type"] == "layers")
    assert layers["exhaustive"]
    assert {part.strip() for layer in layers["layers"] for part in layer.split("|")} == parts
    owned = {"Qt": {"gui"}, "DNS": {"net"}, "PDF": {"report"}, "keyring": {"store"}, "documents": {"exports"}}
    for contract in settings["contracts"]:
        owner = owned.pop(contract["name"].split()[0], None)
        if owner is not None:
            named = {module.removeprefix("fumimori.") for module in contract["source_modules"]}
            assert named == parts - owner - {"__main__"}, contract["name"]
    assert not owned
