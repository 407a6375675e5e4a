"""The register of periodic checks by the calendar: what was done in time, and what was done once and is due again.

A kind of check that nobody ever entered says nothing. Pure.
"""

from collections.abc import Iterator
from datetime import date, timedelta

from fumimori.assess.register_rows import Registers, outcome
from fumimori.checks.observations import Observations
from fumimori.model import Outcome, RegisterRow

MONTHLY = ("dmarc_reports", "tls_reports")
QUARTERLY = ("admin_log",)
YEARLY = (
    *("restore_test", "access_review", "ssh_keys", "domain_list", "incident_page", "management_report"),
    *("emergency_login", "key_restore"),
)
PERIODS = dict.fromkeys(MONTHLY, "month") | dict.fromkeys(QUARTERLY, "quarter") | dict.fromkeys(YEARLY, "year")
"""How often each kind of check is due; the thresholds say how many days that is."""


def reviewed(registers: Registers, kind: str) -> tuple[RegisterRow, date] | None:
    """The newest check of this kind and its day, where somebody did it in time and it did not fail.

    What is due every month is done in time only twice in a row.
    """
    done = _done(registers, kind)
    if not done:
        return None
    on, newest = done[-1]
    days = _days(registers, kind)
    before = max((earlier for earlier, _ in done if earlier < on), default=date.min)
    late = (registers.day - on).days > days or (kind in MONTHLY and (on - before).days > days)
    return None if late or not newest.text("by") or newest.text("result") == "failed" else (newest, on)


def reviews(registers: Registers, _: Observations) -> Iterator[Outcome]:
    """What was done in time, and what is due again since some day."""
    for kind in PERIODS:
        done, days = _done(registers, kind), _days(registers, kind)
        if (found := reviewed(registers, kind)) is not None:
            row, on = found
            yield outcome(f"register_reviews.{kind}", held=on.isoformat(), by=row.text("by"), days=days)
        elif done and (due := done[-1][0] + timedelta(days=days)) < registers.day:
            yield outcome(f"register_reviews.{kind}_overdue", held=done[-1][0].isoformat(), due=due.isoformat())


def _done(registers: Registers, kind: str) -> list[tuple[date, RegisterRow]]:
    """The checks of this kind until today, oldest first."""
    rows = [row for row in registers.of("reviews", "kind") if row.text("kind") == kind]
    held = [(on, row.id, row) for row in rows if (on := row.day("held")) is not None and on <= registers.day]
    return [(on, row) for on, _, row in sorted(held, key=lambda one: one[:2])]


def _days(registers: Registers, kind: str) -> int:
    return int(registers.rules.number(f"register_reviews.{PERIODS[kind]}_days"))
