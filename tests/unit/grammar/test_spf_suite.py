"""The public RFC 7208 suite: what its receivers call a permanent error is what the SPF probe calls broken."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml

from fumimori.probes import spf
from loopback.paper_network import SERVFAIL, PaperNetwork, outcomes, scope_of

SUITE = Path(__file__).resolve().parents[4] / "shared/vectors/spf/rfc7208-tests.yml"

ERRORS = spf.BROKEN | {"several"}
ELSEWHERE = {
    "invalid-domain-empty-label": "the suite leaves the choice; a name that cannot be asked for makes it incomplete",
    "invalid-domain-long": "as above",
    "invalid-domain-long-via-macro": "as above, and only once the macro is filled in",
    "include-at-limit": "one sender matches before the limit; counted is the worst path, which others take",
}
"""Tests about a single sender or a free choice, where a look at the whole record says something else on purpose."""


def zone_of(entries: dict[str, list[Any]]) -> dict[str, dict[str, list[str]]]:
    """The suite's zone in the form of the paper network."""
    zone: dict[str, dict[str, list[str]]] = {}
    for name, records in entries.items():
        types = zone.setdefault(name.lower(), {})
        for record in records:
            if record == "TIMEOUT" or "TIMEOUT" in record.values():
                types[SERVFAIL] = []
                continue
            for rdtype, value in record.items():
                types.setdefault(rdtype, []).append(_presentation(rdtype, value))
        if "TXT" not in types and "SPF" in types:  # the suite's short way of writing both
            types["TXT"] = types["SPF"]
        if types.get("TXT") == ["NONE"]:
            del types["TXT"]
    return zone


def _presentation(rdtype: str, value: Any) -> str:
    if rdtype in ("TXT", "SPF"):
        return "".join(value) if isinstance(value, list) else value
    return f"{value[0]} {value[1]}." if rdtype == "MX" else str(value)


def cases() -> Iterator[Any]:
    for scenario in filter(None, yaml.safe_load_all(SUITE.read_text(encoding="utf-8"))):
        zone = zone_of(scenario["zonedata"])
        for name, test in scenario["tests"].items():
            domain = (test["mailfrom"].split("@")[-1] or test["helo"]).lower()
            results = test["result"] if isinstance(test["result"], list) else [test["result"]]
            if name not in ELSEWHERE:
                yield pytest.param(zone, domain, "permerror" in results, id=name)


@pytest.mark.parametrize(("zone", "domain", "broken"), list(cases()))
def test_a_permanent_error_is_found_and_nothing_else_is(zone, domain, broken):
    said = outcomes(spf.PROBE, PaperNetwork(zone), scope_of(domain))
    assert bool(said.keys() & ERRORS) is broken, sorted(said)
