"""Where a domain's mail is delivered to: MX records (RFC 5321 section 5.1), null MX (RFC 7505), and who runs it.

Objective  Know the servers that take a domain's mail, whether others can reach them, and whose they are.
Inputs     The domains of the scope; DNS alone; the table of providers.
Outcomes   found, unused_closed (ok); provider, provider_behind, null_mx, no_mail, no_domain, target_twice,
           target_unanswered (info);
           address_only, target_alias, unused_open (low); null_mx_mixed, target_address, target_missing, target_private,
           placeholder, service_ends (medium); service_ends_soon, all_missing, all_private (high).
Steps      1. MX. 2. Without one: the domain's own addresses. 3. Each server's addresses. 4. Where a server bears the
           domain's own name: the name of its address, and the hosts in the domain's SPF, tell a rental server.
"""

import re
from collections.abc import Callable, Iterable, Sequence

from fumimori.checks.contract import Delivery, Probe, ProbeContext
from fumimori.checks.mx.facts import MX, Facts, MxHost
from fumimori.checks.observations import Observations
from fumimori.checks.providers import hosting_guess, provider_row, rental_servers
from fumimori.grammar.spf import parse_spf
from fumimori.grammar.spf_macros import reverse_name
from fumimori.grammar.spf_walk import spf_texts
from fumimori.model import ConsentLevel, Control, Hosting, Outcome, Rules
from fumimori.model.days import iso_day
from fumimori.network import NotObserved
from fumimori.network.addresses import not_routed
from fumimori.network.dns import DnsAnswer, DnsStatus

HOSTS_MOST = 20
"""Mail servers whose addresses are looked up."""
SPF_HOSTS_MOST = 3
"""Hosts in a domain's SPF that are compared with its mail servers."""


def receiving_domains(observations: Observations) -> tuple[str, ...]:
    """The domains of the scope, without those that were seen to take no mail at all."""
    names = []
    for domain in observations.scope.domains:
        facts = observations.facts(MX, domain.name)
        if facts is None or facts.mail_hosts:
            names.append(domain.name)
    return tuple(names)


def deliveries(observations: Observations, rules: Rules) -> Sequence[Delivery]:
    """Who takes the mail of each domain that was looked up."""
    del rules  # the provider was recognised when the records were read
    return [
        Delivery(
            domain=domain.name,
            hosts=facts.mail_hosts,
            addresses=(*(address for host in facts.hosts for address in host.addresses), *facts.fallback),
            provider=facts.provider,
            hosting=facts.hosting,
        )
        for domain in observations.scope.domains
        if (facts := observations.facts(MX, domain.name)) is not None
    ]


def no_domain(observations: Observations, domain: str) -> bool:
    """Whether `domain` was seen not to exist, so that there is nothing to say about its other records."""
    facts = observations.facts(MX, domain)
    return facts is not None and facts.answer.status is DnsStatus.NXDOMAIN


def _subjects(observations: Observations) -> Sequence[str]:
    return [domain.name for domain in observations.scope.domains]


async def _collect(domain: str, context: ProbeContext) -> Facts:
    answer = await context.network.dns(domain, "MX")
    if answer.status is not DnsStatus.ANSWER:
        fallback = () if answer.status is DnsStatus.NXDOMAIN else await _addresses(domain, context)
        return Facts(answer=answer, fallback=fallback)
    parsed = sorted(host for record in answer.records if (host := _parsed(record)) is not None)
    hosts = [await _looked_up(preference, host, context) for preference, host in parsed[:HOSTS_MOST]]
    names = [host.host for host in hosts if host.host]
    table = context.rules.tables["providers"]
    autodiscover = ""
    if any(re.search(row["mx"], name) for row in table.dicts() if row["autodiscover"] for name in names):
        autodiscover = await _alias(f"autodiscover.{domain}", context)
    provider, hosting = hosting_guess(names, table, autodiscover)
    row = provider_row(names, table, autodiscover)
    told_by = "mx" if provider else ""
    known = any(entry.name == domain and entry.hosting is not None for entry in context.observations.scope.domains)
    if not provider and not known:
        provider, hosting, told_by = await _behind(domain, hosts, context)
    return Facts(
        answer=answer,
        hosts=tuple(hosts),
        provider=provider,
        provider_by=told_by,
        hosting=hosting,
        ends=row["ends"] if row else "",
    )


