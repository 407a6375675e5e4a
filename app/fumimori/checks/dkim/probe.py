"""DKIM: keys at known and guessed selectors (RFC 6376, RFC 8301); guessing never proves that there is none.

Objective  See the keys that a domain signs with, as far as their names are known or can be guessed, and judge them.
Inputs     The domains of the scope with their selectors: seen in a mail, named by a person; those that the register of
           senders names, and those by which receivers saw a right signature (DMARC reports); the provider's own ones
           (what the MX probe recognised); the well-known ones of the table dkim_selectors. DNS alone.
Outcomes   found, key_strong (ok); key_short, test_mode, given_without_key (low); key_weak, sha1_only (high);
           ed25519_only, only_revoked, malformed, several, mail_without_key (medium); revoked, wildcard, alias_empty,
           key_long, key_reused, key_shared, key_old, not_found (info); wildcard_closed (ok): every selector
           without a key of its own says *no key*, as the RFC's way to close a zone.
           A guess that finds nothing is no finding, and that a message was signed without a key counts only while the
           message is young, and for one that a person or the own server vouches for.
Steps      1. A random selector: does the zone answer everything. 2. Every selector once, a few at a time.
"""

import asyncio
import secrets
from collections.abc import Collection, Iterable, Iterator, Sequence
from datetime import date, timedelta

from fumimori.checks.contract import Probe, ProbeContext
from fumimori.checks.dkim.facts import DKIM, SELECTOR, Facts, SelectorSeen
from fumimori.checks.dmarc_reports.facts import DMARC_REPORTS
from fumimori.checks.mail_message.facts import MAIL_MESSAGE
from fumimori.checks.mail_message.vouching import signed_with
from fumimori.checks.mx import facts as mx_facts
from fumimori.checks.mx import probe as mx
from fumimori.checks.observations import NamedOutcome, Observations
from fumimori.grammar.dkim import DkimKey, is_dkim, parse_dkim
from fumimori.model import Attempt, ConsentLevel, Control, Outcome, Rules
from fumimori.network import NotObserved
from fumimori.network.dns import DnsStatus, Unanswered
from fumimori.network.together import together

AT_ONCE = 6
"""Questions to one domain's name servers at the same time."""
SELECTORS_MOST = 150
SOURCES = ("mail", "given", "register", "reported", "provider", "guessed")
"""Where a selector's name comes from, surest first."""
REPORTED_MOST = 30
"""Selectors of one domain that reports of others may add."""


def _subjects(observations: Observations) -> Sequence[str]:
    return [domain.name for domain in observations.scope.domains]


def _selectors(domain: str, context: ProbeContext) -> dict[str, str]:
    """The selectors to try with the source of each, surest first."""
    scope = next((entry for entry in context.observations.scope.domains if entry.name == domain), None)
    facts = context.observations.facts(mx_facts.MX, domain)
    provider = facts.provider if facts else ""
    of_provider = [
        selector
        for row in context.rules.tables["providers"].dicts()
        if provider and row["provider"] == provider
        for selector in row["selectors"].split()
    ]
    known = [row["selector"] for row in context.rules.tables["dkim_selectors"].dicts()]
    named = (
        scope.mail_selectors if scope else (),
        scope.selectors if scope else (),
        [one for one in context.selectors.get(domain, ()) if SELECTOR.fullmatch(one)],
        _reported(domain, context.observations),
        of_provider,
        known,
    )
    sources: dict[str, str] = {}
    for source, selectors in zip(SOURCES, named, strict=True):
        for selector in selectors:
            sources.setdefault(selector.lower(), source)
    return dict(list(sources.items())[:SELECTORS_MOST])


def _reported(domain: str, observations: Observations) -> list[str]:
    """Selectors of the domain's own keys by which receivers found a signature right, the newest reports first."""
    end = f"._domainkey.{domain}"
    reports = [
        report
        for attempt, facts in observations.all(DMARC_REPORTS)
        if attempt.subject == domain
        for report in facts.reports
    ]
    found: dict[str, None] = {}
    for report in sorted(reports, key=lambda one: one.end, reverse=True):
        for name in (name for row in report.rows for name in row.key_names if name.endswith(end)):
            if SELECTOR.fullmatch(name.removesuffix(end)):
                found[name.removesuffix(end)] = None
    return list(found)[:REPORTED_MOST]


