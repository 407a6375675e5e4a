"""CAA records: which certification authorities may issue (RFC 8659, 8657, 9495), in presentation form."""

import re

from fumimori.model import Record

CRITICAL = 128
ISSUING = frozenset({"issue", "issuewild", "issuemail", "issuevmc"})
KNOWN = ISSUING | {"iodef", "contactemail", "contactphone"}

_RECORD = re.compile(
    r'(?P<flags>[0-9]{1,3}) (?P<tag>[A-Za-z0-9]{1,64}) (?:"(?P<quoted>(?:[^"\\]|\\.)*)"|(?P<bare>[^\s"]*))', re.DOTALL
)
_ESCAPED = re.compile(r"\\(?P<what>[0-9]{3}|.)", re.DOTALL)
_LABEL = re.compile(r"[A-Za-z0-9](?:[A-Za-z0-9-]{0,61}[A-Za-z0-9])?")
_TAG = re.compile(r"[A-Za-z0-9]+(?:-+[A-Za-z0-9]+)*")
_VALUE = re.compile(r"[\x21-\x3a\x3c-\x7e]*")


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
    tag, critical = match["tag"].lower(), bool(int(match["flags"]) & CRITICAL)
    value = match["bare"] if match["quoted"] is None else _ESCAPED.sub(_unescaped, match["quoted"])
    fault, issuer = "", ""
    if tag in ISSUING:
        named = _issuer(value)
        fault = "issuer" if named is None else ""
        issuer = named or ""
    elif critical and tag not in KNOWN:
        fault = "unknown_critical"
    return CaaRecord(text=text, tag=tag, value=value, issuer=issuer, critical=critical, fault=fault)


def _issuer(value: str) -> str | None:
    """The authority that an issue value names, lower case, empty for none; None for an invalid value (4.2)."""
    domain, semicolon, rest = value.partition(";")
    domain = domain.strip(" \t")
    if domain and not all(map(_LABEL.fullmatch, domain.split("."))):
        return None
    if semicolon and rest.strip(" \t"):
        for parameter in rest.split(";"):
            tag, equals, text = parameter.partition("=")
            known = _TAG.fullmatch(tag.strip(" \t")) and _VALUE.fullmatch(text.strip(" \t"))
            if not equals or not known:
                return None
    return domain.lower()


def _unescaped(escape: re.Match[str]) -> str:
    what = escape["what"]
    return what if len(what) == 1 else chr(min(int(what), 255))
