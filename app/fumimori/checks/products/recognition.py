"""Which product stands behind a greeting, a version line or a web page, and how much that is worth as evidence."""

import re
from collections.abc import Sequence
from functools import lru_cache

from fumimori.model import Record, Table

LONGEST = 65536
"""Characters of a page that are looked at."""
GREETING_LONGEST = 512
"""Characters of a greeting that are looked at; RFC 5321 section 4.5.3.1.5 allows no longer line."""
_SHOWN = 40
_VERSION_SHOWN = 80
_NO_VERSION = re.compile(
    r"<[^<>]{0,200}>|\[[^\[\]]{0,400}\]"  # APOP stamps (RFC 1939 section 7), lists of capabilities, address literals
    r"|\b(?:[\w-]{1,63}\.){1,10}[a-z][a-z0-9-]{1,62}\b\.?"  # names of hosts
    r"|(?<![\w.])(?:\d{1,3}\.){3}\d{1,3}(?![\w.])"  # IPv4 addresses
    r"|(?<![\w.])\d{1,4}\.\d{1,2}\.(?:19|20)?\d\d(?![\w.])"  # dates, the year last
    r"|(?<![\w.])(?:19|20)\d\d\.\d{1,2}\.\d{1,2}(?![\w.])",  # dates, the year first
    re.IGNORECASE,
)
"""Numbers with dots that are no versions."""
_VERSION = re.compile(r"(?:[\w+-]{1,30}[ /(_:-]{1,3})?(?<![\w.])[vVrR]?\d{1,5}(?:\.\d{1,6}|_[A-Z]\w)[\w.+~-]{0,40}")
"""A number with a dot, or Domino's `V85_M2`, with the word before it."""


class Recognised(Record):
    """A product as it shows itself; free text of the server, so never a proof of its name."""

    product: str
    """The word by which the tables know it."""
    name: str
    version: str = ""
    evidence: str = "D"
    """A: a distribution's package; B: a maker's build; C: a version of the source, perhaps with fixes put in
    later; D: the product only."""
    package: str = ""
    """Version and revision of the distribution's package as far as they are shown."""
    distribution: str = ""


def recognised(protocol: str, untrusted_text: str, table: Table) -> Recognised | None:
    """The first product of `table` whose pattern fits; patterns for more telling texts stand first."""
    for row in table.dicts():
        if row["protocol"] != protocol:
            continue
        longest = LONGEST if protocol == "http" else GREETING_LONGEST
        match = _compiled(row["pattern"]).search(untrusted_text[:longest])
        if match is None:
            continue
        shown = {name: value[:_SHOWN] for name, value in match.groupdict().items() if value}
        version = shown.get("version", "").replace("_", ".").rstrip(".") or _unpacked(shown.get("packed", ""))
        package, distribution = shown.get("package", ""), shown.get("distribution", "")
        return Recognised(
            product=row["product"],
            name=row["name"],
            version=version,
            evidence=_worth(row["grade"], version, package, distribution),
            package=package,
            distribution=distribution or ("Debian" if "+deb" in package else ""),
        )
    return None


def shown_version(protocol: str, untrusted_greeting: str, table: Table) -> str:
    """The version that a greeting gives away, with its product where that is known; empty when it shows none.

    A number counts also where nobody recognises the product, unless it belongs to a name, an address or a date.
    """
    found = recognised(protocol, untrusted_greeting, table)
    if found is not None and found.version:
        return f"{found.name} {found.version}"[:_VERSION_SHOWN]
    greeting = untrusted_greeting[:GREETING_LONGEST]
    # The first word of an SMTP greeting is the server's name (RFC 5321 section 4.2), whatever it looks like.
    said = greeting.partition(" ")[2] if protocol == "smtp" else greeting
    match = _VERSION.search(_NO_VERSION.sub(" ", said))
    return match.group().strip()[:_VERSION_SHOWN] if match else ""


def release(found: Recognised, hints: Table) -> str:
    """The release of the distribution that the package belongs to: `12`, `22.04`; empty when it does not show."""
    marked = re.search(r"[+~]deb(\d+)u\d", found.package)
    if marked and found.distribution == "Debian":
        return marked[1]
    for row in hints.dicts():
        fits = found.product == "openssh" and row["distribution"] == found.distribution
        if fits and row["version"] == found.version:
            return row["release"]
    return ""


def systems(all_found: Sequence[Recognised], hints: Table) -> tuple[str, str]:
    """Distribution and release that the products of one host agree on; empty where nothing shows."""
    named = [found for found in all_found if found.distribution]
    releases = [(found.distribution, release(found, hints)) for found in named]
    known = next((pair for pair in releases if pair[1]), None)
    return known or (releases[0] if releases else ("", ""))


def _worth(grade: str, version: str, package: str, distribution: str) -> str:
    if package and distribution in ("", "Debian", "Ubuntu"):
        return "A"
    return grade if version else "D"


def _unpacked(packed: str) -> str:
    """Roundcube writes 1.6.11 as 10611."""
    if not packed:
        return ""
    number = int(packed)
    return f"{number // 10000}.{number // 100 % 100}.{number % 100}"


@lru_cache(maxsize=256)
def _compiled(pattern: str) -> re.Pattern[str]:
    return re.compile(pattern, re.MULTILINE)
