"""What counts is the newest completed attempt at what the scope has today, judged from where it was made."""

import dataclasses
from collections import Counter
from collections.abc import Callable, Iterable
from datetime import UTC, datetime, timedelta
from typing import Any

import msgspec
import pytest

from fumimori import checks as probes
from fumimori.__main__ import bank, sample
from fumimori.checks.exposed_ports import facts as exposed_ports_facts
from fumimori.checks.mx import facts as mx_facts
from fumimori.checks.observations import Observations
from fumimori.checks.spf import facts as spf_facts
from fumimori.checks.ssh import facts as ssh_facts
from fumimori.engine import Toolkit
from fumimori.engine.counting import counting
from fumimori.model import (
    Answer,
    Assessment,
    Attempt,
    Contact,
    DomainScope,
    Hosting,
    Outcome,
    Record,
    Result,
    Run,
    Scope,
    Severity,
    Status,
    Vantage,
)
from fumimori.network.dns import DnsAnswer, DnsStatus
from fumimori.network.services import OpenPort
from fumimori.network.ssh import SshService
from loopback.fake_network import rules
from loopback.recorded_runs import run_of

NOW = datetime(2026, 11, 24, 10, 0, tzinfo=UTC)
HOST = "mail.example.jp"


def nowhere(_settings: object) -> Any:
    raise LookupError("nothing is measured here")


def tools() -> Toolkit:
    return Toolkit(probes=probes.walk(), rules=rules(), bank=bank(), open_network=nowhere)


def attempt(probe: str, subject: str, facts: Record | None, *, hours: int = 0, reason: str = "offline") -> Attempt:
    at = NOW + timedelta(hours=hours)
    return Attempt(
        probe=probe,
        subject=subject,
        status=Status.COMPLETED if facts else Status.NOT_TESTABLE_HERE,
        started=at,
        ended=at + timedelta(seconds=1),
        facts=msgspec.Raw(msgspec.json.encode(facts)) if facts else None,
        reason="" if facts else reason,
    )


def answer(name: str, rdtype: str, *records: str) -> DnsAnswer:
    return DnsAnswer(
        name=name, rdtype=rdtype, status=DnsStatus.ANSWER if records else DnsStatus.NODATA, records=records
    )


def exchangers(domain: str, *hosts: str, address: str = "192.0.2.10", hours: int = 0) -> Attempt:
    named = tuple(mx_facts.MxHost(preference=10, host=host, addresses=(address,)) for host in hosts)
    return attempt("mx", domain, mx_facts.Facts(answer=answer(domain, "MX", "10 x."), hosts=named), hours=hours)


def no_spf(domain: str, hours: int = 0) -> Attempt:
    return attempt("spf", domain, spf_facts.Facts(answers=(answer(domain, "TXT"),)), hours=hours)


def remote_desktop(host: str) -> Attempt:
    port = OpenPort(host=host, address="192.168.1.10", port=3389, open=True, recognised=True)
    return attempt("exposed_ports", host, exposed_ports_facts.Facts(host=host, ports=(port,)))


def password(host: str) -> Attempt:
    service = SshService(
        address="192.168.1.10",
        port=22,
        open=True,
        untrusted_version="SSH-2.0-x",
        methods=("password",),
    )
    return attempt("ssh", host, ssh_facts.Facts(host=host, service=service))


def stood(*, hours: int = 0, inside: bool = False, online: bool = True, hosts: tuple[str, ...] = ()) -> Vantage:
    at = NOW + timedelta(hours=hours)
    return Vantage(at=at, online=online, resolver="x", port25="open", inside=inside, inside_hosts=hosts)


def scope(*domains: str, **fields: Any) -> Scope:
    return Scope(domains=tuple(DomainScope(name=name, hosting=Hosting.ON_PREMISES) for name in domains), **fields)


def assessed(scope: Scope, *runs: Run) -> Result:
    return tools().assess(Assessment(id="a", created=NOW, scope=scope, runs=runs), NOW)


