"""DNSSEC of a domain and of the zones that its mail servers are in (RFC 4035, 9364, 9904, 9905).

Objective  Find domains whose signatures break (mail stops for everybody who checks), and say where signing is missing.
Inputs     The domains of the scope and their MX hosts. DNS only, through the resolver of the run, validated here.
Steps      SOA of the name with its signatures, the chain of trust from the root down to it; DNSKEY and DS of its zone.
Outcomes   bogus, mx_bogus (critical): the chain is broken; algorithm_sha1 (medium); insecure, no_ds, algorithm_old,
           digest_sha1, rsa_short (low); parent_unsigned, algorithm_unknown, mx_insecure (info); secure (ok).
           Where the resolver strips signatures or has another root, nothing is said.
"""

from collections.abc import Iterator, Sequence

from fumimori.checks.contract import Probe, ProbeContext
from fumimori.checks.dnssec.facts import DNSSEC, Facts
from fumimori.checks.mx import facts as mx
from fumimori.checks.observations import NamedOutcome, Observations
from fumimori.model import ConsentLevel, Control, Outcome, Rules
from fumimori.network import NotTestableHere
from fumimori.network.dns import Security, ZoneSecurity

HOSTS_MOST = 10
"""MX hosts of one domain whose zones are looked at."""
SHA1 = frozenset({5, 7})
OLD = frozenset({1, 3, 6, 12})
RSA = frozenset({5, 7, 8, 10})
SHA1_DIGEST = 1
NAMES = {
    1: "RSA/MD5",
    3: "DSA/SHA-1",
    5: "RSA/SHA-1",
    6: "DSA/SHA-1",
    7: "RSA/SHA-1",
    8: "RSA/SHA-256",
    10: "RSA/SHA-512",
    12: "GOST",
    13: "ECDSA P-256",
    14: "ECDSA P-384",
    15: "Ed25519",
    16: "Ed448",
}


def subjects(observations: Observations) -> Sequence[str]:
    """The domains, then their mail servers."""
    hosts: list[str] = []
    for domain in observations.scope.domains:
        facts = observations.facts(mx.MX, domain.name)
        hosts += facts.mail_hosts[:HOSTS_MOST] if facts is not None else ()
    return tuple(dict.fromkeys((*(domain.name for domain in observations.scope.domains), *hosts)))


async def collect(name: str, context: ProbeContext) -> Facts:
    """The zone of `name`; NotTestableHere where nothing can be validated."""
    zone = await context.network.zone_security(name)
    if zone.security is Security.UNCHECKED:
        raise NotTestableHere(zone.reason)
    return Facts(zone=zone)


def judge(observations: Observations, rules: Rules) -> Iterator[Outcome]:
    """Each domain separately; a mail server only where its zone is not one of those."""
    domains = {domain.name for domain in observations.scope.domains}
    zones = {facts.zone.zone for attempt, facts in observations.all(DNSSEC) if attempt.subject in domains}
    for attempt, facts in observations.all(DNSSEC):
        own = attempt.subject in domains
        if own:
            found = _domain(facts.zone, rules)
        else:
            found = _mail_server(facts.zone) if facts.zone.zone not in zones else iter(())
        yield from DNSSEC.outcomes(attempt.subject, found, ("zone", facts.zone.zone))


def _domain(zone: ZoneSecurity, rules: Rules) -> Iterator[NamedOutcome]:
    algorithms = {key.algorithm for key in zone.keys}
    if zone.security is Security.BOGUS:
        yield "bogus", (("reason", zone.reason),)
        return
    if zone.security is Security.INSECURE:
        yield _unsigned(zone, algorithms)
        return
    yield "secure", (("algorithms", _names(algorithms)),)
    if algorithms & SHA1:
        yield "algorithm_sha1", (("algorithms", _names(algorithms & SHA1)),)
    if algorithms & OLD:
        yield "algorithm_old", (("algorithms", _names(algorithms & OLD)),)
    if zone.digests == (SHA1_DIGEST,):
        yield "digest_sha1", ()
    least = int(rules.number("dnssec.rsa_bits_wanted"))
    short = [key.bits for key in zone.keys if key.algorithm in RSA and 0 < key.bits < least]
    if short:
        yield "rsa_short", (("bits", min(short)),)


def _unsigned(zone: ZoneSecurity, algorithms: set[int]) -> NamedOutcome:
    if zone.digests and zone.insecure_from == zone.zone:
        # The parent names keys, and still nobody can follow: none of it is of a kind that is known.
        return "algorithm_unknown", (("algorithms", _names(algorithms) or "-"),)
    if zone.insecure_from and zone.insecure_from != zone.zone:
        return "parent_unsigned", (("parent", zone.insecure_from),)
    return ("no_ds" if zone.keys and not zone.digests else "insecure"), ()


def _mail_server(zone: ZoneSecurity) -> Iterator[NamedOutcome]:
    if zone.security is Security.BOGUS:
        yield "mx_bogus", (("reason", zone.reason),)
    elif zone.security is Security.INSECURE:
        yield "mx_insecure", ()


def _names(algorithms: set[int]) -> str:
    return ", ".join(dict.fromkeys(NAMES.get(number, str(number)) for number in sorted(algorithms)))


PROBE = Probe(
    facts=DNSSEC,
    control=Control.MTA_STS,
    consent=ConsentLevel.PUBLIC,
    subjects=subjects,
    collect=collect,
    judge=judge,
    needs=("mx",),
    timeout=60.0,
)
