"""SPF: one record, its whole tree of includes, and what a receiver makes of it (RFC 7208).

Objective  Find out who may send in a domain's name, and whether receivers can follow the record at all.
Inputs     The domains of the scope; for their own mail hosts of the scope the verdict of a receiver. DNS alone, TXT
           only: nobody asks for type 99 any more (section 3.1).
Outcomes   valid, own_host_passes, unused_closed (ok); macros, incomplete, own_host_fails (info); softfail_alone, ptr,
           after_all, redirect_ignored, duplicate, long (low); neutral, no_all, wide, near_limit, unused_open (medium);
           none, lookalike, several, syntax, too_many_lookups, void_lookups, loop, include_missing, include_broken,
           mx_many, registrable (high); open, open_range (critical).
Steps      1. TXT. 2. Round by round everything that the tree still needs. 3. For names that do not exist: does the
           part that a registry sells exist. 4. For each mail host in the domain: what a receiver would say.
"""

import asyncio
from collections.abc import Iterable, Iterator, Sequence

from fumimori.checks.contract import Probe, ProbeContext
from fumimori.checks.dmarc import facts as dmarc
from fumimori.checks.observations import NamedOutcome, Observations
from fumimori.checks.spf.facts import SPF, Facts, HostVerdict
from fumimori.grammar import spf_walk
from fumimori.grammar.domain_names import split_host
from fumimori.grammar.spf import Directive, Qualifier, looks_like_spf
from fumimori.grammar.spf_check import Client, check_host
from fumimori.grammar.spf_walk import SpfNode, SpfTree
from fumimori.grammar.suffixes import registrable_part
from fumimori.model import ConsentLevel, Control, Outcome, Rules, Values
from fumimori.network import NotObserved
from fumimori.network.dns import DnsAnswer, DnsStatus, Unanswered
from fumimori.network.together import together

QUESTIONS_MOST = 200
HOSTS_MOST = 20
ADDRESSES_MOST = 4
"""Addresses of one host whose verdict is asked."""
AT_ONCE = 8
BROKEN = frozenset(
    ("syntax", "too_many_lookups", "void_lookups", "loop", "include_missing", "include_broken", "mx_many")
)
"""Faults for which a receiver treats the whole record as an error (permerror)."""
SPOILING = BROKEN | {"open", "open_range", "wide", "neutral", "no_all", "near_limit", "incomplete"}
"""Outcomes that rule out `valid`."""


def _subjects(observations: Observations) -> Sequence[str]:
    return [domain.name for domain in observations.scope.domains]


async def _collect(domain: str, context: ProbeContext) -> Facts:
    known: dict[spf_walk.Key, DnsAnswer] = {}
    failed: dict[spf_walk.Key, str] = {}
    slots = asyncio.Semaphore(AT_ONCE)

    async def ask(key: spf_walk.Key) -> None:
        async with slots:
            try:
                # The answer carries the name in the resolver's form; the tree asks by the name in the record.
                known[key] = (await context.network.dns(*key)).renamed(key[0])
            except NotObserved as not_observed:
                failed[key] = not_observed.reason

    known[domain, "TXT"] = await context.network.dns(domain, "TXT")
    while len(known) + len(failed) < QUESTIONS_MOST:
        missing = spf_walk.walk(domain, known, failed.keys()).missing[:QUESTIONS_MOST]
        if not missing:
            break
        await together(*(ask(key) for key in missing))
    tree = spf_walk.walk(domain, known, failed.keys())
    gone = {node.name for node in tree.nodes if node.state == "nxdomain"} - {domain}
    await together(*(ask((part, "NS")) for name in gone if (part := registrable_part(name))))
    return Facts(
        answers=tuple(known.values()),
        unanswered=tuple(
            Unanswered(name=name, rdtype=rdtype, reason=reason) for (name, rdtype), reason in failed.items()
        ),
        own_hosts=await _own_hosts(domain, context) if tree.root.state == "found" else (),
    )


async def _own_hosts(domain: str, context: ProbeContext) -> tuple[HostVerdict, ...]:
    verdicts = []
    for named in context.observations.scope.mail_hosts:
        host, _ = split_host(named, 25)
        if host != domain and not host.endswith("." + domain):
            continue
        for rdtype in ("A", "AAAA"):
            try:
                answer = await context.network.dns(host, rdtype)
            except NotObserved:
                continue
            for address in answer.records[:ADDRESSES_MOST]:
                client = Client(address=address, sender=f"postmaster@{domain}", helo=host)
                verdict = await check_host(client, context.network.dns)
                verdicts.append(HostVerdict(host=host, address=address, verdict=verdict))
    return tuple(verdicts[:HOSTS_MOST])


