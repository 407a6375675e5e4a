"""MTA-STS: the announcement, the policy behind it, and whether the real mail servers live up to it (RFC 8461)."""

from collections.abc import Iterable, Iterator
from datetime import datetime

import msgspec

from fumimori.checks.contract import Probe, ProbeContext
from fumimori.checks.dane import tlsa as dane
from fumimori.checks.expiry import Urgency, days_left, urgency
from fumimori.checks.mail_ports import facts as mail_ports_facts
from fumimori.checks.mail_ports import probe as mail_ports
from fumimori.checks.mta_sts.facts import MTA_STS, Facts, PolicySeen
from fumimori.checks.mx import facts as mx_facts
from fumimori.checks.mx import probe as mx
from fumimori.checks.observations import NamedOutcome, Observations
from fumimori.grammar import mta_sts as grammar
from fumimori.grammar.mta_sts import StsPolicy
from fumimori.model import ConsentLevel, Control, Outcome, Rules, Values
from fumimori.network import NotObserved

POLICY_LIMIT = 65536
"""Bytes of a policy that senders read (RFC 8461 section 3.3 suggests as much)."""
HISTORY_MOST = 20
"""States of the policy that are kept, the newest ones."""
CERTAIN = {"no_address": "policy_no_host", "connection_refused": "policy_closed"}
"""Reasons for which nobody, and not only this machine, gets the policy."""
TLS_ERRORS = {
    "expired": "policy_expired",
    "wrong_name": "policy_wrong_name",
    "untrusted": "policy_untrusted",
    "handshake": "policy_no_tls",
}


def policy_url(domain: str) -> str:
    """Where the policy has to lie (section 3.3)."""
    return f"https://mta-sts.{domain}/.well-known/mta-sts.txt"


async def _collect(domain: str, context: ProbeContext) -> Facts:
    facts = Facts(answer=await context.network.dns(f"_mta-sts.{domain}", "TXT"))
    if not facts.announcements:
        return facts
    try:
        policy = await context.network.get(policy_url(domain), limit=POLICY_LIMIT)
    except NotObserved as not_observed:
        read = Facts(answer=facts.answer, policy_reason=not_observed.reason)
    else:
        whole = Facts(answer=facts.answer, policy=policy)
        read = Facts(answer=facts.answer, policy_reason="connection_closed") if policy.incomplete else whole
    return msgspec.structs.replace(read, history=_history(read, domain, context))


def _history(facts: Facts, domain: str, context: ProbeContext) -> tuple[PolicySeen, ...]:
    """The history of earlier attempts with today's state appended, where it differs or there is none yet."""
    earlier = context.observations.facts(MTA_STS, domain)
    history = earlier.history if earlier else ()
    if not facts.announced or not facts.policy_sha256 or facts.policy is None or facts.policy.status != 200:
        return history
    state = PolicySeen(
        first_seen=context.network.now(),
        id=grammar.parse_sts_record(facts.announcements[0]).id,
        mode=grammar.parse_sts_policy(facts.policy.untrusted_body).mode[:20],
        sha256=facts.policy_sha256,
    )
    last = history[-1] if history else None
    if last is not None and (last.id, last.mode, last.sha256) == (state.id, state.mode, state.sha256):
        return history
    return (*history, state)[-HISTORY_MOST:]


def _judge(observations: Observations, rules: Rules) -> Iterable[Outcome]:
    for attempt, facts in observations.all(MTA_STS):
        yield from MTA_STS.outcomes(attempt.subject, _found(attempt.subject, facts, observations, rules, attempt.ended))


def _found(domain: str, facts: Facts, observations: Observations, rules: Rules, at: datetime) -> Iterator[NamedOutcome]:
    texts = facts.announcements
    if len(texts) > 1:
        yield "several", (("count", len(texts)),)
        return
    if not texts:
        lookalike = next((txt for txt in facts.answer.records if grammar.looks_like_sts(txt)), "")
        if lookalike:
            yield "malformed", (("text", lookalike),)
        else:
            yield ("absent_beside_dane" if dane.protects(observations, domain) else "absent"), ()
        return
    if grammar.parse_sts_record(texts[0]).fault:
        yield "malformed", (("text", texts[0]),)
        return
    yield from _certificate(facts, rules, at)
    unusable = _unusable(facts, at)
    if unusable:
        yield unusable
        return
    if facts.policy is None:
        return
    policy = grammar.parse_sts_policy(facts.policy.untrusted_body)
    if policy.fault:
        yield "policy_malformed", (("text", policy.fault_text or policy.fault),)
        return
    yield "published", (("mode", policy.mode),)
    kind = facts.policy.header("content-type").partition(";")[0].strip().lower()
    if kind != "text/plain":
        yield "policy_type", (("type", kind or "-"),)
    yield f"mode_{policy.mode}", ()
    yield from _changes(facts, rules, at)
    if policy.mode != "none":
        yield from _agreement(domain, policy, observations, rules)


def _changes(facts: Facts, rules: Rules, at: datetime) -> Iterator[NamedOutcome]:
    """What only shows over time: a policy changed behind an old id, and a test that never ends."""
    if len(facts.history) > 1 and facts.history[-1].id == facts.history[-2].id:
        yield "id_unchanged", (("id", facts.history[-1].id), ("since", facts.history[-1].first_seen.date().isoformat()))
    since = at
    for state in reversed(facts.history):
        if state.mode != "testing":
            break
        since = state.first_seen
    days = (at - since).days
    if days > rules.number("mta_sts.testing_days_max"):
        yield "testing_long", (("days", days),)


