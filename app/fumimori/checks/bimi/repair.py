"""Repairs of the BIMI record; what is wrong with the files behind it is for their makers to fix."""

import re
from collections.abc import Callable, Mapping

from fumimori.checks.bimi.facts import BIMI
from fumimori.checks.dmarc.facts import DMARC
from fumimori.checks.dmarc.repair import REPAIRS as OF_DMARC
from fumimori.checks.remediation import zone
from fumimori.checks.remediation.context import Context, note
from fumimori.grammar.bimi import looks_like_bimi, parse_bimi
from fumimori.grammar.dmarc import is_dmarc, looks_like_dmarc
from fumimori.model import Repair

_HTTPS = re.compile(r"(?<!\w)https?://[!#-+.-:=?-~]{1,500}", re.IGNORECASE)


def _texts(context: Context) -> tuple[str, tuple[str, ...]]:
    facts = context.observations.facts(BIMI, context.subject)
    if facts is None:
        return f"default._bimi.{context.subject}", ()
    meant = tuple(text for text in facts.answer.records if looks_like_bimi(text))
    return f"default._bimi.{facts.answer.name.removeprefix('default._bimi.')}", facts.records or meant


def _several(context: Context) -> Repair:
    """The first that can be read stays."""
    name, texts = _texts(context)
    kept = next((text for text in texts if not parse_bimi(text).fault), texts[0] if texts else "")
    return zone.published([zone.delete(name, "TXT", text, note("bimi_keep_one")) for text in texts if text != kept])


def _malformed(context: Context) -> Repair:
    """The same places of logo and certificate, as RFC-style tags."""
    name, texts = _texts(context)
    found = [url for text in texts[:1] for url in _HTTPS.findall(text)]
    secure = [re.sub("(?i)^http:", "https:", url) for url in found]
    logo = next((url for url in secure if url.lower().endswith((".svg", ".svgz"))), secure[0] if secure else "")
    evidence = next((url for url in secure if url != logo), "")
    if not logo:
        return Repair()
    return zone.published([zone.txt(name, f"v=BIMI1; l={logo}; a={evidence}", texts[0])], before=[note("bimi_https")])


def _dmarc(context: Context) -> Repair:
    """A stricter policy; where no receiver reads one yet, DMARC begins as its own finding says, or is mended by it."""
    facts = context.observations.facts(DMARC, context.subject)
    if facts is None or facts.found(context.subject).record is not None:
        return OF_DMARC["monitoring"](context)
    written = any(is_dmarc(text) or looks_like_dmarc(text) for own in facts.walk[:1] for text in own.records)
    return Repair() if written else OF_DMARC["none"](context)


REPAIRS: Mapping[str, Callable[[Context], Repair]] = {
    "several": _several,
    "malformed": _malformed,
    "dmarc_weak": _dmarc,
}
