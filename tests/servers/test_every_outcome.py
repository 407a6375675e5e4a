"""Every outcome of every probe came about over sockets at least once: in the test world or before a server of a script.

The modules in `tests/network` tell `loopback.witnesses` what their servers brought about; they run before this one.
Here the scans of the test world are added. The proof is asked for only where all of them ran.
"""

from pathlib import Path

import pytest

from fumimori import checks as probes
from loopback.witnesses import WITNESSED, outcome_names
from loopback.world import World
from servers.command import Scan, scan

WITNESSES = {
    "test_dns_probes",
    "test_exposed_probes",
    "test_greeting_probes",
    "test_mail_behaviour_probes",
    "test_name_probes",
    "test_policy_probes",
    "test_port_outcomes",
    "test_sender_probes",
    "test_webmail",
}
"""The modules whose tests make outcomes happen over sockets."""


@pytest.fixture(scope="module")
def seen(world: World, scans: dict[str, Scan], tmp_path_factory: pytest.TempPathFactory) -> set[str]:
    """All outcome codes of this session: of scripted servers, of the test world, and from behind a closed port 25."""
    folder: Path = tmp_path_factory.mktemp("closed")
    closed = scan(world, folder, "double.example", "--consent", "1", control=world.control_closed)
    return WITNESSED.union(closed.codes, *(done.codes for done in scans.values()))


@pytest.mark.parametrize("probe", probes.walk(), ids=lambda probe: probe.id)
def test_every_outcome_happened(request: pytest.FixtureRequest, seen: set[str], probe: probes.Probe) -> None:
    ran = {item.path.stem for item in request.session.items if not item.get_closest_marker("skip")}
    missing = {word for word in outcome_names(probe) if f"{probe.id}.{word}" not in seen}
    assert not (ran >= WITNESSES and missing), f"nothing ever brought these about: {sorted(missing)}"
