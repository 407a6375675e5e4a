"""Who may be asked what: the one place where consent is decided, for each target separately.

A level counts once it was confirmed, and only for the domains and hosts that were shown then. Ordinary connections
(level 1) go where any mail server goes: to covered domains and the servers that take their mail. Written authorisation
(levels 2 and 3) reaches a host only when a person saw and confirmed that very host, and nothing says that it is
somebody else's: an owner who is not known is somebody else, and what a domain's DNS names is nobody's permission.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime

import msgspec

from fumimori.checks.contract import Delivery, Probe
from fumimori.checks.observations import Observations
from fumimori.checks.providers import hosting_guess, rental_servers
from fumimori.engine.toolkit import Toolkit
from fumimori.grammar.domain_names import split_host
from fumimori.model import Assessment, Consent, ConsentLevel, DomainScope, Record, Rules, Scope
from fumimori.network.addresses import not_routed


@dataclass(frozen=True)
class Allowed:
    """The target may be looked at."""


@dataclass(frozen=True)
class Refused:
    """It may not; `why` is a code with a text under `words.reason`."""

    why: str
    detail: str = ""


Decision = Allowed | Refused


@dataclass(frozen=True, kw_only=True)
class Target:
    """What is to be looked at, with what DNS says about it where that was asked."""

    host: str
    """Without port; empty for what is no host, such as the own line."""
    addresses: tuple[str, ...] = ()
    alias: str = ""
    """The name that the host's own name leads to; empty when it is not one."""
    names: tuple[str, ...] = ()
    """The names of its addresses (PTR)."""


@dataclass(frozen=True, kw_only=True)
class Grounds:
    """What a decision rests on: what was consented, about what, and what was seen of it."""

    consent: Consent
    scope: Scope
    rules: Rules
    deliveries: Sequence[Delivery] = field(default=())
    beforehand: bool = False
    """Nothing was asked yet: who takes a domain's mail may still show that a host is somebody else's."""

    @classmethod
    def of(cls, toolkit: Toolkit, assessment: Assessment, observations: Observations | None = None) -> "Grounds":
        """The grounds of an assessment with what was `seen` in a run so far; without it, before the run."""
        view = observations or _seen(assessment)
        found = [delivery for probe in toolkit.probes for delivery in probe.deliveries(view, toolkit.rules)]
        return cls(
            consent=assessment.consent,
            scope=assessment.scope,
            rules=toolkit.rules,
            deliveries=tuple(found),
            beforehand=observations is None,
        )


def allowed(level: ConsentLevel, target: Target, grounds: Grounds) -> Decision:
    """Whether an attempt that needs `level` is allowed at `target`; the refusal that says the most comes first."""
    refused = _by_level(level, grounds.consent)
    if not refused and level >= ConsentLevel.CONNECTIONS and target.host and not _covered(target.host, grounds):
        refused = Refused("not_covered", target.host)
    if not refused and level >= ConsentLevel.AUTHORISED:
        refused = _closely(target, grounds)
    return refused or Allowed()


def allowed_file(host: str, domain: str, grounds: Grounds) -> bool:
    """Whether a file that the records of `domain` name may be fetched from `host`.

    From the domain's own hosts always; from anybody else's only when that host was shown and ordinary connections
    were confirmed.
    """
    if _inside(host, domain) or any(_inside(host, each.name) for each in grounds.scope.domains):
        return True
    return grounds.consent.confirmed_level >= ConsentLevel.CONNECTIONS and host in grounds.consent.hosts


def _by_level(level: ConsentLevel, consent: Consent) -> Refused | None:
    if level is ConsentLevel.PUBLIC:
        return None
    if consent.level < level:
        return Refused("consent")
    if consent.at is None:
        return Refused("consent_not_confirmed")
    if level >= ConsentLevel.AUTHORISED and consent.confirmed_level < ConsentLevel.AUTHORISED:
        return Refused("no_authority")
    return Refused("own_server_not_said") if consent.confirmed_level < level else None


