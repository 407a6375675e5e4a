"""Webmail: passwords typed into a browser travel encrypted only, and the browser remembers to insist on it (RFC 6797).

Objective  Answer whether the webmail is reached by HTTPS alone, with a certificate that browsers take.
Inputs     The webmail hosts of the scope (`host` or `host:port`).
Steps      GET of the start page over HTTP (port 80; one redirect within HTTP is followed to find the login form) and
           over HTTPS (the certificate need not hold, so that the page can be judged anyway), then the hellos of
           probes.tls to the HTTPS port. No name and no password is sent.
Outcomes   login_in_clear, https_missing, certificate_expired, certificate_untrusted, certificate_wrong_name, tls_broken
           (high); certificate_urgent (high), certificate_soon, tls_old, suite_weak (medium); no_redirect,
           redirect_unreadable, detour, hsts_missing, hsts_short (low); https_good (ok).
"""

import re
from collections.abc import Iterator, Sequence
from datetime import datetime
from urllib.parse import urlsplit

from fumimori.checks.contract import Probe, ProbeContext
from fumimori.checks.expiry import Urgency, days_left, days_since, urgency
from fumimori.checks.observations import NamedOutcome, Observations
from fumimori.checks.tls.certificate_checks import distrust
from fumimori.checks.tls.facts import TlsSupport
from fumimori.checks.tls.search import LISTED_MOST, Service
from fumimori.checks.tls.support import find_support
from fumimori.checks.tls.verdicts import CLIENT, suite_outcomes, version_outcomes
from fumimori.checks.webmail.facts import WEBMAIL, Facts
from fumimori.grammar.domain_names import split_host
from fumimori.model import ConsentLevel, Control, Outcome, Rules
from fumimori.network import NotObserved, Unreachable
from fumimori.network.tls import Handshake
from fumimori.network.together import both
from fumimori.network.web import REDIRECTS, WebAnswer

BODY_MOST = 131072
ADDRESSES_MOST = 2
_PASSWORD_FIELD = re.compile(r"<input\b[^>]{0,500}?\btype\s*=\s*[\"']?password\b", re.IGNORECASE)
_MAX_AGE = re.compile(r"(?:^|;)\s*max-age\s*=\s*\"?(\d{1,18})\"?\s*(?:;|$)", re.IGNORECASE)


def subjects(observations: Observations) -> Sequence[str]:
    """The webmail hosts that were named."""
    return observations.scope.webmail_hosts


async def collect(subject: str, context: ProbeContext) -> Facts:
    """The facts of `host` or `host:port`; NotObserved when it has no address or answers nowhere."""
    host, port = split_host(subject, 443)
    addresses = await context.network.addresses(host)
    if not addresses:
        raise Unreachable("no_address", host)
    (plain, plain_next, plain_reason), (secure, secure_reason) = await both(
        _plain(host, context) if port == 443 else _nothing(), _secure(host, port, context)
    )
    if plain is None and secure is None:
        raise Unreachable(secure_reason or plain_reason, host)
    support = TlsSupport()
    if secure is not None and secure.tls_error != "handshake":
        agreed = Handshake(version=secure.tls_version, suite="") if secure.tls_version else None
        for address in addresses[:ADDRESSES_MOST]:
            service = Service(host=host, address=address, port=port)
            try:
                support = await find_support(
                    context.network, context.rules, service, agreed, chain=secure.chain, thorough=context.thorough
                )
                break
            except NotObserved:
                continue
    return Facts(
        plain=plain,
        plain_next=plain_next,
        plain_reason=plain_reason,
        secure=secure,
        secure_reason=secure_reason,
        support=support,
    )


async def _nothing() -> tuple[None, None, str]:
    return None, None, ""


async def _plain(host: str, context: ProbeContext) -> tuple[WebAnswer | None, WebAnswer | None, str]:
    try:
        first = await context.network.get(f"http://{host}/", limit=BODY_MOST)
    except NotObserved as not_observed:
        return None, None, not_observed.reason
    target = first.target
    if urlsplit(target).scheme != "http" or urlsplit(target).hostname != host:
        return first, None, ""
    try:
        return first, await context.network.get(target, limit=BODY_MOST), ""
    except NotObserved:
        return first, None, ""


async def _secure(host: str, port: int, context: ProbeContext) -> tuple[WebAnswer | None, str]:
    place = host if port == 443 else f"{host}:{port}"
    try:
        return await context.network.get(f"https://{place}/", limit=BODY_MOST, any_certificate=True), ""
    except NotObserved as not_observed:
        return None, not_observed.reason


# --- judging ------------------------------------------------------------------------------------------------------


