"""A measurement ends, says why it could not look, and lets no probe wait for what it does not need."""

import asyncio
import logging
from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any, cast

import msgspec
import pytest

from fumimori.checks.contract import Delivery, Probe, ProbeContext
from fumimori.checks.observations import FactsKey, Observations
from fumimori.engine import Measurement, NetworkSettings, Progress, Toolkit, confirmed, measure
from fumimori.model import (
    Assessment,
    Consent,
    ConsentLevel,
    Contact,
    Control,
    DomainScope,
    Record,
    RegisterRow,
    Rules,
    Scope,
    Status,
    Vantage,
)
from fumimori.network import Network, Notes, NotTestableHere

NOW = datetime(2026, 11, 24, 10, 0, tzinfo=UTC)


class Facts(Record):
    word: str


class Quiet:
    """A network that has nothing to say but the time."""

    def __init__(self, notes: Notes | None = None) -> None:
        self.notes = notes

    def for_attempt(self, notes: Notes) -> "Quiet":
        return Quiet(notes)

    def now(self) -> datetime:
        return NOW

    async def lies_inside(self, host: str) -> bool:
        return host.startswith("inside.")

    async def probe_environment(
        self, targets: Sequence[str], *, control_hosts: object, from_outside: bool, early: object
    ) -> Vantage:
        assert (len(targets), control_hosts, from_outside) == (1, (), False)
        del early
        self.say("control.example")
        return Vantage(at=NOW, online=True, resolver="system")

    def say(self, target: str) -> None:
        assert self.notes is not None
        self.notes.contacts.append(Contact(at=NOW, target=target, port=53, transport="udp", what="dns"))


def probe(
    name: str,
    collect: Callable[[str, ProbeContext], Any],
    needs: tuple[str, ...] = (),
    consent: int = 0,
    timeout: float = 5.0,
) -> Probe:
    return Probe(
        control=Control.SENDER_AUTH,
        consent=ConsentLevel(consent),
        facts=FactsKey(name, Facts),
        subjects=lambda observations: [domain.name for domain in observations.scope.domains],
        collect=collect,
        judge=lambda _seen, _rules: (),
        needs=needs,
        timeout=timeout,
    )


async def writes(subject: str, context: ProbeContext) -> Facts:
    cast("Quiet", context.network).say(subject)
    return Facts(word=subject)


def toolkit(*probes: Probe) -> Toolkit:
    return Toolkit(
        probes=probes,
        rules=Rules(version="1", outcomes={}, thresholds={}, tables={}),
        bank=(),
        open_network=lambda _settings: cast("Network", Quiet()),
    )


def assessment(level: int = 0, **consent: Any) -> Assessment:
    return Assessment(
        id="1",
        created=NOW,
        scope=Scope(domains=(DomainScope(name="example.jp"),)),
        consent=Consent(level=ConsentLevel(level), **consent),
    )


def run(*probes: Probe, of: Assessment | None = None, **options: Any) -> Measurement:
    async def go() -> Measurement:
        return await asyncio.wait_for(
            measure(toolkit(*probes), of or assessment(), cast("Network", Quiet()), NetworkSettings(), **options),
            10,
        )

    return asyncio.run(go())


def test_facts_and_contacts_come_home() -> None:
    measurement = run(probe("one", writes))
    (attempt,) = measurement.attempts
    assert (attempt.probe, attempt.subject, attempt.status) == ("one", "example.jp", Status.COMPLETED)
    assert Observations(assessment().scope, measurement.attempts).facts(FactsKey("one", Facts), "example.jp") == Facts(
        word="example.jp"
    )
    assert sorted(contact.target for contact in measurement.contacts) == ["control.example", "example.jp"]
    assert measurement.vantage is not None


def test_a_need_is_seen_by_the_probe_that_names_it() -> None:
    async def reads(subject: str, context: ProbeContext) -> Facts:
        first = context.observations.facts(FactsKey("one", Facts), subject)
        assert first is not None
        return Facts(word=first.word.upper())

    measurement = run(probe("one", writes), probe("two", reads, needs=("one",)))
    assert Observations(assessment().scope, measurement.attempts).facts(FactsKey("two", Facts), "example.jp") == Facts(
        word="EXAMPLE.JP"
    )


