"""Repairs of servers, proved: the fault is set on the real server, the program measures it, the printed lines are run
as they stand, the program measures again: the finding is gone, nothing new came, mail and login still work.
"""  # noqa: D205 - one sentence

import asyncio
from collections.abc import Iterable, Mapping, Sequence

from fumimori.checks.admin_pages import probe as admin_pages
from fumimori.checks.client_settings import probe as client_settings
from fumimori.checks.contract import ProbeContext
from fumimori.checks.dane import probe as dane
from fumimori.checks.defaults import probe as defaults
from fumimori.checks.dnssec import probe as dnssec
from fumimori.checks.mail_behaviour import probe as mail_behaviour
from fumimori.checks.mail_ports import probe as mail_ports
from fumimori.checks.mta_sts import probe as mta_sts
from fumimori.checks.mx import probe as mx
from fumimori.checks.observations import Observations
from fumimori.checks.open_relay import probe as open_relay
from fumimori.checks.ssh import probe as ssh
from fumimori.checks.tls_active import probe as tls_active
from fumimori.checks.tls_rpt import probe as tls_rpt
from fumimori.checks.webmail import probe as webmail
from fumimori.model import Assessment, Attempt, DomainScope, Finding, Hosting, Repair, Scope, Severity, Vantage
from fumimori.net.connect import Limits
from fumimori.net.real import RealNetwork
from fumimori.network import Notes
from loopback.dns_faults import name_server
from loopback.fake_network import Zone, attempted, rules
from loopback.table_dns import from_table
from servers.machine import DOMAIN, HOST, Machine
from servers.repaired import PROVED, assessment_of, faults, new_faults, printed, published

LIMITS = Limits(connect=3, reply=3, conversation=20, pause=0, patience=0)
PROBES = {
    probe.id: probe
    for probe in (
        *(mx.PROBE, mail_ports.PROBE, defaults.PROBE, mail_behaviour.PROBE, open_relay.PROBE, ssh.PROBE),
        *(webmail.PROBE, tls_active.PROBE, admin_pages.PROBE, mta_sts.PROBE, client_settings.PROBE),
        *(dane.PROBE, dnssec.PROBE, tls_rpt.PROBE),
    )
}
NEEDED = {
    "tls_active": ("mx", "mail_ports"),
    "defaults": ("mx", "mail_ports"),
    "mail_behaviour": ("mx", "mail_ports"),
    "open_relay": ("mx", "mail_ports", "mail_behaviour"),
    "mail_ports": ("mx",),
    "mta_sts": ("mx",),
    "client_settings": ("mx",),
}
SCOPE = Scope(
    domains=(DomainScope(name=DOMAIN, hosting=Hosting.VPS, hosting_confirmed=True),),
    mail_hosts=(HOST,),
    ssh_hosts=(HOST,),
    webmail_hosts=(HOST,),
    own_hosts=(HOST,),
)
BETTER = frozenset(
    ("webmail.hsts_missing", "mail_ports.suite_weak", "mail_ports.suite_weak_mx", "ssh.algorithms_dated")
)
"""Findings that stood behind a worse one of the same kind, and show once that is repaired."""

Found = dict[tuple[str, str], Finding]


async def looked(machine: Machine, zone: Zone, names: Iterable[str], *, inside: bool, thorough: bool) -> Assessment:
    """What these probes see of the machine, by a name server with `zone`."""
    async with name_server(from_table(zone)) as (resolver, _):
        return await seen(machine, resolver, names, inside=inside, thorough=thorough)


async def seen(
    machine: Machine,
    resolver: str,
    names: Iterable[str],
    *,
    scope: Scope = SCOPE,
    anchors: str = "",
    port: int = 0,
    inside: bool = False,
    thorough: bool = False,
) -> Assessment:
    """What these probes see of the machine and of what the resolver answers; `anchors` are the keys of its root.

    With a `port` no other is looked at.
    """
    attempts: list[Attempt] = []
    network = RealNetwork(resolver=resolver, anchors=anchors, ca_file=machine.ca_file, limits=LIMITS)
    vantage = Vantage(at=network.now(), online=True, resolver=resolver, port25="open", inside=inside)
    try:
        for name in names:
            observations = Observations(scope, attempts, vantage)
            looks = [
                attempted(
                    PROBES[name],
                    subject,
                    ProbeContext(
                        network=network.for_attempt(Notes()),
                        observations=observations,
                        rules=rules(),
                        thorough=thorough,
                    ),
                    network.now(),
                )
                for subject in PROBES[name].subjects(observations)
                if not port or ":" not in subject or subject.endswith(f":{port}")
            ]
            attempts += await asyncio.gather(*looks)
    finally:
        await network.close()
    return assessment_of(scope, attempts, vantage=vantage)


def by_repair(of: Assessment, found: Found, check: str) -> dict[Repair, set[tuple[str, str]]]:
    """Findings with the same lines to run together, so that each set of lines is run once."""
    groups: dict[tuple, tuple[Repair, set[tuple[str, str]]]] = {}
    for key, finding in found.items():
        made = printed(finding, of)
        if key[0].startswith(f"{check}.") and made.snippets:
            groups.setdefault(made.snippets, (made, set()))[1].add(key)
    return dict(groups.values())


def prove(
    machine: Machine,
    check: str,
    fault: str = "",
    about: tuple[str, ...] = ("",),
    allowed: Iterable[str] = (),
    *,
    zone: Mapping[str, Mapping[str, Sequence[str]]] | None = None,
    then: Mapping[str, Mapping[str, Sequence[str]]] | None = None,
    needed: tuple[str, ...] = (),
    first: str = "",
    inside: bool = False,
    thorough: bool = False,
) -> set[str]:
    """Each set of printed lines, with the machine as it was before; `fault` are lines that make it worse first.

    Only findings whose outcome begins with one of `about` are repaired. `first` are lines and `then` are names that the
    printed steps before the lines ask for. The answer: the codes that were proved.
    """
    names = (*(needed or NEEDED.get(check, ())), check)
    names_and_addresses = {DOMAIN: {"MX": [f"10 {HOST}."]}, HOST: {"A": [machine.address]}} | dict(zone or {})
    machine.restore(fault)
    before = asyncio.run(looked(machine, names_and_addresses, names, inside=inside, thorough=thorough))
    told = faults(before, Severity.INFO)
    wanted = {key: one for key, one in told.items() if key[0].partition(".")[2].startswith(about)}
    groups = by_repair(before, wanted, check)
    assert groups, sorted(key for key in told if key[0].startswith(f"{check}."))
    wrong, proved = [], set()
    for made, keys in groups.items():
        machine.restore(fault)
        if first:
            machine.run(first)
        machine.apply(made.snippets)
        mended = {**published(names_and_addresses, made.snippets), **(then or {})}
        now = asyncio.run(looked(machine, mended, names, inside=inside, thorough=thorough))
        after = faults(now, Severity.INFO)
        new = new_faults(told, faults(now), BETTER | set(allowed))
        machine.still_works()
        wrong += [f"{key} stays after {made.snippets[0].content}" for key in keys & after.keys()]
        wrong += [f"{key} is new after {made.snippets[0].content}" for key in new]
        if not keys & after.keys() and not new:
            proved.update(code for code, _ in keys)
    assert not wrong, "\n".join(wrong)
    PROVED.update(proved)
    return proved