def _judge(observations: Observations, rules: Rules) -> Iterable[Outcome]:
    scope = {domain.name: domain for domain in observations.scope.domains}
    for attempt, facts in observations.all(SPF):
        domain = attempt.subject
        tree = facts.tree(domain)
        if facts.answers[:1] and facts.answers[0].status is DnsStatus.NXDOMAIN:
            continue  # a name that does not exist is reported once, by the probe mx
        if domain in scope and scope[domain].sends_mail is False:
            yield SPF.outcome("unused_closed" if _closed(tree) else "unused_open", domain)
            continue
        found = dict(_found(domain, tree, facts, rules, enforcing=_dmarc_enforces(observations, domain)))
        yield from SPF.outcomes(domain, found.items())
        if tree.root.state == "found" and not found.keys() & SPOILING:
            yield SPF.outcome("valid", domain, (*_counted(tree, rules), ("addresses", tree.addresses)))


def _found(domain: str, tree: SpfTree, facts: Facts, rules: Rules, *, enforcing: bool) -> Iterator[NamedOutcome]:
    root = tree.root
    if not facts.answers:
        return
    if root.state == "several":
        yield "several", (("count", len(spf_walk.spf_texts(facts.answers[0]))),)
        return
    if root.state != "found":
        lookalike = next((txt for txt in facts.answers[0].records if looks_like_spf(txt)), "")
        yield ("lookalike", (("text", lookalike),)) if lookalike else ("none", ())
        return
    yield from _errors(tree, facts, rules)
    yield from _breadth(tree, rules)
    if not root.record.faults:
        yield from _ending(tree, enforcing=enforcing)
        yield from _style(domain, tree, rules)
    yield from _own_senders(facts)
    if tree.unanswered:
        yield "incomplete", (("names", _listed(question.name for question in facts.unanswered)),)


def _own_senders(facts: Facts) -> Iterator[NamedOutcome]:
    """Whether mail that the domain's own servers send is recognised; errors of the record are reported elsewhere."""
    failing = [own for own in facts.own_hosts if own.verdict.result in ("fail", "softfail")]
    passing = [own for own in facts.own_hosts if own.verdict.result == "pass"]
    if failing:
        yield "own_host_fails", (("hosts", _listed(f"{own.host} [{own.address}]" for own in failing)),)
    elif passing and len(passing) == len(facts.own_hosts):
        yield "own_host_passes", (("hosts", _listed(own.host for own in passing)),)


def _errors(tree: SpfTree, facts: Facts, rules: Rules) -> Iterator[NamedOutcome]:
    """Everything that makes a receiver give up (permerror), and what comes close to it."""
    if tree.root.record.faults:
        yield "syntax", (("term", _listed(fault.term for fault in tree.root.record.faults)),)
    limit, near = int(rules.number("spf.lookups_max")), int(rules.number("spf.lookups_near"))
    count = len(tree.lookups)
    if count > limit:
        yield "too_many_lookups", (("count", count), ("limit", limit))
    elif count >= near:
        yield "near_limit", (("count", count), ("limit", limit))
    voids_max = int(rules.number("spf.voids_max"))
    if len(tree.voids) > voids_max:
        terms = _listed(lookup.term for lookup in tree.voids)
        yield "void_lookups", (("count", len(tree.voids)), ("limit", voids_max), ("terms", terms))
    below = tree.nodes[1:]
    loops = [node for node in below if node.state == "loop"]
    missing = [node for node in below if node.state in ("none", "nxdomain")]
    broken = [node for node in below if node.state == "several" or node.record.faults]
    for word, nodes in (("loop", loops), ("include_missing", missing), ("include_broken", broken)):
        if nodes:
            yield word, (("names", _listed(node.name for node in nodes)),)
    if tree.mx_many:
        yield "mx_many", (("terms", _listed(tree.mx_many)),)
    known = facts.known()
    free = {
        part
        for node in missing
        if node.state == "nxdomain" and (part := registrable_part(node.name))
        if (answer := known.get((part, "NS"))) is not None and answer.status is DnsStatus.NXDOMAIN
    }
    if free:
        yield "registrable", (("names", _listed(sorted(free))),)


