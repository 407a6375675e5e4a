"""Repairs of a system whose updates wait: the commands of its package manager."""

from collections.abc import Callable, Mapping

from fumimori.checks.remediation import server
from fumimori.checks.remediation.context import Context, note
from fumimori.model import Proof, Repair


def _updated(context: Context) -> Repair:
    if not context.own_server:
        return server.letter(context, "ask_update")
    snippets = (
        server.command("sudo apt update && sudo apt upgrade", "Debian, Ubuntu", note("update_backup")),
        server.command("sudo dnf upgrade", "RHEL, AlmaLinux, Rocky Linux", note("update_backup")),
    )
    proof = Proof(command="apt list --upgradable", repaired="Listing... Done", broken="upgradable from")
    return Repair(snippets=snippets, risks=(note("update_restart"),), back=(note("back_update"),), proof=(proof,))


REPAIRS: Mapping[str, Callable[[Context], Repair]] = dict.fromkeys(
    ("security_pending", "updates_pending", "package_behind"), _updated
)
