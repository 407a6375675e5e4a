"""DKIM: keys at known and guessed selectors (RFC 6376, RFC 8301); guessing never proves that there is none."""

import asyncio
import secrets
from collections.abc import Iterable, Iterator, Sequence

from fumimori.core.grammar.dkim import DkimKey, is_dkim, parse_dkim
from fumimori.core.model import ConsentLevel, Control, Outcome, Record, Rules
from fumimori.core.network import NotSeen
from fumimori.core.network.dns import DnsAnswer, DnsStatus, Unanswered
from fumimori.core.seen import Seen
from fumimori.probes import mx
from fumimori.probes.contract import Look, Probe

AT_ONCE = 6
"""Questions to one domain's name servers at the same time."""
SELECTORS_MOST = 150


class SelectorSeen(Record):
    """A selector at which something stands."""

    selector: str
    canonical_name: str
    """Where a CNAME leads, such as into the provider's zone."""
    records: tuple[str, ...]
    """TXT records, untrusted."""

    @property
    def keys(self) -> tuple[DkimKey, ...]:
        """The records that are meant as keys."""
        return tuple(parse_dkim(txt) for txt in self.records if is_dkim(txt))


class Facts(Record):
    """What stands below `_domainkey`."""

    tried: tuple[str, ...]
    """Every selector that was asked for, the given ones first."""
    control: DnsAnswer
    """The answer for a random selector; a zone that answers it answers everything (wildcard)."""
    given: tuple[str, ...] = ()
    """Those that a person or a mail named: at them a missing key means something."""
    found: tuple[SelectorSeen, ...] = ()
    unanswered: tuple[Unanswered, ...] = ()

    @property
    def genuine(self) -> tuple[SelectorSeen, ...]:
        """The selectors with a key that is not the wildcard's."""
        return tuple(
            seen
            for seen in self.found
            if seen.keys and (not self.control.records or set(seen.records) != set(self.control.records))
        )


def _subjects(seen: Seen) -> Sequence[str]:
    return [domain.name for domain in seen.scope.domains]


def _selectors(domain: str, look: Look) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """The given selectors, and all that are to be tried: given, the provider's, the well-known ones."""
    scope = next((entry for entry in look.seen.scope.domains if entry.name == domain), None)
    given = scope.selectors if scope else ()
    facts = look.seen.facts("mx", domain, mx.Facts)
    provider = facts.provider if facts else ""
    of_provider = [
        selector
        for row in look.rules.tables["providers"].dicts()
        if provider and row["provider"] == provider
        for selector in row["selectors"].split()
    ]
    known = [row["selector"] for row in look.rules.tables["dkim_selectors"].dicts()]
    return given, tuple(dict.fromkeys((*given, *of_provider, *known)))[:SELECTORS_MOST]


async def _collect(domain: str, look: Look) -> Facts:
    given, selectors = _selectors(domain, look)
    control = await look.network.dns(f"{secrets.token_hex(8)}._domainkey.{domain}", "TXT")
    slots = asyncio.Semaphore(AT_ONCE)
    found: dict[str, SelectorSeen] = {}
    unanswered: list[Unanswered] = []

    async def ask(selector: str) -> None:
        name = f"{selector}._domainkey.{domain}"
        async with slots:
            try:
                answer = await look.network.dns(name, "TXT")
            except NotSeen as not_seen:
                unanswered.append(Unanswered(name=selector, rdtype="TXT", reason=not_seen.reason))
                return
        if answer.status is DnsStatus.ANSWER:
            found[selector] = SelectorSeen(
                selector=selector, canonical_name=answer.canonical_name, records=answer.records
            )

    await asyncio.gather(*(ask(selector) for selector in selectors))
    return Facts(
        tried=selectors,
        given=given,
        found=tuple(found[selector] for selector in selectors if selector in found),
        control=control,
        unanswered=tuple(unanswered),
    )


def _judge(seen: Seen, rules: Rules) -> Iterable[Outcome]:
    unused = {domain.name for domain in seen.scope.domains if domain.sends_mail is False}
    for attempt, facts in seen.all("dkim", Facts):
        if attempt.subject in unused:
            continue
        for word, values in _found(facts, rules):
            yield Outcome(code=f"dkim.{word}", subject=attempt.subject, values=tuple(values.items()))


Values = dict[str, str | int]


def _found(facts: Facts, rules: Rules) -> Iterator[tuple[str, Values]]:
    genuine = facts.genuine
    if facts.control.records:
        yield "wildcard", {"text": facts.control.records[0]}
    if not genuine:
        yield "not_found", {"count": len(facts.tried)}
        return
    keys = [(seen.selector, key) for seen in genuine for key in seen.keys]
    working = [(selector, key) for selector, key in keys if key.works]
    several = [seen.selector for seen in genuine if len(seen.keys) > 1]
    if several:
        yield "several", {"selectors": ", ".join(several)}
    yield from _faults(keys)
    if not working:
        revoked = any(key.revoked for _, key in keys)
        if revoked and all(key.revoked or key.fault for _, key in keys):
            yield "only_revoked", {"selectors": _names(keys)}
        return
    yield "found", {"selectors": _names(working)}
    yield from _strength(working, rules)


def _faults(keys: Sequence[tuple[str, DkimKey]]) -> Iterator[tuple[str, Values]]:
    for word, wrong in (
        ("malformed", [(selector, key) for selector, key in keys if key.fault]),
        ("revoked", [(selector, key) for selector, key in keys if key.revoked]),
        ("sha1_only", [(selector, key) for selector, key in keys if key.sha1_only]),
        ("test_mode", [(selector, key) for selector, key in keys if key.testing and key.works]),
    ):
        if wrong:
            yield word, {"selectors": _names(wrong)}


def _strength(working: Sequence[tuple[str, DkimKey]], rules: Rules) -> Iterator[tuple[str, Values]]:
    """The lengths of the RSA keys; Ed25519 counts as strong, but not every receiver knows it (RFC 8463)."""
    least, wanted = int(rules.number("dkim.bits_least")), int(rules.number("dkim.bits_wanted"))
    rsa = [(selector, key) for selector, key in working if key.kind == "rsa"]
    weak = [(selector, key) for selector, key in rsa if key.bits < least]
    short = [(selector, key) for selector, key in rsa if least <= key.bits < wanted]
    for word, keys in (("key_weak", weak), ("key_short", short)):
        if keys:
            yield word, {"selectors": _names(keys), "bits": min(key.bits for _, key in keys)}
    if not rsa:
        yield "ed25519_only", {"selectors": _names(working)}
    elif not weak and not short:
        yield "key_strong", {"selectors": _names(rsa), "bits": min(key.bits for _, key in rsa)}


def _names(keys: Sequence[tuple[str, DkimKey]]) -> str:
    return ", ".join(dict.fromkeys(selector for selector, _ in keys))


PROBE = Probe(
    id="dkim",
    control=Control.SENDER_AUTH,
    consent=ConsentLevel.PUBLIC,
    facts=Facts,
    outcomes=(
        "found",
        "key_strong",
        "key_short",
        "key_weak",
        "ed25519_only",
        "revoked",
        "only_revoked",
        "sha1_only",
        "test_mode",
        "malformed",
        "several",
        "wildcard",
        "not_found",
    ),
    subjects=_subjects,
    collect=_collect,
    judge=_judge,
    needs=("mx",),
)
