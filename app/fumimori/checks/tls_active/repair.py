"""Repairs of weaknesses that only active tests show."""

from collections.abc import Callable, Mapping

from fumimori.checks.remediation import server
from fumimori.checks.remediation.context import Context, note
from fumimori.checks.remediation.server import POSTFIX
from fumimori.model import Proof, Repair, Snippet

RESTRICTIONS = "permit_sasl_authenticated,reject"


def _injection(context: Context) -> Repair:
    """Only newer software discards plaintext commands received before TLS."""
    if not context.own_server:
        return server.letter(context, "ask_update")
    packages = "postfix" if server.runs(context, POSTFIX) else "dovecot-core"
    snippets: tuple[Snippet, ...] = (
        server.command(f"sudo apt update && sudo apt install --only-upgrade {packages}", "Debian, Ubuntu"),
        server.command(f"sudo dnf upgrade {packages.partition('-')[0]}", "RHEL, AlmaLinux, Rocky Linux"),
    )
    return Repair(snippets=snippets, risks=(note("update_restart"),), back=(note("back_update"),))


def _renegotiation(context: Context) -> Repair:
    if not context.own_server:
        return server.letter(context, "ask_update")
    if not server.runs(context, POSTFIX):
        return _injection(context)
    proof = server.handshake(context.host, context.port, "-tls1_2", repaired="Secure Renegotiation IS supported")
    return server.changed([server.postfix({"tls_ssl_options": "NO_COMPRESSION, NO_RENEGOTIATION"})], proof)


def _login_first(context: Context) -> Repair:
    """The port for sending accepts nothing from clients without a login."""
    if not context.own_server:
        return server.letter(context, "ask_submission_login")
    if not server.runs(context, POSTFIX):
        return Repair()
    service = "submission/inet" if context.port == 587 else "submissions/inet"
    changes = [f"{service}/smtpd_recipient_restrictions={RESTRICTIONS}", f"{service}/smtpd_delay_reject=yes"]
    talk = "EHLO test.example\\r\\nMAIL FROM:<>\\r\\nRCPT TO:<postmaster>\\r\\nQUIT\\r\\n"
    line = f"(sleep 1; printf '{talk}'; sleep 3) | nc {context.host} {context.port}"
    proof = (Proof(command=line, repaired="554 5.7.1", broken="250 2.1.5"),)
    return server.changed([server.postfix({}, master=changes)], proof, risks=[note("submission_devices")])


REPAIRS: Mapping[str, Callable[[Context], Repair]] = {
    "injection": _injection,
    "renegotiation_endless": _renegotiation,
    "mail_without_login": _login_first,
}
