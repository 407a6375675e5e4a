"""A network on paper: DNS zones and web pages as a table, for probes that only ask DNS and HTTPS."""

import asyncio
from collections.abc import Iterable, Mapping, Sequence
from datetime import UTC, datetime
from functools import cache

import msgspec

from fumimori import resources
from fumimori.checks.contract import Probe, ProbeContext
from fumimori.checks.observations import Observations
from fumimori.grammar.rule_files import parse_rules
from fumimori.model import Attempt, DomainScope, Outcome, Rules, Scope, Status
from fumimori.network import NotObserved, Refused, Unreachable
from fumimori.network.dns import DnsAnswer, DnsStatus, Security, ZoneSecurity
from fumimori.network.web import WebAnswer
from loopback.witnesses import outcome_names

NOW = datetime(2026, 11, 24, 10, 0, tzinfo=UTC)

Zone = Mapping[str, Mapping[str, Sequence[str]]]
SERVFAIL = "!servfail"


class FakeNetwork:
    """Answers DNS from a zone (`name → type → records`) and GET from pages; counts what it was asked."""

    def __init__(
        self,
        zone: Zone,
        pages: Mapping[str, WebAnswer | NotObserved] | None = None,
        *,
        verdicts: Mapping[str, Security] | None = None,
        zones: Mapping[str, ZoneSecurity] | None = None,
        other: "FakeNetwork | None" = None,
    ) -> None:
        self.verdicts = verdicts or {}
        self.zones = zones or {}
        self.other = other
        self.zone = {name.lower(): types for name, types in zone.items()}
        self.pages = pages or {}
        self.asked: list[tuple[str, str]] = []

    async def dns(self, name: str, rdtype: str) -> DnsAnswer:
        self.asked.append((name, rdtype))
        here, observations = name.lower(), set()
        while here not in observations:
            observations.add(here)
            types = self.zone.get(here)
            if types is None:
                below = any(known.endswith("." + here) for known in self.zone)
                return DnsAnswer(
                    name=name,
                    rdtype=rdtype,
                    status=DnsStatus.NODATA if below else DnsStatus.NXDOMAIN,
                    canonical_name="" if here == name.lower() else here,
                )
            if SERVFAIL in types:
                raise Refused("dns_servfail")
            if rdtype in types:
                alias = "" if here == name.lower() else here
                records = tuple(types[rdtype])
                return DnsAnswer(
                    name=name, rdtype=rdtype, status=DnsStatus.ANSWER, records=records, canonical_name=alias, ttl=300
                )
            if "CNAME" not in types:
                break
            here = types["CNAME"][0]
        return DnsAnswer(name=name, rdtype=rdtype, status=DnsStatus.NODATA)

    async def secured(self, name: str, rdtype: str) -> DnsAnswer:
        """The verdict of the longest name in `verdicts` that `name` is below; unsigned without one."""
        answer = await self.dns(name, rdtype)
        above = [known for known in self.verdicts if f".{name}".endswith(f".{known}")]
        security = self.verdicts[max(above, key=len)] if above else Security.INSECURE
        reason = "dnssec_stripped" if security is Security.UNCHECKED else ""
        return msgspec.structs.replace(answer, security=security, security_reason=reason)

    async def zone_security(self, name: str) -> ZoneSecurity:
        return self.zones.get(name) or ZoneSecurity(name=name, zone=name, security=Security.INSECURE)

    async def elsewhere(self, name: str, rdtype: str) -> DnsAnswer | None:
        return await self.other.dns(name, rdtype) if self.other else None

    async def get(self, url: str, *, limit: int = 65536) -> WebAnswer:
        page = self.pages.get(url, Unreachable("no_address"))
        if isinstance(page, NotObserved):
            raise page
        return msgspec.structs.replace(page, url=url, untrusted_body=page.untrusted_body[:limit])

    def now(self) -> datetime:
        return NOW


@cache
def rules() -> Rules:
    """The rules that the program ships."""
    return parse_rules("test", resources.rule_files(), resources.rule_tables())


def looked(
    probes: Iterable[Probe], network: FakeNetwork, scope: Scope, extra: Sequence[Attempt] = ()
) -> tuple[Attempt, ...]:
    """The attempts of `probes`, each seeing those before it."""
    return asyncio.run(_looked(probes, network, scope, extra))


async def _looked(
    probes: Iterable[Probe], network: FakeNetwork, scope: Scope, extra: Sequence[Attempt]
) -> tuple[Attempt, ...]:
    attempts = list(extra)
    for probe in probes:
        observations = Observations(scope, attempts)
        for subject in probe.subjects(observations):
            context = ProbeContext(network=network, observations=observations, rules=rules())
            attempts.append(await attempted(probe, subject, context, NOW))
    return tuple(attempts)


async def attempted(
    probe: Probe, subject: str, context: ProbeContext, started: datetime, ended: datetime | None = None
) -> Attempt:
    """One attempt of a probe, as a run would make it, at these moments."""
    facts, status, reason = None, Status.COMPLETED, ""
    try:
        facts = msgspec.Raw(msgspec.json.encode(await probe.collect(subject, context)))
    except NotObserved as not_observed:
        status, reason = not_observed.status, not_observed.reason
    return Attempt(
        probe=probe.id,
        subject=subject,
        status=status,
        reason=reason,
        started=started,
        ended=ended or started,
        facts=facts,
    )


def attempt(
    probe: str, subject: str, *, facts: msgspec.Raw | None = None, status: Status = Status.COMPLETED, reason: str = ""
) -> Attempt:
    """An attempt at noon of the day."""
    return Attempt(probe=probe, subject=subject, status=status, started=NOW, ended=NOW, facts=facts, reason=reason)


def scope_of(
    domain: str,
    *,
    selectors: Sequence[str] = (),
    mail_selectors: Sequence[str] = (),
    sends_mail: bool | None = None,
    mail_hosts: Sequence[str] = (),
) -> Scope:
    """A scope of one domain."""
    named = DomainScope(
        name=domain, selectors=tuple(selectors), mail_selectors=tuple(mail_selectors), sends_mail=sends_mail
    )
    return Scope(domains=(named,), mail_hosts=tuple(mail_hosts))


def outcomes(
    probe: Probe, network: FakeNetwork, scope: Scope, *, before: Iterable[Probe] = (), extra: Sequence[Attempt] = ()
) -> dict[str, Outcome]:
    """What `probe` says by word, after the probes in `before` looked too."""
    observations = Observations(scope, looked((*before, probe), network, scope, extra))
    said = list(probe.judge(observations, rules()))
    words = [outcome.code.partition(".")[2] for outcome in said]
    assert len(set(words)) == len(words), f"said twice: {words}"
    assert set(words) <= set(outcome_names(probe))
    return dict(zip(words, said, strict=True))