def _covered(host: str, grounds: Grounds) -> bool:
    """Whether the host, or a domain that it belongs to, was shown when the consent was confirmed."""
    if host in grounds.consent.hosts:
        return True
    return any(domain.name in grounds.consent.domains for domain in _related(host, grounds))


def _closely(target: Target, grounds: Grounds) -> Refused | None:
    """Why a host may not be looked at closely; None when a person confirmed it and nothing speaks against it."""
    host = target.host
    if host not in grounds.consent.hosts:
        return Refused("not_covered", host)
    why = _somebody_elses(target, grounds)
    if why:
        return Refused(why, host)
    named = _bare(grounds.scope.named_hosts)
    private = [address for address in target.addresses if not_routed(address) and address not in named]
    if private and host not in named:
        return Refused("private_address", private[0])
    return None


def _somebody_elses(target: Target, grounds: Grounds) -> str:
    """Why the host counts as a third party's; empty for the organisation's own."""
    table = grounds.rules.tables.get("providers")
    if table is not None:
        names = [target.host, *([target.alias] if target.alias else [])]
        if hosting_guess(names, table)[0] or hosting_guess(target.names, rental_servers(table))[0]:
            return "not_own_server"
    states = {domain.name: _state(domain, grounds) for domain in grounds.scope.domains}
    elsewhere = {
        address for each in grounds.deliveries if states.get(each.domain) == "foreign" for address in each.addresses
    }
    related = _related(target.host, grounds)
    if elsewhere & set(target.addresses) or any(states[domain.name] == "foreign" for domain in related):
        return "not_own_server"
    return _unknown(target, related, states, grounds)


def _unknown(target: Target, related: Sequence[DomainScope], states: Mapping[str, str], grounds: Grounds) -> str:
    """Why nobody knows whose the host is; empty when somebody said so."""
    scope = grounds.scope
    said = _bare((*scope.ssh_hosts, *scope.own_hosts))
    known = not target.alias or target.alias in said or target.host in _bare(scope.own_hosts)
    if not known and not any(_inside(target.alias, domain.name) for domain in scope.domains):
        return "owner_unknown"
    within = [domain.name for domain in related if _inside(target.host, domain.name)]
    about = {name: states[name] for name in within or states}
    if "own" not in about.values() and not grounds.beforehand and _unasked(about, grounds):
        return "owner_unknown"
    if within:
        sure = "own" in about.values() or target.host in _bare(scope.named_hosts)
        return "" if sure else "owner_unknown"
    if target.host not in said:
        return "owner_unknown"
    return "not_own_server" if about and set(about.values()) == {"foreign"} else ""


def _unasked(states: Mapping[str, str], grounds: Grounds) -> bool:
    """Whether DNS did not say who takes the mail of a domain about which nobody else said it either."""
    answered = {each.domain for each in grounds.deliveries}
    return any(state == "unknown" and name not in answered for name, state in states.items())


def _state(domain: DomainScope, grounds: Grounds) -> str:
    """`foreign`, `own` or `unknown`: whose server the domain's mail runs on, as confirmed or as its MX shows."""
    shown = [each.hosting for each in grounds.deliveries if each.domain == domain.name and each.hosting is not None]
    stated = [] if domain.hosting is None else [domain.hosting]
    if any(not hosting.own_server for hosting in (*stated, *shown)):
        return "foreign"
    return "own" if stated else "unknown"


def _related(host: str, grounds: Grounds) -> list[DomainScope]:
    """The domains that the host is in, or takes the mail of."""
    takes = {each.domain for each in grounds.deliveries if host in each.hosts}
    return [domain for domain in grounds.scope.domains if domain.name in takes or _inside(host, domain.name)]


def _inside(host: str, domain: str) -> bool:
    return host == domain or host.endswith("." + domain)


def _bare(hosts: Iterable[str]) -> frozenset[str]:
    return frozenset(split_host(host, 0)[0] for host in hosts)


# --- what is shown before anything is sent ------------------------------------------------------------------------


