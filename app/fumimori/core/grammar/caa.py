"""CAA records: which certification authorities may issue (RFC 8659, 8657, 9495), in presentation form."""

import re

from fumimori.core.model import Record

CRITICAL = 128
ISSUING = frozenset({"issue", "issuewild", "issuemail", "issuevmc"})
KNOWN = ISSUING | {"iodef", "contactemail", "contactphone"}

_RECORD = re.compile(r'(?P<flags>\d{1,3}) (?P<tag>[A-Za-z0-9]{1,64}) "?(?P<value>[^"]*)"?')
_LABEL = r"[A-Za-z0-9](?:[A-Za-z0-9-]{0,61}[A-Za-z0-9])?"
_ISSUER = re.compile(
    rf"[ \t]*(?P<domain>{_LABEL}(?:\.{_LABEL})*)?[ \t]*"
    r"(?:;[ \t]*(?:[A-Za-z0-9-]+[ \t]*=[ \t]*[\x21-\x3a\x3c-\x7e]*[ \t]*(?:;[ \t]*)?)*)?"
)


class CaaRecord(Record):
    """One property."""

    text: str
    tag: str
    """Lower case."""
    value: str
    issuer: str = ""
    """The authority of an `issue*` property; empty for *none at all*."""
    critical: bool = False
    fault: str = ""
    """`syntax`, `issuer`, `unknown_critical`; empty for a sound record."""


def parse_caa(text: str) -> CaaRecord:
    """What a record says; never raises, `fault` says what authorities cannot read."""
    match = _RECORD.fullmatch(text.strip())
    if match is None or int(match["flags"]) > 255:
        return CaaRecord(text=text, tag="", value="", fault="syntax")
    tag, value, critical = match["tag"].lower(), match["value"], bool(int(match["flags"]) & CRITICAL)
    fault, issuer = "", ""
    if tag in ISSUING:
        named = _ISSUER.fullmatch(value)
        fault = "" if named else "issuer"
        issuer = (named["domain"] or "").lower() if named else ""
    elif critical and tag not in KNOWN:
        fault = "unknown_critical"
    return CaaRecord(text=text, tag=tag, value=value, issuer=issuer, critical=critical, fault=fault)
