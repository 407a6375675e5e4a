"""Two resolvers compared, to notice that the office sees another domain than the rest of the world (split DNS).

Objective  Keep a report about the inside from being read as one about the outside.
Inputs     The domains of the scope; a second resolver, where somebody named one (`--second-resolver`).
Steps      DNS only: MX, TXT and the DMARC record from both, compared without regard to order.
Outcomes   split_dns (info): they differ, and the rest of the report shows what the run's first resolver says (of a
           resolver inside and one on the Internet, the latter is asked first); agree (ok). With one resolver: nothing.
"""

from collections.abc import Iterator, Sequence

from fumimori.checks.contract import Probe, ProbeContext
from fumimori.checks.observations import Observations
from fumimori.checks.resolvers.facts import RESOLVERS, Facts, Pair
from fumimori.model import ConsentLevel, Control, Outcome, Rules

QUESTIONS = (("MX", ""), ("TXT", ""), ("TXT", "_dmarc."))


def subjects(observations: Observations) -> Sequence[str]:
    """The domains."""
    return tuple(domain.name for domain in observations.scope.domains)


async def collect(domain: str, context: ProbeContext) -> Facts:
    """The questions put to both."""
    pairs = []
    for rdtype, prefix in QUESTIONS:
        elsewhere = await context.network.elsewhere(f"{prefix}{domain}", rdtype)
        if elsewhere is None:
            return Facts()
        pairs.append(Pair(here=await context.network.dns(f"{prefix}{domain}", rdtype), elsewhere=elsewhere))
    return Facts(pairs=tuple(pairs))


def judge(observations: Observations, _rules: Rules) -> Iterator[Outcome]:
    """The questions that the two answer differently."""
    for attempt, facts in observations.all(RESOLVERS):
        if not facts.pairs:
            continue
        different = [f"{pair.here.rdtype} {pair.here.name}" for pair in facts.pairs if not pair.same]
        name, values = ("split_dns", (("records", ", ".join(different)),)) if different else ("agree", ())
        yield RESOLVERS.outcome(name, attempt.subject, values)


PROBE = Probe(
    facts=RESOLVERS,
    control=Control.SENDER_AUTH,
    consent=ConsentLevel.PUBLIC,
    subjects=subjects,
    collect=collect,
    judge=judge,
    timeout=60.0,
)
