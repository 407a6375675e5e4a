"""The public RFC 7208 suite: every sender gets the right verdict, and the probe calls broken what is broken."""

import asyncio
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml

from fumimori.checks.spf import probe as spf
from fumimori.grammar.spf_check import Client, check_host
from fumimori.network import TimedOut
from fumimori.network.dns import DnsAnswer, DnsStatus
from loopback.fake_network import SERVFAIL, FakeNetwork, outcomes, scope_of

SUITE = Path(__file__).resolve().parents[4] / "shared/vectors/spf/rfc7208-tests.yml"
CASES = 203

ERRORS = spf.BROKEN | {"several"}
ELSEWHERE = {
    "invalid-domain-empty-label": "the suite leaves the choice; a name that cannot be asked for makes it incomplete",
    "invalid-domain-long": "as above",
    "invalid-domain-long-via-macro": "as above, and only once the macro is filled in",
    "include-at-limit": "one sender matches before the limit; counted is the worst path, which others take",
}
"""Where a look at the whole record says something else on purpose than the verdict for a single sender."""


class SuiteZone:
    """The suite's zone as a resolver that answers by name and type; `TIMEOUT` covers every type not listed."""

    def __init__(self, entries: dict[str, list[Any]]) -> None:
        self.entries = {name.lower().removesuffix("."): records for name, records in entries.items()}

    async def ask(self, name: str, rdtype: str) -> DnsAnswer:
        here, alias = name.lower(), ""
        for _ in range(5):
            records = self.entries.get(here)
            if records is None:
                below = any(known.endswith("." + here) for known in self.entries)
                return DnsAnswer(name=name, rdtype=rdtype, status=DnsStatus.NODATA if below else DnsStatus.NXDOMAIN)
            found = self.found(records, rdtype)
            if found:
                return DnsAnswer(
                    name=name, rdtype=rdtype, status=DnsStatus.ANSWER, records=tuple(found), canonical_name=alias
                )
            aliases = self.found(records, "CNAME")
            if not aliases:
                break
            here = alias = aliases[0].lower().removesuffix(".")
        return DnsAnswer(name=name, rdtype=rdtype, status=DnsStatus.NODATA)

    def found(self, records: list[Any], rdtype: str) -> list[str]:
        told = [record for record in records if record != "TIMEOUT"]
        wanted = [record[rdtype] for record in told if rdtype in record]
        if not wanted and rdtype == "TXT":
            wanted = [record["SPF"] for record in told if "SPF" in record]
        if "TIMEOUT" in wanted or (not wanted and "TIMEOUT" in records):
            raise TimedOut("dns_timeout")
        return [_presentation(rdtype, value) for value in wanted if value != "NONE"]


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


def cases() -> Iterator[tuple[str, dict[str, Any], dict[str, list[Any]], list[str]]]:
    for scenario in filter(None, yaml.safe_load_all(SUITE.read_text(encoding="utf-8"))):
        for name, test in scenario["tests"].items():
            results = test["result"] if isinstance(test["result"], list) else [test["result"]]
            yield name, test, scenario["zonedata"], results


def test_the_suite_is_whole():
    assert len(list(cases())) == CASES


@pytest.mark.parametrize(("test", "entries", "results"), [pytest.param(*case[1:], id=case[0]) for case in cases()])
def test_every_sender_gets_the_right_verdict(test, entries, results):
    client = Client(address=test["host"], sender=test["mailfrom"], helo=test["helo"])
    verdict = asyncio.run(check_host(client, SuiteZone(entries).ask))
    assert verdict.result in results, verdict
    if "explanation" in test:
        wanted = "" if test["explanation"] == "DEFAULT" else test["explanation"]
        assert verdict.explanation == wanted


@pytest.mark.parametrize(
    ("zone", "domain", "broken"),
    [
        pytest.param(
            zone_of(entries),
            (test["mailfrom"].split("@")[-1] or test["helo"]).lower(),
            "permerror" in results,
            id=name,
        )
        for name, test, entries, results in cases()
        if name not in ELSEWHERE
    ],
)
def test_a_permanent_error_is_found_and_nothing_else_is(zone, domain, broken):
    said = outcomes(spf.PROBE, FakeNetwork(zone), scope_of(domain))
    assert bool(said.keys() & ERRORS) is broken, sorted(said)
