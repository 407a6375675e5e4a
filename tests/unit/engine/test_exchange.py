"""A scan is written the same whatever ended first, read in both forms, and taken over where it belongs."""

import json
from datetime import timedelta
from typing import Any

import msgspec
import pytest

from fumimori.engine.exchange import (
    AnotherDomainError,
    NotAScanError,
    Scan,
    foreign_domains,
    imported,
    read_scan,
    scan_json,
)
from fumimori.model import Assessment, Consent, ConsentLevel, Contact, DomainScope, Hosting, Scope
from loopback.recorded_runs import run_of
from unit.engine.test_counting import NOW, about, attempt, exchangers, no_spf, scope, stood, tools

CONSENT = Consent(level=ConsentLevel.RELAY, name="A stranger", role="somewhere", at=NOW, own_server=True)


def contact(target: str) -> Contact:
    return Contact(at=NOW, target=target, port=53, transport="udp", what="dns")


def measured(*names: str, **fields: Any) -> Assessment:
    run = run_of(
        *(taken for name in names for taken in (no_spf(name), exchangers(name, f"mail.{name}"))),
        **{
            "vantage": stood(),
            "consent": CONSENT,
            "scope": scope(*names),
            "contacts": (contact("192.0.2.53"), contact("192.0.2.1")),
            **fields,
        },
    )
    return Assessment(id="there", created=NOW, scope=scope(*names), consent=CONSENT, runs=(run,))


def written(assessment: Assessment) -> dict[str, Any]:
    content: dict[str, Any] = json.loads(scan_json(assessment, tools().assess(assessment, NOW)))
    return content


def read(content: object) -> Scan:
    return read_scan(json.dumps(content).encode(), tools())


def of(*names: str, **fields: Any) -> Assessment:
    return Assessment(id="here", created=NOW, scope=scope(*names, **fields))


def test_the_order_of_ending_leaves_no_trace() -> None:
    one = measured("example.jp")
    (run,) = one.runs
    other = msgspec.structs.replace(run, attempts=run.attempts[::-1], contacts=run.contacts[::-1])
    assert written(one) == written(msgspec.structs.replace(one, runs=(other,)))


def test_a_scan_comes_back_as_a_run_that_is_marked_and_keeps_what_was_said_there() -> None:
    there = measured("example.jp")
    here = imported(read(written(there)), of("example.jp"))
    (run,) = here.runs
    assert run.imported
    assert [one.probe for one in run.attempts] == ["mx", "spf"]
    assert (run.consent, here.consent) == (CONSENT, Consent())
    assert imported(read(written(there)), here).runs == here.runs


def test_a_measurement_of_another_domain_is_taken_only_when_somebody_says_so() -> None:
    scan = read(written(measured("other.example")))
    with pytest.raises(AnotherDomainError) as raised:
        imported(scan, of("example.jp"))
    assert raised.value.domains == foreign_domains(scan, of("example.jp")) == ("other.example",)
    taken = imported(scan, of("example.jp"), widen=True)
    assert [domain.name for domain in taken.scope.domains] == ["example.jp", "other.example"]
    result = tools().assess(taken, NOW)
    assert {finding.subject for finding in result.findings if finding.code == "spf.none"} == {"other.example"}


def test_an_empty_assessment_takes_the_scope_and_confirms_nothing() -> None:
    there = msgspec.structs.replace(
        measured("example.jp"),
        scope=Scope(domains=(DomainScope(name="example.jp", hosting=Hosting.VPS, hosting_confirmed=True),)),
    )
    here = imported(read(written(there)), of())
    assert here.scope.domains == (DomainScope(name="example.jp", hosting=Hosting.VPS),)
    assert here.consent.level is ConsentLevel.PUBLIC


def test_hosts_of_the_own_domain_come_with_it_and_others_do_not() -> None:
    there = measured("example.jp")
    there = msgspec.structs.replace(
        there, scope=scope("example.jp", ssh_hosts=("ssh.example.jp", "ssh.provider.example"))
    )
    assert imported(read(written(there)), of("example.jp")).scope.ssh_hosts == ("ssh.example.jp",)
    both = ("ssh.example.jp", "ssh.provider.example")
    assert imported(read(written(there)), of("example.jp"), widen=True).scope.ssh_hosts == both


def test_every_selector_that_was_known_there_is_asked_for_here() -> None:
    domain = DomainScope(name="example.jp", selectors=("named",), mail_selectors=("signed",))
    there = msgspec.structs.replace(measured("example.jp"), scope=Scope(domains=(domain,)))
    mine = DomainScope(name="example.jp", selectors=("mine",))
    here = imported(read(written(there)), Assessment(id="here", created=NOW, scope=Scope(domains=(mine,))))
    (taken,) = here.scope.domains
    assert (taken.selectors, taken.mail_selectors) == (("mine", "named"), ("signed",))


