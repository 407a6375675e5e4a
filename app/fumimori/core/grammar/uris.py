"""Addresses that reports are sent to: lists of mailto: and https: URIs (RFC 9989 section 4.7, RFC 8460 section 3)."""

import re

from fumimori.core.model import Record

_MAILTO = re.compile(
    r"mailto:(?P<local>[^@\s,;!]+)@(?P<domain>[A-Za-z0-9](?:[A-Za-z0-9.-]*[A-Za-z0-9])?)", re.IGNORECASE
)
_HTTPS = re.compile(
    r"https://(?P<domain>[A-Za-z0-9](?:[A-Za-z0-9.-]*[A-Za-z0-9])?)(?::\d{1,5})?(?:[/?]\S*)?", re.IGNORECASE
)
_SIZE = re.compile(r"!\d+[kmgt]?$", re.IGNORECASE)


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
    bare = _SIZE.sub("", text)
    limited = bare != text
    for scheme, pattern in (("mailto", _MAILTO), ("https", _HTTPS)):
        match = pattern.fullmatch(bare.partition("?")[0] if scheme == "mailto" else bare)
        if match and "." in match["domain"]:
            return ReportUri(text=text, scheme=scheme, domain=match["domain"].lower(), size_limit=limited)
    return ReportUri(text=text, scheme="", size_limit=limited)
