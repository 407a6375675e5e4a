"""The rows of the registers as the joins read them, as of one day. Pure."""

from collections.abc import Sequence
from datetime import date, timedelta
from functools import partial

from fumimori.checks.listing import shown
from fumimori.grammar.person_names import same_person
from fumimori.model import Outcome, RegisterRow, Rules

listed = partial(shown, most=5)
"""The names that one outcome spells out, and the number of the others."""


class Registers:
    """The rows of an assessment as the joins read them, as of one day."""

    def __init__(self, rows: Sequence[RegisterRow], day: date, rules: Rules) -> None:
        self.day = day
        self.rules = rules
        self._rows = rows

    def of(self, register: str, required: str) -> tuple[RegisterRow, ...]:
        """The rows of a register in which the column `required` is filled."""
        return tuple(row for row in self._rows if row.register == register and row.text(required))

    @property
    def leavers(self) -> dict[str, tuple[str, date]]:
        """Who has left, by a name that compares, with the name as it was typed and the last day.

        Somebody who is listed a second time without a last day in the past is here: a namesake, or back again.
        """
        left: dict[str, tuple[str, date]] = {}
        here: set[str] = set()
        for row in self.of("staff", "name"):
            who, day = same_person(row.text("name")), row.day("left")
            if day is not None and day < self.day:
                left[who] = max(left.get(who, ("", date.min)), (row.text("name"), day), key=lambda found: found[1])
            else:
                here.add(who)
        return {who: found for who, found in left.items() if who not in here}

    def untrained(self, topic: str = "") -> tuple[list[str], int]:
        """Who works here and was not trained within a year (about `topic` alone), and how many should have been.

        Newcomers have some weeks. Nobody is due while no training is written down, for a topic none about it.
        """
        number = self.rules.number
        since = self.day - timedelta(days=number("register_training.every_days"))
        new_since = self.day - timedelta(days=number("register_training.newcomer_days"))
        rows = [row for row in self.of("training", "held") if topic in ("", row.text("topic"))]
        held = [(row, on) for row in rows if (on := row.day("held")) is not None and since <= on <= self.day]
        due = {}
        for row in self.of("staff", "name"):
            joined = row.day("joined")
            if not row.text("left") and row.text("kind") != "contractor" and (joined is None or joined <= new_since):
                due[same_person(row.text("name"))] = row
        if not due or not rows:
            return [], 0
        trained = {same_person(row.text("who")) for row, _ in held}
        together = max((on for row, on in held if row.yes("everyone")), default=None)
        missing = []
        for who, row in due.items():
            joined = row.day("joined")
            if who not in trained and (together is None or (joined is not None and joined > together)):
                missing.append(row.text("name"))
        return missing, len(due)


def outcome(code: str, subject: str = "", **values: str | int) -> Outcome:
    """An outcome with these values."""
    return Outcome(code=code, subject=subject, values=tuple(values.items()))
