"""The certificates sent that form the path above the leaf, as DANE-TA requires (RFC 7671 5.2, RFC 5280 6.1)."""

from collections.abc import Callable, Sequence
from datetime import datetime
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from cryptography import x509

Issued = Callable[["x509.Certificate", "x509.Certificate"], bool]
"""Whether the first bears the name and made the signature that the second shows."""


def above_leaf(sent: Sequence["x509.Certificate"], at: datetime, issued: Issued) -> tuple[int, ...]:
    """The positions in `sent` that a path leads up to from the leaf, which is the first.

    Each step is a name and a signature that fit, by a certificate that is an authority's and has room for the path
    below it. One that has run out at `at` is no step to others; as the end of the path it does unless it signed itself,
    as OpenSSL has it. Empty when the leaf itself has run out. Which of them is trusted, nobody asks here.
    """
    if not sent or not _in_time(sent[0], at):
        return ()
    reached: dict[int, int] = {0: 0}
    waiting = [0]
    while waiting:
        below = waiting.pop(0)
        for position in range(1, len(sent)):
            above = sent[position]
            if position in reached or above in (sent[0], sent[below]):
                continue
            if not _may_issue(above, between=reached[below]) or not issued(above, sent[below]):
                continue
            own, in_time = _own(above), _in_time(above, at)
            if in_time:
                waiting.append(position)
            if in_time or not own:
                reached[position] = reached[below] + (0 if own else 1)
    return tuple(sorted(position for position in reached if position))


def _own(certificate: "x509.Certificate") -> bool:
    """Whether it names itself as its issuer; names that cannot be read say no."""
    try:
        return certificate.subject == certificate.issuer
    except ValueError:
        return False


def _in_time(certificate: "x509.Certificate", at: datetime) -> bool:
    try:
        return certificate.not_valid_before_utc <= at <= certificate.not_valid_after_utc
    except (ValueError, OverflowError):
        return False


def _may_issue(certificate: "x509.Certificate", *, between: int) -> bool:
    """Whether it is an authority with room for `between` others below it; extensions that cannot be read say yes."""
    from cryptography import x509

    try:
        constraints = certificate.extensions.get_extension_for_class(x509.BasicConstraints).value
    except x509.ExtensionNotFound:
        # Roots of the first version know no extensions (RFC 5280 section 6.1.4 k).
        return certificate.version is x509.Version.v1 and certificate.subject == certificate.issuer
    except (ValueError, TypeError, x509.DuplicateExtension, x509.UnsupportedGeneralNameType):
        return True
    room = constraints.path_length is None or constraints.path_length >= between
    return constraints.ca and room
