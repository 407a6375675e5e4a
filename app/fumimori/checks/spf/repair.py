"""Repairs of SPF: the published record is edited term by term; no sender is lost, and every look-up is counted.

A record is offered only when its whole tree, walked again with the change, stays within the limit of look-ups and lets
send whoever may send today (but for what the finding closes).
"""

from collections.abc import Callable, Iterable, Mapping
from ipaddress import ip_network

from fumimori.checks.dmarc.repair import unused
from fumimori.checks.mx.facts import MX
from fumimori.checks.remediation import zone
from fumimori.checks.remediation.context import Context, note
from fumimori.checks.remediation.hosted import spf_term
from fumimori.checks.spf import terms as written
from fumimori.checks.spf.facts import SPF, Facts
from fumimori.checks.spf.flattening import flattened
from fumimori.grammar import spf_walk
from fumimori.grammar.spf import looks_like_spf, parse_spf
from fumimori.grammar.spf_walk import SpfNode, SpfTree
from fumimori.model import Note, Repair
from fumimori.network.dns import DnsAnswer, DnsStatus

Edit = Callable[[SpfNode, list[str]], list[str]]
"""A node and its terms → its new terms."""
MISSING = ("none", "nxdomain")


def _facts(context: Context) -> Facts | None:
    facts = context.observations.facts(SPF, context.subject)
    return facts if facts is not None and facts.answers else None


def _limit(context: Context) -> int:
    return int(context.rules.number("spf.lookups_max"))


def _walked(context: Context, facts: Facts, changed: Mapping[str, str]) -> SpfTree:
    """The tree as it will be when the names in `changed` have these texts."""
    known = facts.known()
    for name, text in changed.items():
        known[name, "TXT"] = DnsAnswer(name=name, rdtype="TXT", status=DnsStatus.ANSWER, records=(text,))
    failed = {(question.name, question.rdtype) for question in facts.unanswered}
    tree = spf_walk.walk(context.subject, known, failed)
    return spf_walk.walk(context.subject, known, failed | set(tree.missing)) if tree.missing else tree


def _lets_send(after: SpfTree, before: SpfTree) -> bool:
    """Whether everybody who passed before passes after."""
    wide = [ip_network(text) for text in after.networks]
    return all(
        any(one.version == other.version and one.subnet_of(other) for other in wide)  # type: ignore[arg-type]
        for one in map(ip_network, before.networks)
    )


def _published(
    context: Context, facts: Facts, changed: Mapping[str, str], *, closing: bool = False, notes: Iterable[Note] = ()
) -> Repair:
    """The repair with these texts, as far as they harm nobody."""
    before = facts.tree(context.subject)
    texts = {node.name: node.text for node in before.nodes if node.state == "found"}
    after = _walked(context, facts, changed)
    if len(after.lookups) > _limit(context):
        changed = {**changed, **flattened(after, facts.known())}
        after = _walked(context, facts, changed)
    counted = note("spf_lookups", count=len(after.lookups), limit=_limit(context))
    if len(after.lookups) > _limit(context):
        foreign = [node.name for node in after.nodes if node.via == "include" and not node.own]
        return Repair(before=(note("spf_still_too_many", names=", ".join(dict.fromkeys(foreign[:10]))), counted))
    if after.root.record.faults or not (closing or _lets_send(after, before)):
        return Repair()
    snippets = [zone.txt(name, text, texts.get(name, "")) for name, text in changed.items()]
    risks = [note("spf_may_refuse")] if closing else []
    return zone.published(snippets, before=notes, after=[counted], risks=risks)


def _edited(context: Context, edit: Edit, *, closing: bool = False, notes: Iterable[Note] = ()) -> Repair:
    """Every record in the domain itself, changed by `edit`; what is in the records of others is asked for."""
    facts = _facts(context)
    if facts is None:
        return Repair()
    changed = {}
    for node in facts.tree(context.subject).nodes:
        if node.own and node.state == "found" and node.name not in changed:
            old = written.terms(node.text)
            new = edit(node, old)
            if new != old:
                changed[node.name] = written.joined(new)
    return _published(context, facts, changed, closing=closing, notes=notes) if changed else Repair()


