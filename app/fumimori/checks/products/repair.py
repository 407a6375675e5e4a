"""Repairs of software that lacks fixes: the update of its package, where the system has packages."""

from collections.abc import Callable, Mapping

from fumimori.checks.remediation import server
from fumimori.checks.remediation.context import Context, note
from fumimori.model import Repair

PACKAGES = {
    "Postfix": ("postfix", "postfix"),
    "Exim": ("exim4", "exim"),
    "Sendmail": ("sendmail", "sendmail"),
    "Dovecot": ("dovecot-core", "dovecot"),
    "Cyrus IMAP": ("cyrus-imapd", "cyrus-imapd"),
    "OpenSSH": ("openssh-server", "openssh-server"),
    "Roundcube": ("roundcube", "roundcubemail"),
}
"""The names of the packages of Debian and of the RHEL family."""


def _updated(context: Context) -> Repair:
    if not context.own_server:
        return server.letter(context, "ask_update")
    package = PACKAGES.get(str(context.values.get("product", "")))
    if package is None:
        return Repair(before=(note("maker_update", product=str(context.values.get("product", ""))),))
    debian, redhat = package
    snippets = (
        server.command(
            f"sudo apt update && sudo apt install --only-upgrade {debian}", "Debian, Ubuntu", note("update_backup")
        ),
        server.command(f"sudo dnf upgrade {redhat}", "RHEL, AlmaLinux, Rocky Linux", note("update_backup")),
        server.command(f"apt policy {debian} || dnf info --installed {redhat}", "", note("package_shown")),
    )
    return Repair(snippets=snippets, risks=(note("update_restart"),), back=(note("back_update"),))


REPAIRS: Mapping[str, Callable[[Context], Repair]] = dict.fromkeys(
    ("package_behind", "behind_possibly", "exploited", "exploited_possibly", "holes_possibly", "build_behind"), _updated
)
