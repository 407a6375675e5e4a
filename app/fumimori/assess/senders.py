"""The register of senders against the SPF and DKIM records that were measured (RFC 7208, RFC 6376)."""

import re
from collections.abc import Iterable, Iterator, Sequence
from datetime import date
from ipaddress import IPv4Network, IPv6Network, ip_network

from fumimori.checks.dkim.facts import DKIM, SELECTOR
from fumimori.checks.dmarc_reports.senders import reports_of
from fumimori.checks.dmarc_reports.senders import senders as service_table
from fumimori.checks.observations import Observations
from fumimori.checks.spf.facts import SPF
from fumimori.grammar.spf_walk import SpfTree
from fumimori.grammar.suffixes import registrable_part
from fumimori.model import Outcome, RegisterRow

PROPOSED_MOST = 50
_BETWEEN = re.compile(r"[\s,;、，]")
_MECHANISM = re.compile(r"^[+?~-]?(?:include|ip4|ip6|a|mx|redirect)[:=]")


def senders(rows: Sequence[RegisterRow], observations: Observations, day: date) -> Iterator[Outcome]:
    """Senders that the records do not name, and what SPF names and no row does.

    Only of domains whose records were read whole: what could not be looked at is not missing.
    """
    by_domain: dict[str, list[RegisterRow]] = {}
    for row in rows:
        ended = row.day("ended")
        if ended is None or ended >= day:
            by_domain.setdefault(_domain(row.text("domain")), []).append(row)
    wrong: list[Outcome] = []
    listed = 0
    for domain in (one.name for one in observations.scope.domains):
        entries = by_domain.get(domain, [])
        facts = observations.facts(SPF, domain) if entries else None
        tree = facts.tree(domain) if facts is not None else None
        whole = tree if tree is not None and tree.root.state == "found" and not tree.unanswered else None
        for row in entries:
            wrong += _missing(row, domain, whole, observations)
        if whole is not None:
            listed += len(entries)
            wrong += _unknown(entries, domain, whole)
    yield from wrong
    if listed and not wrong:
        yield Outcome(code="register_senders.listed", subject="", values=(("count", listed),))


def registered_selectors(rows: Iterable[RegisterRow]) -> dict[str, tuple[str, ...]]:
    """By domain, the DKIM selectors that the register of senders names."""
    found: dict[str, dict[str, None]] = {}
    for row in rows:
        selector = row.text("selector").lower()
        if row.register == "senders" and selector:
            found.setdefault(_domain(row.text("domain")), {})[selector] = None
    return {domain: tuple(selectors) for domain, selectors in found.items()}


def proposed(observations: Observations, domain: str, rows: Iterable[RegisterRow]) -> list[dict[str, str]]:
    """Rows for the register of senders that the DMARC reports about `domain` suggest and that `rows` do not hold yet.

    One for each selector by which receivers saw a right signature of the domain, and one for each other sender by the
    name that its own signature or SPF shows. Whoever keeps the register says whether they are known.
    """
    reports = reports_of(observations, domain)
    here = [row for row in rows if row.register == "senders" and _domain(row.text("domain")) == domain]
    services = {row.text("service").lower() for row in here}
    selectors = {row.text("selector").lower() for row in here}
    end = f"._domainkey.{domain}"
    names = (name for report in reports for row in report.rows for name in row.key_names if name.endswith(end))
    own = [one for one in dict.fromkeys(name.removesuffix(end) for name in names) if SELECTOR.fullmatch(one)]
    shown = [one.name for one in service_table(reports, domain) if one.name not in ("", registrable_part(domain))]
    others = [one for one in shown if one.isascii() and one.replace(".", "").replace("-", "").isalnum()]
    found = [{"service": one, "domain": domain, "selector": one} for one in own if one not in selectors]
    found += [{"service": one, "domain": domain} for one in others if one not in services]
    return found[:PROPOSED_MOST]


def _unknown(rows: Sequence[RegisterRow], domain: str, tree: SpfTree) -> Iterator[Outcome]:
    known = {token for row in rows for token in _tokens(row.text("spf"))}
    for name in _included(tree):
        if name not in known:
            values = (("domain", domain), ("include", name))
            yield Outcome(code="register_senders.unknown_in_spf", subject=domain, values=values)


def _missing(row: RegisterRow, domain: str, tree: SpfTree | None, observations: Observations) -> Iterator[Outcome]:
    service, tokens, selector = row.text("service"), _tokens(row.text("spf")), row.text("selector").lower()
    if not tokens and not selector:
        yield Outcome(code="register_senders.unproven", subject=service, values=(("domain", domain),))
    if tokens and tree is not None:
        absent = [token for token in tokens if not _named(token, tree)]
        if absent:
            yield Outcome(
                code="register_senders.not_in_spf",
                subject=service,
                values=(("domain", domain), ("entry", " ".join(absent))),
            )
    keys = observations.facts(DKIM, domain)
    if selector and keys is not None and selector in {tried.lower() for tried in keys.tried}:
        unanswered = any(question.name.lower().startswith(f"{selector}.") for question in keys.unanswered)
        if not unanswered and selector not in {one.selector.lower() for one in keys.genuine}:
            yield Outcome(
                code="register_senders.not_in_dkim",
                subject=service,
                values=(("domain", domain), ("selector", selector)),
            )


def _domain(typed: str) -> str:
    return typed.rpartition("@")[2].strip().rstrip(".").lower()


def _tokens(typed: str) -> tuple[str, ...]:
    """The names and addresses in a cell, without the mechanism's word before them."""
    words = (_MECHANISM.sub("", word.lower()).rstrip(".") for word in _BETWEEN.split(typed))
    return tuple(word for word in words if word)


def _named(token: str, tree: SpfTree) -> bool:
    """Whether the tree lets the name or the address of `token` send."""
    network = _network(token)
    if network is None:
        return any(node.name == token and node.passing for node in tree.nodes) or any(
            token in directive.text.lower() for directive in tree.root.record.effective
        )
    return any(
        network.version == allowed.version and network.subnet_of(allowed)  # type: ignore[arg-type]
        for allowed in map(ip_network, tree.networks)
    )


def _network(token: str) -> IPv4Network | IPv6Network | None:
    try:
        return ip_network(token, strict=False)
    except ValueError:
        return None


def _included(tree: SpfTree) -> Iterator[str]:
    """The names of others that the domain's own records include."""
    for node in tree.nodes:
        if node.via == "include" and node.passing and not node.own and node.state == "found":
            above = any(
                parent.own or parent is tree.root
                for parent in tree.nodes
                if any(directive.text == node.term for directive in parent.record.effective)
            )
            if above:
                yield node.name
