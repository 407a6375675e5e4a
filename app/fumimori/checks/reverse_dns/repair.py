"""Repairs of reverse names: the PTR record to ask the line's provider for, and the address record that leads back."""

from collections.abc import Callable, Mapping
from ipaddress import ip_address

from fumimori.checks.mail_ports.facts import MAIL_PORTS
from fumimori.checks.mx.facts import MX
from fumimori.checks.remediation import zone
from fumimori.checks.remediation.context import Context, note
from fumimori.checks.reverse_dns.facts import REVERSE_DNS
from fumimori.model import Repair


def _address(context: Context) -> str:
    facts = context.observations.facts(REVERSE_DNS, context.subject)
    text = facts.address if facts is not None else str(context.values.get("address", context.subject))
    try:
        return str(ip_address(text))
    except ValueError:
        return ""


def _name(context: Context, address: str) -> str:
    """The name of the mail server at this address as far as one is known; a place to fill in else."""
    for _, facts in context.observations.all(MX):
        for host in facts.hosts:
            if address in host.addresses:
                return host.host
    for _, port in context.observations.all(MAIL_PORTS):
        if port.service.address == address:
            return port.service.host
    return f"REPLACE.{context.domain}"


def _pointer(context: Context) -> Repair:
    """The record that only the owner of the address can publish."""
    address = _address(context)
    if not address:
        return Repair()
    facts, name = context.observations.facts(REVERSE_DNS, context.subject), _name(context, address)
    current = facts.names[0].name + "." if facts is not None and facts.names else ""
    wanted = zone.record(ip_address(address).reverse_pointer, "PTR", f"{name}.", current, note("ptr_at_provider"))
    made = zone.published([wanted], before=[note("ptr_forward_first", name=name, address=address)])
    return Repair.joined([made, Repair(ask=note("ask_ptr", address=address, name=name))])


def _confirmed(context: Context) -> Repair:
    """The name gets the address that it belongs to."""
    address, facts = _address(context), context.observations.facts(REVERSE_DNS, context.subject)
    names = [one.name for one in facts.names if one.leads_back is False] if facts is not None else []
    rdtype = "AAAA" if ":" in address else "A"
    own = [name for name in names if any(_inside(name, one.name) for one in context.assessment.scope.domains)]
    if not own:
        return _pointer(context)
    return zone.published([zone.record(name, rdtype, address) for name in own[:1]])


def _inside(name: str, domain: str) -> bool:
    return name == domain or name.endswith("." + domain)


REPAIRS: Mapping[str, Callable[[Context], Repair]] = {
    "missing": _pointer,
    "missing_listed": _pointer,
    "generic": _pointer,
    "unconfirmed": _confirmed,
}