class Planned(Record):
    """What a measurement of this scope would do, for the list that people see before they start."""

    probe: str
    consent: ConsentLevel
    allowed: bool
    connections: int = 0
    """TCP connections that one host name will see at most; 0 for probes that only ask DNS or public files."""
    no_host: bool = False
    """The level is there, but no host was named that it could be looked at."""
    hosts: tuple[str, ...] = ()
    """The hosts that will be looked at closely, for levels 2 and 3."""


def planned(toolkit: Toolkit, assessment: Assessment, *, thorough: bool = False) -> tuple[Planned, ...]:
    """Every probe, whether the consent as it stands lets it run, and at which hosts."""
    observations, grounds = _seen(assessment), Grounds.of(toolkit, assessment)
    return tuple(_planned(probe, observations, grounds, thorough=thorough) for probe in toolkit.probes)


def _planned(probe: Probe[Record], observations: Observations, grounds: Grounds, *, thorough: bool) -> Planned:
    may = probe.consent <= grounds.consent.confirmed_level
    known = [probe.host(subject) for subject in probe.subjects(observations)] if probe.named_hosts_only else []
    hosts: tuple[str, ...] = ()
    if probe.consent >= ConsentLevel.AUTHORISED:
        candidates = known if probe.named_hosts_only else grounds.consent.hosts
        hosts = tuple(
            dict.fromkeys(
                host for host in candidates if isinstance(allowed(probe.consent, Target(host=host), grounds), Allowed)
            )
        )
        no_host = not hosts
    else:
        no_host = probe.named_hosts_only and not known
    most = max(probe.connections, probe.connections_thorough) if thorough else probe.connections
    return Planned(
        probe=probe.id,
        consent=probe.consent,
        allowed=may and not no_host,
        connections=most,
        no_host=may and no_host,
        hosts=hosts if may else (),
    )


def close_looks(toolkit: Toolkit, assessment: Assessment) -> dict[str, str]:
    """Each host that the consent covers → why level 2 does not reach it, empty where it does."""
    grounds = Grounds.of(toolkit, assessment)
    decisions = {
        host: allowed(ConsentLevel.AUTHORISED, Target(host=host), grounds) for host in assessment.consent.hosts
    }
    return {host: one.why if isinstance(one, Refused) else "" for host, one in decisions.items()}


def third_parties(toolkit: Toolkit, assessment: Assessment) -> dict[str, tuple[str, ...]]:
    """The hosts of others that the probes ask about this scope, by probe; only probes that ask any."""
    found = {
        probe.id: tuple(dict.fromkeys(probe.third_parties(assessment.scope, toolkit.rules))) for probe in toolkit.probes
    }
    return {probe: hosts for probe, hosts in found.items() if hosts}


def exchangers(toolkit: Toolkit, assessment: Assessment) -> dict[str, tuple[str, ...]]:
    """Domain → the hosts that take its mail, as far as DNS was asked."""
    return {each.domain: each.hosts for each in Grounds.of(toolkit, assessment).deliveries}


def file_hosts(toolkit: Toolkit, assessment: Assessment) -> tuple[str, ...]:
    """Hosts outside the assessed domains from which the domains' records name files, as far as seen."""
    observations = _seen(assessment)
    hosts = dict.fromkeys(host for probe in toolkit.probes for host in probe.file_hosts(observations))
    return tuple(host for host in hosts if not any(_inside(host, domain.name) for domain in assessment.scope.domains))


def confirmed(assessment: Assessment, moment: datetime, found: Iterable[str] = ()) -> Consent:
    """The consent of the assessment as confirmed now, for the scope as it stands and the hosts that were `found`."""
    scope = assessment.scope
    return msgspec.structs.replace(
        assessment.consent,
        at=moment,
        domains=tuple(domain.name for domain in scope.domains),
        hosts=tuple(dict.fromkeys((*(split_host(host, 0)[0] for host in scope.named_hosts), *found))),
    )


def _seen(assessment: Assessment) -> Observations:
    return Observations(assessment.scope, assessment.attempts, assessment.vantages[-1] if assessment.vantages else None)