def _or_asked(made: Repair, key: str, **values: str | int) -> Repair:
    """`made`, or where there is nothing of one's own to change, the request to the owner of the other record."""
    return made if made.snippets else Repair(before=made.before, ask=note(key, **values))


# --- a first record -----------------------------------------------------------------------------------------------


def _first(context: Context) -> Repair:
    """The value of the provider where it is known, the domain's own mail servers where they are one's own."""
    value = spf_term(context)
    own = context.own_server
    if not value and not own:
        return Repair(before=(note("senders_first"),), ask=note("ask_spf_value", domain=context.subject))
    networks = [f"ip{ip_network(address).version}:{address}" for address in context.assessment.scope.sending_addresses]
    facts = context.observations.facts(MX, context.subject)
    servers = ["mx"] if own and not value and (facts is None or facts.mail_hosts) else []
    text = written.joined([*servers, *networks, *([value] if value else []), "~all"])
    snippet = zone.txt(context.subject, text)
    return zone.published([snippet], before=[note("senders_first")], risks=[note("spf_may_refuse")])


def _lookalike(context: Context) -> Repair:
    """The same terms behind a version that receivers know."""
    facts = _facts(context)
    old = next((txt for txt in facts.answers[0].records if looks_like_spf(txt)), "") if facts is not None else ""
    terms = written.mended(written.behind_version(old))
    if facts is None or not terms or parse_spf(written.joined(terms)).faults:
        return Repair()
    text = written.joined(terms if written.ends(terms) else [*terms, "~all"])
    lookups = len(_walked(context, facts, {context.subject: text}).lookups)
    counted = note("spf_lookups", count=lookups, limit=_limit(context))
    if lookups > _limit(context):
        return Repair(before=(counted,))
    return zone.published([zone.txt(context.subject, text, old)], after=[counted])


def _merged(context: Context) -> Repair:
    """One record with the terms of all, as strict at its end as the strictest of them."""
    facts = _facts(context)
    texts = spf_walk.spf_texts(facts.answers[0]) if facts is not None else ()
    if facts is None or len(texts) < 2:
        return Repair()
    terms: dict[str, None] = {}
    ends = []
    for text in texts:
        known = written.terms(text)
        ends += [term for term in known if written.mechanism(term) == "all"]
        # With an "all" behind it a redirect would be ignored (RFC 7208 section 6.1).
        sending = [term for term in known if written.mechanism(term) not in ("all", "exp", "redirect")]
        sending += [f"include:{written.target(term)}" for term in known if written.mechanism(term) == "redirect"]
        terms.update(dict.fromkeys(map(str.lower, sending)))
    text = written.joined([*written.mended(list(terms)), written.strictest(ends)])
    after = _walked(context, facts, {context.subject: text})
    counted = note("spf_lookups", count=len(after.lookups), limit=_limit(context))
    if len(after.lookups) > _limit(context) or after.root.record.faults:
        return Repair(before=(counted,))
    snippets = [
        zone.txt(context.subject, text, texts[0]),
        *(zone.delete(context.subject, "TXT", old) for old in texts[1:]),
    ]
    return zone.published(snippets, after=[counted])


# --- what receivers give up at ------------------------------------------------------------------------------------


def _syntax(context: Context) -> Repair:
    return _edited(context, lambda _node, terms: written.mended(terms))


def _fewer_lookups(context: Context) -> Repair:
    """References to names of one's own written out, dead and doubled ones dropped; those of others stay.

    What others publish changes without a word; a copy of it would soon refuse genuine mail.
    """
    facts = _facts(context)
    if facts is None:
        return Repair()
    changed = flattened(facts.tree(context.subject), facts.known())
    return _published(context, facts, changed, notes=[note("spf_fixed_addresses")] if changed else [])


