"""Domains that do not exist: most often a name that was mistyped, so that nothing else is said about it."""

from collections.abc import Iterable, Sequence

from fumimori.model import Finding, Outcome

NO_DOMAIN = "mx.no_domain"
"""What says that there is no such domain (RFC 2308 section 2.1)."""
_STILL_REPORTED = "registration."
"""A registration that expired or is on hold explains why a domain is gone from the DNS."""


def absent_domains(findings: Iterable[Finding]) -> tuple[str, ...]:
    """The domains of the scope that were seen not to exist."""
    return tuple(finding.subject for finding in findings if finding.code == NO_DOMAIN)


def about_existing(outcomes: Sequence[Outcome]) -> tuple[Outcome, ...]:
    """`outcomes` without those that speak of a domain that does not exist as if it did."""
    absent = {outcome.subject for outcome in outcomes if outcome.code == NO_DOMAIN}
    return tuple(
        outcome
        for outcome in outcomes
        if outcome.subject not in absent or outcome.code == NO_DOMAIN or outcome.code.startswith(_STILL_REPORTED)
    )
