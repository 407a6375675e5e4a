"""Which outcomes came about over sockets in this session: helpers that look at real servers tell it here."""

from collections.abc import Iterable
from functools import cache

from fumimori import resources
from fumimori.checks.contract import Check
from fumimori.model import Outcome

WITNESSED: set[str] = set()
"""Outcome codes; `tests/network/test_witnessed.py` and `tests/servers/test_every_outcome.py` read them."""


def witnessed(outcomes: Iterable[Outcome]) -> list[Outcome]:
    """The same outcomes, remembered."""
    kept = list(outcomes)
    WITNESSED.update(outcome.code for outcome in kept)
    return kept


@cache
def outcome_names(check: Check) -> tuple[str, ...]:
    """The names behind `<id>.` of every outcome that `check` can come to: the keys of its rules file."""
    return tuple(resources.toml(f"checks/{check.id}/rules.toml")["outcomes"])
