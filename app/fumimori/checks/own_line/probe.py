"""Outbound port 25 of the measuring network: can an office computer send mail directly.

Objective  Infected office computers send spam straight to other people's servers; only the mail server needs port 25.
Inputs     What was found out about this network before anything is judged (the control hosts of the port-25 test).
Steps      None of its own: the fact is taken down. It means something only when the measurement runs inside the
           organisation's own network.
Outcomes   port25_open (info, against *port 25 is closed to all but the server*), port25_closed (ok).
"""

from collections.abc import Iterator, Sequence

from fumimori.checks.contract import Probe, ProbeContext
from fumimori.checks.observations import Observations
from fumimori.checks.own_line.facts import OWN_LINE, Facts
from fumimori.model import ConsentLevel, Control, Outcome, Rules
from fumimori.network import NotTestableHere

LINE = ""
"""The subject: there is only one line, and it has no name."""


def subjects(_seen: Observations) -> Sequence[str]:
    """The one line that there is."""
    return (LINE,)


async def collect(_subject: str, context: ProbeContext) -> Facts:
    """The facts of this line; raises NotTestableHere (`port25_unknown`) when no control host was found at all."""
    vantage = context.observations.vantage
    if vantage is None or vantage.port25 == "unknown":
        raise NotTestableHere("port25_unknown")
    return Facts(port25=vantage.port25, inside=vantage.inside)


def judge(observations: Observations, rules: Rules) -> Iterator[Outcome]:  # noqa: ARG001 - the contract
    """What it means for the office; nothing when somebody measures from elsewhere."""
    for attempt, facts in observations.all(OWN_LINE):
        vantage = observations.vantage_of(attempt)
        if facts.inside or (vantage is not None and vantage.inside):
            name = "port25_open" if facts.port25 == "open" else "port25_closed"
            yield OWN_LINE.outcome(name, attempt.subject)


PROBE = Probe(
    facts=OWN_LINE,
    control=Control.FIREWALL,
    consent=ConsentLevel.CONNECTIONS,
    subjects=subjects,
    host=lambda _line: "",
    collect=collect,
    judge=judge,
)