def _breadth(tree: SpfTree, rules: Rules) -> Iterator[NamedOutcome]:
    """Who may send: everybody, or a range far wider than an organisation needs."""
    counted = _counted(tree, rules)
    if tree.everyone:
        yield "open", (("terms", _listed(tree.everyone)), *counted)
        return
    widest4, widest6 = spf_walk.widest(tree.networks, 4), spf_walk.widest(tree.networks, 6)
    own = spf_walk.ipv4_count(tree.own_networks)
    huge = int(rules.number("spf.open_prefix"))
    if min(widest4, widest6) <= huge or own >= 2 ** (32 - huge):
        yield "open_range", (("network", _widest_text(tree.networks)), ("addresses", tree.addresses), *counted)
    elif own > rules.number("spf.wide_addresses") or spf_walk.widest(tree.own_networks, 6) < rules.number(
        "spf.wide_prefix6"
    ):
        yield "wide", (("network", _widest_text(tree.own_networks)), ("addresses", own))


def _counted(tree: SpfTree, rules: Rules) -> Values:
    return (("lookups", len(tree.lookups)), ("limit", int(rules.number("spf.lookups_max"))))


def _ending(tree: SpfTree, *, enforcing: bool) -> Iterator[NamedOutcome]:
    node = _last(tree)
    if node.state != "found" or node.record.faults:
        return
    ending = node.record.ending
    if ending is None:
        yield "no_all", ()
    elif ending is Qualifier.NEUTRAL:
        yield "neutral", ()
    elif ending is Qualifier.SOFTFAIL and not enforcing:
        yield "softfail_alone", ()


def _style(domain: str, tree: SpfTree, rules: Rules) -> Iterator[NamedOutcome]:
    record = tree.root.record
    if any(directive.mechanism == "ptr" for node in tree.nodes if node.own for directive in node.record.effective):
        yield "ptr", ()
    after = record.directives[len(record.effective) :]
    if after:
        yield "after_all", (("terms", _listed(directive.text for directive in after)),)
    if record.redirect and record.ending is not None:
        yield "redirect_ignored", (("term", f"redirect={record.redirect}"),)
    targets = [(node.name, directive.text.lower()) for node in tree.nodes if node.own for directive in _asking(node)]
    twice = [text for node, text in targets if targets.count((node, text)) > 1]
    if twice:
        yield "duplicate", (("terms", _listed(twice)),)
    longest = int(rules.number("spf.length_max"))
    if len(tree.root.text) > longest:
        yield "long", (("length", len(tree.root.text)), ("limit", longest))
    uncounted = [lookup.term for lookup in tree.lookups if not lookup.countable]
    if uncounted:
        yield "macros", (("terms", _listed(uncounted)), ("domain", domain))


def _asking(node: SpfNode) -> list[Directive]:
    return [directive for directive in node.record.effective if directive.mechanism not in ("all", "ip4", "ip6")]


def _last(tree: SpfTree) -> SpfNode:
    """The record whose `all` decides, where redirects lead."""
    node = tree.root
    redirects = {other.term: other for other in tree.nodes if other.via == "redirect"}
    for _ in tree.nodes:
        target = redirects.get(f"redirect={node.record.redirect}")
        if node.record.ending is not None or target is None:
            break
        node = target
    return node


def _closed(tree: SpfTree) -> bool:
    """Whether the record lets nobody send: `-all` and nothing that passes."""
    root = tree.root
    passing = [directive for directive in root.record.effective if directive.qualifier is Qualifier.PASS]
    return root.state == "found" and not root.record.faults and not passing and root.record.ending is Qualifier.FAIL


def _dmarc_enforces(observations: Observations, domain: str) -> bool:
    facts = observations.facts(dmarc.DMARC, domain)
    if facts is None:
        return True  # unknown: then a soft ending is not a fault
    return facts.found(domain).effective != "none"


def _widest_text(networks: Sequence[str]) -> str:
    return min(networks, key=lambda text: int(text.partition("/")[2]) * (1 if ":" not in text else 4), default="")


def _listed(texts: Iterable[str]) -> str:
    return ", ".join(list(dict.fromkeys(texts))[:10])


PROBE = Probe(
    facts=SPF,
    control=Control.SENDER_AUTH,
    consent=ConsentLevel.PUBLIC,
    subjects=_subjects,
    collect=_collect,
    judge=_judge,
)
