"""The selectors of a domain that are known, each with where it came from and when; pure."""

from collections.abc import Iterator
from datetime import datetime

from fumimori.checks.dkim.facts import DKIM
from fumimori.checks.mail_message.facts import MAIL_MESSAGE, Direction
from fumimori.checks.observations import Observations
from fumimori.model import Record

TYPED, MAIL = "typed", "mail"
FOUND = frozenset({"register", "reported", "provider", "guessed"})
"""Origins that the probe gives the selectors at which it found a key; a foreign scan may hold any other word."""


class KnownSelector(Record):
    """One selector."""

    name: str
    origin: str
    """`typed`, `mail`, or how the probe came to ask for one that has a key."""
    at: datetime | None = None
    """When its message was written, or when its key was seen; None where that is not known, and for a typed one."""


def known_selectors(observations: Observations, domain: str) -> tuple[KnownSelector, ...]:
    """Those that somebody typed, those that messages named, then those at which the probe found a key; each once."""
    found: dict[str, KnownSelector] = {}
    for one in _known(observations, domain):
        found.setdefault(one.name, one)
    return tuple(found.values())


def _known(observations: Observations, domain: str) -> Iterator[KnownSelector]:
    scope = next((one for one in observations.scope.domains if one.name == domain), None)
    for name in scope.selectors if scope else ():
        yield KnownSelector(name=name, origin=TYPED)
    days = _written(observations, domain)
    for name in scope.mail_selectors if scope else ():
        yield KnownSelector(name=name, origin=MAIL, at=days.get(name))
    attempt, facts = observations.attempt(DKIM.check, domain), observations.facts(DKIM, domain)
    if attempt is not None and facts is not None:
        for seen in facts.genuine:
            if seen.source in FOUND:
                yield KnownSelector(name=seen.selector, origin=seen.source, at=attempt.ended)


def _written(observations: Observations, domain: str) -> dict[str, datetime]:
    """Of each selector of `domain` that messages name, when the newest of them was written."""
    days: dict[str, datetime] = {}
    for _, message in observations.all(MAIL_MESSAGE):
        if message.at is None or message.direction is not Direction.SENT:
            continue
        for one in message.signatures:
            if one.kind == "dkim" and one.domain == domain:
                days[one.selector] = max(message.at, days.get(one.selector, message.at))
    return days
