"""DANE: TLSA records of the mail servers, proved by DNSSEC and held against their certificates (RFC 7672, 7671).

Objective  Find TLSA records that no certificate matches (senders who check return the mail); say where DANE protects.
Inputs     The MX hosts of each domain; what mail_ports saw on their port 25.
Steps      DNS only: MX, the hosts' addresses and `_25._tcp.<host>` TLSA, each with a verdict of our own.
Outcomes   mismatch, no_tls, bogus (critical): mail from senders that check is lost; second_mismatch (medium): the same
           for those to whom the server shows its second certificate; partial, unusable, insecure (low):
           no protection, or not everywhere; possible (low): everything on the way is signed, only TLSA is missing;
           absent, published, single (info); valid (ok). Valid at every server it does what MTA-STS does: then
           instead_published, instead_enforced and instead_matches answer that control's questions as met by another
           measure, and the probe mta_sts says `absent_beside_dane` in place of `absent`.
"""

from collections.abc import Iterator, Mapping, Sequence

import msgspec

from fumimori.checks.contract import Probe, ProbeContext
from fumimori.checks.dane.facts import DANE, DaneHost, Facts
from fumimori.checks.dane.tlsa import State, records, states, unmatched_second
from fumimori.checks.mx import facts as mx_facts
from fumimori.checks.mx import probe as mx
from fumimori.checks.observations import NamedOutcome, Observations
from fumimori.model import ConsentLevel, Control, Outcome, Rules, Values
from fumimori.network import NotObserved, NotTestableHere
from fumimori.network.dns import Security
from fumimori.network.together import together

HOSTS_MOST = 20
WORST_FIRST = (Security.BOGUS, Security.UNCHECKED, Security.INSECURE, Security.SECURE)
AT_HOST = {
    State.MISMATCH: "mismatch",
    State.NO_TLS: "no_tls",
    State.BOGUS: "bogus",
    State.UNUSABLE: "unusable",
    State.INSECURE: "insecure",
    State.PUBLISHED: "published",
}
"""States that are reported for each server."""


def subjects(observations: Observations) -> Sequence[str]:
    """The domains that take mail."""
    return mx.receiving_domains(observations)


async def collect(domain: str, context: ProbeContext) -> Facts:
    """MX, addresses and TLSA with their verdicts; NotTestableHere where nothing can be validated."""
    answer = await context.network.secured(domain, "MX")
    if answer.security is Security.UNCHECKED:
        raise NotTestableHere(answer.security_reason)
    observations = context.observations.facts(mx_facts.MX, domain)
    hosts = observations.mail_hosts[:HOSTS_MOST] if observations is not None else ()
    return Facts(mx=answer, hosts=tuple(await together(*(_host(host, context) for host in hosts))))


async def _host(host: str, context: ProbeContext) -> DaneHost:
    try:
        four, six, tlsa = await together(
            context.network.secured(host, "A"),
            context.network.secured(host, "AAAA"),
            context.network.secured(f"_25._tcp.{host}", "TLSA"),
        )
        addresses = min((four.security, six.security), key=WORST_FIRST.index)
        base = four.canonical_name or six.canonical_name
        if not base:
            return DaneHost(host=host, addresses=addresses, tlsa=tlsa)
        return await _behind_alias(DaneHost(host=host, addresses=addresses, tlsa=tlsa, base=base), context)
    except NotObserved as not_observed:
        return DaneHost(host=host, addresses=Security.UNCHECKED, unanswered=not_observed.reason)


async def _behind_alias(host: DaneHost, context: ProbeContext) -> DaneHost:
    """The TLSA records at the end of a signed alias, else those at the alias itself (RFC 7672 section 2.2.2)."""
    if host.addresses is Security.SECURE:
        tlsa = await context.network.secured(f"_25._tcp.{host.base}", "TLSA")
        if tlsa.security is Security.BOGUS or (tlsa.records and tlsa.security is not Security.INSECURE):
            return msgspec.structs.replace(host, tlsa=tlsa)
    elif host.addresses is Security.INSECURE:
        # The alias may be signed although the addresses that it leads to are not.
        alias = await context.network.secured(host.host, "CNAME")
        return msgspec.structs.replace(host, addresses=alias.security, base="")
    return msgspec.structs.replace(host, base="")


def judge(observations: Observations, _rules: Rules) -> Iterator[Outcome]:
    """Each server that has TLSA records, and the result for the domain."""
    for attempt, facts in observations.all(DANE):
        found = states(observations, attempt.subject)
        if facts.mx.security is Security.BOGUS:
            # The probe dnssec says so about the whole domain.
            continue
        for host in facts.hosts:
            word = AT_HOST.get(found[host.host])
            if word:
                yield DANE.outcome(word, host.host, (("host", host.host), ("records", _printed(host))))
        for name in unmatched_second(observations, attempt.subject):
            yield DANE.outcome("second_mismatch", name, (("host", name),))
        yield from DANE.outcomes(attempt.subject, _domain(facts, found))


def _domain(facts: Facts, found: Mapping[str, State]) -> Iterator[NamedOutcome]:
    there: Values = (("hosts", ", ".join(host for host, state in found.items() if state is State.VALID)),)
    kinds = set(found.values())
    if kinds == {State.VALID}:
        yield "valid", there
        yield "instead_published", ()
        yield "instead_enforced", ()
        yield "instead_matches", ()
    elif State.VALID in kinds and kinds & {State.ABSENT, State.POSSIBLE, State.INSECURE}:
        yield "partial", (*there, ("missing", ", ".join(_without(found))))
    elif kinds and kinds <= {State.ABSENT, State.POSSIBLE}:
        word = "possible" if kinds == {State.POSSIBLE} else "absent"
        yield word, (("hosts", ", ".join(found)),)
    single = [host.host for host in facts.hosts if found[host.host] is State.VALID and len(records(host.tlsa)) == 1]
    if single:
        yield "single", (("hosts", ", ".join(single)),)


def _without(found: Mapping[str, State]) -> list[str]:
    return [host for host, state in found.items() if state in (State.ABSENT, State.POSSIBLE, State.INSECURE)]


def _printed(host: DaneHost) -> str:
    usable = [record.printed for record in records(host.tlsa)]
    return ", ".join(usable or (host.tlsa.records[:3] if host.tlsa else ())) or "-"


PROBE = Probe(
    facts=DANE,
    control=Control.MTA_STS,
    consent=ConsentLevel.PUBLIC,
    subjects=subjects,
    collect=collect,
    judge=judge,
    needs=("mx",),
    timeout=60.0,
)
