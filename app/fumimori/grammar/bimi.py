"""The BIMI record at `default._bimi` (draft-brand-indicators-for-message-identification-14): logo, evidence, wishes."""

import re
from urllib.parse import urlsplit

from fumimori.grammar.tags import parse_tags
from fumimori.model import Record

_LABEL = re.compile(r"[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?")
_LOCAL_PART = re.compile(r"[A-Za-z0-9-]{1,63}")
_WRITTEN = re.compile(r"[!#-+\--:=?-~]+")
"""What one URI may hold here: no space, no comma or semicolon, which the draft wants encoded (section 4.2)."""
URL_LONGEST = 2000


class BimiRecord(Record):
    """What one record says."""

    text: str
    logo: str = ""
    """Where the logo lies (`l`); an https URL, or empty."""
    evidence: str = ""
    """Where the mark certificate lies (`a`); an https URL, or empty."""
    preference: str = ""
    """`brand` or `personal`: which picture to show where a person has one too; empty for the default."""
    local_parts: tuple[str, ...] = ()
    """Beginnings of addresses that have a logo of their own."""
    fault: str = ""
    """The part that cannot be read; empty for a sound record."""
    unread: tuple[str, ...] = ()
    """Wishes with a value that does not exist, as `avp=x`; receivers use the default instead."""

    @property
    def declined(self) -> bool:
        """Whether the domain declines a logo: `l` is there and empty, `a` too where it is there."""
        return not self.fault and not self.logo and not self.evidence


def is_bimi(txt: str) -> bool:
    """Whether a TXT record is a BIMI record: it begins with the tag `v`, which is exactly `BIMI1`."""
    name, equals, value = txt.partition(";")[0].partition("=")
    return bool(equals) and name.rstrip(" \t") == "v" and value.strip(" \t") == "BIMI1"


def looks_like_bimi(txt: str) -> bool:
    """Whether somebody meant a BIMI record that receivers will not take for one."""
    return not is_bimi(txt) and "bimi1" in txt.lower()


def parse_bimi(txt: str) -> BimiRecord:
    """What `txt`, for which `is_bimi` holds, says; a URL that is not to be fetched is a fault."""
    tags = parse_tags(txt)
    logo, evidence = tags.get("l") or "", tags.get("a") or ""
    bad = [f"{name}={value}" for name, value in (("l", logo), ("a", evidence)) if value and not _is_https(value)]
    bad += [f"{name}=…; {name}=…" for name in tags.repeated]
    if tags.get("l") is None:
        bad.append("l=")
    preference, local_parts = (tags.get("avp") or "").lower(), tags.get("lps") or ""
    unread = []
    if preference not in ("", "brand", "personal"):
        unread.append(f"avp={preference}")
    parts = [part.strip() for part in local_parts.split(",")] if local_parts else []
    if not all(map(_LOCAL_PART.fullmatch, parts)):
        unread.append(f"lps={local_parts}")
    unread += tags.malformed
    known = not unread and bool(local_parts)
    return BimiRecord(
        text=txt,
        logo="" if bad else logo,
        evidence="" if bad else evidence,
        preference=preference if preference in ("brand", "personal") else "",
        local_parts=tuple(parts) if known else (),
        fault=", ".join(bad)[:200],
        unread=tuple(text[:80] for text in unread),
    )


def _is_https(url: str) -> bool:
    """Whether `url` is an https URL at a name of the public DNS and at the usual port."""
    try:
        parts = urlsplit(url)
        port = parts.port
    except ValueError:
        return False
    plain = parts.username is None and port in (None, 443) and len(url) <= URL_LONGEST
    host = (parts.hostname or "").split(".")
    named = len(host) > 1 and all(map(_LABEL.fullmatch, host)) and not host[-1].isdecimal()
    return parts.scheme.lower() == "https" and plain and named and _WRITTEN.fullmatch(url) is not None