async def _behind(domain: str, hosts: Sequence[MxHost], context: ProbeContext) -> tuple[str, Hosting | None, str]:
    """The rental provider behind a server that bears the domain's own name; empty where nothing shows."""
    own = [host for host in hosts if host.addresses and (host.host == domain or host.host.endswith("." + domain))]
    if not own:
        return "", None, ""
    rental = rental_servers(context.rules.tables["providers"])
    names = await _records(reverse_name(own[0].addresses[0]), "PTR", context)
    provider, hosting = hosting_guess([name.rstrip(".").lower() for name in names], rental)
    if provider:
        return provider, hosting, "reverse"
    addresses = {address for host in own for address in host.addresses}
    for name in _spf_hosts(await _records(domain, "TXT", context)):
        provider, hosting = hosting_guess([name], rental)
        if provider and addresses & set(await _records(name, "A", context)):
            return provider, hosting, "spf"
    return "", None, ""


def _spf_hosts(txt_records: Sequence[str]) -> list[str]:
    """The hosts that the domain's own SPF record names one by one."""
    named = [
        directive.target.lower().rstrip(".")
        for text in txt_records
        if spf_texts(DnsAnswer(name="", rdtype="TXT", status=DnsStatus.ANSWER, records=(text,)))
        for directive in parse_spf(text).effective
        if directive.mechanism in ("a", "mx") and directive.target
    ]
    return list(dict.fromkeys(named))[:SPF_HOSTS_MOST]


async def _records(name: str, rdtype: str, context: ProbeContext) -> tuple[str, ...]:
    """The records at `name`; none where they could not be had, because nothing is concluded from their absence."""
    try:
        return (await context.network.dns(name, rdtype)).records
    except NotObserved:
        return ()


def _parsed(record: str) -> tuple[int, str] | None:
    preference, _, host = record.partition(" ")
    return (int(preference), host.strip().rstrip(".").lower()) if preference.isdecimal() else None


async def _looked_up(preference: int, name: str, context: ProbeContext) -> MxHost:
    host = MxHost(preference=preference, host=name)
    if not name or host.is_address:
        return host
    answers: list[DnsAnswer] = []
    unanswered = ""
    for rdtype in ("A", "AAAA"):
        try:
            answers.append(await context.network.dns(name, rdtype))
        except NotObserved as not_observed:
            unanswered = not_observed.reason
    return MxHost(
        preference=preference,
        host=name,
        exists=all(answer.status is not DnsStatus.NXDOMAIN for answer in answers),
        alias_of=next((answer.canonical_name for answer in answers if answer.canonical_name), ""),
        addresses=tuple(address for answer in answers for address in answer.records),
        unanswered=unanswered,
    )


async def _addresses(domain: str, context: ProbeContext) -> tuple[str, ...]:
    four = await context.network.dns(domain, "A")
    six = await context.network.dns(domain, "AAAA")
    return (*four.records, *six.records)


async def _alias(name: str, context: ProbeContext) -> str:
    return next((record.rstrip(".").lower() for record in await _records(name, "CNAME", context)), "")


