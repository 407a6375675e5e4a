"""The checks that hold for every test catch what they are there for."""

from pathlib import Path

import pytest

CONFTEST = Path(__file__).resolve().parents[1] / "conftest.py"

LEAKS = {
    "a task of the program": """
        import asyncio
        from fumimori.net.busy_retry import BusyRetry
        from fumimori.network import Refused

        def test_it():
            async def never():
                await asyncio.Event().wait()

            async def broken():
                raise Refused("x")

            async def both():
                await asyncio.gather(BusyRetry().ask("a", never), BusyRetry().ask("b", broken))

            try:
                asyncio.run(both())
            except Refused:
                pass
    """,
    "a thread": """
        import threading

        def test_it():
            threading.Thread(target=threading.Event().wait, daemon=True).start()
    """,
    "a log line": """
        import logging

        def test_it():
            logging.getLogger("x").warning("nobody expects this")
    """,
}


@pytest.fixture
def inner(pytester: pytest.Pytester) -> pytest.Pytester:
    """A place for tests of tests, with the checks of all tests."""
    pytester.makeconftest(CONFTEST.read_text(encoding="utf-8"))
    return pytester


def test_what_is_left_behind_fails_the_test_and_nothing_else_does(inner: pytest.Pytester) -> None:
    for number, leak in enumerate(LEAKS.values()):
        inner.makepyfile(**{f"test_{number}": leak})
    inner.makepyfile(
        test_clean="""
        import asyncio

        def test_it():
            async def run():
                await asyncio.gather(asyncio.sleep(0), asyncio.sleep(0))

            asyncio.run(run())
        """
    )
    plain = ("-p", "no:cacheprovider", "-p", "no:pytest-qt", "-p", "no:pytest_cov")
    outcome = inner.runpytest_subprocess("-q", *plain)
    outcome.assert_outcomes(passed=len(LEAKS) + 1, errors=len(LEAKS))
    outcome.stdout.fnmatch_lines(["*tasks left running*", "*threads left behind*", "*unexpected log lines*"])
