"""How soon a certificate expires, measured against its own lifetime: 45-day and yearly ones need different alarms.

The only place that judges it, for every certificate alike; outcomes are called by the words of `Urgency`.
"""

from datetime import datetime, timedelta
from enum import StrEnum

from fumimori.model import Rules

DAY = timedelta(days=1)


class Urgency(StrEnum):
    """What is to be done about the end of a certificate."""

    FINE = "fine"
    SOON = "soon"
    """Automatic renewal would have replaced it by now."""
    URGENT = "urgent"
    """It ends within days."""
    EXPIRED = "expired"


def urgency(not_before: datetime, not_after: datetime, at: datetime, rules: Rules) -> Urgency:
    """How urgent the renewal is at the moment `at`, by the shares and days in `rules/expiry.toml`.

    Long-lived certificates are measured in days, short-lived ones in shares of their lifetime, with a day at least.
    """
    left, lifetime = not_after - at, not_after - not_before
    if left <= timedelta(0):
        return Urgency.EXPIRED
    if lifetime > rules.number("expiry.long_days") * DAY:
        urgent = rules.number("expiry.long_urgent_days") * DAY
        soon = rules.number("expiry.long_soon_days") * DAY
    else:
        urgent = max(DAY, lifetime * rules.number("expiry.short_urgent_share"))
        soon = lifetime * rules.number("expiry.short_soon_share")
    if left < urgent:
        return Urgency.URGENT
    return Urgency.SOON if left < soon else Urgency.FINE


def days_since(not_after: datetime, at: datetime) -> int:
    """Whole days since the end, 0 on the first day after it and before it."""
    return max(0, (at - not_after) // DAY)


def days_left(not_after: datetime, at: datetime) -> int:
    """Whole days until the end, negative after it."""
    return (not_after - at) // DAY
