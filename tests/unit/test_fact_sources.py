"""A question that files or registers answer does not say that something was measured."""

import pytest

from fumimori.model import Outcome
from fumimori.wording.window import source_of


@pytest.mark.parametrize(
    ("codes", "source"),
    [
        (["ssh.password"], "measured"),
        (["ssh_config.password"], "read"),
        (["register_access.in_order", "register_contracts.registered"], "register"),
        (["ssh.password", "ssh_config.password"], "several"),
        (["register_access.in_order", "accounts.unused"], "several"),
    ],
)
def test_where_facts_come_from(codes: list[str], source: str) -> None:
    assert source_of([Outcome(code=code, subject="") for code in codes], {"ssh_config", "accounts"}) == source
