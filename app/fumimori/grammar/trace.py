"""What servers wrote onto a message on its way: Received fields (RFC 5321 section 4.4), and what the receiver found
(Authentication-Results, RFC 8601).
"""  # noqa: D205 - one sentence

import re
from collections.abc import Iterator
from datetime import UTC, datetime
from ipaddress import ip_address

from fumimori.model import Record

TEXT_MOST = 4_000
ENCRYPTED = frozenset({"ESMTPS", "ESMTPSA", "UTF8SMTPS", "UTF8SMTPSA", "LMTPS", "LMTPSA", "SMTPS"})
"""Words behind *with* that say TLS (RFC 3848, RFC 6531)."""
PLAIN = frozenset({"SMTP", "ESMTP", "ESMTPA", "UTF8SMTP", "UTF8SMTPA"})
_ADDRESS = re.compile(r"(?<!\w)\[(?:IPv6:)?([0-9A-Fa-f:.]{3,45})\]")
_TLS = ("cipher=", " with cipher ")
_VERSION = re.compile(r"(?<![A-Za-z0-9_.-])(TLS|SSL)[v_]?([1-3])(?:[._]([0-3]))?(?![A-Za-z0-9_.-])")
"""As Postfix (`TLSv1.3`), Gmail and Exchange (`TLS1_3`) and Exim (`TLS1.3`) write it; never a part of a name."""
_WORD = re.compile(r"[a-z][a-z0-9-]{0,40}")


IDENTITIES = {
    "spf": ("smtp.mailfrom", "smtp.helo"),
    "dkim": ("header.d", "header.i"),
    "dmarc": ("header.from",),
}
"""Which property names whose identity a method looked at (RFC 8601 section 2.7), best first."""


class Hop(Record):
    """One server that took the message; names are untrusted."""

    name: str = ""
    """As the sending side called itself."""
    address: str = ""
    """Of the sending side; empty where it is not written."""
    by: str = ""
    """Who took it."""
    protocol: str = ""
    """The word behind *with*, in capitals."""
    tls: str = "unknown"
    """`yes`, `no` (the word says plain SMTP, and nothing speaks of TLS) or `unknown`."""
    tls_version: str = ""
    """`TLS 1.3`, `SSL 3` …; empty where it is not written."""
    at: datetime | None = None


class Verdict(Record):
    """One result of the receiver."""

    method: str
    """`spf`, `dkim`, `dmarc`, `arc`, …"""
    result: str
    """`pass`, `fail`, `softfail`, `none`, …"""
    domain: str = ""
    """Whose identity was looked at."""
    selector: str = ""


def parse_received(value: str) -> Hop:
    """The hop that a Received field describes; what is missing in it is empty."""
    text = value[:TEXT_MOST]
    head, _, stamp = text.rpartition(";")
    head = head or text
    bare = _without_comments(head)
    sender = _between(head, "from", "by")
    address = _ADDRESS.search(sender)
    protocol = _after(bare, "with").upper()
    if "with microsoft smtp server" in bare.lower():
        protocol = "ESMTP"
    version = _version(head)
    said = protocol in ENCRYPTED or bool(version) or any(word in head.lower() for word in _TLS)
    return Hop(
        name=_after(bare, "from").lower()[:253],
        address=_valid(address.group(1)) if address else "",
        by=_after(bare, "by").lower().rstrip(".")[:253],
        protocol=protocol[:40],
        tls="yes" if said else "no" if protocol in PLAIN else "unknown",
        tls_version=version,
        at=moment(stamp),
    )


def _version(head: str) -> str:
    found = _VERSION.search(head)
    if found is None:
        return ""
    name, major, minor = found.groups()
    return f"{name} {major}.{minor or 0}" if name == "TLS" else f"{name} {major}"


def moment(text: str) -> datetime | None:
    """The moment of a Date field or of a hop; None where it is not one."""
    from email.utils import parsedate_to_datetime

    try:
        at = parsedate_to_datetime(_without_comments(text[:200]).strip())
        return (at if at.tzinfo else at.replace(tzinfo=UTC)).astimezone(UTC)
    except (ValueError, TypeError, IndexError, OverflowError):
        return None


def parse_results(value: str) -> tuple[str, tuple[Verdict, ...]]:
    """Who looked (empty where it is not said) and each result; untrusted, bounded."""
    text = _without_comments(value[: 4 * TEXT_MOST])
    pieces = text.split(";")[:60]
    server = ""
    if "=" not in pieces[0]:
        server = _after(pieces[0], "").lower()[:253]
        pieces = pieces[1:]
    verdicts = []
    for piece in pieces:
        said = dict(_pairs(piece))
        method = next(iter(said), "").partition("/")[0]
        if not _WORD.fullmatch(method):
            continue
        domain = next((said[name] for name in IDENTITIES.get(method, ()) if said.get(name)), "")
        verdicts.append(
            Verdict(
                method=method,
                result=said[next(iter(said))].lower()[:20],
                domain=domain.rpartition("@")[2].lower().rstrip(".>")[:253],
                selector=said.get("header.s", "").lower()[:253],
            )
        )
    return server, tuple(verdicts)


def _pairs(piece: str) -> Iterator[tuple[str, str]]:
    """Names and values around the equals signs of a result, the method and its result first."""
    written = piece[:TEXT_MOST].replace("= ", "=").replace(" =", "=")
    for token in written.split()[:40]:
        name, equals, value = token.partition("=")
        if equals and name and value:
            yield name.lower(), value.strip('"')


def _without_comments(text: str) -> str:
    kept, depth = [], 0
    for sign in text:
        depth += sign == "("
        if not depth:
            kept.append(sign)
        depth -= sign == ")" and depth > 0
    return "".join(kept)


def _after(text: str, word: str) -> str:
    """The token behind `word`; the first one for no word."""
    tokens = text.split()
    place = next((place for place, token in enumerate(tokens) if token.lower() == word), -1) if word else -1
    following = tokens[place + 1 : place + 2] if place >= 0 or not word else []
    return following[0].strip("();,")[:253] if following else ""


def _between(text: str, word: str, end: str) -> str:
    """What stands behind `word` up to `end`, with its comments."""
    lower = f" {text.lower()}"
    start = lower.find(f" {word} ")
    stop = lower.find(f" {end} ", start + 1)
    return "" if start == -1 else text[start : stop if stop != -1 else len(text)]


def _valid(address: str) -> str:
    try:
        return str(ip_address(address))
    except ValueError:
        return ""
