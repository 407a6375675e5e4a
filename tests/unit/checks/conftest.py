"""Fixtures of the tests of checks."""

import pytest

from loopback.signed_mail import Authority


@pytest.fixture(scope="module")
def authority(tmp_path_factory: pytest.TempPathFactory) -> Authority:
    """An authority that signs for mail."""
    return Authority(tmp_path_factory.mktemp("authority"))