def test_no_probe_waits_for_what_it_does_not_need() -> None:
    order: list[str] = []
    released = asyncio.Event()

    async def slow(subject: str, _look: ProbeContext) -> Facts:
        await released.wait()
        order.append("slow")
        return Facts(word=subject)

    async def quick(subject: str, _look: ProbeContext) -> Facts:
        order.append("quick")
        released.set()
        return Facts(word=subject)

    run(probe("slow", slow), probe("quick", quick), probe("after_quick", writes, needs=("quick",)))
    assert order == ["quick", "slow"]


def test_a_fault_of_ours_hides_no_other_result(caplog: pytest.LogCaptureFixture) -> None:
    async def breaks(_subject: str, _look: ProbeContext) -> Facts:
        raise ZeroDivisionError

    with caplog.at_level(logging.CRITICAL + 1, "fumimori.engine.measuring"):
        measurement = run(probe("broken", breaks), probe("sound", writes))
    assert {attempt.probe: attempt.status for attempt in measurement.attempts} == {
        "broken": Status.OUR_BUG,
        "sound": Status.COMPLETED,
    }


def test_a_fault_in_finding_subjects_hides_no_other_result(caplog: pytest.LogCaptureFixture) -> None:
    def breaks(_seen: Observations) -> list[str]:
        raise ZeroDivisionError

    with caplog.at_level(logging.CRITICAL + 1, "fumimori.engine.measuring"):
        measurement = run(replace(probe("broken", writes), subjects=breaks), probe("sound", writes))
    assert {attempt.probe: attempt.status for attempt in measurement.attempts} == {
        "broken": Status.OUR_BUG,
        "sound": Status.COMPLETED,
    }


def test_not_seen_keeps_its_status_and_reason() -> None:
    async def cannot(_subject: str, _look: ProbeContext) -> Facts:
        raise NotTestableHere("port25_blocked")

    (attempt,) = run(probe("one", cannot)).attempts
    assert (attempt.status, attempt.reason, attempt.facts) == (Status.NOT_TESTABLE_HERE, "port25_blocked", None)


def test_a_stalling_server_ends_the_attempt_in_time() -> None:
    async def stalls(_subject: str, _look: ProbeContext) -> Facts:
        await asyncio.Event().wait()
        raise AssertionError

    (attempt,) = run(probe("one", stalls, timeout=0.05)).attempts
    assert (attempt.status, attempt.reason) == (Status.TIMED_OUT, "attempt_timeout")


def test_cancelling_keeps_what_was_done_and_marks_the_rest() -> None:
    cancel = asyncio.Event()

    async def stalls(_subject: str, _look: ProbeContext) -> Facts:
        await asyncio.Event().wait()
        raise AssertionError

    def watch(progress: Progress) -> None:
        if progress.probe == "done" and progress.state == "done":
            cancel.set()

    measurement = run(probe("done", writes), probe("stalls", stalls), observer=watch, cancel=cancel)
    assert measurement.cancelled
    assert {attempt.probe: attempt.status for attempt in measurement.attempts} == {
        "done": Status.COMPLETED,
        "stalls": Status.CANCELLED,
    }


def test_progress_counts_up_to_the_total() -> None:
    steps: list[Progress] = []
    run(probe("one", writes), probe("two", writes, needs=("one",)), observer=steps.append)
    assert [(step.probe, step.state) for step in steps if step.probe == "two"] == [
        ("two", "waiting"),
        ("two", "running"),
        ("two", "done"),
    ]
    assert (steps[-1].done, steps[-1].total) == (2, 2)


def test_a_probe_beyond_the_consent_does_not_run() -> None:
    async def must_not(_subject: str, _look: ProbeContext) -> Facts:
        raise AssertionError

    (attempt,) = run(probe("ssh_like", must_not, consent=2)).attempts
    assert (attempt.status, attempt.reason) == (Status.NOT_TESTABLE_HERE, "consent")


