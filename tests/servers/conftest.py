"""The running world, once for all tests of this folder, and its servers' logs beside every failure."""

from collections.abc import Iterator

import pytest

from loopback.world import World, running
from servers.command import Scan, scan
from servers.truth import TRUTHS


@pytest.fixture(scope="session")
def world() -> Iterator[World]:
    with running() as started:
        yield started


@pytest.fixture(scope="session")
def scans(world: World, tmp_path_factory: pytest.TempPathFactory) -> dict[str, Scan]:
    """Each domain of the world, scanned once with the options of its truth."""
    folder = tmp_path_factory.mktemp("scans")
    return {truth.domain: scan(world, folder / truth.domain, truth.domain, *truth.options) for truth in TRUTHS}


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(item: pytest.Item) -> Iterator[None]:
    """A failure shows what the servers said."""
    report = yield
    here = getattr(item, "funcargs", {}).get("world")
    if report.failed and here is not None:
        report.sections.append(("servers' logs", here.logs()))
    return report
