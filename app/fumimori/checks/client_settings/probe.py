"""The automatic settings for mail programs: encrypted connections or clear ones (RFC 6186, RFC 8314).

Objective  Find automatic settings that send passwords over the network in the clear.
Inputs     The domains of the scope that take mail.
Steps      SRV for the eight services; the settings file at autoconfig.<domain> and at the domain's well-known place,
           each by one GET; by plain HTTP only where HTTPS had none. Whether autodiscover.<domain> exists is a question
           to DNS. Nothing is posted, no address is sent, no redirect followed.
Outcomes   settings_plain (high): the file names a connection without encryption; srv_clear_only, settings_http,
           settings_malformed (low); nothing_published (info); settings_secure (ok).
"""

from collections.abc import Iterator, Sequence

from fumimori.checks.client_settings.facts import CLIENT_SETTINGS, Facts
from fumimori.checks.contract import Probe, ProbeContext
from fumimori.checks.mx import probe as mx
from fumimori.checks.observations import NamedOutcome, Observations
from fumimori.grammar.client_config import ClientServer, parse_client_config
from fumimori.model import ConsentLevel, Control, Outcome, Rules
from fumimori.network import NotObserved
from fumimori.network.dns import DnsAnswer, Unanswered
from fumimori.network.together import both, together
from fumimori.network.web import WebAnswer

SERVICES = ("imap", "imaps", "pop3", "pop3s", "submission", "submissions", "autodiscover", "sieve")
CONFIG_PATH = "mail/config-v1.1.xml"
BODY_MOST = 65536
PAIRS = (("imap", "imaps"), ("pop3", "pop3s"))


def subjects(observations: Observations) -> Sequence[str]:
    """The domains that take mail."""
    return mx.receiving_domains(observations)


async def collect(domain: str, context: ProbeContext) -> Facts:
    """SRV records, settings files, and whether autodiscover has an address."""
    names = [f"_{service}._tcp.{domain}" for service in SERVICES]
    answers, (configs, autodiscover) = await both(
        together(*(_srv(name, context) for name in names)), both(_configs(domain, context), _exists(domain, context))
    )
    return Facts(
        srv=tuple(answer for answer in answers if isinstance(answer, DnsAnswer) and answer.records),
        unanswered=tuple(answer for answer in answers if isinstance(answer, Unanswered)),
        configs=configs,
        autodiscover=autodiscover,
    )


async def _srv(name: str, context: ProbeContext) -> DnsAnswer | Unanswered:
    try:
        return await context.network.dns(name, "SRV")
    except NotObserved as not_observed:
        return Unanswered(name=name, rdtype="SRV", reason=not_observed.reason)


async def _exists(domain: str, context: ProbeContext) -> bool | None:
    try:
        return bool(await context.network.addresses(f"autodiscover.{domain}"))
    except NotObserved:
        return None


async def _configs(domain: str, context: ProbeContext) -> tuple[WebAnswer, ...]:
    places = (f"autoconfig.{domain}/{CONFIG_PATH}", f"{domain}/.well-known/autoconfig/{CONFIG_PATH}")
    found = await together(*(_config(place, context) for place in places))
    return tuple(answer for answer in found if answer is not None)


async def _config(place: str, context: ProbeContext) -> WebAnswer | None:
    for scheme in ("https", "http"):
        try:
            answer = await context.network.get(f"{scheme}://{place}", limit=BODY_MOST)
        except NotObserved as not_observed:
            if not_observed.reason == "no_address":
                return None
            continue
        if answer.status == 200 and not answer.tls_error and "<" in answer.untrusted_body:
            return answer
    return None


# --- judging ------------------------------------------------------------------------------------------------------


def judge(observations: Observations, rules: Rules) -> Iterator[Outcome]:
    """Where people are sent; nothing is said about a domain whose answers did not come."""
    del rules  # no number decides here
    for attempt, facts in observations.all(CLIENT_SETTINGS):
        yield from CLIENT_SETTINGS.outcomes(attempt.subject, _outcomes(facts))


def _outcomes(facts: Facts) -> Iterator[NamedOutcome]:
    servers: list[ClientServer] = []
    broken = False
    for answer in facts.configs:
        config = parse_client_config(answer.untrusted_body)
        servers += config.servers
        if config.fault and (answer.incomplete or answer.truncated):
            continue  # half a file says nothing
        # A page for people at this place is no settings file gone wrong.
        if config.fault in ("dtd", "too_deep") or (config.fault == "not_xml" and _means_config(answer)):
            broken = True
            yield "settings_malformed", (("url", answer.url),)
        elif config.servers and answer.url.startswith("http://"):
            yield "settings_http", (("url", answer.url),)
    plain = [server for server in servers if server.socket == "plain"]
    if plain:
        yield "settings_plain", (("servers", _printed(plain)),)
    clear = [target for old, new in PAIRS if not facts.targets(new) for target in facts.targets(old)]
    if clear:
        yield "srv_clear_only", (("servers", ", ".join(clear)),)
    published = [target for service in SERVICES for target in facts.targets(service)]
    if servers and not plain and not clear:
        yield "settings_secure", (("servers", _printed(servers)),)
    elif published and not clear and not plain:
        yield "settings_secure", (("servers", ", ".join(published)),)
    elif not (servers or published or broken or facts.unanswered) and facts.autodiscover is False:
        yield "nothing_published", ()


def _means_config(answer: WebAnswer) -> bool:
    return "clientConfig" in answer.untrusted_body[:2000]


def _printed(servers: Sequence[ClientServer]) -> str:
    return ", ".join(dict.fromkeys(f"{server.host}:{server.port}" for server in servers))


PROBE = Probe(
    facts=CLIENT_SETTINGS,
    control=Control.PROTOCOLS,
    consent=ConsentLevel.CONNECTIONS,
    subjects=subjects,
    collect=collect,
    judge=judge,
    needs=("mx",),
    connections=4,
)
