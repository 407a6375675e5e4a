"""DMARC: the record that counts after the walk up the tree, its policies and its reports (RFC 9989, RFC 9990).

Objective  Find out what the policy asks receivers to do with forged mail, and whether reports go anywhere.
Inputs     The domains of the scope; DNS alone.
Outcomes   reject, quarantine (ok); monitoring, test_mode, policy_unread (medium); none, misplaced, lookalike, several,
           invalid, repeated, monitoring_blind (high); several_passed_over (low); gaps of an enforcing policy:
           subdomains_open, nonexistent_open, partial
           (medium), test_mode_softer (low); reports: no_reports (low), reports_unauthorised, report_host_missing
           (medium), report_address_bad (low), reports_many (info); what old receivers see otherwise: old_tags (low),
           old_readers_differ (info); a domain without mail: unused_open (medium), unused_closed (ok).
Steps      1. `_dmarc` of the domain, then upwards, eight names at most. 2. Only where a parent's record counts: does
           the domain exist (its MX). 3. Only where there is none: is there a record at the domain itself. 4. For
           each place that reports go to: its consent when it is foreign, and whether it takes mail.
"""

from collections.abc import Iterable, Iterator, Sequence

from fumimori.checks.contract import Probe, ProbeContext
from fumimori.checks.dmarc.facts import DMARC, Facts, ReportHost
from fumimori.checks.mx import probe as mx
from fumimori.checks.observations import NamedOutcome, Observations
from fumimori.grammar import dmarc as grammar
from fumimori.grammar.dmarc import DmarcFound, DmarcRecord
from fumimori.model import ConsentLevel, Control, Outcome, Rules
from fumimori.network import NotObserved
from fumimori.network.dns import DnsAnswer, DnsStatus, Unanswered

TARGETS_MOST = 10
"""Places for reports that are looked up."""
URIS_SURE = 2
"""Addresses in `rua` that every sender of reports has to serve (RFC 9990)."""


def _subjects(observations: Observations) -> Sequence[str]:
    return [domain.name for domain in observations.scope.domains]


async def _collect(domain: str, context: ProbeContext) -> Facts:
    unanswered: list[Unanswered] = []

    async def ask(name: str, rdtype: str, told_as: str) -> DnsAnswer | None:
        try:
            return (await context.network.dns(name, rdtype)).renamed(told_as)
        except NotObserved as not_observed:
            unanswered.append(Unanswered(name=told_as, rdtype=rdtype, reason=not_observed.reason))
            return None

    walk = [(await context.network.dns(f"_dmarc.{domain}", "TXT")).renamed(domain)]
    for name in grammar.walk_names(domain)[1:]:
        texts = grammar.dmarc_texts(walk[-1])
        if len(texts) == 1 and grammar.walk_ended(grammar.parse_dmarc(texts[0])):
            break
        answer = await ask(f"_dmarc.{name}", "TXT", name)
        if answer is not None:
            walk.append(answer)
    found = grammar.found_by_walk(domain, {answer.name: answer for answer in walk})
    own = await ask(domain, "MX", domain) if found.inherited else None
    beside = await ask(domain, "TXT", domain) if found.record is None and not found.several_at else None
    hosts = [
        (host, [await ask(host, rdtype, host) for rdtype in ("MX", "A", "AAAA")])
        for host in _hosts(found)[:TARGETS_MOST]
    ]
    consents = [
        await ask(f"{found.at}._report._dmarc.{host}", "TXT", host) for host in _foreign_hosts(found)[:TARGETS_MOST]
    ]
    return Facts(
        walk=tuple(walk),
        consents=tuple(answer for answer in consents if answer is not None),
        report_hosts=tuple(
            ReportHost(host=host, takes_mail=_takes_mail(known))
            for host, answers in hosts
            if len(known := [answer for answer in answers if answer is not None]) == len(answers)
        ),
        exists=own is None or grammar.exists(own),
        misplaced=grammar.dmarc_texts(beside) if beside is not None else (),
        unanswered=tuple(unanswered),
    )


def _takes_mail(answers: Sequence[DnsAnswer]) -> bool:
    """Whether mail to a host has somewhere to go, by its MX, A and AAAA (RFC 5321 section 5.1, RFC 7505)."""
    exchangers, *addresses = answers
    if exchangers.status is DnsStatus.ANSWER:
        return any(record.split()[-1:] not in ([], ["."]) for record in exchangers.records)
    return any(answer.records for answer in addresses)


def _hosts(found: DmarcFound) -> list[str]:
    if found.record is None:
        return []
    return list(dict.fromkeys(uri.domain for uri in found.record.reports if uri.domain))


def _foreign_hosts(found: DmarcFound) -> list[str]:
    """Hosts outside the organizational domain that reports go to: they have to consent (RFC 9990)."""
    if found.record is None:
        return []
    home = found.organizational_domain
    hosts = [uri.domain for uri in (*found.record.reports, *found.record.ruf) if uri.domain]
    return list(dict.fromkeys(host for host in hosts if host != home and not host.endswith("." + home)))


