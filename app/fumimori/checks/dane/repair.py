"""Repairs of TLSA records: those of the certificates that the servers show, new ones in addition to old ones first."""

from collections.abc import Callable, Iterable, Mapping

from fumimori.checks.dane.facts import DaneHost
from fumimori.checks.dane.tlsa import PORT, looks
from fumimori.checks.mail_ports.facts import MAIL_PORTS
from fumimori.checks.mail_ports.repair import REPAIRS as OF_PORTS
from fumimori.checks.remediation import zone
from fumimori.checks.remediation.context import Context, note
from fumimori.model import Note, Repair, Snippet
from fumimori.network.dns import Security
from fumimori.network.tls import CertificateChain


def _record(chain: CertificateChain | None) -> str:
    """`3 1 1` of the leaf's public key: it outlives a renewal that keeps the key (RFC 7671 section 5.1)."""
    known = chain is not None and chain.certificates and chain.certificates[0].spki_sha256
    return f"3 1 1 {chain.certificates[0].spki_sha256}" if chain is not None and known else ""


def _looks(context: Context, named: str) -> list[DaneHost]:
    """What the DNS says of the hosts that the finding names."""
    known = looks(context.observations)
    return [known[host] for host in str(context.values.get(named, "")).split(", ") if host in known]


def _tlsa(context: Context, look: DaneHost, *, second: bool = False) -> list[Snippet]:
    port = context.observations.facts(MAIL_PORTS, f"{look.host}:{PORT}")
    chain = (port.support.other_chain if second else port.chain) if port is not None else None
    text = _record(chain)
    return [zone.record(look.place, "TLSA", text)] if text else []


def _gone(hosts: Iterable[DaneHost], about: Note) -> list[Snippet]:
    """The published records of these hosts, to be deleted; `about` says when."""
    return [
        zone.delete(look.place, "TLSA", text, about)
        for look in hosts
        for text in (look.tlsa.records if look.tlsa is not None else ())
    ]


def _published(context: Context, hosts: list[DaneHost], *, second: bool = False, old: bool = False) -> Repair:
    """New records; the old ones go when the new ones have spread."""
    made = {look.host: _tlsa(context, look, second=second) for look in hosts}
    unknown = [host for host, snippets in made.items() if not snippets]
    before = [note("certificate_unknown", hosts=", ".join(unknown))] if unknown else []
    if len(unknown) == len(made):
        return Repair(before=tuple(before))
    gone = _gone([look for look in hosts if made[look.host]] if old else (), note("delete_when_spread"))
    snippets = [*(one for each in made.values() for one in each), *gone]
    return zone.published(snippets, before=[*before, note("tlsa_keep_key")], risks=[note("tlsa_must_match")])


def _missing(context: Context) -> Repair:
    """Records where senders will heed them; elsewhere the zone has to be signed first."""
    hosts = _looks(context, "missing")
    signed = [look for look in hosts if _signed(look)]
    unsigned = ", ".join(look.host for look in hosts if not _signed(look))
    first = Repair(before=(note("tlsa_sign_first", hosts=unsigned),)) if unsigned else Repair()
    return Repair.joined([first, _published(context, signed) if signed else Repair()])


def _signed(look: DaneHost) -> bool:
    return look.addresses is Security.SECURE and look.tlsa is not None and look.tlsa.security is not Security.INSECURE


def _possible(context: Context) -> Repair:
    return _published(context, _looks(context, "hosts"))


def _mismatch(context: Context) -> Repair:
    return _published(context, _looks(context, "host"), old=True)


def _second(context: Context) -> Repair:
    return _published(context, _looks(context, "host"), second=True)


def _no_tls(context: Context) -> Repair:
    """STARTTLS is switched on; until then the records keep mail away."""
    hosts = _looks(context, "host")
    on = [OF_PORTS["starttls_missing"](context.about(f"{look.host}:{PORT}")) for look in hosts]
    return Repair.joined([zone.published(_gone(hosts, note("until_starttls"))), *on])


def _unsigned(context: Context) -> Repair:
    """Records that no sender evaluates can be removed; the alternative is to sign the zone."""
    return zone.published(_gone(_looks(context, "host"), note("or_dnssec")))


def _bogus(context: Context) -> Repair:
    look = looks(context.observations).get(context.host)
    return Repair(ask=note("ask_signatures", name=look.place if look is not None else context.host))


def _by_owner(made: Callable[[Context], Repair]) -> Callable[[Context], Repair]:
    """The same; for servers in a provider's zone the provider is asked to change the records."""

    def repair(context: Context) -> Repair:
        hosts = [look.host for named in ("host", "hosts", "missing") for look in _looks(context, named)]
        elsewhere = ", ".join(host for host in hosts if not _ours(context, host))
        given = made(context)
        if not elsewhere or not given.snippets:
            return given
        ask = given.ask or note("ask_tlsa", hosts=elsewhere)
        return Repair.joined([Repair(before=(note("tlsa_at_provider", hosts=elsewhere),), ask=ask), given])

    return repair


def _ours(context: Context, host: str) -> bool:
    inside = any(f".{host}".endswith(f".{one.name}") for one in context.assessment.scope.domains)
    return inside or context.about(host).own_server


REPAIRS: Mapping[str, Callable[[Context], Repair]] = {
    "partial": _by_owner(_missing),
    "possible": _by_owner(_possible),
    "mismatch": _by_owner(_mismatch),
    "second_mismatch": _by_owner(_second),
    "unusable": _by_owner(_mismatch),
    "no_tls": _by_owner(_no_tls),
    "insecure": _by_owner(_unsigned),
    "bogus": _bogus,
}
