"""Whether a report surely comes from the mail service that it names: anybody can write one and send it. Pure.

It does when the message that carried it was signed by that service, as the own server found when it took the message
(`mail_message.vouching`), or when a person says so.
"""

from collections.abc import Iterable

from fumimori.grammar.domain_names import BadDomainError, ascii_domain
from fumimori.grammar.suffixes import registrable_part

NAMED_MOST = 3
"""Mail services that an outcome names."""


def signed_by(organisation: str, signers: Iterable[str]) -> bool:
    """Whether one of `signers` is the `organisation`; whose name is no domain may be anybody."""
    try:
        named = registrable_part(ascii_domain(organisation))
    except BadDomainError:
        return False
    return bool(named) and any(registrable_part(one) == named for one in signers)


def listed(organisations: Iterable[str]) -> str:
    """Their names in one line, the others as a sign; untrusted."""
    names = sorted(set(organisations))
    return ", ".join(names[:NAMED_MOST]) + (", …" if len(names) > NAMED_MOST else "")
