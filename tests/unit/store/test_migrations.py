"""A file of the first version opens with all that it holds, its attempts in the runs that they were made in."""

import shutil
from pathlib import Path

import msgspec
import pytest

from fumimori.checks.observations import Observations
from fumimori.model import DisputeKind, Status
from fumimori.store import AssessmentFile, Damaged, migrations
from fumimori.store.database import Database
from fumimori.store.migrations import v2

SECRET = "published passphrase"
"""Of a file that holds nothing real."""
HOST = "mail.example.jp"


@pytest.fixture
def old(tmp_path):
    return Path(shutil.copy(Path(__file__).parent / "data/version-1.fumimori", tmp_path / "old.fumimori"))


def of(path):
    with AssessmentFile.open(path, SECRET) as file:
        return file.assessment


def test_everything_arrives(old):
    there = of(old)
    first, second = there.runs
    assert [(one.probe, one.subject) for one in first.attempts] == [("exposed_ports", HOST)]
    assert [one.probe for one in second.attempts] == ["mx", "ssh"]
    assert second.attempts[0].evidence[0].sent == "MX example.jp"
    assert [len(first.contacts), len(second.contacts)] == [2, 1]
    assert [first.vantage.inside, second.vantage.inside] == [True, False]
    assert [first.imported, second.imported] == [False, True]
    assert [first.consent, first.scope] == [there.consent, there.scope]
    assert there.organisation.name == "むかし商店"
    assert [answer.question for answer in there.answers] == ["access.admin_mfa", "firewall.filter"]
    assert there.answers[0].history[0].value == "yes"
    assert [there.plan[0].owner_name, there.disputes[0].approver] == ["情報", "a"]
    assert (there.disputes[0].kind, there.disputes[0].evidence) == (DisputeKind.ACCEPTED, "")


def test_each_attempt_is_judged_from_where_its_run_stood(old):
    observations = Observations.of_assessment(of(old))
    attempt = observations.attempt("exposed_ports", HOST)
    assert attempt is not None
    assert attempt.status is Status.COMPLETED
    assert observations.inside(attempt)
    assert not observations.inside(observations.attempt("mx", "example.jp"))


def test_it_is_carried_over_once_and_then_written_as_today(old):
    first = of(old)
    database = Database(old, SECRET)
    try:
        assert database.version == migrations.VERSION
        assert {kind for kind, _, _ in database.rows()}.isdisjoint({"vantages"})
    finally:
        database.close()
    assert of(old) == first
    with AssessmentFile.open(old, SECRET) as file:
        file.save(msgspec.structs.replace(first, quick=False))
    assert of(old) == msgspec.structs.replace(first, quick=False)


def test_where_nothing_can_be_written_it_is_shown_as_it_would_be(old):
    database = Database(old, SECRET, writable=False)
    try:
        assert database.version == 1
        kinds = [kind for kind, _, _ in database.rows()]
    finally:
        database.close(whole=False)
    assert kinds.count("runs") == 2
    assert "vantages" not in kinds


def test_rows_that_cannot_be_read_are_a_damaged_file(old):
    database = Database(old, SECRET)
    database._connection.execute("UPDATE part SET body = '{' WHERE kind = 'attempts'")
    database.close()
    with pytest.raises(Damaged):
        of(old)


def row(kind, name, place, **content):
    return (kind, name, place, msgspec.json.encode(content))


def test_without_a_vantage_point_all_is_one_run():
    at = {"started": "2026-09-01T10:00:00Z", "ended": "2026-09-01T10:00:01Z"}
    rows = v2.rows([row("attempts", "a", 0, **at), row("attempts", "b", 1, **at), row("answers", "q", 0)])
    assert [kind for kind, *_ in rows] == ["answers", "attempts", "attempts", "runs"]
    assert msgspec.json.decode(rows[-1][3])["vantage"] is None


def test_a_file_that_was_never_measured_has_no_run():
    assert v2.rows([row("answers", "q", 0)]) == [row("answers", "q", 0)]
