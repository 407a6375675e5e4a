"""How soon a certificate ends is judged once, by its own lifetime, and every probe says the same of it."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fumimori.checks.expiry import Urgency, days_left, days_since, urgency
from fumimori.checks.mail_ports import probe as mail_ports
from fumimori.checks.mta_sts import probe as mta_sts
from fumimori.checks.webmail import probe as webmail
from loopback.fake_network import rules
from loopback.witnesses import outcome_names

NOW = datetime(2026, 11, 24, tzinfo=UTC)

CASES = [
    (398, 60, "fine"),
    (398, 31, "fine"),
    (398, 25, "fine"),
    (398, 20, "soon"),
    (398, 8, "soon"),
    (398, 6, "urgent"),
    (200, 22, "fine"),
    (200, 20, "soon"),
    (200, 15, "soon"),
    (200, 6, "urgent"),
    (90, 60, "fine"),
    (90, 23, "fine"),
    (90, 20, "soon"),
    (90, 6, "urgent"),
    (90, 0, "expired"),
    (47, 12, "fine"),
    (47, 10, "soon"),
    (47, 3, "urgent"),
    (6, 2, "fine"),
    (6, 1.2, "soon"),
    (6, 0.9, "urgent"),
    (3650, 22, "fine"),
    (3650, -1, "expired"),
]


@pytest.mark.parametrize(("lifetime", "left", "expected"), CASES)
def test_time_left_is_measured_by_the_lifetime(lifetime, left, expected):
    end = NOW + timedelta(days=left)
    assert urgency(end - timedelta(days=lifetime), end, NOW, rules()).value == expected


@given(st.integers(1, 4000), st.floats(-10, 4000, allow_nan=False))
def test_less_time_is_never_less_urgent(lifetime, left):
    order = list(Urgency)
    end = NOW + timedelta(days=left)
    start = end - timedelta(days=lifetime)
    now = urgency(start, end, NOW, rules())
    later = urgency(start, end, NOW + timedelta(days=1), rules())
    assert order.index(later) >= order.index(now)


@pytest.mark.parametrize(
    ("hours", "left", "since"), [(49, 2, 0), (1, 0, 0), (0, 0, 0), (-1, -1, 0), (-25, -2, 1), (-51701, -2155, 2154)]
)
def test_whole_days_before_and_after_the_end(hours, left, since):
    end = NOW + timedelta(hours=hours)
    assert (days_left(end, NOW), days_since(end, NOW)) == (left, since)


def test_every_probe_uses_the_same_words():
    words = {f"certificate_{each.value}" for each in (Urgency.SOON, Urgency.URGENT)}
    for probe in (mail_ports.PROBE, webmail.PROBE, mta_sts.PROBE):
        assert words <= set(outcome_names(probe))
        severities = {word: rules().outcomes[f"{probe.id}.{word}"].severity.name for word in words}
        assert severities == {"certificate_soon": "MEDIUM", "certificate_urgent": "HIGH"}
