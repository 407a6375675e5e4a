"""Repairs of what a server lets in: each port closed but for the addresses that need it."""

import re
from collections.abc import Callable, Mapping
from dataclasses import replace

import msgspec

from fumimori.checks.exposed_ports import repair as exposed_ports
from fumimori.checks.remediation import server
from fumimori.checks.remediation.context import Context, note
from fumimori.model import Proof, Repair

PORTS_MOST = 3
_PORT = re.compile(r"(?<![0-9])[0-9]{1,5}(?![0-9])")


def _closed(context: Context) -> Repair:
    """The first ports that the finding names, one after the other."""
    said = f"{context.values.get('ports', '')} {context.values.get('services', '')}"
    ports = list(dict.fromkeys(int(found) for found in _PORT.findall(said)))[:PORTS_MOST]
    made = []
    for port in ports:
        finding = msgspec.structs.replace(context.finding, values=(("port", port),))
        made.append(exposed_ports.closed(replace(context, finding=finding)))
    return Repair.joined(made) if made else Repair()


def _enabled(context: Context) -> Repair:
    """Nothing comes in but mail, the web and SSH from where it is needed."""
    if not context.own_server:
        return Repair()
    # Each step only after the one before: without the address in place of REPLACE nothing is switched on.
    lines = (
        "sudo ufw allow from REPLACE to any port 22 proto tcp &&\n"
        "sudo ufw allow 25,80,443,465,587,993,995/tcp &&\n"
        "sudo ufw default deny incoming && sudo ufw enable"
    )
    snippets = (
        server.command("sudo ss -ltnp", "Linux", note("port_who")),
        server.command(lines, "ufw (Debian, Ubuntu)", note("ufw_ssh_source")),
    )
    return Repair(
        before=(note("firewall_session"),),
        snippets=snippets,
        risks=(note("firewall_users"), note("firewall_containers")),
        back=(note("back_firewall_off"),),
        proof=(Proof(command="sudo ufw status verbose", repaired="deny (incoming)", broken="inactive"),),
    )


REPAIRS: Mapping[str, Callable[[Context], Repair]] = {
    "danger_listens": _closed,
    "danger_allowed": _closed,
    "admin_open": _closed,
    "input_open": _enabled,
}
