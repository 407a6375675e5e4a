"""Addresses that reports are sent to: lists of mailto: and https: URIs (RFC 9989 section 4.7, RFC 8460 section 3)."""

import re

from fumimori.model import Record

_DOMAIN = r"(?P<domain>[A-Za-z0-9](?:[A-Za-z0-9.-]{0,251}[A-Za-z0-9])?)"
_MAILTO = re.compile(rf"mailto:[A-Za-z0-9#$%&'*+/=?^_`{{|}}~.-]{{1,320}}@{_DOMAIN}", re.IGNORECASE)
_HTTPS = re.compile(rf"https://{_DOMAIN}(?::[0-9]{{1,5}})?(?:[/?].*)?", re.IGNORECASE)
_SIZE = re.compile(r"[0-9]{1,20}[kmgt]?", re.IGNORECASE)
_WRITABLE = re.compile(r"[!#-~]+")
"""What a URI may hold, as far as it can stand between quotation marks in a zone file (RFC 3986 section 2)."""


class ReportUri(Record):
    """One place to send reports to."""

    text: str
    scheme: str
    """`mailto`, `https`, or empty when the text is no usable address."""
    domain: str = ""
    """The host that receives the reports, lower case."""
    size_limit: bool = False
    """It carries the `!size` suffix that RFC 9989 removed."""


def parse_uris(value: str) -> tuple[ReportUri, ...]:
    """The comma-separated URIs of `value`, at most 50; unusable ones have an empty scheme."""
    return tuple(_uri(part.strip()) for part in value.split(",")[:50] if part.strip())


def _uri(text: str) -> ReportUri:
    head, mark, size = text.rpartition("!")
    limited = bool(mark) and _SIZE.fullmatch(size) is not None
    bare = head if limited else text
    if _WRITABLE.fullmatch(bare) is None:
        return ReportUri(text=text, scheme="", size_limit=limited)
    for scheme, pattern in (("mailto", _MAILTO), ("https", _HTTPS)):
        match = pattern.fullmatch(bare.partition("?")[0] if scheme == "mailto" else bare)
        if match and "." in match["domain"]:
            return ReportUri(text=text, scheme=scheme, domain=match["domain"].lower(), size_limit=limited)
    return ReportUri(text=text, scheme="", size_limit=limited)
