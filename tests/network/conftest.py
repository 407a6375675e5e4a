"""What the tests of `net` share: the signed tree, where the tools that sign and judge it are installed."""

import os
from collections.abc import Iterator

import pytest

from loopback.signed import TOOLS, SignedWorld, signed_world

_ON_CI = os.environ.get("CI", "").lower() in ("true", "1")

# Where the tools are not installed these tests do not exist; on CI they must.
collect_ignore = (
    []
    if _ON_CI or all(tool.exists() for tool in TOOLS)
    else ["test_dnssec.py", "test_dnssec_lies.py", "test_dns_probes.py", "test_resolvers.py"]
)


@pytest.fixture(scope="session")
def signed(tmp_path_factory: pytest.TempPathFactory) -> Iterator[SignedWorld]:
    with signed_world(tmp_path_factory.mktemp("signed")) as world:
        yield world
