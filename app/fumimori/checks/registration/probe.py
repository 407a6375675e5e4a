"""Registration: with whom the domain is registered and until when, by RDAP (RFC 9082, 9083).

Objective  Find domains that are about to lapse, are held by the registry, or can be moved away without a lock.
Inputs     The domains of the scope; the dated table `rdap` of the registries' public services.
Steps      One GET `domain/<name>` at the registry of the top-level domain: a third party, listed before and logged.
           No redirect is followed, so that nobody else is contacted.
Outcomes   expired, on_hold, expires_urgent (high); expires_soon (medium): automatic renewal cannot be seen;
           transfer_open (low); not_found (info); registered (ok). Without a public service: not testable.
           Who owns the domain is asked of people; what the registry says is shown with it.
"""

from collections.abc import Iterator, Sequence
from datetime import UTC, datetime

import msgspec

from fumimori.checks.contract import Probe, ProbeContext
from fumimori.checks.expiry import days_left
from fumimori.checks.mx import probe as mx
from fumimori.checks.observations import NamedOutcome, Observations
from fumimori.checks.registration.facts import REGISTRATION, Facts
from fumimori.grammar.suffixes import registrable_part
from fumimori.model import ConsentLevel, Control, Outcome, Record, Rules, Scope, Values
from fumimori.network import NotObserved, NotTestableHere, Refused

ANSWER_LIMIT = 262144
STATUSES_MOST = 20
NAME_MOST = 200
HELD = frozenset({"client hold", "server hold", "inactive"})
LAPSING = frozenset({"redemption period", "pending delete"})
LOCKED = frozenset({"client transfer prohibited", "server transfer prohibited", "transfer prohibited", "locked"})


class _Event(Record):
    eventAction: str = ""  # noqa: N815 - the member's name in RFC 9083
    eventDate: str = ""  # noqa: N815 - the member's name in RFC 9083


class _Entity(Record):
    roles: tuple[str, ...] = ()
    vcardArray: tuple[object, ...] = ()  # noqa: N815 - the member's name in RFC 9083


class _Domain(Record):
    status: tuple[str, ...] = ()
    events: tuple[_Event, ...] = ()
    entities: tuple[_Entity, ...] = ()


def subjects(observations: Observations) -> Sequence[str]:
    """The domains."""
    return tuple(domain.name for domain in observations.scope.domains)


def service_for(domain: str, rules: Rules) -> str:
    """The address of the public service that speaks for the domain's registry; empty when none is known here."""
    services = {row["tld"]: row["service"] for row in rules.tables["rdap"].dicts()}
    return services.get(domain.rpartition(".")[2], "")


def third_parties(scope: Scope, rules: Rules) -> Sequence[str]:
    """The hosts of the registries that will be asked about the scope's domains."""
    names = (registrable_part(domain.name) or domain.name for domain in scope.domains)
    return tuple(service.split("/")[2] for name in names if (service := service_for(name, rules)))


async def collect(domain: str, context: ProbeContext) -> Facts:
    """What the registry says; Refused when it does not answer as RDAP does."""
    name = registrable_part(domain) or domain
    service = service_for(name, context.rules)
    if not service:
        raise NotTestableHere("no_registry", name)
    page = await context.network.get(f"{service.rstrip('/')}/domain/{name}", limit=ANSWER_LIMIT)
    if page.status == 404:
        return Facts(name=name, service=service)
    if page.status == 429 or page.status >= 500:
        raise Refused("busy", service)
    if page.tls_error or page.status != 200:
        raise NotObserved("unexpected", f"{page.tls_error or page.status}")
    try:
        said = msgspec.json.decode(page.untrusted_body, type=_Domain)
    except (msgspec.DecodeError, RecursionError) as error:
        raise Refused("unexpected", str(error)[:100]) from None
    return Facts(
        name=name,
        service=service,
        found=True,
        untrusted_registrar=_named(said, "registrar"),
        untrusted_registrant=_named(said, "registrant"),
        expires=_expires(said),
        statuses=tuple(status.lower()[:60] for status in said.status[:STATUSES_MOST]),
    )


def judge(observations: Observations, rules: Rules) -> Iterator[Outcome]:
    """What follows from the registry's words."""
    for attempt, facts in observations.all(REGISTRATION):
        if not facts.found and mx.no_domain(observations, attempt.subject):
            continue  # a name that does not exist is reported once, by the probe mx
        yield from REGISTRATION.outcomes(attempt.subject, _found(facts, attempt.ended, rules), ("name", facts.name))


def _found(facts: Facts, at: datetime, rules: Rules) -> Iterator[NamedOutcome]:
    if not facts.found:
        yield "not_found", ()
        return
    held = [status for status in facts.statuses if status in HELD | LAPSING]
    if held:
        yield "on_hold", (("status", ", ".join(held)),)
    yield from _time(facts, at, rules)
    # Registries of countries have customs of their own; for the others the lock shows in the status.
    if facts.statuses and len(facts.name.rpartition(".")[2]) > 2 and not LOCKED & set(facts.statuses):
        yield "transfer_open", (("registrar", facts.untrusted_registrar or "-"),)


def _time(facts: Facts, at: datetime, rules: Rules) -> Iterator[NamedOutcome]:
    if facts.expires is None:
        return
    days = days_left(facts.expires, at)
    values: Values = (
        ("day", facts.expires.date().isoformat()),
        ("days", days),
        ("registrar", facts.untrusted_registrar or "-"),
    )
    if days < 0:
        yield "expired", values
    elif days < rules.number("registration.urgent_days"):
        yield "expires_urgent", values
    elif days < rules.number("registration.soon_days"):
        yield "expires_soon", values
    else:
        yield "registered", values


def _named(said: _Domain, role: str) -> str:
    """The `fn` of the first entity in this role (RFC 7095); empty when it is withheld."""
    for entity in said.entities:
        if role not in entity.roles or len(entity.vcardArray) < 2 or not isinstance(entity.vcardArray[1], list):
            continue
        for line in entity.vcardArray[1]:
            if isinstance(line, list) and len(line) > 3 and line[0] == "fn" and isinstance(line[3], str):
                return line[3].strip()[:NAME_MOST]
    return ""


def _expires(said: _Domain) -> datetime | None:
    for event in said.events:
        if event.eventAction == "expiration":
            try:
                moment = datetime.fromisoformat(event.eventDate)
            except ValueError:
                continue
            return moment if moment.tzinfo else moment.replace(tzinfo=UTC)
    return None


PROBE = Probe(
    facts=REGISTRATION,
    control=Control.ACCESS,
    consent=ConsentLevel.PUBLIC,
    subjects=subjects,
    third_parties=third_parties,
    collect=collect,
    judge=judge,
    timeout=60.0,
)
