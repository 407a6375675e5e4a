"""Where a domain's mail is delivered to: MX records (RFC 5321 section 5.1), null MX (RFC 7505), and who runs it."""

import re
from collections.abc import Iterable, Sequence
from ipaddress import ip_address

from fumimori.core.model import ConsentLevel, Control, Hosting, Outcome, Record, Rules, Table
from fumimori.core.network import NotSeen
from fumimori.core.network.dns import DnsAnswer, DnsStatus
from fumimori.core.seen import Seen
from fumimori.probes.contract import Look, Probe

HOSTS_MOST = 20
"""Mail servers whose addresses are looked up."""


class MxHost(Record):
    """One mail server as the MX records name it."""

    preference: int
    host: str
    """Lower case without trailing dot; empty for the root, which says *no mail* (RFC 7505)."""
    exists: bool = True
    """False when the name does not exist (NXDOMAIN)."""
    alias_of: str = ""
    """Where a CNAME leads; an MX must not name an alias (RFC 2181 section 10.3)."""
    addresses: tuple[str, ...] = ()
    unanswered: str = ""
    """Why its addresses could not be looked up."""

    @property
    def is_address(self) -> bool:
        """Whether somebody wrote an IP address where a name has to stand."""
        try:
            ip_address(self.host)
        except ValueError:
            return False
        return True


class Facts(Record):
    """The mail servers of a domain."""

    answer: DnsAnswer
    hosts: tuple[MxHost, ...] = ()
    """By preference, the first choice first."""
    fallback: tuple[str, ...] = ()
    """The domain's own addresses, where mail goes without MX (RFC 5321 section 5.1)."""
    provider: str = ""
    hosting: Hosting | None = None
    """A guess from the names; a person confirms it."""
    ends: str = ""
    """The day on which the provider ends this service."""

    @property
    def null(self) -> bool:
        """The domain takes no mail and says so."""
        return len(self.hosts) == 1 and not self.hosts[0].host

    @property
    def mail_hosts(self) -> tuple[str, ...]:
        """The names that mail is delivered to; the domain itself when it has addresses and no MX."""
        if self.hosts:
            return tuple(dict.fromkeys(host.host for host in self.hosts if host.host))
        return (self.answer.name,) if self.fallback else ()


def hosting_guess(hosts: Sequence[str], table: Table, autodiscover: str = "") -> tuple[str, Hosting | None]:
    """Provider and kind of hosting of the first host that the table knows; empty and None for unknown ones.

    `autodiscover` is the target of the domain's autodiscover alias, by which services that share an MX are told
    apart.
    """
    row = _row(hosts, table, autodiscover)
    return (row["provider"], Hosting(row["hosting"]) if row["hosting"] else None) if row else ("", None)


def _row(hosts: Sequence[str], table: Table, autodiscover: str) -> dict[str, str] | None:
    rows = table.dicts()
    for host in hosts:
        for row in rows:
            if not re.search(row["mx"], host):
                continue
            if row["autodiscover"] and not re.search(row["autodiscover"], autodiscover):
                continue
            return row
    return None


def receiving_domains(seen: Seen) -> tuple[str, ...]:
    """The domains of the scope, without those that were seen to take no mail at all."""
    names = []
    for domain in seen.scope.domains:
        facts = seen.facts("mx", domain.name, Facts)
        if facts is None or facts.mail_hosts:
            names.append(domain.name)
    return tuple(names)


def _subjects(seen: Seen) -> Sequence[str]:
    return [domain.name for domain in seen.scope.domains]


async def _collect(domain: str, look: Look) -> Facts:
    answer = await look.network.dns(domain, "MX")
    if answer.status is not DnsStatus.ANSWER:
        fallback = () if answer.status is DnsStatus.NXDOMAIN else await _addresses(domain, look)
        return Facts(answer=answer, fallback=fallback)
    parsed = sorted(host for record in answer.records if (host := _parsed(record)) is not None)
    hosts = [await _looked_up(preference, host, look) for preference, host in parsed[:HOSTS_MOST]]
    names = [host.host for host in hosts if host.host]
    table = look.rules.tables["providers"]
    autodiscover = ""
    if any(re.search(row["mx"], name) for row in table.dicts() if row["autodiscover"] for name in names):
        autodiscover = await _alias(f"autodiscover.{domain}", look)
    provider, hosting = hosting_guess(names, table, autodiscover)
    row = _row(names, table, autodiscover)
    return Facts(answer=answer, hosts=tuple(hosts), provider=provider, hosting=hosting, ends=row["ends"] if row else "")


