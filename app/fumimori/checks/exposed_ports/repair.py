"""Repairs of open ports: closed in the machine's own firewall but for the addresses that need them."""

from collections.abc import Callable, Mapping

from fumimori.checks.remediation import server
from fumimori.checks.remediation.context import Context, note
from fumimori.model import Proof, Repair


def closed(context: Context) -> Repair:
    """The port that the finding names, open only for addresses that are to be filled in."""
    port = int(context.values.get("port", context.port) or 0)
    if not port:
        return Repair()
    if not context.own_server:
        return Repair(ask=note("ask_port", host=context.host, port=port))
    source = "REPLACE"
    snippets = (
        server.command(f"sudo ss -ltnp 'sport = :{port}'", "Linux", note("port_who")),
        server.command(
            # With REPLACE left in its place the first line fails, and nothing is closed; the last rule goes on top.
            f"sudo ufw --dry-run allow from {source} to any port {port} proto tcp > /dev/null &&\n"
            f"sudo ufw prepend deny {port}/tcp &&\n"
            f"sudo ufw prepend allow from {source} to any port {port} proto tcp",
            "ufw (Debian, Ubuntu)",
            note("ufw_source", port=port),
        ),
        server.command(
            f"sudo firewall-cmd --permanent --remove-port={port}/tcp\n"
            f"sudo firewall-cmd --permanent --add-rich-rule='rule family=ipv4 source address={source}"
            f" port port={port} protocol=tcp accept'\nsudo firewall-cmd --reload",
            "firewalld (RHEL, AlmaLinux, Rocky Linux)",
            note("firewall_source"),
        ),
        server.command(
            f"Get-NetFirewallPortFilter | Where-Object LocalPort -eq {port} | Get-NetFirewallRule |\n"
            f"  Where-Object {{ $_.Direction -eq 'Inbound' -and $_.Action -eq 'Allow' }} |\n"
            f"  Set-NetFirewallRule -RemoteAddress {source}",
            "Windows (PowerShell)",
            note("firewall_source"),
        ),
    )
    line = f"nc -vz -w 5 {context.host} {port}"
    proof = (Proof(command=line, repaired="timed out", broken="succeeded"),)
    return Repair(
        before=(note("firewall_session"), note("ufw_active")),
        snippets=snippets,
        risks=(note("firewall_users"), note("firewall_containers")),
        back=(note("back_firewall", port=port),),
        proof=proof,
    )


REPAIRS: Mapping[str, Callable[[Context], Repair]] = dict.fromkeys(
    ("dangerous", "rdp", "unneeded", "unneeded_quiet"), closed
)
