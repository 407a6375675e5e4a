"""CAA: which certification authorities may issue certificates for the names of mail (RFC 8659, 8657, 9495).

Objective  Say whether anybody's authority may issue for the domain, and find records that authorities cannot read.
Inputs     The domains of the scope; their MX, mail and webmail hosts that are below them.
Steps      DNS only: CAA at the name, then at each name above it until one has some (RFC 8659 section 3).
Outcomes   malformed, critical_unknown (low): no authority issues any more, or nobody reads the record;
           absent, issue_missing, mail_open (info); present, mail_restricted, logo_restricted (ok).
           A host is judged only where it has records of its own. `issuemail` and `issuevmc` never fall back to `issue`.
"""

from collections.abc import Iterator, Sequence

from fumimori.checks.caa.facts import CAA, Facts
from fumimori.checks.contract import Probe, ProbeContext
from fumimori.checks.mx import facts as mx_facts
from fumimori.checks.mx import probe as mx
from fumimori.checks.observations import NamedOutcome, Observations
from fumimori.grammar.caa import CaaRecord
from fumimori.model import ConsentLevel, Control, Outcome, Rules

LABELS_MOST = 127
"""More a name cannot have (RFC 1035 section 3.1)."""
HOSTS_MOST = 20


def subjects(observations: Observations) -> Sequence[str]:
    """The domains, then the hosts below them."""
    domains = [domain.name for domain in observations.scope.domains]
    hosts = [*observations.scope.mail_hosts, *observations.scope.webmail_hosts]
    for domain in domains:
        facts = observations.facts(mx_facts.MX, domain)
        hosts += facts.mail_hosts if facts is not None else ()
    names = (host.partition(":")[0] for host in hosts)
    own = [name for name in names if any(name.endswith(f".{domain}") for domain in domains)]
    return tuple(dict.fromkeys((*domains, *own[:HOSTS_MOST])))


async def collect(name: str, context: ProbeContext) -> Facts:
    """Climb from `name` to the first name with CAA records."""
    labels = name.split(".")
    for start in range(min(len(labels), LABELS_MOST)):
        here = ".".join(labels[start:])
        answer = await context.network.dns(here, "CAA")
        if answer.records:
            return Facts(found_at=here, answer=answer)
    return Facts()


def judge(observations: Observations, _rules: Rules) -> Iterator[Outcome]:
    """What authorities make of the records."""
    domains = {domain.name for domain in observations.scope.domains}
    for attempt, facts in observations.all(CAA):
        if mx.no_domain(observations, attempt.subject):
            continue
        if attempt.subject not in domains and facts.found_at != attempt.subject:
            continue
        yield from CAA.outcomes(attempt.subject, _found(facts, whole_domain=attempt.subject in domains))


def _found(facts: Facts, *, whole_domain: bool) -> Iterator[NamedOutcome]:
    records = facts.records
    if not records:
        yield "absent", ()
        yield "mail_open", ()
        return
    bad = [record for record in records if record.fault in ("syntax", "issuer")]
    unknown = [record for record in records if record.fault == "unknown_critical"]
    if bad:
        yield "malformed", (("text", bad[0].text[:100]),)
    if unknown:
        yield "critical_unknown", (("tag", unknown[0].tag),)
    web = [record for record in records if record.tag == "issue" and not record.fault]
    if web:
        yield "present", (("at", facts.found_at), ("issuers", _issuers(web)))
    elif not bad:
        yield "issue_missing", (("at", facts.found_at),)
    if not whole_domain:
        return
    mail = [record for record in records if record.tag == "issuemail" and not record.fault]
    yield ("mail_restricted", (("issuers", _issuers(mail)),)) if mail else ("mail_open", ())
    logo = [record for record in records if record.tag == "issuevmc" and not record.fault]
    if logo:
        yield "logo_restricted", (("issuers", _issuers(logo)),)


def _issuers(records: Sequence[CaaRecord]) -> str:
    return ", ".join(dict.fromkeys(record.issuer for record in records if record.issuer)) or "-"


PROBE = Probe(
    facts=CAA,
    control=Control.PROTOCOLS,
    consent=ConsentLevel.PUBLIC,
    subjects=subjects,
    collect=collect,
    judge=judge,
    needs=("mx",),
    timeout=60.0,
)
