"""Administration pages that everybody can open: recognised by what they say, never by their port, never logged in to.

Objective  Find administration pages that anyone can reach, and forgotten set-up pages.
Inputs     The hosts that the authorisation names; tables admin_places (where panels usually answer) and admin_pages
           (what they say, and what it means).
Steps      One GET for each place, a few ports at a time, at most two redirects on the same host and port; a certificate
           that the panel signed itself does not prevent reading. No form is sent, no name, no password.
Outcomes   installer, open_console (critical); login_page, installer_off (medium); login_reachable (info): against an
           answer that the first password still holds; default_account (info): the maker's documentation names a default
           login for this product; none_found (ok). Seen from the organisation's own network every page is inside_only
           (info).
Sources    NIST SP 800-45 version 2; documentation of the makers.
"""

import asyncio
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from urllib.parse import urlsplit

from fumimori.checks.admin_pages.facts import ADMIN_PAGES, Facts, Page
from fumimori.checks.contract import Probe, ProbeContext
from fumimori.checks.hosts import own_hosts
from fumimori.checks.observations import Observations
from fumimori.model import ConsentLevel, Control, Outcome, Rules, Values
from fumimori.network import NotObserved, Unreachable
from fumimori.network.together import together
from fumimori.network.web import WebAnswer

AT_ONCE = 4
REDIRECTS_MOST = 2
BODY_LIMIT = 32768
CLOSED = ("connection_refused", "connect_timeout", "no_route", "no_address")
"""Reasons for which nothing is there; any other means that a port is open and its page was not seen."""
FAILED = (0, 404, 410)
"""Answers behind which there is no page."""


async def collect(subject: str, context: ProbeContext) -> Facts:
    """The recognised pages of one host; NotObserved when there are none and an open port showed nothing."""
    if not await context.network.addresses(subject):
        raise Unreachable("no_address", subject)
    table = context.rules.tables["admin_pages"].dicts()
    by_port: dict[tuple[str, int], list[str]] = {}
    for row in context.rules.tables["admin_places"].dicts():
        by_port.setdefault((row["scheme"], int(row["port"])), []).append(row["path"])
    slots = asyncio.Semaphore(AT_ONCE)

    async def ask(scheme: str, port: int, paths: Sequence[str]) -> _Asked:
        async with slots:
            return await _behind(f"{scheme}://{subject}:{port}", paths, table, context)

    asked = await together(*(ask(scheme, port, paths) for (scheme, port), paths in by_port.items()))
    pages = {(page.product, page.kind, _port(page.url)): page for each in asked for page in each.pages}
    # A port that spoke HTTP need not speak HTTPS as well, nor the other way round.
    shown = {port for (_, port), each in zip(by_port, asked, strict=True) if each.answered and each.broken is None}
    broken = [
        each.broken
        for (_, port), each in zip(by_port, asked, strict=True)
        if each.broken is not None and port not in shown
    ]
    if broken and not pages:
        raise broken[0]
    answered = sum(each.answered for each in asked)
    return Facts(host=subject, pages=tuple(pages.values()), answered=answered, unseen=len(broken))


@dataclass(kw_only=True)
class _Asked:
    """What one port showed."""

    answered: int = 0
    pages: list[Page] = field(default_factory=list)
    broken: NotObserved | None = None
    """Why it showed no page although it was open."""


async def _behind(base: str, paths: Sequence[str], table: Sequence[Mapping[str, str]], context: ProbeContext) -> _Asked:
    """How often something answered at one port, and the pages that were recognised."""
    asked = _Asked()
    for path in paths:
        try:
            answer = await _page(base + path, context)
        except NotObserved as not_observed:
            # A port without an answer at its first path is not asked for the next.
            asked.answered += not_observed.reason == "connection_refused"
            asked.broken = None if not_observed.reason in CLOSED else not_observed
            return asked
        if answer.status or answer.tls_error:
            asked.answered += 1
        row = recognised(answer, table)
        if row:
            asked.pages.append(Page(url=answer.url, status=answer.status, product=row["product"], kind=row["kind"]))
    return asked


async def _page(url: str, context: ProbeContext) -> WebAnswer:
    answer = await context.network.get(url, limit=BODY_LIMIT, any_certificate=True)
    for _ in range(REDIRECTS_MOST):
        target = answer.target
        here = urlsplit(target)[:2] == urlsplit(answer.url)[:2]
        if not (target and here and target != answer.url):
            break
        answer = await context.network.get(target, limit=BODY_LIMIT, any_certificate=True)
    return answer


def recognised(answer: WebAnswer, table: Sequence[Mapping[str, str]]) -> Mapping[str, str] | None:
    """The first row whose text is in the page or its headers; a page that is not there is no page."""
    if answer.status in FAILED or answer.status >= 500:
        return None
    text = "\n".join((*(f"{name}: {value}" for name, value in answer.headers), answer.untrusted_body))
    for row in table:
        if re.search(row["pattern"], text) and (not row["path"] or row["path"] in urlsplit(answer.url).path):
            return row
    return None


def _port(url: str) -> int:
    """The port of a page's address, 443 where it names none that there is."""
    try:
        return urlsplit(url).port or 443
    except ValueError:
        return 443


def judge(observations: Observations, rules: Rules) -> Iterator[Outcome]:
    """What each page means; that none was found only where the host is known to be there."""
    accounts = {row["product"]: row["account"] for row in rules.tables["admin_pages"].dicts() if row["account"]}
    words = {
        "login": "login_page",
        "installer": "installer",
        "installer_off": "installer_off",
        "console": "open_console",
    }
    for attempt, facts in observations.all(ADMIN_PAGES):
        inside = observations.inside(attempt)
        host: Values = (("host", facts.host),)
        for page in facts.pages:
            values: Values = (*host, ("product", page.product), ("url", page.url[:120]))
            subject = f"{facts.host}:{_port(page.url)}"
            name = "inside_only" if inside else words.get(page.kind, "")
            if not name:
                continue
            yield ADMIN_PAGES.outcome(name, subject, values)
            if name == "login_page":
                # A default password is worse where everybody can try it.
                yield ADMIN_PAGES.outcome("login_reachable", subject, values)
            if page.kind == "login" and page.product in accounts:
                shown: Values = (*values, ("account", accounts[page.product]))
                yield ADMIN_PAGES.outcome("default_account", subject, shown)
        if not facts.pages and facts.answered and not facts.unseen and not inside:
            yield ADMIN_PAGES.outcome("none_found", attempt.subject, host)


PROBE = Probe(
    facts=ADMIN_PAGES,
    control=Control.FIREWALL,
    consent=ConsentLevel.AUTHORISED,
    subjects=own_hosts,
    collect=collect,
    judge=judge,
    connections=45,
    needs=("mx",),
    timeout=240.0,
)
