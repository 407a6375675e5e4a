"""Repairs of a listing: why, before it is taken off; asked for with the list's own name."""

from collections.abc import Callable, Mapping

from fumimori.checks.remediation import server
from fumimori.checks.remediation.context import Context, note
from fumimori.model import Repair


def _listed(context: Context) -> Repair:
    if not context.own_server:
        return server.letter(context, "ask_listing")
    lines = (
        "sudo postqueue -p | tail -n 20\n"
        "sudo grep -o 'sasl_username=[^,]*' /var/log/mail.log | sort | uniq -c | sort -rn | head"
    )
    return Repair(
        before=(note("listing_cause_first"),),
        snippets=(server.command(lines, "Postfix", note("listing_who")),),
        risks=(note("listing_again"),),
    )


REPAIRS: Mapping[str, Callable[[Context], Repair]] = {"listed": _listed, "listed_severe": _listed}
