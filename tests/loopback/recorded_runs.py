"""Runs for tests that are handed attempts: made at the hours of their attempts, everything else as usual."""

from datetime import UTC, datetime
from typing import Any

from fumimori.model import Attempt, Run

AT = datetime(2026, 11, 24, 10, 0, tzinfo=UTC)


def run_of(*attempts: Attempt, **fields: Any) -> Run:
    """One run that brought these attempts home."""
    times: dict[str, Any] = {
        "started": min((attempt.started for attempt in attempts), default=AT),
        "ended": max((attempt.ended for attempt in attempts), default=AT),
    }
    return Run(**{"id": "run-1", "attempts": attempts, **times, **fields})