def _judge(observations: Observations, _rules: Rules) -> Iterable[Outcome]:
    scope = {domain.name: domain for domain in observations.scope.domains}
    for attempt, facts in observations.all(DMARC):
        domain = attempt.subject
        found = facts.found(domain)
        if found.record is None and mx.no_domain(observations, domain):
            continue
        if domain in scope and scope[domain].sends_mail is False:
            if found.record is not None or not facts.unanswered:
                yield DMARC.outcome("unused_closed" if found.effective == "reject" else "unused_open", domain)
            continue
        yield from DMARC.outcomes(domain, _found(found, facts))


def _found(found: DmarcFound, facts: Facts) -> Iterator[NamedOutcome]:
    if not facts.walk:
        return
    own = facts.walk[0]
    record = found.record
    if record is None:
        yield from _absence(own, facts)
        return
    if found.several_at:
        yield "several_passed_over", (("count", len(grammar.dmarc_texts(own))), ("parent", found.at))
    yield from _read(found, record, facts)


def _read(found: DmarcFound, record: DmarcRecord, facts: Facts) -> Iterator[NamedOutcome]:
    """What the record that counts says."""
    if record.repeated:
        yield "repeated", (("tags", ", ".join(record.repeated[:5])),)
        return
    if not record.usable:
        yield "invalid", (("text", ", ".join(record.invalid) or "p="),)
        return
    if found.inherited:
        yield "inherited", (("parent", found.at),)
        if found.old_readers_ask:
            yield "old_readers_differ", (("parent", found.at), ("other", found.old_readers_ask))
    elif record.psd == "y":
        yield "claims_suffix", ()
    yield from _policy(found, record)
    yield from _reports(found, record, facts)
    if record.old_tags:
        yield "old_tags", (("tags", ", ".join(tag for tag in record.old_tags if tag != "!") or "!size"),)
    if record.unread:
        yield "tags_unread", (("text", ", ".join(record.unread)),)


def _absence(own: DnsAnswer, facts: Facts) -> Iterator[NamedOutcome]:
    if facts.walk_unanswered:
        return  # a parent may have one; nothing is said about what was not seen
    if len(grammar.dmarc_texts(own)) > 1:
        yield "several", (("count", len(grammar.dmarc_texts(own))),)
        return
    lookalike = next((txt for txt in own.records if grammar.looks_like_dmarc(txt)), "")
    if lookalike:
        yield "lookalike", (("text", lookalike),)
    elif facts.misplaced:
        yield "misplaced", (("text", facts.misplaced[0]),)
    else:
        yield "none", ()


def _policy(found: DmarcFound, record: DmarcRecord) -> Iterator[NamedOutcome]:
    written, effective = found.written, found.effective
    if record.invalid or record.p is None:
        yield "policy_unread", (("text", ", ".join(record.invalid) or "p="),)
    elif effective == "none" and written != "none":
        yield "test_mode", (("policy", written),)
    elif effective == "none":
        yield ("monitoring" if record.reports else "monitoring_blind"), ()
    else:
        yield effective, ()
        if record.testing:
            yield "test_mode_softer", (("policy", written), ("effective", effective))
        yield from _gaps(found, record)


def _gaps(found: DmarcFound, record: DmarcRecord) -> Iterator[NamedOutcome]:
    """What an enforcing record leaves unprotected."""
    if not found.inherited and record.policy("sub") == "none":
        yield "subdomains_open", (("text", f"sp={record.sp}"),)
    if not found.inherited and record.policy("nonexistent") == "none" and record.np == "none":
        yield "nonexistent_open", (("text", "np=none"),)
    if record.pct is not None and record.pct < 100:
        yield "partial", (("percent", record.pct),)


def _reports(found: DmarcFound, record: DmarcRecord, facts: Facts) -> Iterator[NamedOutcome]:
    bad = [uri.text for uri in (*record.rua, *record.ruf) if uri.scheme != "mailto"]
    if bad:
        yield "report_address_bad", (("text", ", ".join(bad[:5])),)
    if not record.reports:
        yield ("no_reports_yet" if found.effective == "none" else "no_reports"), ()
        return
    if len(record.reports) > URIS_SURE:
        yield "reports_many", (("count", len(record.reports)), ("limit", URIS_SURE))
    refused = [answer.name for answer in facts.consents if not any(map(grammar.is_dmarc, answer.records))]
    deaf = [host.host for host in facts.report_hosts if not host.takes_mail]
    if refused:
        yield "reports_unauthorised", (("hosts", ", ".join(refused)),)
    if deaf:
        yield "report_host_missing", (("hosts", ", ".join(deaf)),)
    if not refused and not deaf:
        yield "reports_on", (("addresses", ", ".join(uri.text for uri in record.reports[:5])),)


PROBE = Probe(
    facts=DMARC,
    control=Control.SENDER_AUTH,
    consent=ConsentLevel.PUBLIC,
    subjects=_subjects,
    collect=_collect,
    judge=_judge,
)
