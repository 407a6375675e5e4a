"""DMARC: the record that counts after the walk up the tree, its policies and its reports (RFC 9989, RFC 9990)."""

from collections.abc import Iterable, Iterator, Sequence

from fumimori.core.grammar import dmarc as grammar
from fumimori.core.grammar.dmarc import DmarcFound, DmarcRecord
from fumimori.core.model import ConsentLevel, Control, Outcome, Record, Rules
from fumimori.core.network import NotSeen
from fumimori.core.network.dns import DnsAnswer, Unanswered
from fumimori.core.seen import Seen
from fumimori.probes.contract import Look, Probe

TARGETS_MOST = 10
"""Foreign places for reports whose consent is looked up."""


class Facts(Record):
    """What stands at the `_dmarc` names of the walk, and whether others consent to receive the reports."""

    walk: tuple[DnsAnswer, ...]
    """TXT answers; `name` is without `_dmarc.`, in the order of the walk."""
    consents: tuple[DnsAnswer, ...] = ()
    """TXT answers at `DOMAIN._report._dmarc.HOST`; `name` is the HOST."""
    unanswered: tuple[Unanswered, ...] = ()

    def found(self, domain: str) -> DmarcFound:
        """The record that counts for `domain`."""
        return grammar.found_by_walk(domain, {answer.name: answer for answer in self.walk})


def _subjects(seen: Seen) -> Sequence[str]:
    return [domain.name for domain in seen.scope.domains]


async def _collect(domain: str, look: Look) -> Facts:
    walk: list[DnsAnswer] = []
    unanswered: list[Unanswered] = []
    for name in grammar.walk_names(domain):
        try:
            answer = await look.network.dns(f"_dmarc.{name}", "TXT")
        except NotSeen as not_seen:
            if name == domain:
                raise
            unanswered.append(Unanswered(name=name, rdtype="TXT", reason=not_seen.reason))
            continue
        walk.append(answer.renamed(name))
        texts = grammar.dmarc_texts(answer)
        if len(texts) == 1 and grammar.walk_ended(grammar.parse_dmarc(texts[0])):
            break
    found = grammar.found_by_walk(domain, {answer.name: answer for answer in walk})
    consents: list[DnsAnswer] = []
    for host in _foreign_hosts(found)[:TARGETS_MOST]:
        try:
            consents.append((await look.network.dns(f"{found.at}._report._dmarc.{host}", "TXT")).renamed(host))
        except NotSeen as not_seen:
            unanswered.append(Unanswered(name=host, rdtype="TXT", reason=not_seen.reason))
    return Facts(walk=tuple(walk), consents=tuple(consents), unanswered=tuple(unanswered))


def _foreign_hosts(found: DmarcFound) -> list[str]:
    """Hosts outside the organizational domain that reports go to: they have to consent (RFC 9990)."""
    if found.record is None:
        return []
    home = found.organizational_domain
    hosts = [uri.domain for uri in (*found.record.reports, *found.record.ruf) if uri.domain]
    return list(dict.fromkeys(host for host in hosts if host != home and not host.endswith("." + home)))


def _judge(seen: Seen, _rules: Rules) -> Iterable[Outcome]:
    scope = {domain.name: domain for domain in seen.scope.domains}
    for attempt, facts in seen.all("dmarc", Facts):
        domain = attempt.subject
        found = facts.found(domain)
        if domain in scope and scope[domain].sends_mail is False:
            yield _outcome(domain, "unused_closed" if found.effective == "reject" else "unused_open")
            continue
        for word, values in _found(found, facts):
            yield _outcome(domain, word, **values)


Values = dict[str, str | int]


def _found(found: DmarcFound, facts: Facts) -> Iterator[tuple[str, Values]]:
    own = facts.walk[0]
    if found.several_at:
        yield "several", {"count": len(grammar.dmarc_texts(own))}
        return
    record = found.record
    if record is None:
        if facts.unanswered:
            return  # a parent may have one; nothing is said about what was not seen
        lookalike = next((txt for txt in own.records if grammar.looks_like_dmarc(txt)), "")
        yield ("lookalike", {"text": lookalike}) if lookalike else ("none", {})
        return
    if not record.usable:
        yield "invalid", {"text": ", ".join(record.invalid) or "p="}
        return
    if found.inherited:
        yield "inherited", {"parent": found.at}
    yield from _policy(found, record)
    yield from _reports(found, record, facts)
    if record.old_tags:
        yield "old_tags", {"tags": ", ".join(tag for tag in record.old_tags if tag != "!") or "!size"}


def _policy(found: DmarcFound, record: DmarcRecord) -> Iterator[tuple[str, Values]]:
    written, effective = found.written, found.effective
    if record.invalid or record.p is None:
        yield "policy_unread", {"text": ", ".join(record.invalid) or "p="}
    elif effective == "none" and written != "none":
        yield "test_mode", {"policy": written}
    elif effective == "none":
        yield ("monitoring" if record.reports else "monitoring_blind"), {}
    else:
        yield effective, {}
        if record.testing:
            yield "test_mode_softer", {"policy": written, "effective": effective}
        yield from _gaps(found, record)


def _gaps(found: DmarcFound, record: DmarcRecord) -> Iterator[tuple[str, Values]]:
    """Where an enforcing record leaves a door open."""
    if not found.inherited and record.policy("sub") == "none":
        yield "subdomains_open", {"text": f"sp={record.sp}"}
    if not found.inherited and record.policy("nonexistent") == "none" and record.np == "none":
        yield "nonexistent_open", {"text": "np=none"}
    if record.pct is not None and record.pct < 100:
        yield "partial", {"percent": record.pct}


def _reports(found: DmarcFound, record: DmarcRecord, facts: Facts) -> Iterator[tuple[str, Values]]:
    bad = [uri.text for uri in (*record.rua, *record.ruf) if uri.scheme != "mailto"]
    if bad:
        yield "report_address_bad", {"text": ", ".join(bad[:5])}
    if not record.reports:
        yield ("no_reports_yet" if found.effective == "none" else "no_reports"), {}
        return
    refused = [answer.name for answer in facts.consents if not any(map(grammar.is_dmarc, answer.records))]
    if refused:
        yield "reports_unauthorised", {"hosts": ", ".join(refused)}
    else:
        yield "reports_on", {"addresses": ", ".join(uri.text for uri in record.reports[:5])}


def _outcome(domain: str, word: str, **values: str | int) -> Outcome:
    return Outcome(code=f"dmarc.{word}", subject=domain, values=tuple(values.items()))


PROBE = Probe(
    id="dmarc",
    control=Control.SENDER_AUTH,
    consent=ConsentLevel.PUBLIC,
    facts=Facts,
    outcomes=(
        "reject",
        "quarantine",
        "monitoring",
        "monitoring_blind",
        "none",
        "lookalike",
        "several",
        "invalid",
        "policy_unread",
        "test_mode",
        "test_mode_softer",
        "inherited",
        "subdomains_open",
        "nonexistent_open",
        "partial",
        "report_address_bad",
        "no_reports",
        "no_reports_yet",
        "reports_unauthorised",
        "reports_on",
        "old_tags",
        "unused_open",
        "unused_closed",
    ),
    subjects=_subjects,
    collect=_collect,
    judge=_judge,
)
