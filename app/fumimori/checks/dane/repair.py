"""Repairs of TLSA records: those of the certificates that the servers show, new ones in addition to old ones first."""

from collections.abc import Callable, Mapping, Sequence

from fumimori.checks.dane.facts import DANE
from fumimori.checks.mail_ports.facts import MAIL_PORTS
from fumimori.checks.mail_ports.repair import REPAIRS as OF_PORTS
from fumimori.checks.remediation import zone
from fumimori.checks.remediation.context import Context, note
from fumimori.model import Note, Repair, Snippet
from fumimori.network.tls import CertificateChain


def _name(host: str) -> str:
    return f"_25._tcp.{host}"


def _record(chain: CertificateChain | None) -> str:
    """`3 1 1` of the leaf's public key: it outlives a renewal that keeps the key (RFC 7671 section 5.1)."""
    known = chain is not None and chain.certificates and chain.certificates[0].spki_sha256
    return f"3 1 1 {chain.certificates[0].spki_sha256}" if chain is not None and known else ""


def _hosts(context: Context, named: str) -> list[str]:
    return [host for host in str(context.values.get(named, "")).split(", ") if host]


def _tlsa(context: Context, host: str, *, second: bool = False) -> list[Snippet]:
    port = context.observations.facts(MAIL_PORTS, f"{host}:25")
    chain = (port.support.other_chain if second else port.chain) if port is not None else None
    text = _record(chain)
    return [zone.record(_name(host), "TLSA", text)] if text else []


def _deleted(context: Context, hosts: Sequence[str], why: Note) -> list[Snippet]:
    """The published TLSA records of these hosts, to delete."""
    return [
        zone.delete(_name(host.host), "TLSA", text, why)
        for _, facts in context.observations.all(DANE)
        for host in facts.hosts
        if host.host in hosts and host.tlsa is not None
        for text in host.tlsa.records
    ]


def _published(context: Context, hosts: Sequence[str], *, second: bool = False, old: bool = False) -> Repair:
    """New records; the old ones go when the new ones have spread."""
    made = [snippet for host in hosts for snippet in _tlsa(context, host, second=second)]
    gone = _deleted(context, hosts, note("delete_when_spread")) if old else []
    if not made:
        return Repair(before=(note("certificate_unknown", hosts=", ".join(hosts)),))
    return zone.published([*made, *gone], before=[note("tlsa_keep_key")], risks=[note("tlsa_must_match")])


def _missing(context: Context) -> Repair:
    return _published(context, _hosts(context, "missing"))


def _possible(context: Context) -> Repair:
    return _published(context, _hosts(context, "hosts"))


def _mismatch(context: Context) -> Repair:
    return _published(context, _hosts(context, "host"), old=True)


def _second(context: Context) -> Repair:
    return _published(context, _hosts(context, "host"), second=True)


def _no_tls(context: Context) -> Repair:
    """STARTTLS is switched on; until then the records keep mail away."""
    hosts = _hosts(context, "host")
    gone = _deleted(context, hosts, note("until_starttls"))
    on = [OF_PORTS["starttls_missing"](context.about(f"{host}:25")) for host in hosts]
    return Repair.joined([zone.published(gone), *on])


def _unsigned(context: Context) -> Repair:
    """Records that no sender evaluates can be removed; the alternative is to sign the zone."""
    return zone.published(_deleted(context, _hosts(context, "host"), note("or_dnssec")))


def _bogus(context: Context) -> Repair:
    return Repair(ask=note("ask_signatures", name=_name(context.host)))


REPAIRS: Mapping[str, Callable[[Context], Repair]] = {
    "partial": _missing,
    "possible": _possible,
    "mismatch": _mismatch,
    "second_mismatch": _second,
    "unusable": _mismatch,
    "no_tls": _no_tls,
    "insecure": _unsigned,
    "bogus": _bogus,
}
