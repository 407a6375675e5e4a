"""One outcome for each code and subject, because that is what a finding is known by: what several say is joined."""

from collections.abc import Iterable

from fumimori.model import Outcome, Values

NAMED_MOST = 5
"""Different texts that are joined; … stands for more."""


def joined(outcomes: Iterable[Outcome]) -> tuple[Outcome, ...]:
    """The outcomes, those of the same code and subject as one: different texts side by side, counts added up.

    Of outcomes that name a day, which is in the calendar, the first one counts.
    """
    groups: dict[tuple[str, str], list[Outcome]] = {}
    for outcome in dict.fromkeys(outcomes):
        groups.setdefault((outcome.code, outcome.subject), []).append(outcome)
    return tuple(
        Outcome(code=code, subject=subject, values=_together([one.values for one in same]))
        for (code, subject), same in groups.items()
    )


def _together(given: list[Values]) -> Values:
    if len(given) == 1 or any(name == "day" for name, _ in given[0]):
        return given[0]
    found: dict[str, list[str | int]] = {}
    for values in given:
        for name, value in values:
            found.setdefault(name, []).append(value)
    return tuple((name, _one(values)) for name, values in found.items())


def _one(values: list[str | int]) -> str | int:
    numbers = [value for value in values if isinstance(value, int)]
    if len(numbers) == len(values):
        return sum(numbers)
    different = list(dict.fromkeys(str(value) for value in values))
    return ", ".join(different[:NAMED_MOST]) + (" …" if len(different) > NAMED_MOST else "")
