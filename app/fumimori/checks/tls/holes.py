"""Named TLS vulnerabilities: which a service has, which not, and which no hello of this program can detect. Pure."""

from enum import StrEnum

from fumimori.checks.tls.facts import TlsSupport, prime_class, suite_classes
from fumimori.model import Rules


class State(StrEnum):
    """What is known about one hole."""

    OPEN = "open"
    CLOSED = "closed"
    UNKNOWN = "unknown"
    """It can be detected, but the service did not answer the hello."""
    NOT_TESTED = "not_tested"
    """Detecting it would take an attack, which this program does not carry out."""


NOT_TESTED = ("heartbleed", "robot", "ccs_injection", "ticketbleed", "lucky13", "winshock", "opossum")
"""Holes of implementations; they close with updates, so control 5 asks for those."""


def holes(support: TlsSupport, rules: Rules) -> tuple[tuple[str, State], ...]:
    """Every hole with its state, in a fixed order."""
    known = suite_classes(rules)
    classes = {known.get(code, ("", ""))[0] for code in (*support.bad_suites, *support.suites)}
    # Finite fields are asked apart: without an answer to that, a bad suite of theirs may still be there.
    suites_known = support.bad_suites_known and support.dh_known

    def by_version(version: str) -> State:
        if version in support.accepted:
            return State.OPEN
        return State.CLOSED if version in support.refused else State.UNKNOWN

    def by_class(*kinds: str) -> State:
        if classes & set(kinds):
            return State.OPEN
        return State.CLOSED if suites_known else State.UNKNOWN

    only_new = "tls1.2" in support.refused  # TLS 1.3 has neither compression nor renegotiation nor primes of its own

    def by_answer(*, vulnerable: bool | None) -> State:
        if vulnerable is None:
            return State.CLOSED if only_new else State.UNKNOWN
        return State.OPEN if vulnerable else State.CLOSED

    old_refused = "tls1.0" in support.refused
    drown = by_version("ssl2")
    if drown is State.UNKNOWN and old_refused and "ssl3" in support.refused:
        drown = State.CLOSED  # nobody kept SSL 2.0 and gave up TLS 1.0
    logjam = State.CLOSED if only_new else State.UNKNOWN
    if support.dh_bits or support.dh_known:
        logjam = State.OPEN if prime_class(support, rules) in ("export", "short") else State.CLOSED
    secure = support.secure_renegotiation
    return (
        ("poodle", by_version("ssl3")),
        ("drown", drown),
        ("freak", by_class("export")),
        ("logjam", logjam),
        ("sweet32", by_class("block64")),
        ("rc4", by_class("rc4")),
        ("beast", by_version("tls1.0")),
        ("crime", by_answer(vulnerable=support.compression)),
        ("renegotiation", by_answer(vulnerable=None if secure is None else not secure)),
        *((name, State.NOT_TESTED) for name in NOT_TESTED),
    )