def test_an_imported_failure_gives_way_to_what_was_seen_here() -> None:
    offline = measured("example.jp")
    failed = run_of(attempt("spf", "example.jp", None, hours=3), scope=scope("example.jp"), id="offline")
    offline = msgspec.structs.replace(offline, runs=(failed,))
    here = imported(read(written(offline)), about(no_spf("example.jp")))
    result = tools().assess(here, NOW)
    assert "spf.none" in {finding.code for finding in result.findings}
    assert not [point for point in result.open_points if point.probe == "spf"]


@pytest.mark.parametrize(("hours", "taken"), [(0, True), (20, True), (30, False), (24 * 365 * 70, False)])
def test_a_measurement_of_the_future_is_refused(hours: int, *, taken: bool) -> None:
    """The newest look counts: one of the year 2096 would stand above all that is measured before."""
    later = run_of(attempt("spf", "example.jp", None, hours=hours), scope=scope("example.jp"), id="later")
    content = json.dumps(written(msgspec.structs.replace(measured("example.jp"), runs=(later,)))).encode()
    (moment,) = (one.ended for one in later.attempts)
    now = moment - timedelta(hours=hours)
    if taken:
        assert read_scan(content, tools(), now).runs
    else:
        with pytest.raises(NotAScanError, match="still to come"):
            read_scan(content, tools(), now)


def test_the_first_form_is_read_as_one_run() -> None:
    new = written(measured("example.jp"))
    (run,) = new.pop("runs")
    first = {
        **new,
        "schema": "fumimori-scan-1",
        **{name: run[name] for name in ("vantage", "consent", "attempts", "contacts")},
    }
    scan = read(first)
    assert [len(one.attempts) for one in scan.runs] == [2]
    assert scan.runs[0].consent == CONSENT
    assert scan.runs[0].vantage == stood()
    assert read(first).runs[0].id == scan.runs[0].id


def changed(content: dict[str, Any], pattern: str, value: object) -> dict[str, Any]:
    """The content with the value at a path such as `runs.0.attempts.0.started` replaced."""
    content = json.loads(json.dumps(content))
    *path, last = (int(part) if part.isdecimal() else part for part in pattern.split("."))
    place: Any = content
    for part in path:
        place = place[part]
    place[last] = value
    return content


@pytest.mark.parametrize(
    ("where", "value"),
    [
        ("schema", "fumimori-scan-9"),
        ("runs.0.id", "../x"),
        ("runs.0.attempts.0.started", "0001-01-01T00:00:00Z"),
        ("runs.0.attempts.0.ended", "9999-12-31T00:00:00Z"),
        ("runs.0.attempts.0.ended", "2026-11-24T00:00:00"),
        ("runs.0.vantage.at", "1999-12-31T00:00:00Z"),
        ("runs.0.consent.at", "2101-01-01T00:00:00Z"),
        ("runs.0.contacts.0.port", 65536),
        ("runs.0.contacts.0.sent_bytes", -1),
        ("runs.0.attempts.0.reason", "x" * 5000),
        ("scope.domains.0.name", "no name"),
        ("scope.domains.0.name", "Example.JP"),
        ("scope.ssh_hosts", ["a b"]),
        ("scope.addresses", ["nobody"]),
        ("runs.0.scope.mail_hosts", ["host:99999"]),
        ("scope.own_hosts", ["mail.example.jp\nother"]),
        ("scope.sending_addresses", ["nonsense"]),
        ("scope.blocklists", ["two words"]),
        ("scope.domains.0.selectors", ["s1\ncurl"]),
        ("scope.domains.0.mail_selectors", ["\x1b[31m"]),
        ("runs.0.scope.domains.0.selectors", ["x" * 300]),
        ("scope.ssh_hosts", ["mail.example.jp"] * 10_001),
        ("runs.0.consent.hosts", ["x" * 5000]),
    ],
)
def test_what_could_not_be_judged_and_printed_is_refused_at_the_door(where: str, value: object) -> None:
    content = written(measured("example.jp"))
    assert read(content)
    with pytest.raises(NotAScanError):
        read(changed(content, where, value))


def test_two_runs_of_one_name_are_refused() -> None:
    content = written(measured("example.jp"))
    content["runs"] *= 2
    with pytest.raises(NotAScanError):
        read(content)
