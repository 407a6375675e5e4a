"""Many assessments share one network, a few at a time; each is handed out as it ends; a stop lets no other begin."""

import asyncio
from collections.abc import Callable, Sequence
from datetime import UTC, datetime
from typing import cast

import pytest

from fumimori.checks.contract import Probe, ProbeContext
from fumimori.checks.observations import FactsKey
from fumimori.engine import Measurement, NetworkSettings, Toolkit, measure_many
from fumimori.engine.many import SIDE_BY_SIDE
from fumimori.model import (
    Assessment,
    Consent,
    ConsentLevel,
    Control,
    DomainScope,
    Record,
    Rules,
    Scope,
    Status,
    Vantage,
)
from fumimori.network import Network, Notes

NOW = datetime(2026, 11, 24, 10, 0, tzinfo=UTC)


class Facts(Record):
    word: str


class Slow:
    """A network whose control hosts answer early, and whose other news take longer than anybody waits."""

    def __init__(self, rest: asyncio.Event | None = None) -> None:
        self.rest = rest

    def for_attempt(self, notes: Notes) -> "Slow":
        del notes
        return self

    def now(self) -> datetime:
        return NOW

    async def lies_inside(self, host: str) -> bool:
        return host.startswith("inside.")

    async def probe_environment(
        self,
        targets: Sequence[str],
        *,
        control_hosts: object,
        from_outside: bool,
        early: Callable[[Vantage], None],
    ) -> Vantage:
        del targets, control_hosts, from_outside
        early(Vantage(at=NOW, online=True, resolver="early", port25="open"))
        if self.rest is not None:
            await self.rest.wait()
        return Vantage(at=NOW, online=True, resolver="late", port25="open")


class Counting:
    """A probe's look that counts how many run at once."""

    def __init__(self) -> None:
        self.now = self.most = 0

    async def __call__(self, subject: str, look: ProbeContext) -> Facts:
        assert look.observations.vantage is not None
        assert subject.endswith(".example")
        self.now += 1
        self.most = max(self.most, self.now)
        await asyncio.sleep(0.001)
        self.now -= 1
        return Facts(word=look.observations.vantage.resolver)


def toolkit(collect: Callable[[str, ProbeContext], object], consent: int = 1) -> Toolkit:
    probe = Probe(
        control=Control.SENDER_AUTH,
        consent=ConsentLevel(consent),
        facts=FactsKey("one", Facts),
        subjects=lambda observations: [domain.name for domain in observations.scope.domains],
        collect=collect,  # type: ignore[arg-type]
        judge=lambda _seen, _rules: (),
    )
    rules = Rules(version="1", outcomes={}, thresholds={}, tables={})
    return Toolkit(probes=(probe,), rules=rules, bank=(), open_network=lambda _settings: cast("Network", Slow()))


def assessments(count: int) -> list[Assessment]:
    return [
        Assessment(
            id=str(number),
            created=NOW,
            scope=Scope(domains=(DomainScope(name=f"d{number}.example"),)),
            consent=Consent(level=ConsentLevel.CONNECTIONS, at=NOW, domains=(f"d{number}.example",)),
        )
        for number in range(count)
    ]


async def taken(
    tools: Toolkit, many: list[Assessment], network: Slow, cancel: asyncio.Event | None = None, stop_after: int = 0
) -> list[tuple[Assessment, Measurement]]:
    found = []
    async for each in measure_many(tools, many, cast("Network", network), NetworkSettings(), cancel=cancel):
        found.append(each)
        if cancel is not None and len(found) == stop_after:
            cancel.set()
    return found


def run(work: object) -> list[tuple[Assessment, Measurement]]:
    return asyncio.run(asyncio.wait_for(work, 20))  # type: ignore[arg-type]


def test_each_is_measured_once_and_never_more_than_allowed_at_a_time() -> None:
    look = Counting()
    found = run(taken(toolkit(look), assessments(30), Slow()))
    assert sorted(int(assessment.id) for assessment, _ in found) == list(range(30))
    assert 1 < look.most <= SIDE_BY_SIDE
    assert {attempt.status for _, measurement in found for attempt in measurement.attempts} == {Status.COMPLETED}


def test_nothing_is_measured_of_nothing() -> None:
    assert run(taken(toolkit(Counting()), [], Slow())) == []


def test_after_a_stop_no_other_one_begins() -> None:
    async def stopped() -> list[tuple[Assessment, Measurement]]:
        return await taken(toolkit(Counting()), assessments(100), Slow(), asyncio.Event(), stop_after=1)

    assert 1 <= len(run(stopped())) <= 2 * SIDE_BY_SIDE


def test_a_fault_of_ours_gets_out() -> None:
    class Broken(Slow):
        def for_attempt(self, notes: Notes) -> "Broken":
            del notes
            return self

        def now(self) -> datetime:
            raise ZeroDivisionError

    async def look(subject: str, _look: ProbeContext) -> Facts:
        return Facts(word=subject)

    with pytest.raises(ZeroDivisionError):
        run(taken(toolkit(look), assessments(3), Broken()))


def test_looks_begin_when_the_way_out_is_known_and_the_rest_is_not() -> None:
    async def early() -> list[tuple[Assessment, Measurement]]:
        rest = asyncio.Event()

        async def look(_subject: str, observations: ProbeContext) -> Facts:
            assert observations.observations.vantage is not None
            rest.set()
            return Facts(word=observations.observations.vantage.resolver)

        return await taken(toolkit(look), assessments(1), Slow(rest))

    ((_, measurement),) = run(early())
    (attempt,) = measurement.attempts
    assert attempt.facts is not None
    assert b"early" in bytes(attempt.facts)
    assert measurement.vantage is not None
    assert measurement.vantage.resolver == "late"