def judge(observations: Observations, rules: Rules) -> Iterator[Outcome]:
    """What each host does with browsers that come in the clear, and with those that come encrypted."""
    for attempt, facts in observations.all(WEBMAIL):
        words = list(_outcomes(facts, rules, attempt.ended))
        if _is_good(facts) and not any(name in _AGAINST for name, _ in words):
            words.append(("https_good", ()))
        yield from WEBMAIL.outcomes(attempt.subject, words, ("host", attempt.subject))


def _is_good(facts: Facts) -> bool:
    secure = facts.secure
    return secure is not None and secure.status > 0 and not secure.tls_error


def _outcomes(facts: Facts, rules: Rules, at: datetime) -> Iterator[NamedOutcome]:
    yield from _in_the_clear(facts)
    secure = facts.secure
    if secure is None:
        if facts.secure_reason == "connection_refused":
            yield "https_missing", ()
        return
    if secure.tls_error == "handshake" and not facts.support.accepted:
        yield "https_missing", ()
        return
    yield from _certificate(secure, rules, at)
    yield from _tls(facts.support, rules)
    if secure.status:
        yield from _hsts(secure, rules)


def _in_the_clear(facts: Facts) -> Iterator[NamedOutcome]:
    pages = [page for page in (facts.plain, facts.plain_next) if page is not None and page.status]
    if not pages:
        return
    if any(page.status == 200 and _PASSWORD_FIELD.search(page.untrusted_body) for page in pages):
        yield "login_in_clear", ()
        return
    schemes = [urlsplit(page.target).scheme for page in pages]
    if schemes[0] == "https":
        return
    broken = next((page for page in pages if page.target_unreadable), None)
    if broken is not None:
        yield "redirect_unreadable", (("target", broken.header("location")[:120]),)
        return
    if "https" in schemes[1:]:
        yield "detour", ()
    elif pages[-1].status == 200 or pages[0].status in REDIRECTS:
        yield "no_redirect", ()


def _certificate(secure: WebAnswer, rules: Rules, at: datetime) -> Iterator[NamedOutcome]:
    chain = secure.chain
    if chain is None or not chain.certificates:
        return
    leaf = chain.certificates[0]
    time = urgency(leaf.not_before, leaf.not_after, at, rules)
    expired = time is Urgency.EXPIRED
    days = days_since(leaf.not_after, at) if expired else days_left(leaf.not_after, at)
    if time is not Urgency.FINE:
        yield f"certificate_{time.value}", (("day", f"{leaf.not_after:%Y-%m-%d}"), ("days", days))
    faults = distrust(chain, name_is_confirmed=True)
    if "wrong_name" in faults:
        yield "certificate_wrong_name", (("names", ", ".join(leaf.names[:5]) or "-"),)
    if set(faults) - {"wrong_name"} or chain.trust_error == "weak":
        yield "certificate_untrusted", (("issuer", leaf.issuer),)


def _tls(support: TlsSupport, rules: Rules) -> Iterator[NamedOutcome]:
    words = dict((*version_outcomes(support, CLIENT), *suite_outcomes(support, CLIENT, rules)))
    broken = [shown for word, shown in (("ssl2", "SSL 2.0"), ("ssl3", "SSL 3.0")) if word in words]
    broken += [str(value) for _, value in words.get("suite_broken", ())]
    if broken:
        yield "tls_broken", (("what", ", ".join(broken)),)
    if "tls_old" in words:
        yield "tls_old", words["tls_old"]
    if "suite_weak" in words:
        yield "suite_weak", words["suite_weak"]


def _hsts(secure: WebAnswer, rules: Rules) -> Iterator[NamedOutcome]:
    header = secure.header("strict-transport-security")
    match = _MAX_AGE.search(header)
    least = int(rules.number("webmail.hsts_seconds_least"))
    if match is None:
        yield "hsts_missing", ()
    elif int(match[1]) < least:
        yield "hsts_short", (("seconds", int(match[1])), ("least", least))


_AGAINST = frozenset(
    {
        *("login_in_clear", "no_redirect", "redirect_unreadable", "detour", "hsts_missing", "hsts_short"),
        *("certificate_expired", "certificate_untrusted", "certificate_wrong_name"),
    }
)
"""Outcomes that rule out a *yes* to the question about webmail."""


PROBE = Probe(
    facts=WEBMAIL,
    control=Control.PROTOCOLS,
    consent=ConsentLevel.CONNECTIONS,
    subjects=subjects,
    named_hosts_only=True,
    collect=collect,
    judge=judge,
    connections=11,
    connections_thorough=11 + 2 * LISTED_MOST,
)