async def _collect(domain: str, context: ProbeContext) -> Facts:
    selectors = _selectors(domain, context)
    control = await context.network.dns(f"{secrets.token_hex(8)}._domainkey.{domain}", "TXT")
    slots = asyncio.Semaphore(AT_ONCE)
    found: dict[str, SelectorSeen] = {}
    empty: dict[str, SelectorSeen] = {}
    unanswered: list[Unanswered] = []

    async def ask(selector: str) -> None:
        name = f"{selector}._domainkey.{domain}"
        async with slots:
            try:
                answer = await context.network.dns(name, "TXT")
            except NotObserved as not_observed:
                unanswered.append(Unanswered(name=selector, rdtype="TXT", reason=not_observed.reason))
                return
        if answer.status is DnsStatus.ANSWER or answer.canonical_name:
            (found if answer.status is DnsStatus.ANSWER else empty)[selector] = SelectorSeen(
                selector=selector,
                canonical_name=answer.canonical_name,
                records=answer.records,
                source=selectors[selector],
            )

    await together(*(ask(selector) for selector in selectors))
    return Facts(
        tried=tuple(selectors),
        given=tuple(selector for selector, source in selectors.items() if source == "given"),
        from_mail=tuple(selector for selector, source in selectors.items() if source == "mail"),
        found=tuple(found[selector] for selector in selectors if selector in found),
        aliases_empty=tuple(empty[selector] for selector in selectors if selector in empty),
        control=control,
        unanswered=tuple(unanswered),
    )


def _judge(observations: Observations, rules: Rules) -> Iterable[Outcome]:
    unused = {domain.name for domain in observations.scope.domains if domain.sends_mail is False}
    seen_keys: dict[str, set[str]] = {}
    for attempt, facts in observations.all(DKIM):
        for digest in _digests(facts):
            seen_keys.setdefault(digest, set()).add(attempt.subject)
    for attempt, facts in observations.all(DKIM):
        if attempt.subject in unused or mx.no_domain(observations, attempt.subject):
            continue
        others = set().union(*(seen_keys[digest] for digest in _digests(facts))) - {attempt.subject}
        scope = next((one for one in observations.scope.domains if one.name == attempt.subject), None)
        named = frozenset(one.lower() for one in (*scope.mail_selectors, *scope.selectors)) if scope else frozenset()
        signed = _signed(observations, attempt, rules)
        found = list(_found(facts, rules, named, signed))
        found += _old(attempt, facts, observations, rules)
        if others:
            found.append(("key_shared", (("domains", ", ".join(sorted(others)[:5])),)))
        yield from DKIM.outcomes(attempt.subject, found)


def _old(attempt: Attempt, facts: Facts, observations: Observations, rules: Rules) -> Iterator[NamedOutcome]:
    """Keys that earlier looks saw at the same selector long ago: a key carries no date of its own."""
    first: dict[tuple[str, str], date] = {}
    for before, known in observations.earlier(DKIM, attempt.subject):
        for one in known.genuine:
            first |= {(one.selector, key.digest): before.ended.date() for key in one.keys if key.digest}
    since = [
        (first[one.selector, key.digest], one.selector)
        for one in facts.genuine
        for key in one.keys
        if key.works and (one.selector, key.digest) in first
    ]
    last = attempt.ended.date() - timedelta(days=rules.number("dkim.key_days"))
    if old := sorted(seen for seen in since if seen[0] <= last):
        yield "key_old", (("selectors", ", ".join(name for _, name in old)), ("seen", old[0][0].isoformat()))


def _digests(facts: Facts) -> list[str]:
    return [key.digest for one in facts.genuine for key in one.keys if key.digest]


def _signed(observations: Observations, attempt: Attempt, rules: Rules) -> frozenset[str]:
    """Selectors that mail was surely signed with shortly before this look: an older key may be gone for good."""
    days = rules.number("dkim.message_days")
    young = (
        signed_with(message, attempt.subject)
        for _, message in observations.all(MAIL_MESSAGE)
        if message.at is not None and -1 <= (attempt.ended - message.at) / timedelta(days=1) <= days
    )
    return frozenset().union(*young)


