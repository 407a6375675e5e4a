"""A message's way in words: hop by hop, and what it leaves unproved."""

from collections.abc import Collection, Iterator
from datetime import datetime

from fumimori.checks.mail_message.facts import Direction, Facts
from fumimori.grammar.trace import Hop
from fumimori.texts import Texts, sanitize

SIGNED = frozenset({"dkim_valid", "dkim_passed", "dkim_broken", "dkim_absent", "dkim_foreign", "sent_copy"})
"""Outcomes that say something of the signature."""
METHODS = ("spf", "dkim", "dmarc")
NAME_MOST = 120
MINUTES_FROM = 180
"""Seconds from which a delay is given in minutes."""

Row = tuple[str, ...]


def hop_rows(t: Texts, facts: Facts) -> tuple[Row, ...]:
    """Each hop, the first one first: its number, from where to where, encrypted or not, when, and after how long."""
    rows, before = [], facts.at
    for number, hop in enumerate(reversed(facts.hops), 1):
        receiver = sanitize(hop.by, NAME_MOST) or t("ui.round_trip.nobody")
        way = t("ui.round_trip.way", sender=_sender(t, hop), receiver=receiver)
        at = t.moment(hop.at) if hop.at else "-"
        rows.append((str(number), way, _encrypted(t, hop), at, _delay(t, before, hop.at)))
        before = hop.at or before
    return tuple(rows)


def _sender(t: Texts, hop: Hop) -> str:
    name = sanitize(hop.name, NAME_MOST)
    if name and hop.address and hop.address not in name:
        return f"{name} [{hop.address}]"
    return name or hop.address or t("ui.round_trip.nobody")


def _encrypted(t: Texts, hop: Hop) -> str:
    if hop.tls == "yes":
        return hop.tls_version or t("ui.round_trip.tls_yes")
    return t(f"ui.round_trip.tls_{hop.tls}")


def _delay(t: Texts, before: datetime | None, at: datetime | None) -> str:
    if before is None or at is None:
        return "-"
    seconds = int((at - before).total_seconds())
    if seconds < 0:
        return t("ui.round_trip.clock", count=-seconds)
    if seconds < MINUTES_FROM:
        return t("ui.round_trip.seconds", count=seconds)
    return t("ui.round_trip.minutes", count=seconds // 60)


def verdict_words(t: Texts, facts: Facts) -> str:
    """What the last server found, in its own words; empty where it wrote nothing."""
    found = (f"{one.method.upper()} {one.result}" for one in facts.verdicts)
    listed = t.listed(sanitize(words, 60) for words in dict.fromkeys(found))
    receiver = sanitize(facts.receiver, NAME_MOST) or t("ui.round_trip.nobody")
    return t("ui.round_trip.verdicts", receiver=receiver, found=listed) if listed else ""


def unproved(t: Texts, facts: Facts, codes: Collection[str]) -> tuple[str, ...]:
    """What this message does not show; `codes` are the names of the outcomes that followed from it."""
    return tuple(t(f"ui.round_trip.unproved_{word}", **values) for word, values in _unproved(t, facts, codes))


def _unproved(t: Texts, facts: Facts, codes: Collection[str]) -> Iterator[tuple[str, dict[str, object]]]:
    silent = sum(hop.tls == "unknown" for hop in facts.hops)
    if silent:
        yield "tls", {"count": silent, "all": len(facts.hops)}
    if any(hop.tls == "yes" for hop in facts.hops):
        yield "certificate", {}
    if facts.direction is Direction.SENT:
        selectors = sorted({one.selector for one in facts.signatures if one.kind == "dkim" and one.selector})
        if not SIGNED & set(codes):
            yield "dkim", {"selectors": t.listed(sanitize(one, 60) for one in selectors[:5]) or "-"}
        if facts.smime is None:
            yield "smime", {}
    said = {one.method for one in facts.verdicts}
    missing = [method.upper() for method in METHODS if method not in said]
    if missing:
        yield "verdicts", {"methods": t.listed(missing)}
    yield "forged", {}
    yield f"others_{facts.direction}", {}