def _unusable(facts: Facts, at: datetime) -> NamedOutcome | None:
    """Why senders cannot use the policy; None when they can read it."""
    answer = facts.policy
    if answer is None:
        word = CERTAIN.get(facts.policy_reason, "policy_not_seen")
        return word, ((("reason", facts.policy_reason),) if word == "policy_not_seen" else ())
    if answer.tls_error:
        word = TLS_ERRORS.get(answer.tls_error, "policy_not_seen")
        leaf = answer.chain.certificates[0] if answer.chain and answer.chain.certificates else None
        if word == "policy_expired" and leaf is not None and leaf.not_after <= at:
            return word, (("day", leaf.not_after.date().isoformat()),)
        return word, ((("reason", answer.tls_error),) if word == "policy_not_seen" else ())
    if 300 <= answer.status < 400:
        return "policy_redirect", (("status", answer.status), ("target", answer.header("location") or "-"))
    if answer.status != 200:
        return "policy_status", (("status", answer.status),)
    return ("policy_too_long", (("limit", POLICY_LIMIT),)) if answer.truncated else None


def _certificate(facts: Facts, rules: Rules, at: datetime) -> Iterator[NamedOutcome]:
    """How soon the certificate of the policy host expires; says nothing about one that does not hold anyway."""
    chain = facts.policy.chain if facts.policy else None
    if facts.policy is None or facts.policy.tls_error or chain is None or not chain.certificates:
        return
    leaf = chain.certificates[0]
    urgent = urgency(leaf.not_before, leaf.not_after, at, rules)
    words = {Urgency.URGENT: "certificate_urgent", Urgency.SOON: "certificate_soon", Urgency.FINE: "certificate_fine"}
    if urgent in words:
        yield words[urgent], (("days", days_left(leaf.not_after, at)), ("day", leaf.not_after.date().isoformat()))


def _agreement(domain: str, policy: StsPolicy, observations: Observations, rules: Rules) -> Iterator[NamedOutcome]:
    """Whether what the policy promises is true of the mail servers."""
    spoiled = False
    for word, values in (
        *_age(policy, rules),
        *_coverage(domain, policy, observations),
        *_servers(domain, policy, observations),
    ):
        spoiled = spoiled or word not in ("stale_mx", "mx_certificates_hold")
        yield word, values
    facts = observations.facts(mx_facts.MX, domain)
    if facts is not None and facts.mail_hosts and not spoiled:
        yield "mx_covered", (("hosts", ", ".join(facts.mail_hosts)),)


def _age(policy: StsPolicy, rules: Rules) -> Iterator[NamedOutcome]:
    values: Values = (("seconds", policy.max_age), ("days", policy.max_age // 86400))
    if policy.max_age < rules.number("mta_sts.max_age_least"):
        yield "max_age_very_short", values
    elif policy.max_age < rules.number("mta_sts.max_age_wanted"):
        yield "max_age_short", values


def _coverage(domain: str, policy: StsPolicy, observations: Observations) -> Iterator[NamedOutcome]:
    facts = observations.facts(mx_facts.MX, domain)
    if facts is None or not facts.mail_hosts:
        return
    outside = [host for host in facts.mail_hosts if not any(grammar.covers(pattern, host) for pattern in policy.mx)]
    idle = [pattern for pattern in policy.mx if not any(grammar.covers(pattern, host) for host in facts.mail_hosts)]
    if outside:
        every = len(outside) == len(facts.mail_hosts)
        enforced = "mx_uncovered_all" if every else "mx_uncovered"
        word = enforced if policy.mode == "enforce" else "mx_uncovered_testing"
        yield word, (("hosts", ", ".join(outside)),)
    elif idle:
        yield "stale_mx", (("patterns", ", ".join(idle[:10])),)


def _servers(domain: str, policy: StsPolicy, observations: Observations) -> Iterator[NamedOutcome]:
    """Whether a sender that follows the policy would deliver to each mail server that was looked at (section 4.2)."""
    facts = observations.facts(mx_facts.MX, domain)
    hosts = facts.mail_hosts if facts is not None else ()
    looked = {
        host: port
        for host in hosts
        if (port := observations.facts(mail_ports_facts.MAIL_PORTS, f"{host}:{mail_ports.MX_PORT}")) is not None
        if port.service.open
    }
    failing = [host for host, port in looked.items() if not delivers(port)]
    if failing:
        every = len(failing) == len(hosts)
        enforced = "mx_certificate_all" if every else "mx_certificate"
        word = enforced if policy.mode == "enforce" else "mx_certificate_testing"
        yield word, (("hosts", ", ".join(failing)),)
    elif looked and len(looked) == len(hosts):
        yield "mx_certificates_hold", (("hosts", ", ".join(hosts)),)


def delivers(port: mail_ports_facts.Facts) -> bool:
    """Whether STARTTLS works and the certificate holds; what was not seen counts as working."""
    if port.starttls is False:
        return False
    return port.chain is None or (port.chain.trusted and port.chain.name_matches)


PROBE = Probe(
    facts=MTA_STS,
    control=Control.MTA_STS,
    consent=ConsentLevel.PUBLIC,
    subjects=mx.receiving_domains,
    collect=_collect,
    judge=_judge,
    needs=("mx",),
)
