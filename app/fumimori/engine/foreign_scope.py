"""Whether the scope of a scan that was made elsewhere holds nothing but what a person could have named here."""

import re
from collections.abc import Callable, Iterator
from ipaddress import ip_address

from fumimori.grammar.domain_names import BadDomainError, ascii_domain, ascii_host
from fumimori.model import Scope

NAMES_MOST = 10_000
"""Names of one kind."""
_MAIL_ADDRESS = re.compile(r"[^@\s]{1,64}@[^@\s]{1,255}")
_SELECTOR = re.compile(r"[^\s\x00-\x1f\x7f-\x9f]{1,253}")


def fault(scope: Scope) -> str:
    """What no person could have named, for the message; empty when there is nothing of that kind."""
    for names, is_proper in _kinds(scope):
        if len(names) > NAMES_MOST:
            return f"more than {NAMES_MOST} names"
        wrong = next((name for name in names if not is_proper(name)), None)
        if wrong is not None:
            return f"no name or address: {wrong[:100]!r}"
    return ""


def _kinds(scope: Scope) -> Iterator[tuple[tuple[str, ...], Callable[[str], bool]]]:
    yield tuple(domain.name for domain in scope.domains), _is_domain
    for hosts in (scope.mail_hosts, scope.ssh_hosts, scope.webmail_hosts, scope.own_hosts, scope.blocklists):
        yield hosts, _is_host
    yield scope.addresses, lambda name: _MAIL_ADDRESS.fullmatch(name) is not None
    yield scope.sending_addresses, _is_address
    # People type selectors as they please: what DNS cannot carry is found out when it is asked for.
    for domain in scope.domains:
        yield (*domain.selectors, *domain.mail_selectors), lambda name: _SELECTOR.fullmatch(name) is not None


def _is_domain(name: str) -> bool:
    try:
        return ascii_domain(name) == name
    except BadDomainError:
        return False


def _is_host(name: str) -> bool:
    try:
        return ascii_host(name) == name
    except BadDomainError:
        return False


def _is_address(name: str) -> bool:
    try:
        return str(ip_address(name)) == name
    except ValueError:
        return False
