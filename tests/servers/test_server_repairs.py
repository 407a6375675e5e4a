"""Repairs of servers, proved: the fault is set on the real server, the program measures it, the printed lines are run
as they stand, the program measures again: the finding is gone, nothing new came, mail and login still work.
"""  # noqa: D205 - one sentence

import asyncio
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import AsyncExitStack
from pathlib import Path

import pytest

from fumimori.checks import remediation
from fumimori.checks.contract import ProbeContext
from fumimori.checks.defaults import probe as defaults
from fumimori.checks.mail_behaviour import probe as mail_behaviour
from fumimori.checks.mail_ports import probe as mail_ports
from fumimori.checks.mx import probe as mx
from fumimori.checks.observations import Observations
from fumimori.checks.ssh import probe as ssh
from fumimori.checks.tls_active import probe as tls_active
from fumimori.checks.webmail import probe as webmail
from fumimori.model import Assessment, Attempt, DomainScope, Finding, Hosting, Repair, Scope
from fumimori.net.connect import Limits
from fumimori.net.real import RealNetwork
from fumimori.network import Notes
from loopback.dns_faults import name_server
from loopback.fake_network import rules
from loopback.table_dns import from_table
from servers.machine import DOMAIN, HOST, Machine, running
from servers.repaired import PROVED, assessment_of, faults, new_faults, printed
from servers.test_record_repairs import attempted

ADDRESS = "127.9.87.1"
LIMITS = Limits(connect=3, reply=3, conversation=20, pause=0, patience=0)
PROBES = {
    probe.id: probe
    for probe in (
        mx.PROBE,
        mail_ports.PROBE,
        defaults.PROBE,
        mail_behaviour.PROBE,
        ssh.PROBE,
        webmail.PROBE,
        tls_active.PROBE,
    )
}
NEEDED = {
    "tls_active": ("mx", "mail_ports"),
    "defaults": ("mx", "mail_ports"),
    "mail_behaviour": ("mx", "mail_ports"),
    "mail_ports": ("mx",),
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


@pytest.fixture(scope="module")
def machine() -> Iterator[Machine]:
    folder = Path(tempfile.mkdtemp(prefix="fumimori-machine-"))
    folder.chmod(0o755)
    with running(folder, ADDRESS) as started:
        yield started


async def looked(machine: Machine, *names: str) -> Assessment:
    zone = {
        DOMAIN: {"MX": [f"10 {HOST}."]},
        HOST: {"A": [ADDRESS]},
    }
    attempts: list[Attempt] = []
    async with AsyncExitStack() as servers:
        resolver, _ = await servers.enter_async_context(name_server(from_table(zone)))
        network = RealNetwork(resolver=resolver, ca_file=machine.ca_file, limits=LIMITS)
        try:
            for name in names:
                observations = Observations(SCOPE, attempts)
                looks = [
                    attempted(
                        PROBES[name],
                        subject,
                        ProbeContext(network=network.for_attempt(Notes()), observations=observations, rules=rules()),
                    )
                    for subject in PROBES[name].subjects(observations)
                ]
                attempts += await asyncio.gather(*looks)
        finally:
            await network.close()
    return assessment_of(SCOPE, attempts)


Found = dict[tuple[str, str], Finding]


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
    allowed: frozenset[str] = frozenset(),
) -> None:
    """Each set of printed lines, with the machine as it was before; `fault` are lines that make it worse first.

    Only findings whose outcome begins with one of `about` are repaired.
    """
    names = (*NEEDED.get(check, ()), check)
    again(machine, fault)
    before = asyncio.run(looked(machine, *names))
    found = faults(before)
    machine.still_works()
    wanted = {key: one for key, one in found.items() if key[0].partition(".")[2].startswith(about)}
    groups = by_repair(before, wanted, check)
    assert groups
    wrong = []
    for made, keys in groups.items():
        try:
            machine.apply(made.snippets)
            after = faults(asyncio.run(looked(machine, *names)))
            new = new_faults(found, after, BETTER | allowed)
            machine.still_works()
            wrong += [f"{key} stays after {made.snippets[0].content}" for key in keys & after.keys()]
            wrong += [f"{key} is new after {made.snippets[0].content}" for key in new]
            if not keys & after.keys() and not new:
                PROVED.update(code for code, _ in keys)
        finally:
            again(machine, fault)
    machine.restore()
    assert wrong == []


def again(machine: Machine, fault: str) -> None:
    machine.restore()
    if fault:
        machine.run(fault)
        time.sleep(0.7)


@pytest.mark.parametrize("check", ["ssh", "webmail", "mail_behaviour", "defaults", "mail_ports"])
def test_printed_lines_end_their_findings_and_mail_and_login_still_work(machine, check):
    prove(machine, check)


RELOAD = "systemctl reload postfix && systemctl reload dovecot && systemctl reload nginx"
NO_STARTTLS = f"postconf -e 'smtpd_tls_security_level = none' && {RELOAD}"
RENEGOTIATED = f"postconf -e 'tls_ssl_options = 0' && {RELOAD}"
OF_CERTIFICATES = ("certificate", "key_weak", "signature")


def shown(post: str, mailboxes: str, web: str) -> str:
    """Lines that give each server another certificate."""
    folder = "$MACHINE"
    return (
        f'postconf -e "smtpd_tls_chain_files = {folder}/{post}/privkey.pem, {folder}/{post}/fullchain.pem"\n'
        f"sed -i 's|/incomplete/|/{mailboxes}/|' {folder}/dovecot/dovecot.conf\n"
        f"sed -i 's|/expired/|/{web}/|' {folder}/nginx/site.conf\n{RELOAD}"
    )


@pytest.mark.parametrize(
    ("check", "fault", "about", "allowed"),
    [
        # what is weak about an encryption shows once there is one
        ("mail_ports", NO_STARTTLS, ("starttls",), {"mail_ports.dh_short_mx"}),
        ("tls_active", RENEGOTIATED, ("",), set()),
        ("mail_ports", shown("self", "urgent", "self"), OF_CERTIFICATES, set()),
        ("mail_ports", shown("other", "weak", "other"), OF_CERTIFICATES, set()),
        ("webmail", shown("self", "urgent", "self"), OF_CERTIFICATES, {"webmail.hsts_missing"}),
        ("webmail", shown("other", "weak", "other"), OF_CERTIFICATES, {"webmail.hsts_missing"}),
    ],
    ids=[
        "no STARTTLS",
        "tried hard",
        "self-signed or ending",
        "another's or weak",
        "self-signed site",
        "another's site",
    ],
)
def test_further_faults_end_too(machine, check, fault, about, allowed):
    prove(machine, check, fault, about, frozenset(allowed))


def test_how_many_codes_of_servers_were_proved(capsys):
    checks = set(PROBES) - {"mx"}
    codes = {code for code in remediation.walk() if code.partition(".")[0] in checks}
    assert len(PROVED & codes) >= 28, sorted(PROVED & codes)
    with capsys.disabled():
        sys.stdout.write(f"\nrepairs of servers proved: {len(PROVED & codes)} of {len(codes)}\n")
