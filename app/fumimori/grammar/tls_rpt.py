"""The TLS reporting record at `_smtp._tls` (RFC 8460 section 3)."""

import re

from fumimori.grammar.tags import parse_fields
from fumimori.grammar.uris import ReportUri, parse_uris
from fumimori.model import Record


class TlsRptRecord(Record):
    """Where reports about failed TLS deliveries are to go."""

    text: str
    rua: tuple[ReportUri, ...]
    fault: str = ""
    """`no_rua`, `bad_rua`, `bad_field`; empty for a sound record."""
    unread: tuple[str, ...] = ()
    """Unusable addresses in addition to a usable one."""


def is_tls_rpt(txt: str) -> bool:
    """Whether a TXT record is a TLS reporting record: it begins with `v=TLSRPTv1;`, exactly so."""
    return re.match(r"v=TLSRPTv1[ \t]*;", txt) is not None


def looks_like_tls_rpt(txt: str) -> bool:
    """Whether somebody meant a record that senders will not take for one."""
    return not is_tls_rpt(txt) and "tlsrpt" in txt.lower()


def parse_tls_rpt(txt: str) -> TlsRptRecord:
    """What `txt`, for which `is_tls_rpt` holds, says."""
    fields = parse_fields(txt, free=frozenset({"rua"}))
    value = fields.get("rua")
    uris = parse_uris(value or "")
    bad = tuple(uri.text[:80] for uri in uris if not uri.scheme or uri.size_limit)
    fault = "" if len(bad) < len(uris) else ("bad_rua" if value else "no_rua")
    return TlsRptRecord(text=txt, rua=uris, fault=fault or ("bad_field" if fields.malformed else ""), unread=bad)
