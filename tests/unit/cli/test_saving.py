"""The command line takes nobody's work away: a file is added to, refused, or replaced when that was asked for."""

import argparse
import json
import os
from pathlib import Path

import keyring
import msgspec
import pytest
from keyring.backends import fail

from fumimori import __main__ as program
from fumimori.cli import files
from fumimori.cli.files import WrongUseError
from fumimori.engine.exchange import scan_json
from fumimori.model import Assessment, Consent, ConsentLevel, DomainScope, Run, Scope
from fumimori.store import AssessmentFile, snapshots
from unit.store.example import NOW, assessment

SECRET = "plain words for a test"
TEXTS = program.texts("en")


@pytest.fixture
def client(tmp_path):
    place = tmp_path / "client.fumimori"
    AssessmentFile.create(place, SECRET, start=assessment()).close()
    return place


@pytest.fixture(autouse=True)
def _without_a_keyring():
    before = keyring.get_keyring()
    keyring.set_keyring(fail.Keyring())
    yield
    keyring.set_keyring(before)


@pytest.fixture
def secret_file(tmp_path):
    path = tmp_path / "passphrase"
    path.write_text(SECRET, encoding="utf-8")
    return str(path)


@pytest.fixture
def scan(tmp_path):
    path = tmp_path / "client.json"
    made = Assessment(id="x", created=NOW, scope=Scope(domains=(DomainScope(name="example.jp"),)))
    path.write_bytes(scan_json(made, program.toolkit().assess(made, NOW)))
    return path


def content(place, secret=SECRET):
    with AssessmentFile.open(place, secret) as file:
        return file.assessment


def options(place, *, replace=False):
    return argparse.Namespace(save=str(place), replace=replace)


def measured(domain="example.jp", **fields):
    scope = Scope(domains=(DomainScope(name=domain, selectors=("s1",)),), mail_hosts=("mx.example.jp",))
    made = Assessment(id="new", created=NOW, scope=scope, consent=Consent(level=ConsentLevel.PUBLIC, at=NOW))
    return msgspec.structs.replace(made, **fields)


def test_a_second_measurement_is_added_and_the_answers_stay(client, capsys):
    with files.saving(options(client), SECRET, measured(), TEXTS) as place:
        place.keep(measured(), lambda kept: msgspec.structs.replace(kept, document_number="measured"))
    now = content(client)
    assert (now.answers, now.plan, now.document_number) == (assessment().answers, assessment().plan, "measured")
    assert (now.scope.mail_hosts, now.scope.domains[0].selectors) == (("mx.example.jp",), ("s1",))
    assert now.consent == assessment().consent
    assert "added" in capsys.readouterr().err


def test_everything_that_was_named_for_the_second_measurement_is_added():
    lists = [field for field in Scope.__struct_fields__ if field != "domains"]
    scopes = [
        Scope(domains=(DomainScope(name="example.jp"),), **{field: (f"{field}.{number}.example",) for field in lists})
        for number in (1, 2)
    ]
    kept, new = (msgspec.structs.replace(measured(), scope=scope) for scope in scopes)
    scope = files.joined(kept, new).scope
    assert {field: getattr(scope, field) for field in lists} == {
        field: (f"{field}.1.example", f"{field}.2.example") for field in lists
    }


@pytest.mark.parametrize(
    ("domain", "secret", "said"),
    [("other.example", SECRET, "another domain"), ("example.jp", "wrong", "passphrase"), ("example.jp", None, "key")],
)
def test_what_does_not_fit_is_refused_before_anything_is_measured(client, domain, secret, said):
    before = client.read_bytes()
    with pytest.raises(WrongUseError, match=said), files.saving(options(client), secret, measured(domain), TEXTS):
        pytest.fail("measured in vain")
    assert client.read_bytes() == before


def test_a_file_that_is_open_is_left_alone(client):
    with AssessmentFile.open(client, SECRET) as held:
        for replace in (False, True):
            wanted = options(client, replace=replace)
            with pytest.raises(WrongUseError), files.saving(wanted, SECRET, measured(), TEXTS):
                pytest.fail("measured in vain")
        held.save(assessment(document_number="kept"))
    assert content(client).document_number == "kept"