def test_without_a_confirmed_consent_no_control_host_is_asked_for() -> None:
    asked: list[object] = []

    class Asking(Quiet):
        def for_attempt(self, notes: Notes) -> "Asking":
            return Asking(notes)

        async def probe_environment(
            self, targets: Sequence[str], *, control_hosts: object, from_outside: bool, early: object
        ) -> Vantage:
            del targets, from_outside, early
            asked.append(control_hosts)
            return Vantage(at=NOW, online=True, resolver="system")

    chosen = assessment(1)
    for given in (assessment(), chosen, msgspec.structs.replace(chosen, consent=confirmed(chosen, NOW))):
        asyncio.run(measure(toolkit(), given, cast("Network", Asking()), NetworkSettings()))
    assert asked == [(), (), None]


def test_a_fault_in_looking_around_hides_no_result(caplog: pytest.LogCaptureFixture) -> None:
    class Broken(Quiet):
        def for_attempt(self, notes: Notes) -> "Broken":
            return Broken(notes)

        async def probe_environment(
            self, targets: Sequence[str], *, control_hosts: object, from_outside: bool, early: object
        ) -> Vantage:
            raise ZeroDivisionError(targets, control_hosts, from_outside, early)

    given = assessment(1)
    given = msgspec.structs.replace(given, consent=confirmed(given, NOW))
    tools = toolkit(probe("public", writes), probe("connects", writes, consent=1))
    with caplog.at_level(logging.CRITICAL + 1, "fumimori.engine.measuring"):
        done = asyncio.run(measure(tools, given, cast("Network", Broken()), NetworkSettings()))
    assert done.vantage is None
    assert {attempt.status for attempt in done.attempts} == {Status.COMPLETED}


def test_contacts_of_what_outlives_its_attempt_are_written_down() -> None:
    async def leaves_behind(subject: str, context: ProbeContext) -> Facts:
        network = cast("Quiet", context.network)

        async def later() -> None:
            await asyncio.sleep(0.05)
            network.say("late.example")

        assert network.notes is not None
        network.notes.under_way.add(asyncio.ensure_future(later()))
        return Facts(word=subject)

    assert "late.example" in {contact.target for contact in run(probe("one", leaves_behind)).contacts}


def test_a_new_look_replaces_the_old_one_only_when_it_saw_something() -> None:
    async def cannot(_subject: str, _look: ProbeContext) -> Facts:
        raise NotTestableHere("offline")

    first = run(probe("one", writes)).added_to(assessment())
    second = run(probe("one", cannot), of=first).added_to(first)
    assert [attempt.status for attempt in Observations.of_assessment(second).attempts()] == [Status.COMPLETED]
    assert second.runs[0] == first.runs[0]
    third = run(probe("one", writes), of=second).added_to(second)
    assert len(list(Observations.of_assessment(third).attempts())) == 1
    assert len(third.vantages) == 3


def test_a_run_knows_where_when_for_what_and_with_which_versions_it_was_made() -> None:
    of = assessment(level=1, name="Owner")
    made = run(probe("one", writes), of=of).run
    assert (made.consent, made.scope, made.rules, made.imported) == (of.consent, of.scope, "1", False)
    assert made.program
    assert made.started <= made.ended
    assert made.id != run(probe("one", writes), of=of).run.id


def test_each_host_is_asked_once_whether_it_lies_inside_before_its_look_ends() -> None:
    known: list[bool] = []

    async def reads(subject: str, context: ProbeContext) -> Facts:
        known.append(context.observations.vantage is not None)
        return Facts(word=subject)

    def hosts(_seen: Observations) -> Sequence[str]:
        return ("inside.example:25", "inside.example:993", "out.example:25")

    one = replace(probe("one", reads, consent=1), subjects=hosts)
    made = run(one, of=assessment(level=1)).run
    assert made.vantage is not None
    assert (made.vantage.inside, made.vantage.inside_hosts) == (True, ("inside.example",))
    observations = Observations.of(made.scope, (made,))
    assert [observations.inside(attempt) for attempt in made.attempts] == [True, True, False]


