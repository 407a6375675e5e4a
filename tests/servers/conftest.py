"""The running world, once for all tests of this folder, and its servers' logs beside every failure."""

import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from loopback import own_network as networks
from loopback.world import World, running
from servers.command import Scan, scan
from servers.machine import Machine
from servers.machine import running as machine_running
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


@pytest.fixture(scope="module")
def own_network() -> Iterator[None]:
    """All of the module happens in a network of its own: it runs beside the other modules."""
    with networks.own_network():
        yield


@pytest.fixture(scope="module")
def machine(own_network: None) -> Iterator[Machine]:  # noqa: ARG001 - its servers start there
    """The mail server on which repairs are proved."""
    with _folder() as folder, machine_running(folder, "127.9.87.1") as started:
        yield started


@pytest.fixture(scope="module", params=["nginx", "apache"])
def web_machine(
    request: pytest.FixtureRequest,
    own_network: None,  # noqa: ARG001 - its servers start there
) -> Iterator[Machine]:
    """The same with one web server and with the other."""
    with _folder() as folder, machine_running(folder, "127.9.87.2", request.param) as started:
        yield started


@contextmanager
def _folder() -> Iterator[Path]:
    """A folder that the servers' own users may enter, gone at the end."""
    with tempfile.TemporaryDirectory(prefix="fumimori-machine-", ignore_cleanup_errors=True) as name:
        Path(name).chmod(0o755)
        yield Path(name)


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(item: pytest.Item) -> Iterator[None]:
    """A failure shows what the servers said."""
    report = yield
    here = getattr(item, "funcargs", {}).get("world")
    if report.failed and here is not None:
        report.sections.append(("servers' logs", here.logs()))
    return report
