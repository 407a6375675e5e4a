"""Open ports of services other than mail: databases, file sharing, remote desktops, old remote control.

Objective  Find services that nobody on the Internet should reach.
Inputs     The hosts that the authorisation names; the table exposed_services (port, kind, what an open one means).
Steps      One connection to each port of the table, a few ports at a time, one harmless question where the service does
           not speak first (no login, no file, no query); what answers must also look like the service that the port is
           known for. A host of which no port at all answers, refuses or was seen open before says nothing.
Outcomes   dangerous, rdp (critical); unneeded (high); unneeded_quiet (medium); rdp_port, unknown_open, seen_inside
           (info); ports_closed, rdp_closed (ok). Seen from the organisation's own network everything is seen_inside:
           what is open here need not be open outside.
"""

import asyncio
from collections.abc import Iterator, Mapping, Sequence

from fumimori.checks.contract import Probe, ProbeContext
from fumimori.checks.exposed_ports.facts import EXPOSED_PORTS, Facts
from fumimori.checks.hosts import own_hosts
from fumimori.checks.mail_ports import facts as mail_ports
from fumimori.checks.observations import Observations
from fumimori.model import ConsentLevel, Control, Outcome, Rules, Values
from fumimori.network import Unreachable
from fumimori.network.services import OpenPort
from fumimori.network.together import together

AT_ONCE = 4
"""Ports of one host that are connected to at the same time."""
RDP = "rdp"


async def collect(subject: str, context: ProbeContext) -> Facts:
    """One short connection to each port of the table."""
    addresses = await context.network.addresses(subject)
    if not addresses:
        raise Unreachable("no_address", subject)
    address = addresses[0]
    slots = asyncio.Semaphore(AT_ONCE)

    async def knock(row: Mapping[str, str]) -> OpenPort:
        async with slots:
            return await context.network.open_port(subject, address, int(row["port"]), row["kind"])

    rows = context.rules.tables["exposed_services"].dicts()
    return Facts(host=subject, ports=tuple(await together(*(knock(row) for row in rows))))


def judge(observations: Observations, rules: Rules) -> Iterator[Outcome]:
    """What each open port means, and that a host shows none."""
    table = {int(row["port"]): row for row in rules.tables["exposed_services"].dicts()}
    for attempt, facts in observations.all(EXPOSED_PORTS):
        found = [port for port in facts.ports if port.open and port.port in table]
        if observations.inside(attempt):
            yield from _inside(attempt.subject, found, table)
            continue
        for port in found:
            for word in _outcomes(port, table[port.port]):
                yield _outcome(word, f"{facts.host}:{port.port}", facts.host, _values(port, table[port.port]))
        if _answers(observations, facts):
            kinds = {table[port.port]["kind"] for port in found}
            if not found:
                yield _outcome("ports_closed", facts.host, facts.host, (("count", len(facts.ports)),))
            if RDP not in kinds and any(table[port.port]["kind"] == RDP for port in facts.ports if port.port in table):
                yield _outcome("rdp_closed", facts.host, facts.host, ())


def _outcomes(port: OpenPort, row: Mapping[str, str]) -> Iterator[str]:
    if not port.recognised:
        yield "unknown_open"
        return
    yield row["outcome"]
    if row["outcome"] == RDP:
        yield "rdp_port"


def _inside(subject: str, found: Sequence[OpenPort], table: Mapping[int, Mapping[str, str]]) -> Iterator[Outcome]:
    if found:
        names = ", ".join(f"{table[port.port]['service']} ({port.port})" for port in found)
        yield _outcome("seen_inside", subject, subject, (("services", names),))


def _answers(observations: Observations, facts: Facts) -> bool:
    """Whether the host is reachable: a firewall that drops everything looks like closed ports."""
    if any(port.open or port.closed == "connection_refused" for port in facts.ports):
        return True
    return any(
        ports.service.open and ports.service.host == facts.host for _, ports in observations.all(mail_ports.MAIL_PORTS)
    )


def _values(port: OpenPort, row: Mapping[str, str]) -> Values:
    return (("port", port.port), ("service", row["service"]))


def _outcome(name: str, subject: str, host: str, values: Values) -> Outcome:
    return EXPOSED_PORTS.outcome(name, subject, (("host", host), *values))


PROBE = Probe(
    facts=EXPOSED_PORTS,
    control=Control.FIREWALL,
    consent=ConsentLevel.AUTHORISED,
    subjects=own_hosts,
    collect=collect,
    judge=judge,
    connections=21,
    needs=("mx",),
    timeout=180.0,
)
