"""Published keys of addresses: SMIMEA (RFC 8162), OPENPGPKEY (RFC 7929) and Web Key Directory (WKD).

Objective  Say whether partners can find a key to encrypt to, and find keys in the DNS that nobody may trust.
Inputs     The mail addresses that somebody gave (`--address`).
Steps      DNS: SMIMEA and OPENPGPKEY below the hash of the local part, validated here. HTTPS: one GET of the key below
           `openpgpkey.<domain>` where that name exists, else one below the domain itself.
Outcomes   all info, because few need it: smimea, openpgpkey, wkd: a key is published; smimea_unsigned,
           openpgpkey_unsigned: it is, but without DNSSEC nobody may use it; none.
"""

import base64
import hashlib
from collections.abc import Iterator, Sequence

from fumimori.checks.contract import Probe, ProbeContext
from fumimori.checks.observations import Observations
from fumimori.checks.published_keys.facts import PUBLISHED_KEYS, Facts
from fumimori.model import ConsentLevel, Control, Outcome, Rules, Scope
from fumimori.network import NotObserved
from fumimori.network.dns import Security

ADDRESSES_MOST = 20
KEY_LIMIT = 65536
_BASE32 = "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567"
_Z_BASE32 = "ybndrfg8ejkmcpqxot1uwisza345h769"


def owner_label(local: str) -> str:
    """The label of SMIMEA and OPENPGPKEY: SHA-256 of the local part as it is, cut to 28 octets (RFC 7929 section 3)."""
    return hashlib.sha256(local.encode()).hexdigest()[:56]


def wkd_hash(local: str) -> str:
    """The file name in the directory: SHA-1 of the local part in lower case, in z-base-32."""
    lowered = "".join(sign.lower() if sign.isascii() else sign for sign in local)
    digest = hashlib.sha1(lowered.encode(), usedforsecurity=False).digest()
    return base64.b32encode(digest).decode("ascii").translate(str.maketrans(_BASE32, _Z_BASE32))


def subjects(observations: Observations) -> Sequence[str]:
    """The addresses that were given."""
    return tuple(dict.fromkeys(observations.scope.addresses))[:ADDRESSES_MOST]


def third_parties(scope: Scope, rules: Rules) -> Sequence[str]:
    """The key directories of addresses outside the assessed domains."""
    del rules  # addresses say where their keys lie
    ours = [domain.name for domain in scope.domains]
    domains = [address.rpartition("@")[2] for address in scope.addresses[:ADDRESSES_MOST]]
    outside = [name for name in domains if not any(name == own or name.endswith("." + own) for own in ours)]
    return tuple(host for name in dict.fromkeys(outside) for host in (f"openpgpkey.{name}", name))


async def collect(address: str, context: ProbeContext) -> Facts:
    """Both kinds of DNS records, and the directory."""
    local, _, domain = address.rpartition("@")
    label = owner_label(local)
    smimea = await context.network.secured(f"{label}._smimecert.{domain}", "SMIMEA")
    openpgpkey = await context.network.secured(f"{label}._openpgpkey.{domain}", "OPENPGPKEY")
    try:
        url = await _wkd_url(local, domain, context)
        page = await context.network.get(url, limit=KEY_LIMIT)
    except NotObserved:
        return Facts(smimea=smimea, openpgpkey=openpgpkey)
    key = page.status == 200 and not page.tls_error and page.untrusted_body.strip()[:1] not in ("", "<")
    return Facts(smimea=smimea, openpgpkey=openpgpkey, wkd=key, wkd_url=url)


async def _wkd_url(local: str, domain: str, context: ProbeContext) -> str:
    from urllib.parse import quote

    tail = f"hu/{wkd_hash(local)}?l={quote(local, safe='')}"
    host = f"openpgpkey.{domain}"
    if (await context.network.dns(host, "A")).records or (await context.network.dns(host, "AAAA")).records:
        return f"https://{host}/.well-known/openpgpkey/{domain}/{tail}"
    return f"https://{domain}/.well-known/openpgpkey/{tail}"


def judge(observations: Observations, _rules: Rules) -> Iterator[Outcome]:
    """Where a key was found, and whether it may be used."""
    for attempt, facts in observations.all(PUBLISHED_KEYS):
        for name in _found(facts):
            yield PUBLISHED_KEYS.outcome(name, attempt.subject)


def _found(facts: Facts) -> Iterator[str]:
    there = [
        (word, answer)
        for word, answer in (("smimea", facts.smimea), ("openpgpkey", facts.openpgpkey))
        if answer.records
    ]
    for word, answer in there:
        if answer.security is Security.SECURE:
            yield word
        elif answer.security is not Security.UNCHECKED:
            yield f"{word}_unsigned"
    if facts.wkd:
        yield "wkd"
    if not there and facts.wkd is False:
        yield "none"


PROBE = Probe(
    facts=PUBLISHED_KEYS,
    control=Control.SIGNING,
    consent=ConsentLevel.PUBLIC,
    subjects=subjects,
    third_parties=third_parties,
    collect=collect,
    judge=judge,
    timeout=90.0,
)