def _found(facts: Facts, rules: Rules, named: Collection[str], signed: Collection[str]) -> Iterator[NamedOutcome]:
    genuine = facts.genuine
    if facts.control.records:
        answers = [parse_dkim(txt) for txt in facts.control.records if is_dkim(txt)]
        closed = bool(answers) and all(answer.revoked for answer in answers)
        yield "wildcard_closed" if closed else "wildcard", (("text", facts.control.records[0]),)
    yield from _named_without_key(facts, named, signed)
    if facts.aliases_empty:
        yield "alias_empty", (("selectors", ", ".join(one.selector for one in facts.aliases_empty)),)
    if not genuine:
        answered = len(facts.tried) - len({question.name for question in facts.unanswered})
        if answered:
            yield "not_found", (("count", answered),)
        return
    keys = [(one.selector, key) for one in genuine for key in one.keys]
    working = [(selector, key) for selector, key in keys if key.works]
    several = [one.selector for one in genuine if len(one.keys) > 1]
    if several:
        yield "several", (("selectors", ", ".join(several)),)
    yield from _faults(keys)
    if not working:
        revoked = any(key.revoked for _, key in keys)
        if revoked and all(key.revoked or key.fault for _, key in keys):
            yield "only_revoked", (("selectors", _names(keys)),)
        return
    yield "found", (("selectors", _names(working)),)
    yield from _strength(working, rules)


def _named_without_key(facts: Facts, still: Collection[str], signed: Collection[str]) -> Iterator[NamedOutcome]:
    """Selectors that somebody is `still` sure of, without a key; a name server that failed says nothing.

    Anybody can send a message with any selector: of those from mail, the ones count that it was surely `signed` with.
    """
    silent = {question.name for question in facts.unanswered}
    keyed = {one.selector for one in facts.genuine}
    from_mail = [one for one in facts.from_mail if one in signed]
    for word, named in (("mail_without_key", from_mail), ("given_without_key", facts.given)):
        missing = [selector for selector in named if selector in still and selector not in keyed | silent]
        if missing:
            yield word, (("selectors", ", ".join(missing)),)


def _faults(keys: Sequence[tuple[str, DkimKey]]) -> Iterator[NamedOutcome]:
    for word, wrong in (
        ("malformed", [(selector, key) for selector, key in keys if key.fault]),
        ("revoked", [(selector, key) for selector, key in keys if key.revoked]),
        ("sha1_only", [(selector, key) for selector, key in keys if key.sha1_only]),
        ("test_mode", [(selector, key) for selector, key in keys if key.testing and key.works]),
    ):
        if wrong:
            yield word, (("selectors", _names(wrong)),)


def _strength(working: Sequence[tuple[str, DkimKey]], rules: Rules) -> Iterator[NamedOutcome]:
    """The lengths of the RSA keys; Ed25519 counts as strong, but not every receiver knows it (RFC 8463)."""
    least, wanted = int(rules.number("dkim.bits_least")), int(rules.number("dkim.bits_wanted"))
    rsa = [(selector, key) for selector, key in working if key.kind == "rsa"]
    weak = [(selector, key) for selector, key in rsa if key.bits < least]
    short = [(selector, key) for selector, key in rsa if least <= key.bits < wanted]
    for word, keys in (("key_weak", weak), ("key_short", short)):
        if keys:
            yield word, (("selectors", _names(keys)), ("bits", min(key.bits for _, key in keys)))
    yield from _unusual(rsa, working, int(rules.number("dkim.bits_sure")))
    if not rsa:
        yield "ed25519_only", (("selectors", _names(working)),)
    elif not weak and not short:
        yield "key_strong", (("selectors", _names(rsa)), ("bits", min(key.bits for _, key in rsa)))


def _unusual(
    rsa: Sequence[tuple[str, DkimKey]], working: Sequence[tuple[str, DkimKey]], sure: int
) -> Iterator[NamedOutcome]:
    long = [(selector, key) for selector, key in rsa if key.bits > sure]
    if long:
        yield "key_long", (("selectors", _names(long)), ("bits", max(key.bits for _, key in long)))
    digests = [key.digest for _, key in working]
    twice = [(selector, key) for selector, key in working if digests.count(key.digest) > 1]
    if len({selector for selector, _ in twice}) > 1:
        yield "key_reused", (("selectors", _names(twice)),)


def _names(keys: Sequence[tuple[str, DkimKey]]) -> str:
    return ", ".join(dict.fromkeys(selector for selector, _ in keys))


PROBE = Probe(
    facts=DKIM,
    control=Control.SENDER_AUTH,
    consent=ConsentLevel.PUBLIC,
    subjects=_subjects,
    collect=_collect,
    judge=_judge,
    needs=("mx",),
)
