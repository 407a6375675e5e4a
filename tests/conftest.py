"""What holds for every test: no skipping where CI runs, no unexpected log line, no thread and no task left behind."""

import asyncio
import asyncio.runners
import logging
import os
import re
import sys
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from _pytest.nodeid import coerce_node_id

pytest_plugins = ["pytester"]

ON_CI = os.environ.get("CI", "").lower() in ("true", "1")

# The servers' world needs ports below 1024 and real daemons; where they cannot be, its tests do not exist.
_WORLD = sys.platform == "linux" and (ON_CI or os.geteuid() == 0)
collect_ignore = [] if _WORLD else ["servers"]

_CHECKS = Path(__file__).parent.parent / "app/fumimori/checks"
_READERS = ("test_witnessed_readers", *(f"test_{found.parent.name}" for found in sorted(_CHECKS.glob("*/reader.py"))))
"""How the names of the files begin that show a reader its documents; those of a large one are several."""


@pytest.hookimpl(tryfirst=True)
def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Several processes share the tests file by file; what opens sockets stays together, and begins.

    Those tests tell each other which outcomes came about, and share servers that take a while to start. Readers tell
    theirs to the last file of their folder. A module with a network of its own needs none of that.
    """
    sockets = {"network", "servers"}
    for item in items:
        together = "readers" if item.path.stem.startswith(_READERS) else item.path.name
        if sockets & set(item.path.parts) and "own_network" not in getattr(item, "fixturenames", ()):
            together = "sockets"
        item.add_marker(pytest.mark.xdist_group(together))
        if getattr(config.option, "loadgroup", False):
            # WORKAROUND for pytest-xdist 3.8: it writes the group into `_nodeid`, which pytest 9.2 reads no more
            item._id = coerce_node_id(f"{item.nodeid}@{together}")
    items.sort(key=lambda item: not sockets & set(item.path.parts))


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(item: pytest.Item) -> Iterator[None]:
    """On CI a test that skips itself, or is skipped, has failed."""
    report = yield
    if ON_CI and report.skipped:
        report.outcome = "failed"
        report.longrepr = f"{item.nodeid} was skipped; on CI every test runs: {report.longrepr}"
    return report


@pytest.hookimpl(wrapper=True)
def pytest_make_collect_report(collector: pytest.Collector) -> Iterator[None]:
    """On CI a module that skips itself while it is collected has failed."""
    report = yield
    if ON_CI and report.skipped:
        report.outcome = "failed"
        report.longrepr = f"{collector.nodeid} was skipped; on CI every test runs: {report.longrepr}"
    return report


class _Listener(logging.Handler):
    def __init__(self) -> None:
        super().__init__(logging.WARNING)
        self.lines: list[str] = []

    def emit(self, record: logging.LogRecord) -> None:
        self.lines.append(f"{record.levelname} {record.name}: {record.getMessage()}")


@pytest.fixture(autouse=True)
def _expected_lines() -> Iterator[list[str]]:
    """Fails a test during which a warning or worse was logged that it did not expect."""
    expected: list[str] = []
    listener = _Listener()
    logging.getLogger().addHandler(listener)
    yield expected
    logging.getLogger().removeHandler(listener)
    surprises = [line for line in listener.lines if not any(re.search(pattern, line) for pattern in expected)]
    missing = [pattern for pattern in expected if not any(re.search(pattern, line) for line in listener.lines)]
    assert not surprises, f"unexpected log lines: {surprises}"
    assert not missing, f"expected log lines that never came: {missing}"


@pytest.fixture
def expect_log(_expected_lines: list[str]) -> Callable[[str], None]:
    """`expect_log(pattern)`: a log line of this kind is meant to come, and must."""
    return _expected_lines.append


@pytest.fixture(autouse=True)
def _no_threads_left() -> Iterator[None]:
    """Fails a test that leaves a thread of ours running."""
    before = set(threading.enumerate())
    yield
    end = time.monotonic() + 2
    while (left := _ours(before)) and time.monotonic() < end:
        time.sleep(0.01)
    assert not left, f"threads left behind: {left}"


@pytest.fixture(autouse=True)
def _no_tasks_left(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Fails a test after whose `asyncio.run` a task of the program was still running: nobody waited for it.

    Such a task goes on looking, and writing down whom it contacted, after its attempt has ended.
    """
    left: list[str] = []
    cancel = asyncio.runners._cancel_all_tasks

    def cancelled(loop: asyncio.AbstractEventLoop) -> None:
        left.extend(name for task in asyncio.all_tasks(loop) if (name := _of_the_program(task)))
        cancel(loop)

    monkeypatch.setattr(asyncio.runners, "_cancel_all_tasks", cancelled)
    yield
    assert not left, f"tasks left running: {left}"


def _of_the_program(task: "asyncio.Task[object]") -> str:
    """What the task was carrying out, when that is a coroutine of the program; empty for a test's own."""
    code = getattr(task.get_coro(), "cr_code", None)
    return f"{code.co_qualname}" if code is not None and "/fumimori/" in code.co_filename else ""


def _ours(before: set[threading.Thread]) -> list[str]:
    # a dummy stands for a thread that Qt made; Qt ends it when its pool idles
    return [
        thread.name
        for thread in threading.enumerate()
        if thread not in before and thread.is_alive() and not isinstance(thread, threading._DummyThread)
    ]