def codes(result: Result, subject: str = "") -> set[str]:
    return {finding.code for finding in result.findings if not subject or finding.subject == subject}


def test_what_was_open_from_inside_stays_so_after_a_later_run_from_elsewhere() -> None:
    ours = scope("example.jp")
    office = run_of(exchangers("example.jp", HOST), remote_desktop(HOST), vantage=stood(inside=True, hosts=(HOST,)))
    home = run_of(exchangers("example.jp", HOST, hours=20), id="run-2", vantage=stood(hours=20))
    result = assessed(ours, office, home)
    assert "exposed_ports.rdp" not in codes(result)
    (seen,) = [finding for finding in result.findings if finding.code == "exposed_ports.seen_inside"]
    assert seen.severity is Severity.INFO
    assert "exposed_ports.rdp" in codes(assessed(ours, msgspec.structs.replace(office, vantage=stood())))


def test_inside_is_told_host_by_host() -> None:
    ours = scope("example.jp", ssh_hosts=(HOST, "far.example.jp"))
    split = stood(inside=True, hosts=(HOST,))
    result = assessed(ours, run_of(password(HOST), password("far.example.jp"), vantage=split))
    assert "ssh.password_inside" in codes(result, HOST)
    assert "ssh.password" in codes(result, "far.example.jp")


@pytest.mark.parametrize(
    ("vantage", "private"),
    [
        (stood(inside=True, hosts=(HOST,)), False),
        (stood(inside=True, hosts=("example.jp",)), True),
        (msgspec.structs.replace(stood(inside=True, hosts=(HOST,)), resolver_inside=False), True),
        (stood(), True),
    ],
    ids=["split", "another host", "a resolver outside", "outside"],
)
def test_private_exchangers_are_a_fault_unless_the_answer_may_be_for_this_network_alone(
    vantage: Vantage, *, private: bool
) -> None:
    taken = exchangers("example.jp", HOST, address="192.168.1.10")
    result = assessed(scope("example.jp"), run_of(taken, vantage=vantage))
    assert ("mx.all_private" in codes(result)) is private


def test_failed_looks_give_way_to_completed_ones_of_any_run_and_an_offline_run_spoils_nothing() -> None:
    ours = scope("example.jp")
    seen = run_of(no_spf("example.jp"), vantage=stood())
    offline = run_of(attempt("spf", "example.jp", None, hours=1), id="run-2", vantage=stood(hours=1, online=False))
    for runs in ((seen, offline), (offline, seen)):
        result = assessed(ours, *runs)
        assert "spf.none" in codes(result)
        assert not [point for point in result.open_points if point.probe == "spf"]


def test_the_newest_completed_look_counts() -> None:
    good = spf_facts.Facts(answers=(answer("example.jp", "TXT", "v=spf1 -all"),))
    later = run_of(attempt("spf", "example.jp", good, hours=2), id="run-2")
    assert "spf.none" not in codes(assessed(scope("example.jp"), run_of(no_spf("example.jp")), later))


def test_a_domain_that_left_the_scope_leaves_everything_at_once() -> None:
    run = run_of(
        *(exchangers("example.jp", HOST), no_spf("example.jp")),
        *(exchangers("wrong.example", "mx.wrong.example"), no_spf("wrong.example")),
        *(remote_desktop("mx.wrong.example"), attempt("mail_ports", "mx.wrong.example:25", None)),
        vantage=stood(),
        contacts=tuple(
            Contact(at=NOW, target=target, port=53, transport="udp", what="dns", detail=detail)
            for target, detail in (
                ("192.0.2.53", "MX wrong.example"),
                ("192.0.2.53", "TXT _dmarc.wrong.example."),
                ("192.0.2.53", "MX example.jp"),
                ("mx.wrong.example [192.0.2.10]", ""),
                (f"{HOST} [192.0.2.10]", ""),
            )
        ),
    )
    before, after = assessed(scope("example.jp", "wrong.example"), run), assessed(scope("example.jp"), run)
    assert {"spf.none"} <= codes(before, "wrong.example")
    text = msgspec.json.encode(
        msgspec.structs.replace(after, runs=(msgspec.structs.replace(after.runs[0], scope=Scope()),))
    )
    assert b"wrong.example" not in text
    assert b"mail.example.jp" in text
    assert "spf.none" in codes(after, "example.jp")
    assert len(before.runs[0].contacts) == 5