def _judge(observations: Observations, rules: Rules) -> Iterable[Outcome]:
    unused = {domain.name for domain in observations.scope.domains if domain.sends_mail is False}
    for attempt, facts in observations.all(MX):
        if attempt.subject in unused and facts.answer.status is not DnsStatus.NXDOMAIN:
            yield from _unused(attempt.subject, facts)
        else:
            vantage = observations.vantage_of(attempt)
            ours = vantage.holds if vantage is not None and vantage.resolver_inside else _nowhere
            yield from _judged(attempt.subject, facts, ours)
            if (end := iso_day(facts.ends)) is not None:
                near = (end - attempt.ended.date()).days < rules.number("calendar.service_high_days")
                word = "service_ends_soon" if near else "service_ends"
                yield _outcome(attempt.subject, word, provider=facts.provider, day=facts.ends)


def _unused(domain: str, facts: Facts) -> Iterable[Outcome]:
    """A domain without mail says so by a null MX, or has nothing that mail could go to (RFC 7505)."""
    open_to = [*facts.mail_hosts]
    yield _outcome(domain, "unused_open", hosts=", ".join(open_to)) if open_to else _outcome(domain, "unused_closed")


def _nowhere(_host: str) -> bool:
    return False


def _judged(domain: str, facts: Facts, ours: Callable[[str], bool]) -> Iterable[Outcome]:
    named = [host for host in facts.hosts if host.host]
    if not named:
        yield _outcome(domain, _absence(facts), **({"addresses": ", ".join(facts.fallback)} if facts.fallback else {}))
        return
    faults = dict(_faults(named, ours))
    if len(named) < len(facts.hosts):
        faults["null_mx_mixed"] = named
    for word, hosts in faults.items():
        yield _outcome(domain, word, hosts=_names(hosts))
    if any(re.fullmatch(r"ms\d+\.msv1\.invalid", host.host) for host in named):
        yield _outcome(domain, "placeholder")
    if facts.provider and facts.hosting is not None:
        yield _outcome(domain, "provider" if facts.provider_by == "mx" else "provider_behind", provider=facts.provider)
    if not faults.keys() - {"target_alias", "target_twice"}:
        yield _outcome(domain, "found", hosts=_names(named), count=len(named))


def _absence(facts: Facts) -> str:
    if facts.hosts:
        return "null_mx"
    if facts.answer.status is DnsStatus.NXDOMAIN:
        return "no_domain"
    return "address_only" if facts.fallback else "no_mail"


def _outcome(domain: str, name: str, **values: str | int) -> Outcome:
    return MX.outcome(name, domain, tuple(values.items()))


def _faults(hosts: Sequence[MxHost], ours: Callable[[str], bool]) -> Iterable[tuple[str, Sequence[MxHost]]]:
    """Each fault with the servers that have it; about `ours` the resolver may have an answer for this network alone."""
    literal = [host for host in hosts if host.is_address]
    silent = [host for host in hosts if host.unanswered and all(not_routed(known) for known in host.addresses)]
    empty = [host for host in hosts if not (host.is_address or host.addresses or host.unanswered)]
    aliases = [host for host in hosts if host.alias_of]
    private = [host for host in hosts if host.is_private and host not in empty and not ours(host.host)]
    cut_off = len(literal) + len(empty) + len([host for host in private if host not in silent]) == len(hosts)
    if literal:
        yield "target_address", literal
    if silent:
        yield "target_unanswered", silent
    if empty:
        yield ("all_missing" if cut_off and not private else "target_missing"), empty
    if aliases:
        yield "target_alias", aliases
    if private:
        yield ("all_private" if cut_off else "target_private"), private
    names = [host.host for host in hosts]
    twice = [host for host in hosts if names.count(host.host) > 1]
    if twice:
        yield "target_twice", twice


def _names(hosts: Sequence[MxHost]) -> str:
    return ", ".join(dict.fromkeys(host.host for host in hosts))


PROBE = Probe(
    facts=MX,
    control=Control.MTA_STS,
    consent=ConsentLevel.PUBLIC,
    subjects=_subjects,
    collect=_collect,
    judge=_judge,
    deliveries=deliveries,
    timeout=60.0,
)
