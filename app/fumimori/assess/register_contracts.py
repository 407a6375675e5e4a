"""What the register of contracts and contacts proves: who runs what, in whose name, and who can reach whom. Pure."""

import re
from collections.abc import Iterator
from datetime import date, timedelta

from fumimori.assess.register_rows import Registers, listed, outcome
from fumimori.checks.observations import Observations
from fumimori.grammar.domain_names import BadDomainError, ascii_domain
from fumimori.grammar.person_names import same_person
from fumimori.model import Outcome, RegisterRow

SEVERAL = re.compile(r"[,、，/／&＆・;；\n]")
"""What stands between names where somebody wrote more than one into a cell."""
_PERSONS = 2


def contracts(registers: Registers, observations: Observations) -> Iterator[Outcome]:
    """Of every domain that is assessed; a row without a domain is about all of them."""
    rows = [row for row in registers.of("contracts", "company") if _runs(row, registers.day)]
    domains = [one.name for one in observations.scope.domains]
    reached = [row for row in rows if row.text("person") and row.text("reach")]
    known = [kind for kind in ("dns", "website") if _of_all(reached, kind, domains)]
    if known:
        words = [row.text("company") for row in reached if row.text("service") in known]
        word = "dns_and_website" if len(known) > 1 else f"{known[0]}_alone"
        yield outcome(f"register_contracts.{word}", names=listed(list(dict.fromkeys(words))))
    safe = [row for row in rows if row.yes("in_our_name") and _people(row, registers) and _lasts(row, registers)]
    if _of_all(safe, "registration", domains):
        yield outcome("register_contracts.registered", names=listed(domains))
    updated = [row for row in rows if row.text("service") in ("mail", "maintenance") and row.yes("updates")]
    if updated:
        yield outcome("register_contracts.updates_agreed", company=updated[0].text("company"))


def _runs(row: RegisterRow, day: date) -> bool:
    """Whether the contract goes on by `day`: not ended, and not past its end unless it renews itself."""
    ends = row.day("ends")
    return not row.text("ended") and (ends is None or ends >= day or row.text("renewal") == "automatic")


def _of_all(rows: list[RegisterRow], kind: str, domains: list[str]) -> bool:
    named = [_domain(row) for row in rows if row.text("service") == kind]
    return bool(named) and bool(domains) and all(domain in named or "" in named for domain in domains)


def _domain(row: RegisterRow) -> str:
    """The domain of the row; empty for all, and as it was typed where it is none."""
    typed = row.text("domain")
    try:
        return ascii_domain(typed) if typed else ""
    except BadDomainError:
        return typed


def _people(row: RegisterRow, registers: Registers) -> bool:
    """Whether two different people can log in, and none of those who are named has left."""
    people = {name for typed in SEVERAL.split(row.text("logins")) if (name := same_person(typed))}
    return len(people) >= _PERSONS and not people & registers.leavers.keys()


def _lasts(row: RegisterRow, registers: Registers) -> bool:
    ends = row.day("ends")
    soon = registers.day + timedelta(days=registers.rules.number("register_contracts.soon_days"))
    return row.text("renewal") == "automatic" or (ends is not None and ends >= soon)
