"""Repairs of TLS reporting: one record, with the addresses that are there now (RFC 8460 section 3)."""

import re
from collections.abc import Callable, Iterable, Mapping

from fumimori.checks.remediation import zone
from fumimori.checks.remediation.context import Context, note
from fumimori.checks.tls_rpt.facts import TLS_RPT
from fumimori.grammar.tls_rpt import is_tls_rpt, looks_like_tls_rpt
from fumimori.model import Note, Repair

REPORTS = "tls-reports"
"""The mailbox that is proposed where a domain has none for reports."""
_PLACE = re.compile(
    r"(?<![\w.+/-])(?:mailto:)?[A-Za-z0-9._+-]{1,64}@[A-Za-z0-9-]{1,63}(?:\.[A-Za-z0-9-]{1,63}){1,8}"
    r"|(?<!\w)https://[!#-+.-~]{1,500}",
    re.IGNORECASE,
)


def _texts(context: Context) -> list[str]:
    """The records that are meant for reports, the ones that count first."""
    facts = context.observations.facts(TLS_RPT, context.subject)
    texts = facts.answer.records if facts is not None else ()
    counted = [text for text in texts if is_tls_rpt(text)]
    return counted or [text for text in texts if looks_like_tls_rpt(text)]


def _places(texts: Iterable[str]) -> list[str]:
    """Every address in `texts`, once, as a URI without what RFC 8460 does not know."""
    found = [place.rpartition("!")[0] or place for text in texts for place in _PLACE.findall(text)]
    return list(dict.fromkeys(place if ":" in place else f"mailto:{place}" for place in found))


def _one_record(context: Context) -> Repair:
    texts = _texts(context)
    places = _places(texts)
    before: list[Note] = []
    if not places:
        address = f"{REPORTS}@{context.subject}"
        places, before = [f"mailto:{address}"], [note("mailbox_first", address=address)]
    name, current = f"_smtp._tls.{context.subject}", texts[0] if texts else ""
    wanted = zone.txt(name, f"v=TLSRPTv1; rua={','.join(places)}", current)
    return zone.published([wanted, *(zone.delete(name, "TXT", old) for old in texts[1:])], before=before)


REPAIRS: Mapping[str, Callable[[Context], Repair]] = {
    "absent": _one_record,
    "absent_beside_mta_sts": _one_record,
    "malformed": _one_record,
    "several": _one_record,
    "address_unread": _one_record,
}