def _dead_removed(context: Context) -> Repair:
    """References to names without a record are removed; the sender meant by a misspelt one has to be added again."""
    facts = _facts(context)
    if facts is None:
        return Repair()
    tree = facts.tree(context.subject)
    gone = {node.name for node in tree.nodes if node.state in MISSING}
    dead = {(one.node, one.term) for one in tree.voids} if context.finding.code == "spf.void_lookups" else set()

    def edit(node: SpfNode, terms: list[str]) -> list[str]:
        kept = [term for term in terms if written.target(term) not in gone and (node.name, term) not in dead]
        return [*kept, "~all"] if written.ends(terms) and not written.ends(kept) else kept

    made = _edited(context, edit, notes=[note("spf_misspelt")])
    return _or_asked(made, "ask_spf_reference", names=", ".join(sorted(gone)[:5]) or context.subject)


def _loop(context: Context) -> Repair:
    """Without the terms that lead back to a record on the way to them."""
    facts = _facts(context)
    if facts is None:
        return Repair()
    nodes = {node.name: node for node in facts.tree(context.subject).nodes if node.state == "found"}
    back: set[tuple[str, str]] = set()
    done: set[str] = set()

    def follow(name: str, path: tuple[str, ...]) -> None:
        done.add(name)
        for term in written.terms(nodes[name].text):
            if written.target(term) in path:
                back.add((name, term))
            elif written.target(term) in nodes.keys() - done:
                follow(written.target(term), (*path, written.target(term)))

    follow(context.subject, (context.subject,))

    def edit(node: SpfNode, terms: list[str]) -> list[str]:
        kept = [term for term in terms if (node.name, term) not in back]
        return [*kept, "~all"] if written.ends(terms) and not written.ends(kept) else kept

    return _or_asked(_edited(context, edit), "ask_spf_reference", names=str(context.values.get("names", "")))


def _broken(context: Context) -> Repair:
    """Mistakes in records of one's own further down; those of others are for their owners to fix."""
    made = _edited(context, lambda _node, terms: written.mended(terms))
    return _or_asked(made, "ask_spf_broken", names=str(context.values.get("names", "")))


def _mx_many(context: Context) -> Repair:
    """The addresses behind `mx`, as far as all of them are known."""
    facts, mx = _facts(context), context.observations.facts(MX, context.subject)
    hosts = mx.hosts if mx is not None else ()
    if facts is None or not hosts or not all(host.addresses for host in hosts):
        return Repair()
    networks = [f"ip{ip_network(one).version}:{one}" for host in hosts for one in host.addresses]

    def edit(node: SpfNode, terms: list[str]) -> list[str]:
        if node.name != context.subject:
            return terms
        new = [one for term in terms for one in (networks if term.lower() in ("mx", "+mx") else [term])]
        return written.collapsed(written.once(new)) if new != terms else terms

    return _edited(context, edit)


# --- who may send, and how it ends --------------------------------------------------------------------------------


def _closed(context: Context) -> Repair:
    """A definite end in place of one that lets everybody through, and no term that everybody passes."""
    facts = _facts(context)
    tree = facts.tree(context.subject) if facts is not None else None
    everyone = set(tree.everyone) if tree is not None else set()

    def edit(node: SpfNode, terms: list[str]) -> list[str]:
        kept = [term for term in terms if term not in everyone]
        return kept if written.ends(kept) or node.via == "include" else [*kept, "~all"]

    made = _edited(context, edit, closing=True, notes=[note("senders_first")])
    return _or_asked(made, "ask_spf_open", terms=", ".join(sorted(everyone)[:5]))


def _ended(context: Context) -> Repair:
    """`~all` at the end of the record that decides: no opinion becomes a soft refusal (RFC 7208 section 8.5)."""

    def edit(node: SpfNode, terms: list[str]) -> list[str]:
        if node.via == "include" or any(written.mechanism(term) == "redirect" for term in terms):
            return terms
        kept = [term for term in terms if not (written.mechanism(term) == "all" and term[0] == "?")]
        return kept if written.ends(kept) else [*kept, "~all"]

    made = _edited(context, edit, notes=[note("senders_first")])
    return _or_asked(made, "ask_spf_end", domain=context.subject)


def _soft(_context: Context) -> Repair:
    """`~all` is right together with an enforcing DMARC policy; that is the step to take."""
    return Repair(before=(note("dmarc_instead"),))