def test_hosts_that_left_the_scope_vanish_too() -> None:
    run = run_of(password("old.example.jp"), vantage=stood())
    assert "ssh.password" in codes(assessed(scope("example.jp", ssh_hosts=("old.example.jp",)), run))
    assert not assessed(scope("example.jp"), run).runs


def test_a_run_of_another_scope_is_left_out_with_its_contacts() -> None:
    contact = Contact(at=NOW, target="192.0.2.53", port=53, transport="udp", what="dns", detail="MX other.example")
    run = run_of(no_spf("other.example"), contacts=(contact,))
    assert counting(probes.walk(), scope("example.jp"), (run,)) == ()


# --- judges -------------------------------------------------------------------------------------------------------


def broken(which: str, calls: list[str] | None = None) -> Toolkit:
    """The toolkit with one probe whose judge fails."""

    def judge(_seen: object, _rules: object) -> Iterable[Outcome]:
        if calls is not None:
            calls.append(which)
        raise ZeroDivisionError

    return dataclasses.replace(
        tools(),
        probes=tuple(dataclasses.replace(one, judge=judge) if one.id == which else one for one in probes.walk()),
    )


def about(*attempts: Attempt) -> Assessment:
    return Assessment(id="a", created=NOW, scope=scope("example.jp"), runs=(run_of(*attempts, vantage=stood()),))


def test_a_judge_that_fails_hides_no_other_and_says_so(expect_log: Callable[[str], None]) -> None:
    expect_log("a probe failed")
    result = broken("mx").assess(about(exchangers("example.jp", HOST), no_spf("example.jp")), NOW)
    assert "spf.none" in codes(result)
    assert not {code for code in codes(result) if code.startswith("mx.")}
    (point,) = [point for point in result.open_points if point.kind == "not_measured" and point.probe == "mx"]
    assert (point.reason, point.subject) == ("our_bug", "example.jp")


def test_one_that_judges_what_others_saw_is_named_as_well(expect_log: Callable[[str], None]) -> None:
    expect_log("a probe failed")
    result = broken("products").assess(about(no_spf("example.jp")), NOW)
    (point,) = [point for point in result.open_points if point.probe == "products"]
    assert point.reason == "our_bug"


def test_an_answer_does_not_make_anything_be_read_again(expect_log: Callable[[str], None]) -> None:
    expect_log("a probe failed")
    calls: list[str] = []
    toolkit, assessment = broken("spf", calls), about(no_spf("example.jp"))
    toolkit.assess(assessment, NOW)
    typed = msgspec.structs.replace(assessment, answers=(Answer(question="access.admin_mfa", value="no", at=NOW),))
    assert toolkit.assess(typed, NOW).question("access.admin_mfa").credit is not None
    assert len(calls) == 1
    toolkit.assess(msgspec.structs.replace(typed, scope=scope("example.jp", ssh_hosts=("s.example",))), NOW)
    assert len(calls) == 2


def test_an_assessment_without_runs_is_judged_as_nothing() -> None:
    assert assessed(scope("example.jp")).runs == ()


def test_every_attempt_is_looked_through_once_however_many_probes_there_are(monkeypatch: pytest.MonkeyPatch) -> None:
    assessment = sample()
    looked: list[Attempt] = []
    real = Observations._count

    def counted(self: Observations, attempts: Iterable[Attempt], vantage: Vantage | None) -> None:
        looked.extend(known := list(attempts))
        real(self, known, vantage)

    monkeypatch.setattr(Observations, "_count", counted)
    counting(probes.walk(), assessment.scope, assessment.runs)
    # Once for what each probe names from those before it, once for the newest at each subject.
    assert max(Counter(map(id, looked)).values()) == 2