def test_a_server_that_takes_the_mail_is_known_to_lie_inside_before_anything_connects_to_it() -> None:
    """Its addresses are in the DNS at level 0 already, where a private one is no fault."""
    takes = Delivery(domain="example.jp", hosts=("inside.example", "out.example"))
    one = replace(probe("one", writes), deliveries=lambda _observations, _rules: (takes,))
    made = run(one, of=assessment(level=0)).run
    assert made.vantage is not None
    assert made.vantage.inside_hosts == ("inside.example",)


def test_nothing_is_looked_at_because_an_older_scope_had_it() -> None:
    def seen_before(observations: Observations) -> Sequence[str]:
        return tuple(attempt.subject for attempt, _ in observations.all(FactsKey("one", Facts)))

    probes = (probe("one", writes), replace(probe("two", writes, needs=("one",)), subjects=seen_before))
    old = msgspec.structs.replace(assessment(), scope=Scope(domains=(DomainScope(name="old.example"),)))
    moved = msgspec.structs.replace(run(probes[0], of=old).added_to(old), scope=assessment().scope)
    assert {attempt.subject for attempt in run(*probes, of=moved).attempts} == {"example.jp"}


def test_only_runs_what_was_asked_and_its_needs() -> None:
    probes = (probe("one", writes), probe("two", writes, needs=("one",)), probe("three", writes))
    assert {attempt.probe for attempt in run(*probes, only=("two",)).attempts} == {"one", "two"}


def test_again_looks_only_where_it_is_told_and_takes_what_it_needs_from_before() -> None:
    looked: list[tuple[str, str]] = []

    async def reads(subject: str, context: ProbeContext) -> Facts:
        looked.append(("two", subject))
        first = context.observations.facts(FactsKey("one", Facts), subject)
        assert first is not None
        return Facts(word=first.word.upper())

    async def counts(subject: str, context: ProbeContext) -> Facts:
        looked.append(("one", subject))
        return await writes(subject, context)

    domains = (DomainScope(name="example.jp"), DomainScope(name="example.com"))
    about = msgspec.structs.replace(assessment(), scope=Scope(domains=domains))
    both = (probe("one", counts), probe("two", reads, needs=("one",)))

    class Calm(Quiet):
        async def probe_environment(self, targets: Sequence[str], **options: object) -> Vantage:  # type: ignore[override]
            assert (len(targets), options["control_hosts"]) == (2, ())
            return Vantage(at=NOW, online=True, resolver="system")

        def for_attempt(self, notes: Notes) -> "Calm":
            return Calm(notes)

    def measured(of: Assessment, **options: Any) -> Measurement:
        network = cast("Network", Calm())
        return asyncio.run(measure(toolkit(*both), of, network, NetworkSettings(), **options))

    before = measured(about).added_to(about)
    looked.clear()
    again = {"two": frozenset({"example.com", "gone.example"})}
    after = measured(before, again=again)
    assert looked == [("two", "example.com")]
    assert [(one.probe, one.subject, one.status) for one in after.attempts] == [
        ("two", "example.com", Status.COMPLETED)
    ]
    assert after.run.consent == about.consent


def test_again_goes_no_further_than_the_consent() -> None:
    asked = probe("close", writes, consent=2)
    measurement = run(asked, again={"close": frozenset({"example.jp"})})
    assert [one.status for one in measurement.attempts] == [Status.NOT_TESTABLE_HERE]


def test_a_probe_is_told_the_selectors_that_the_register_of_senders_names() -> None:
    async def tells(_subject: str, context: ProbeContext) -> Facts:
        return Facts(word=" ".join(f"{domain} {' '.join(names)}" for domain, names in context.selectors.items()))

    rows = (
        RegisterRow(id="1", register="senders", cells={"service": "News", "domain": "@Example.JP", "selector": "K1"}),
        RegisterRow(id="2", register="senders", cells={"service": "Own", "domain": "example.jp"}),
        RegisterRow(id="3", register="staff", cells={"name": "A", "selector": "no"}),
    )
    measurement = run(probe("one", tells), of=msgspec.structs.replace(assessment(), registers=rows))
    facts = Observations(assessment().scope, measurement.attempts).facts(FactsKey("one", Facts), "example.jp")
    assert facts == Facts(word="example.jp k1")
