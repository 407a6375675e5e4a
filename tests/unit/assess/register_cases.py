"""Rows of registers, and the codes that follow from them."""

from datetime import date

import msgspec

from fumimori import resources
from fumimori.__main__ import bank
from fumimori.assess import registers as joins
from fumimori.checks.observations import Observations
from fumimori.grammar.rule_files import parse_rules
from fumimori.model import (
    Attempt,
    DomainScope,
    RegisterRow,
    Scope,
    Status,
)
from unit.assess.small import NOW, assessment

DAY = date(2026, 11, 24)
RULES = parse_rules("test", resources.rule_files(), resources.rule_tables())
SCOPE = Scope(domains=(DomainScope(name="example.jp"),))
BANK = bank()


def rows(**tables):
    """Rows of registers, each table a list of cells."""
    made = []
    for register, entries in tables.items():
        for cells in entries:
            made.append(RegisterRow(id=f"r{len(made)}", register=register, cells=cells))
    return tuple(made)


def follows(seen=None, **tables):
    observations = seen or Observations(SCOPE, ())
    about = msgspec.structs.replace(assessment(), scope=SCOPE, registers=rows(**tables))
    return joins.outcomes(about, observations, RULES, DAY)


def codes(seen=None, **tables):
    return [outcome.code.removeprefix("register_") for outcome in follows(seen, **tables)]


def account(kind, mfa, name="a"):
    return {"account": f"{name}@example.jp", "holder": "A", "kind": kind, "mfa": mfa}


EVERY, OFFICER = {"everyone": "yes", "subject": "Phishing"}, {"name": "Mori", "kind": "officer"}


def attempt(probe, facts):
    return Attempt(
        probe=probe,
        subject="example.jp",
        status=Status.COMPLETED,
        started=NOW,
        ended=NOW,
        facts=msgspec.Raw(msgspec.json.encode(facts)),
    )
