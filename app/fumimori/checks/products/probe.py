"""Which products and versions show themselves, and whether their makers still look after them.

Objective  Tell the owner about software without support, with holes that are being used, or behind its fixes; never
           more than the evidence carries.
Inputs     The greetings that mail_ports saw, the version lines that ssh saw, the start pages of webmail hosts.
Steps      One GET of each webmail start page (at most three redirects on the same host); patterns name product
           and version; the evidence is graded A (a distribution's package) to D (the product only); dated tables about
           support, known holes and packages say what follows. On servers of a provider only the product is named.
Outcomes   unsupported_critical (critical): Exchange 2019 and older; exploited (critical): a maker's build with a hole
           of the CISA catalogue; unsupported, os_unsupported, build_behind, exploited_possibly (high);
           unsupported_inside, os_unsupported_inside, unsupported_possibly, package_behind, os_extended_paid
           (medium); behind_possibly, holes_possibly (low); os_extended, ask_package, behind_data_old, data_old,
           product_seen (info);
           package_current, build_current (ok).
"""

from collections.abc import Iterator, Sequence
from datetime import date
from urllib.parse import urlsplit

import msgspec

from fumimori.checks.contract import Probe, ProbeContext
from fumimori.checks.mail_ports import facts as mail_ports
from fumimori.checks.mx import facts as mx
from fumimori.checks.observations import Observations
from fumimori.checks.products.facts import PRODUCTS, Facts
from fumimori.checks.products.recognition import Recognised, recognised, systems
from fumimori.checks.products.support_state import Circumstances, data_age, state, system_state
from fumimori.checks.ssh import facts as ssh
from fumimori.model import Attempt, ConsentLevel, Control, Hosting, Outcome, Record, Rules
from fumimori.network.web import WebAnswer

REDIRECTS_MOST = 3
HEAD_KEPT = ("x-owa-version",)
"""Headers that name a product."""
BODY_KEPT = 16384


def subjects(observations: Observations) -> Sequence[str]:
    """The webmail hosts that somebody named."""
    return tuple(dict.fromkeys(observations.scope.webmail_hosts))


async def collect(subject: str, context: ProbeContext) -> Facts:
    """The facts of one webmail host's start page; its certificate is judged elsewhere."""
    url = f"https://{subject}/"
    answer = await context.network.get(url, any_certificate=True)
    for _ in range(REDIRECTS_MOST):
        url = _next(answer)
        if not url:
            break
        answer = await context.network.get(url, any_certificate=True)
    named = [f"{name}: {value}" for name, value in answer.headers if name in HEAD_KEPT]
    text = "\n".join((*named, urlsplit(answer.url).path, answer.untrusted_body[:BODY_KEPT]))
    return Facts(url=answer.url, status=answer.status, untrusted_text=text)


def _next(answer: WebAnswer) -> str:
    """Where a redirect leads on the same host; empty when there is none."""
    target = answer.target
    same_host = urlsplit(target).netloc == urlsplit(answer.url).netloc and target.startswith("https://")
    return target if same_host and target != answer.url else ""


class _Sighting(Record):
    """A product at one place of one host."""

    host: str
    subject: str
    day: date
    inside: bool
    """Seen from the network that the host is in."""
    found: Recognised


def judge(observations: Observations, rules: Rules) -> Iterator[Outcome]:
    """What every product that was seen means, host by host; the same fact is said once a host."""
    by_host: dict[str, list[_Sighting]] = {}
    for sighting in sorted(_sightings(observations, rules), key=lambda each: each.subject):
        by_host.setdefault(sighting.host, []).append(sighting)
    ours = _own_server(observations)
    for host, sightings in by_host.items():
        distribution, number = systems([each.found for each in sightings], rules.tables["os_hints"])
        day = max(each.day for each in sightings)
        around = Circumstances(
            day=day, inside=all(each.inside for each in sightings), distribution=distribution, release=number
        )
        said: set[object] = set()
        for each in sightings:
            for name, values in state(each.found, msgspec.structs.replace(around, inside=each.inside), rules):
                if (name, values) not in said and (ours or name == "product_seen"):
                    said.add((name, values))
                    yield PRODUCTS.outcome(name, each.subject, (("host", host), *values))
        yield from PRODUCTS.outcomes(
            host, system_state(distribution, number, around, rules) if ours else (), ("host", host)
        )
    if by_host and ours:
        yield from _data(rules, max(each.day for group in by_host.values() for each in group))


def _data(rules: Rules, day: date) -> Iterator[Outcome]:
    age = data_age(rules, day)
    if age > rules.number("products.data_age_days"):
        values = (("days", age), ("date", rules.tables["support"].date))
        yield PRODUCTS.outcome("data_old", "", values)


def _sightings(observations: Observations, rules: Rules) -> Iterator[_Sighting]:
    banners = rules.tables["banners"]
    for attempt, port in observations.all(mail_ports.MAIL_PORTS):
        service = port.service
        found = recognised(service.protocol, service.untrusted_greeting, banners) if service.open else None
        if found:
            yield _sighted(observations, attempt, service.host, found)
    for attempt, server in observations.all(ssh.SSH):
        found = recognised("ssh", server.service.untrusted_version, banners)
        if found:
            yield _sighted(observations, attempt, server.host, found)
    for attempt, page in observations.all(PRODUCTS):
        found = recognised("http", page.untrusted_text, banners)
        if found:
            host = attempt.subject.partition(":")[0]
            yield _sighted(observations, attempt, host, found)


def _sighted(observations: Observations, attempt: Attempt, host: str, found: Recognised) -> _Sighting:
    return _Sighting(
        host=host,
        subject=attempt.subject,
        day=attempt.ended.date(),
        inside=observations.inside(attempt),
        found=found,
    )


def _own_server(observations: Observations) -> bool:
    """Whether the organisation, or somebody for it, keeps the server up to date; unknown counts as yes."""
    hosting = observations.scope.hosting
    if hosting is None:
        guesses = [facts.hosting for _, facts in observations.all(mx.MX)]
        hosting = guesses[0] if guesses else None
    return hosting is None or hosting.own_server or hosting is Hosting.OTHER_HOSTED


PROBE = Probe(
    facts=PRODUCTS,
    control=Control.UPDATES,
    consent=ConsentLevel.CONNECTIONS,
    subjects=subjects,
    named_hosts_only=True,
    collect=collect,
    judge=judge,
    connections=4,
)
