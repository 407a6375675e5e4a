"""What is heavy is loaded when it is used: the window opens at once, and nothing happens at import."""

import subprocess
import sys

HEAVY = (
    *("reportlab", "pikepdf", "svglib", "pypdfium2", "dns"),
    *("cryptography", "OpenSSL", "keyring", "sqlcipher3", "asyncio"),
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


def test_the_core_is_imported_without_a_heavy_library() -> None:
    assert loaded_after("import fumimori.model, fumimori.checks.observations, fumimori.grammar.rule_files") == []


def test_an_import_of_the_program_prints_nothing() -> None:
    run = subprocess.run(
        [sys.executable, "-c", "import fumimori.__main__"], capture_output=True, check=True, timeout=60
    )
    assert (run.stdout, run.stderr) == (b"", b"")