def _parsed(record: str) -> tuple[int, str] | None:
    preference, _, host = record.partition(" ")
    return (int(preference), host.strip().rstrip(".").lower()) if preference.isdecimal() else None


async def _looked_up(preference: int, name: str, look: Look) -> MxHost:
    host = MxHost(preference=preference, host=name)
    if not name or host.is_address:
        return host
    try:
        four = await look.network.dns(name, "A")
        six = await look.network.dns(name, "AAAA")
    except NotSeen as not_seen:
        return MxHost(preference=preference, host=name, unanswered=not_seen.reason)
    return MxHost(
        preference=preference,
        host=name,
        exists=four.status is not DnsStatus.NXDOMAIN,
        alias_of=four.canonical_name or six.canonical_name,
        addresses=(*four.records, *six.records),
    )


async def _addresses(domain: str, look: Look) -> tuple[str, ...]:
    four = await look.network.dns(domain, "A")
    six = await look.network.dns(domain, "AAAA")
    return (*four.records, *six.records)


async def _alias(name: str, look: Look) -> str:
    try:
        answer = await look.network.dns(name, "CNAME")
    except NotSeen:
        return ""
    return answer.records[0].rstrip(".").lower() if answer.records else ""


def _judge(seen: Seen, _rules: Rules) -> Iterable[Outcome]:
    for attempt, facts in seen.all("mx", Facts):
        yield from _judged(attempt.subject, facts)


def _judged(domain: str, facts: Facts) -> Iterable[Outcome]:
    named = [host for host in facts.hosts if host.host]
    if not named:
        yield _outcome(domain, _absence(facts), **({"addresses": ", ".join(facts.fallback)} if facts.fallback else {}))
        return
    faults = dict(_faults(named))
    if len(named) < len(facts.hosts):
        faults["null_mx_mixed"] = named
    for word, hosts in faults.items():
        yield _outcome(domain, word, hosts=_names(hosts))
    if any(re.fullmatch(r"ms\d+\.msv1\.invalid", host.host) for host in named):
        yield _outcome(domain, "placeholder")
    if facts.provider and facts.hosting is not None:
        yield _outcome(domain, "provider", provider=facts.provider)
    if facts.ends:
        yield _outcome(domain, "service_ends", provider=facts.provider, day=facts.ends)
    if not faults.keys() & {"target_missing", "all_missing", "target_address"}:
        yield _outcome(domain, "found", hosts=_names(named), count=len(named))


def _absence(facts: Facts) -> str:
    if facts.hosts:
        return "null_mx"
    if facts.answer.status is DnsStatus.NXDOMAIN:
        return "no_domain"
    return "address_only" if facts.fallback else "no_mail"


def _outcome(domain: str, word: str, **values: str | int) -> Outcome:
    return Outcome(code=f"mx.{word}", subject=domain, values=tuple(values.items()))


def _faults(hosts: Sequence[MxHost]) -> Iterable[tuple[str, Sequence[MxHost]]]:
    literal = [host for host in hosts if host.is_address]
    empty = [host for host in hosts if not host.is_address and not host.addresses and not host.unanswered]
    aliases = [host for host in hosts if host.alias_of]
    if literal:
        yield "target_address", literal
    if empty:
        yield ("all_missing" if len(empty) == len(hosts) else "target_missing"), empty
    if aliases:
        yield "target_alias", aliases


def _names(hosts: Sequence[MxHost]) -> str:
    return ", ".join(dict.fromkeys(host.host for host in hosts))


PROBE = Probe(
    id="mx",
    control=Control.MTA_STS,
    consent=ConsentLevel.PUBLIC,
    facts=Facts,
    outcomes=(
        "found",
        "provider",
        "service_ends",
        "null_mx",
        "null_mx_mixed",
        "address_only",
        "no_mail",
        "no_domain",
        "target_address",
        "target_missing",
        "all_missing",
        "target_alias",
        "placeholder",
    ),
    subjects=_subjects,
    collect=_collect,
    judge=_judge,
    timeout=60.0,
)
