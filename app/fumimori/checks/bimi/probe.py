"""BIMI: the logo that mail services may show next to a domain's mail, and the certificate of the mark behind it.

Objective  Find out whether the logo that a domain publishes would be shown, and why not. Nothing here is a danger.
Inputs     The domains of the scope that send mail; what the DMARC probe saw; tables svg_tiny_ps, svg_tiny_ps_values,
           mark_certificates. DNS, and one GET for the logo and one for the certificate, at the places that the
           domain itself names; outside the domain only where the consent covers that host.
Outcomes   absent, declined, certificate_none, logo_not_seen, certificate_not_seen, logo_elsewhere,
           certificate_elsewhere, logo_not_square, logo_size_relative, certificate_fields, wish_unread (info);
           published, logo_good, certificate_good (ok);
           every other one low (settled: never worse): several, malformed, dmarc_weak, logo_unavailable,
           logo_too_large, logo_compressed, logo_not_svg, logo_profile, certificate_unavailable,
           certificate_unreadable, certificate_not_mark, certificate_wrong_name, certificate_chain,
           certificate_expired, certificate_soon, certificate_logo_differs.
Steps      1. TXT at `default._bimi` of the domain, else of its organizational domain. 2. Logo. 3. Certificate.
Source     draft-brand-indicators-for-message-identification-14, draft-svg-tiny-ps-abrotman, RFC 3709.
"""

import hashlib
from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime
from urllib.parse import urlsplit

from fumimori.checks.bimi.facts import BIMI, Facts, Fetched
from fumimori.checks.bimi.mark import MarkCertificate, read_mark
from fumimori.checks.contract import Probe, ProbeContext
from fumimori.checks.dmarc import facts as dmarc
from fumimori.checks.expiry import Urgency, days_left, urgency
from fumimori.checks.mx import probe as mx
from fumimori.checks.observations import NamedOutcome, Observations
from fumimori.grammar import bimi as grammar
from fumimori.grammar import svg
from fumimori.grammar.bimi import BimiRecord
from fumimori.model import ConsentLevel, Control, Outcome, Rules
from fumimori.network import NotObserved
from fumimori.network.web import WebAnswer

LOGO_LIMIT = 65536
"""Bytes of a logo that are read: twice what the profile allows."""
EVIDENCE_LIMIT = 262144
THIRD_PARTY = "third_party_host"
"""The file is at somebody else's, whom nobody agreed to ask."""


def _subjects(observations: Observations) -> Sequence[str]:
    return [domain.name for domain in observations.scope.domains if domain.sends_mail is not False]


async def _collect(domain: str, context: ProbeContext) -> Facts:
    answer = (await context.network.dns(f"default._bimi.{domain}", "TXT")).renamed(domain)
    found = context.observations.facts(dmarc.DMARC, domain)
    above = found.found(domain).organizational_domain if found else domain
    if not any(map(grammar.is_bimi, answer.records)) and above != domain:
        answer = (await context.network.dns(f"default._bimi.{above}", "TXT")).renamed(above)
    facts = Facts(answer=answer)
    if len(facts.records) != 1:
        return facts
    record = grammar.parse_bimi(facts.records[0])
    place = facts.answer.name
    logo, text = await _fetched(record.logo, LOGO_LIMIT, place, context)
    evidence, pem = await _fetched(record.evidence, EVIDENCE_LIMIT, place, context)
    return Facts(
        answer=answer,
        logo=logo,
        untrusted_logo=text,
        evidence=evidence,
        mark=read_mark(pem, context.network.now()) if pem else None,
    )


async def _fetched(url: str, limit: int, domain: str, context: ProbeContext) -> tuple[Fetched | None, str]:
    if not url:
        return None, ""
    if not context.may_fetch(_host(url), domain):
        return Fetched(url=url, reason=THIRD_PARTY), ""
    try:
        answer: WebAnswer = await context.network.get(url, limit=limit)
    except NotObserved as not_observed:
        return Fetched(url=url, reason=not_observed.reason), ""
    if answer.incomplete:  # half a file is not a logo, and says nothing about its size
        return Fetched(url=url, reason="connection_closed"), ""
    came = Fetched(url=url, status=answer.status, tls_error=answer.tls_error, truncated=answer.truncated)
    return came, answer.untrusted_body if came.came else ""


def _host(url: str) -> str:
    """The host of a web address; empty for one that cannot be read."""
    try:
        return (urlsplit(url).hostname or "").rstrip(".")
    except ValueError:
        return ""


def file_hosts(observations: Observations) -> Sequence[str]:
    """The hosts that the domains' records name for logo and certificate."""
    records = [
        grammar.parse_bimi(text)
        for _, facts in observations.all(BIMI)
        if len(facts.records) == 1
        for text in facts.records
    ]
    hosts = (_host(url) for record in records for url in (record.logo, record.evidence) if url)
    return tuple(dict.fromkeys(host for host in hosts if host))


def _judge(observations: Observations, rules: Rules) -> Iterable[Outcome]:
    for attempt, facts in observations.all(BIMI):
        if mx.no_domain(observations, attempt.subject):
            continue
        yield from BIMI.outcomes(attempt.subject, _found(attempt.subject, facts, observations, rules, attempt.ended))


