"""Before anything is sent the terminal says how often whom, and afterwards whom it left out and why."""

from datetime import UTC, datetime

import msgspec
import pytest

from fumimori.__main__ import texts, toolkit
from fumimori.checks.bimi import facts as bimi
from fumimori.cli.console import Console
from fumimori.engine import Measurement, confirmed
from fumimori.model import Assessment, Attempt, Consent, ConsentLevel, DomainScope, Scope, Status
from fumimori.network.dns import DnsAnswer, DnsStatus
from loopback.recorded_runs import run_of

NOW = datetime(2026, 11, 24, 10, 0, tzinfo=UTC)
TELL = Console(texts("en"))


def given(level: int, also: tuple[str, ...] = (), **hosts: tuple[str, ...]) -> Assessment:
    consent = Consent(level=ConsentLevel(level), name="Owner", role="CEO", own_server=True)
    made = Assessment(
        id="1", created=NOW, scope=Scope(domains=(DomainScope(name="own.example"),), **hosts), consent=consent
    )
    return msgspec.structs.replace(made, consent=confirmed(made, NOW, also))


def said(capsys: pytest.CaptureFixture[str], assessment: Assessment, *, thorough: bool = False) -> str:
    TELL.announce(toolkit(), (assessment,), ("control.example",), thorough=thorough)
    return capsys.readouterr().err


def test_at_level_0_nobody_is_named_and_nothing_counted(capsys: pytest.CaptureFixture[str]) -> None:
    told = said(capsys, given(0))
    assert "control.example" not in told
    assert "connections" not in told
    assert told.endswith(": none\n")


def test_control_hosts_and_hosts_that_were_agreed_are_named(capsys: pytest.CaptureFixture[str]) -> None:
    told = said(capsys, given(1, ("logo.third.example",)))
    assert "control.example" in told
    assert "logo.third.example" in told
    assert "closely" not in told


def test_the_hosts_of_a_written_authorisation_are_named(capsys: pytest.CaptureFixture[str]) -> None:
    told = said(capsys, given(2, mail_hosts=("mail.own.example", "mail.elsewhere.example")))
    closely = next(line for line in told.splitlines() if "closely" in line)
    assert "mail.own.example" in closely
    assert "mail.elsewhere.example" not in closely
    assert "--own-host" in said(capsys, given(2))


def test_a_host_of_others_that_was_not_asked_is_said(capsys: pytest.CaptureFixture[str]) -> None:
    record = "v=BIMI1; l=https://logo.third.example/l.svg; a="
    answer = DnsAnswer(name="own.example", rdtype="TXT", status=DnsStatus.ANSWER, records=(record,))
    facts = msgspec.Raw(msgspec.json.encode(bimi.Facts(answer=answer)))
    attempt = Attempt(probe="bimi", subject="own.example", status=Status.COMPLETED, started=NOW, ended=NOW, facts=facts)
    measurement = Measurement(run=run_of(attempt, contacts=(), vantage=None))
    for also, named in (((), True), (("logo.third.example",), False)):
        TELL.left_out(toolkit(), measurement.added_to(given(1, also)))
        assert ("logo.third.example" in capsys.readouterr().err) is named


def test_what_failed_is_named_before_what_was_not_to_be_done(capsys: pytest.CaptureFixture[str]) -> None:
    def attempt(status: Status, reason: str) -> Attempt:
        return Attempt(probe="mx", subject=reason, status=status, reason=reason, started=NOW, ended=NOW)

    attempts = (attempt(Status.NOT_TESTABLE_HERE, "consent"), attempt(Status.TIMED_OUT, "dns_timeout"))
    TELL.nothing_measured(Measurement(run=run_of(*attempts, contacts=(), vantage=None)))
    told = capsys.readouterr().err
    assert texts("en")("words.reason.dns_timeout") in told
    assert texts("en")("words.reason.consent") not in told