def test_replaced_only_when_that_is_asked_for_and_then_with_its_snapshots(client):
    with files.saving(options(client, replace=True), "another", measured("other.example"), TEXTS) as place:
        place.keep(measured("other.example"), lambda kept: kept)
    assert content(client, "another").scope.domains[0].name == "other.example"
    assert all(content(snapshot, "another") for snapshot in snapshots.all_of(client))


def test_a_measurement_of_another_kind_of_file_is_never_replaced(tmp_path):
    thesis = tmp_path / "thesis.txt"
    thesis.write_text("Chapter 1", encoding="utf-8")
    named = thesis.rename(tmp_path / "thesis.fumimori") and tmp_path / "thesis.fumimori"
    for replace in (False, True):
        with pytest.raises(WrongUseError), files.saving(options(named, replace=replace), SECRET, measured(), TEXTS):
            pytest.fail("measured in vain")
    assert named.read_text(encoding="utf-8") == "Chapter 1"


@pytest.mark.parametrize("more", [(), ("--replace",)])
def test_a_json_opened_over_a_client_s_file(client, scan, secret_file, more):
    before = client.read_bytes()
    without_key = program.main(["open-json", str(scan), *more])
    assert (without_key, client.read_bytes()) == (2, before)
    code = program.main(["open-json", str(scan), "--passphrase-file", secret_file, *more])
    assert code == (0 if more else 2)
    assert (content(client).answers == assessment().answers) is not bool(more)


def test_a_measurement_of_the_future_and_a_made_up_head_are_not_believed(tmp_path, secret_file, scan, capsys):
    written = json.loads(scan.read_bytes())
    head = {**written, "domain": "bank.example\u202e\n"}
    (tmp_path / "head.json").write_text(json.dumps(head), encoding="utf-8")
    assert program.main(["open-json", str(tmp_path / "head.json"), "--passphrase-file", secret_file]) == 0
    assert content(tmp_path / "head.fumimori").organisation.name == "example.jp"
    run = Run(id="1", started=NOW.replace(year=2096), ended=NOW.replace(year=2096), scope=Scope())
    written["runs"] = [json.loads(msgspec.json.encode(run))]
    (tmp_path / "later.json").write_text(json.dumps(written), encoding="utf-8")
    assert program.main(["open-json", str(tmp_path / "later.json"), "--passphrase-file", secret_file]) == 2
    assert "still to come" in capsys.readouterr().err
    assert not (tmp_path / "later.fumimori").exists()


def test_a_report_never_overwrites_an_assessment(client, secret_file, capsys):
    before = client.read_bytes()
    copy = client.with_suffix(".pdf")
    copy.write_bytes(before)
    for out in (client, copy, client.parent / "new.fumimori"):
        arguments = ["report", str(client), "--lang", "en", "--out", str(out), "--passphrase-file", secret_file]
        assert program.main(arguments) == 2
    assert (client.read_bytes(), copy.read_bytes()) == (before, before)
    assert "is an assessment" in capsys.readouterr().err


@pytest.mark.parametrize("where", ["nowhere/x.json", "folder", "client.fumimori"])
def test_a_place_that_cannot_be_written_is_told_before_measuring(client, where, monkeypatch):
    (client.parent / "folder").mkdir()
    monkeypatch.setattr("fumimori.cli.commands._measured", lambda *_: pytest.fail("measured in vain"))
    assert program.main(["scan", "example.jp", "--json", str(client.parent / where)]) == 2


def test_the_sample_is_not_written_over_a_sample_that_was_worked_on(tmp_path):
    target = tmp_path / "sample.fumimori"
    AssessmentFile.create(target, program.SAMPLE_PASSPHRASE, start=assessment()).close()
    assert program.main(["sample", "--out", str(tmp_path)]) == 2
    assert content(Path(target), program.SAMPLE_PASSPHRASE) == assessment()


@pytest.mark.parametrize(("mode", "told"), [(0o600, False), (0o400, False), (0o640, True), (0o604, True)])
def test_a_passphrase_file_that_others_can_use_is_told(secret_file, capsys, mode: int, *, told: bool):
    Path(secret_file).chmod(mode)
    assert files.first_line(secret_file, TEXTS) == SECRET
    assert (TEXTS("cli.open_passphrase", path=secret_file) in capsys.readouterr().err) is (told and os.name == "posix")
