"""TLS-RPT: whether a record says where to report failed encrypted deliveries (RFC 8460)."""

from collections.abc import Iterable, Iterator

from fumimori.checks.contract import Probe, ProbeContext
from fumimori.checks.mta_sts import facts as mta_sts
from fumimori.checks.mx import probe as mx
from fumimori.checks.observations import NamedOutcome, Observations
from fumimori.checks.tls_rpt.facts import TLS_RPT, Facts
from fumimori.grammar import tls_rpt as grammar
from fumimori.model import ConsentLevel, Control, Outcome, Rules


async def _collect(domain: str, context: ProbeContext) -> Facts:
    return Facts(answer=await context.network.dns(f"_smtp._tls.{domain}", "TXT"))


def _judge(observations: Observations, _rules: Rules) -> Iterable[Outcome]:
    for attempt, facts in observations.all(TLS_RPT):
        yield from TLS_RPT.outcomes(attempt.subject, _found(attempt.subject, facts, observations))


def _found(domain: str, facts: Facts, observations: Observations) -> Iterator[NamedOutcome]:
    texts = [txt for txt in facts.answer.records if grammar.is_tls_rpt(txt)]
    if len(texts) > 1:
        yield "several", (("count", len(texts)),)
        return
    if not texts:
        lookalike = next((txt for txt in facts.answer.records if grammar.looks_like_tls_rpt(txt)), "")
        if lookalike:
            yield "malformed", (("text", lookalike),)
            return
        sts = observations.facts(mta_sts.MTA_STS, domain)
        yield ("absent_beside_mta_sts" if sts is not None and sts.announced else "absent"), ()
        return
    record = grammar.parse_tls_rpt(texts[0])
    if record.fault:
        yield "malformed", (("text", record.text),)
        return
    if record.unread:
        yield "address_unread", (("text", ", ".join(record.unread[:5])),)
    yield "valid", (("addresses", ", ".join(uri.text for uri in record.rua if uri.scheme and not uri.size_limit)),)


PROBE = Probe(
    facts=TLS_RPT,
    control=Control.MTA_STS,
    consent=ConsentLevel.PUBLIC,
    subjects=mx.receiving_domains,
    collect=_collect,
    judge=_judge,
    needs=("mx",),
    timeout=60.0,
)