def _without_ptr(context: Context) -> Repair:
    """Without `ptr` in any form; the servers that it stood for are named by their addresses."""
    return _edited(
        context,
        lambda _node, terms: [term for term in terms if written.mechanism(term) != "ptr"],
        notes=[note("spf_ptr_senders")],
    )


def _narrow(context: Context) -> Repair:
    """The range in question as a place to fill in: nobody but its owner knows which servers send."""
    facts = _facts(context)
    if facts is None:
        return Repair()
    network = str(context.values.get("network", ""))

    def edit(terms: list[str]) -> list[str]:
        return ["ip4:REPLACE" if written.is_network(term, network) else term for term in terms]

    tree = facts.tree(context.subject)
    changed = {
        node.name: written.joined(new)
        for node in tree.nodes
        if node.own and node.state == "found" and (new := edit(old := written.terms(node.text))) != old
    }
    texts = {node.name: node.text for node in tree.nodes}
    made = zone.published(
        [zone.txt(name, text, texts[name]) for name, text in changed.items()],
        before=[note("senders_first"), note("replace_addresses")],
        risks=[note("spf_may_refuse")],
    )
    return _or_asked(made, "ask_spf_open", terms=network)


# --- style --------------------------------------------------------------------------------------------------------


def _before_all(context: Context) -> Repair:
    """What stands behind `all` was meant; it moves in front of it."""

    def edit(_node: SpfNode, terms: list[str]) -> list[str]:
        ends = [term for term in terms if written.mechanism(term) == "all"]
        others = [term for term in terms if written.mechanism(term) != "all"]
        return [*others, ends[0]] if ends else terms

    return _edited(context, edit)


def _redirect_heeded(context: Context) -> Repair:
    """The record that is meant by the redirect takes part as an include in front of `all`."""

    def edit(_node: SpfNode, terms: list[str]) -> list[str]:
        if not written.ends(terms):
            return terms
        moved = [f"include:{written.target(term)}" for term in terms if written.mechanism(term) == "redirect"]
        kept = [term for term in terms if written.mechanism(term) != "redirect"]
        return [*kept[:-1], *moved, kept[-1]] if written.mechanism(kept[-1]) == "all" else kept

    return _edited(context, edit)


def _once(context: Context) -> Repair:
    return _edited(context, lambda _node, terms: written.once(terms))


def _shorter(context: Context) -> Repair:
    """Joined and doubled terms first; what is still too long moves into a record below the domain."""
    facts = _facts(context)
    if facts is None:
        return Repair()
    root = facts.tree(context.subject).root
    terms = written.collapsed(written.once(written.terms(root.text)))
    most = int(context.rules.number("spf.length_max"))
    if len(written.joined(terms)) <= most:
        return _published(context, facts, {root.name: written.joined(terms)})
    below = f"_spf1.{root.name}"
    networks = [term for term in terms if written.mechanism(term) in ("ip4", "ip6") and term[0] not in "-~?"]
    kept = [term for term in terms if term not in networks]
    text = written.joined([f"include:{below}", *kept])
    if not networks or len(text) > most or len(written.joined([*networks, "~all"])) > most:
        return Repair()
    return _published(context, facts, {below: written.joined([*networks, "~all"]), root.name: text})


REPAIRS: Mapping[str, Callable[[Context], Repair]] = {
    "none": _first,
    "lookalike": _lookalike,
    "several": _merged,
    "syntax": _syntax,
    "too_many_lookups": _fewer_lookups,
    "near_limit": _fewer_lookups,
    "void_lookups": _dead_removed,
    "include_missing": _dead_removed,
    "registrable": _dead_removed,
    "loop": _loop,
    "include_broken": _broken,
    "mx_many": _mx_many,
    "open": _closed,
    "open_range": _narrow,
    "wide": _narrow,
    "neutral": _ended,
    "no_all": _ended,
    "softfail_alone": _soft,
    "ptr": _without_ptr,
    "after_all": _before_all,
    "redirect_ignored": _redirect_heeded,
    "duplicate": _once,
    "long": _shorter,
    "unused_open": unused,
}