def _found(domain: str, facts: Facts, observations: Observations, rules: Rules, at: datetime) -> Iterator[NamedOutcome]:
    texts = facts.records
    if len(texts) > 1:
        yield "several", (("count", len(texts)),)
        return
    lookalike = next((txt for txt in facts.answer.records if grammar.looks_like_bimi(txt)), "")
    if not texts:
        yield ("malformed", (("text", lookalike),)) if lookalike else ("absent", ())
        return
    record = grammar.parse_bimi(texts[0])
    if record.unread:
        yield "wish_unread", (("text", ", ".join(record.unread)),)
    if record.fault or (record.evidence and not record.logo):
        yield "malformed", (("text", record.fault or "l="),)
        return
    if record.declined:
        yield "declined", ()
        return
    yield "published", (("place", f"default._bimi.{facts.answer.name}"),)
    yield from _shield(domain, observations)
    yield from _logo(facts, rules)
    yield from _certificate(domain, record, facts, rules, at)


def _shield(domain: str, observations: Observations) -> Iterator[NamedOutcome]:
    """Whether DMARC is strict enough for a logo: for the domain, for what is below it, and for all of the mail."""
    facts = observations.facts(dmarc.DMARC, domain)
    if facts is None:
        return
    found = facts.found(domain)
    record = found.record
    if record is None and facts.unanswered:
        return
    enforced = record is not None and found.effective != "none" and record.policy("sub") != "none"
    if not enforced or (record is not None and record.pct is not None and record.pct < 100):
        yield "dmarc_weak", (("policy", found.effective),)


def _logo(facts: Facts, rules: Rules) -> Iterator[NamedOutcome]:
    fetched = facts.logo
    if fetched is None:
        return
    if fetched.reason == THIRD_PARTY:
        yield "logo_elsewhere", (("host", _host(fetched.url)),)
        return
    if not fetched.came:
        why = fetched.unavailable
        yield ("logo_unavailable", (("url", fetched.url), ("detail", why))) if why else ("logo_not_seen", ())
        return
    most = int(rules.number("bimi.logo_most"))
    size = len(facts.untrusted_logo.encode())
    if facts.untrusted_logo.startswith("\x1f"):
        yield "logo_compressed", ()
        return
    if fetched.truncated or size > most:
        yield "logo_too_large", (("size", -(-size // 1024)), ("limit", most // 1024))
        return
    allowed = svg.profile(rules.tables["svg_tiny_ps"], rules.tables["svg_tiny_ps_values"])
    logo = svg.read_svg(facts.untrusted_logo, allowed)
    if logo.unreadable:
        yield "logo_not_svg", (("detail", {"doctype": "DOCTYPE", "not_xml": "XML"}.get(logo.unreadable, "SVG")),)
        return
    if logo.faults:
        yield "logo_profile", (("parts", ", ".join(logo.faults[:8])),)
    else:
        yield "logo_good", (("title", logo.title), ("size", -(-size // 1024)))
    if logo.width and not logo.square:
        yield "logo_not_square", ()
    if logo.relative_size:
        yield "logo_size_relative", ()


def _certificate(domain: str, record: BimiRecord, facts: Facts, rules: Rules, at: datetime) -> Iterator[NamedOutcome]:
    fetched, mark = facts.evidence, facts.mark
    if not record.evidence or fetched is None:
        yield "certificate_none", ()
        return
    if fetched.reason == THIRD_PARTY:
        yield "certificate_elsewhere", (("host", _host(fetched.url)),)
        return
    if not fetched.came:
        why = fetched.unavailable
        yield (
            ("certificate_unavailable", (("url", fetched.url), ("detail", why)))
            if why
            else ("certificate_not_seen", ())
        )
        return
    if mark is None:
        yield "certificate_unreadable", (("url", fetched.url),)
        return
    kinds = {row["mark"]: row for row in rules.tables["mark_certificates"].dicts()}
    row = kinds.get(mark.mark)
    if row is None or not mark.for_brands or not mark.logos or mark.limits_names:
        yield "certificate_not_mark", (("issuer", mark.issuer),)
        return
    faults = list(_faults(domain, facts, mark, rules, at))
    yield from faults
    missing = [word for word in row["required"].split() if word not in mark.fields]
    if missing:
        yield "certificate_fields", (("fields", ", ".join(missing)),)
    if not faults:
        about = (("kind", row["kind"]), ("issuer", mark.issuer), ("organisation", mark.organisation))
        yield "certificate_good", (*about, ("day", mark.not_after.date().isoformat()))


def _faults(domain: str, facts: Facts, mark: MarkCertificate, rules: Rules, at: datetime) -> Iterator[NamedOutcome]:
    day = mark.not_after.date().isoformat()
    urgent = urgency(mark.not_before, mark.not_after, at, rules)
    if urgent is Urgency.EXPIRED:
        yield "certificate_expired", (("day", day),)
    elif urgent is not Urgency.FINE:
        yield "certificate_soon", (("day", day), ("days", days_left(mark.not_after, at)))
    wanted = {name for place in {domain, facts.answer.name} for name in (place, f"default._bimi.{place}")}
    if not wanted & set(mark.names):
        yield "certificate_wrong_name", (("names", ", ".join(mark.names[:5]) or "-"),)
    if mark.chain_fault or at < mark.not_before:
        yield "certificate_chain", (("issuer", mark.issuer),)
    published = hashlib.sha256(facts.untrusted_logo.encode()).hexdigest()
    inside = [logo.sha256 for logo in mark.logos if not logo.fault]
    if facts.logo is not None and facts.logo.came and not facts.logo.truncated and published not in inside:
        yield "certificate_logo_differs", ()


PROBE = Probe(
    facts=BIMI,
    control=Control.SENDER_AUTH,
    consent=ConsentLevel.PUBLIC,
    subjects=_subjects,
    file_hosts=file_hosts,
    collect=_collect,
    judge=_judge,
    needs=("dmarc",),
)
