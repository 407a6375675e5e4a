"""What was left at factory defaults: certificates, and host names that no machine on the Internet has.

Objective  Show the traces of an unfinished installation.
Inputs     Certificates and greetings that mail_ports saw.
Steps      The name in each SMTP greeting is looked up in DNS; certificates are compared with a table of the names that
           installers put into theirs. No further connection.
Outcomes   factory_certificate (high), factory_certificate_mx (low); default_name, name_unresolvable (low); name_good
           (ok).
Sources    RFC 8314 section 4.4; RFC 5321 sections 2.3.5 and 4.1.1.1.
"""

import re
from collections.abc import Iterator, Sequence

from fumimori.checks.contract import Probe, ProbeContext
from fumimori.checks.defaults.facts import DEFAULTS, Facts
from fumimori.checks.mail_ports import facts as mail_ports
from fumimori.checks.observations import Observations
from fumimori.model import ConsentLevel, Control, Outcome, Rules, Values
from fumimori.network import NotObserved
from fumimori.network.tls import Certificate

_HOST_NAME = re.compile(r"[a-z0-9_-]+(?:\.[a-z0-9_-]+)*")
_DEFAULT_NAMES = re.compile(
    r"localhost|ip6-localhost|.*\.(?:localdomain|local|lan|internal|home|home\.arpa|localhost|invalid|test|workgroup)"
    r"|(?:.*\.)?example\.(?:com|net|org)|(?:mail|mx|server|debian|ubuntu|centos|host)\.(?:domain|mydomain)\.(?:com|tld|local)"
)


def subjects(observations: Observations) -> Sequence[str]:
    """The hosts whose port 25 greeted."""
    return tuple(
        dict.fromkeys(
            facts.service.host
            for _, facts in observations.all(mail_ports.MAIL_PORTS)
            if facts.port == 25 and facts.service.untrusted_greeting.strip()
        )
    )


async def collect(subject: str, context: ProbeContext) -> Facts:
    """The name in the greeting, and whether DNS knows it."""
    ports = context.observations.facts(mail_ports.MAIL_PORTS, f"{subject}:25")
    greeting = ports.service.untrusted_greeting if ports is not None else ""
    name = greeting.partition(" ")[0].lower().rstrip(".,;")[:253]
    if not _HOST_NAME.fullmatch(name):
        return Facts(host=subject)
    if is_default_name(name):
        return Facts(host=subject, name=name)
    try:
        return Facts(host=subject, name=name, resolves=bool(await _records(name, context)))
    except NotObserved:
        return Facts(host=subject, name=name)


async def _records(name: str, context: ProbeContext) -> tuple[str, ...]:
    four = await context.network.dns(name, "A")
    return four.records or (await context.network.dns(name, "AAAA")).records


def is_default_name(name: str) -> bool:
    """Whether no host on the Internet can have this name: a single label, a local name, a name from a manual."""
    return "." not in name or _DEFAULT_NAMES.fullmatch(name) is not None


def factory_made(certificate: Certificate, rules: Rules) -> str:
    """The installer that made a self-signed certificate, by the table; empty for any other certificate."""
    for row in rules.tables["factory_certificates"].dicts():
        told = certificate.issuer if row["field"] == "issuer" else certificate.subject
        if (certificate.self_signed or row["field"] == "issuer") and re.search(row["pattern"], told):
            return row["maker"]
    own = re.search(r"(?i)\bCN=([^,]+)", certificate.subject)
    if certificate.self_signed and own and is_default_name(own[1].strip().lower()):
        return own[1].strip()[:60]
    return ""


def judge(observations: Observations, rules: Rules) -> Iterator[Outcome]:
    """Left-overs of the installation, host by host."""
    said: set[tuple[str, str, str]] = set()
    for attempt, ports in sorted(observations.all(mail_ports.MAIL_PORTS), key=lambda pair: pair[0].subject):
        chain = ports.chain
        maker = factory_made(chain.certificates[0], rules) if chain and chain.certificates else ""
        name = "factory_certificate_mx" if ports.port == 25 else "factory_certificate"
        if maker and (ports.service.host, name, maker) not in said:
            said.add((ports.service.host, name, maker))
            found: Values = (("host", ports.service.host), ("port", ports.port), ("maker", maker))
            yield DEFAULTS.outcome(name, attempt.subject, found)
    for attempt, facts in observations.all(DEFAULTS):
        name = ""
        if facts.name and is_default_name(facts.name):
            name = "default_name"
        elif facts.resolves is not None:
            name = "name_good" if facts.resolves else "name_unresolvable"
        if name:
            values = (("host", facts.host), ("name", facts.name))
            yield DEFAULTS.outcome(name, attempt.subject, values)


PROBE = Probe(
    facts=DEFAULTS,
    control=Control.DEFAULTS,
    consent=ConsentLevel.CONNECTIONS,
    subjects=subjects,
    collect=collect,
    judge=judge,
    needs=("mail_ports",),
)
