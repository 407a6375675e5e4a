"""Repairs of a server that passes on mail for everybody: closed at once."""

from collections.abc import Callable, Mapping

from fumimori.checks.remediation import server
from fumimori.checks.remediation.context import Context, note
from fumimori.checks.remediation.server import EXCHANGE, POSTFIX
from fumimori.model import Proof, Repair

RESTRICTIONS = "permit_mynetworks, permit_sasl_authenticated, reject_unauth_destination"
NETWORKS = "127.0.0.0/8 [::1]/128"


def _closed(context: Context) -> Repair:
    if not context.own_server:
        return server.letter(context, "ask_relay")
    found = server.product(context, context.host, 25)
    talk = "EHLO test.example\\r\\nMAIL FROM:<>\\r\\nRCPT TO:<nobody@example.org>\\r\\nQUIT\\r\\n"
    line = f"(sleep 1; printf '{talk}'; sleep 3) | nc {context.host} 25"
    proof = (Proof(command=line, repaired="554 5.7.1", broken="250 2.1.5"),)
    risks = [note("relay_devices"), note("relay_queue")]
    if found is None or found.product == POSTFIX:
        settings = {"smtpd_relay_restrictions": RESTRICTIONS, "mynetworks": NETWORKS}
        return server.changed([server.postfix(settings)], proof, before=[note("relay_networks")], risks=risks)
    if found.product == EXCHANGE:
        lines = (
            "Get-ReceiveConnector | Get-ADPermission -User 'NT AUTHORITY\\ANONYMOUS LOGON' |\n"
            "  Where-Object { $_.ExtendedRights -like '*Accept-Any-Recipient*' } | Remove-ADPermission"
        )
        snippets = (server.command(lines, "Exchange Management Shell"),)
        return Repair(snippets=snippets, risks=tuple(risks), back=(note("back_connector"),), proof=proof)
    return Repair(risks=tuple(risks), proof=proof)


REPAIRS: Mapping[str, Callable[[Context], Repair]] = {"open": _closed, "open_inside": _closed}
