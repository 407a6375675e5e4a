"""One weakness of one host that was found in two ways, such as from outside and in the server's settings: told once.

The rules say which outcomes are the same fact (`same_as`). The worse one is told, of equals the one seen from outside,
and the other stands beside it; both go on answering their question. Pure.
"""

from collections.abc import Collection, Mapping, Sequence

from fumimori.checks.observations import host_of
from fumimori.model import Outcome, Rules, Severity

Key = tuple[str, str]
"""Code and subject."""


def told_once(
    outcomes: Sequence[Outcome], rules: Rules, severities: Mapping[Key, Severity], decided: Collection[Key]
) -> tuple[Mapping[Key, tuple[Outcome, ...]], frozenset[Key]]:
    """By code and subject of an outcome that is told, those that say the same; and all that are not told by themselves.

    `outcomes` are those that nobody proved wrong, `severities` how bad each is here. What is in `decided` was settled
    by people on its own, and stays.
    """
    by_code: dict[str, list[Outcome]] = {}
    for one in outcomes:
        by_code.setdefault(one.code, []).append(one)
    beside: dict[Key, tuple[Outcome, ...]] = {}
    silent: set[Key] = set()
    for one in outcomes:
        named = (other for code in rules.outcomes[one.code].same_as for other in by_code.get(code, ()))
        others = [other for other in named if _host(other) == _host(one)]
        if not others:
            continue
        told = max(others, key=lambda other: severities[_key(other)])
        if severities[_key(one)] > severities[_key(told)]:
            told = one
        else:
            others = [one]
        for other in others:
            if _key(other) not in decided and _key(other) not in silent:
                silent.add(_key(other))
                beside[_key(told)] = (*beside.get(_key(told), ()), other)
    return beside, frozenset(silent)


def _key(outcome: Outcome) -> Key:
    return outcome.code, outcome.subject


def _host(outcome: Outcome) -> str:
    return str(dict(outcome.values).get("host") or host_of(outcome.subject)).lower()
