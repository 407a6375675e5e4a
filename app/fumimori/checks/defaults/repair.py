"""Repairs of what an installation left behind: its certificate, and the name that the server gives itself."""

from collections.abc import Callable, Mapping

from fumimori.checks.mail_ports.facts import MAIL_PORTS
from fumimori.checks.remediation import certificate, server, zone
from fumimori.checks.remediation.context import Context, note
from fumimori.checks.remediation.server import POSTFIX
from fumimori.model import Proof, Repair


def _named(context: Context) -> Repair:
    """The name by which the MX records know the server."""
    if not context.own_server:
        return server.letter(context, "ask_own_name")
    found = server.product(context, context.host, 25)
    if found is not None and found.product != POSTFIX:
        return Repair()
    line = f"(sleep 1; printf 'QUIT\\r\\n'; sleep 1) | nc {context.host} 25"
    proof = Proof(command=line, repaired=f"220 {context.host}", broken=f"220 {context.values.get('name', '')}")
    made = [server.postfix({"myhostname": context.host})]
    return server.changed(made, [proof], before=[note("name_before")], risks=[note("name_elsewhere")])


def _resolved(context: Context) -> Repair:
    """The name gets an address in DNS; where the name is not valid, the server gets another one."""
    name = str(context.values.get("name", ""))
    port = context.observations.facts(MAIL_PORTS, f"{context.host}:25")
    domains = [one.name for one in context.assessment.scope.domains]
    if port is None or not any(name == domain or name.endswith("." + domain) for domain in domains):
        return _named(context)
    address = port.service.address
    return zone.published([zone.record(name, "AAAA" if ":" in address else "A", address)])


REPAIRS: Mapping[str, Callable[[Context], Repair]] = {
    "factory_certificate": certificate.installed,
    "factory_certificate_mx": certificate.installed,
    "default_name": _named,
    "name_unresolvable": _resolved,
}
