"""Domain and host names as people type them, brought to the one form that everything else works with (RFC 5890)."""

import re
from collections.abc import Sequence

_LABEL = re.compile(r"[a-z0-9_](?:[a-z0-9_-]{0,61}[a-z0-9_])?")
_SCHEME = re.compile(r"[a-z][a-z0-9+.-]{0,30}://", re.IGNORECASE)
_HOST_PORT = re.compile(r"(?P<host>[^:\[\]]+)(?::(?P<port>[0-9]{1,5}))?")
_WIDE = {code: code - 0xFEE0 for code in range(0xFF01, 0xFF5F)} | dict.fromkeys(map(ord, "。｡"), ".")
"""Signs and letters as a Japanese keyboard writes them."""
LONGEST = 2000
"""Of a typed text; a web address may be this long."""


class BadDomainError(ValueError):
    """A text that is no domain or host name."""


def ascii_domain(typed: str) -> str:
    """The A-label form of what was typed: a domain, an address `name@domain` or a web address; BadDomainError else.

    Lower case, without a trailing dot, two labels or more, the last of which is no number: an IP address is no domain.
    """
    text = typed[:LONGEST].translate(_WIDE).strip().strip("<>").removeprefix("mailto:")
    scheme = _SCHEME.match(text)
    text = text[scheme.end() :] if scheme else text
    text = text.split("/", 1)[0].rsplit("@", 1)[-1].split(":", 1)[0]
    name = _ascii_name(text)
    if "." not in name or name.rpartition(".")[2].isdecimal():
        raise BadDomainError(typed)
    return name


def ascii_host(typed: str) -> str:
    """`host` or `host:port` in A-label form; BadDomainError for anything else. An IPv4 address is a host too."""
    match = _HOST_PORT.fullmatch(typed[:LONGEST].translate(_WIDE).strip())
    if not match:
        raise BadDomainError(typed)
    port = match["port"]
    if port is not None and not 0 < int(port) < 65536:
        raise BadDomainError(typed)
    return _ascii_name(match["host"]) + (f":{port}" if port else "")


def split_host(host: str, default_port: int) -> tuple[str, int]:
    """Host and port of `host` or `host:port` in the form that `ascii_host` gives; in any other, the default port."""
    name, _, port = host.partition(":")
    number = int(port) if port.isascii() and port.isdecimal() and len(port) < 6 else 0
    return name, number if 0 < number < 65536 else default_port


def unicode_domain(name: str) -> str:
    """The form to show people; the A-label form itself where it does not decode."""
    import idna

    try:
        return idna.decode(name)
    except (idna.IDNAError, UnicodeError):
        return name


def _ascii_name(text: str) -> str:
    import idna

    stripped = text.strip().rstrip(".")
    try:
        name = stripped.lower() if stripped.isascii() else idna.encode(stripped, uts46=True).decode("ascii")
    except (idna.IDNAError, UnicodeError):
        raise BadDomainError(text) from None
    if not name or len(name) > 253 or not all(map(_LABEL.fullmatch, name.split("."))):
        raise BadDomainError(text)
    return name


def name_matches(name: str, names: Sequence[str]) -> bool:
    """Whether one of the dNSNames stands for `name`: equal, or a wildcard that is the whole left-most label
    and stands for exactly one label (RFC 9525 section 6.3).
    """  # noqa: D205 - one sentence
    wanted = name.rstrip(".").lower()
    if not wanted:
        return False
    head, _, rest = wanted.partition(".")
    for entry in names:
        offered = entry.rstrip(".").lower()
        if offered == wanted:
            return True
        if offered.startswith("*.") and head and "." in rest and offered[2:] == rest:
            return True
    return False
