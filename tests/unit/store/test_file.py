"""An assessment file gives back what was saved, to those with its secret and to nobody else."""

import os
import subprocess
import sys
import unicodedata
from datetime import timedelta

import msgspec
import pytest

from fumimori.model import Organisation
from fumimori.store import (
    AlreadyThere,
    AssessmentFile,
    Damaged,
    DiskFull,
    InUse,
    NewerVersion,
    NotAnAssessment,
    NotThere,
    NotWritable,
    Vanished,
    WrongSecret,
    keys,
    migrations,
    snapshots,
)
from fumimori.store.database import Database
from loopback.recorded_runs import run_of
from unit.store.example import SECRETS, Clock, answers, assessment, attempt

KEY = b"k" * 32


@pytest.fixture
def place(tmp_path):
    return tmp_path / "診断 1.fumimori"


def saved(place, secret=KEY, content=None):
    with AssessmentFile.create(place, secret, clock=Clock()) as file:
        file.save(content or assessment())
    return place


def opened(place, secret=KEY):
    with AssessmentFile.open(place, secret, clock=Clock()) as file:
        return file.assessment


def everything_on_disk(place):
    return b"".join(path.read_bytes() for path in place.parent.rglob("*") if path.is_file())


@pytest.mark.parametrize("secret", [KEY, 'o\'clock "§" パスワード', "x'" + "ab" * 32 + "'", " "])
def test_what_was_saved_comes_back(place, secret):
    assert opened(saved(place, secret), secret) == assessment()


def test_a_save_writes_only_what_changed(place):
    clock = Clock()
    with AssessmentFile.create(place, KEY, clock=clock) as file:
        file.save(assessment())
        file.save(msgspec.structs.replace(file.assessment, organisation=Organisation(name="Other")))
    database = Database(place, KEY)
    moments = database._connection.execute(
        "SELECT kind FROM part WHERE changed_at > (SELECT min(changed_at) FROM part)"
    )
    changed = [kind for (kind,) in moments.fetchall()]
    database.close()
    assert changed == ["organisation"]


def test_what_was_taken_away_is_gone(place):
    with AssessmentFile.create(place, KEY) as file:
        file.save(assessment())
        file.save(assessment(answers=(), runs=(run_of(attempt("mx")),)))
    assert opened(place) == assessment(answers=(), runs=(run_of(attempt("mx")),))


def test_order_is_kept_when_something_is_put_in_front(place):
    with AssessmentFile.create(place, KEY) as file:
        file.save(assessment(answers=answers(3)))
        file.save(assessment(answers=(*answers(5)[3:], *answers(3))))
    assert [answer.question[-1] for answer in opened(place).answers] == list("34012")


def test_a_passphrase_opens_in_either_unicode_form(place):
    secret = "がぎぐ étude"
    saved(place, unicodedata.normalize("NFC", secret))
    assert opened(place, unicodedata.normalize("NFD", secret)) == assessment()


@pytest.mark.parametrize(("secret", "wrong"), [(KEY, b"w" * 32), (KEY, "word"), ("word", "Word"), ("word", KEY)])
def test_another_secret_does_not_open_it_and_nothing_is_told_on_the_terminal(place, secret, wrong, capfd):
    saved(place, secret)
    for _ in range(3):
        with pytest.raises(WrongSecret):
            AssessmentFile.open(place, wrong)
    assert capfd.readouterr() == ("", "")
    assert opened(place, secret) == assessment()


@pytest.mark.parametrize("secret", ["", "a\0b", b"short"])
def test_a_secret_that_is_none_is_refused_before_anything_is_made(place, secret):
    with pytest.raises(ValueError, match=r"passphrase|key"):
        AssessmentFile.create(place, secret)
    assert list(place.parent.iterdir()) == []


@pytest.mark.parametrize("secret", [KEY, "a passphrase"])
def test_nothing_is_readable_on_the_disk_while_open_or_closed(place, secret):
    file = AssessmentFile.create(place, secret)
    file.save(assessment())
    while_open = everything_on_disk(place)
    assert (place.parent / f"{place.name}-wal").stat().st_size > 0
    file.close()
    for text in (*SECRETS, b"SQLite format 3", b"part", b"access.admin_mfa"):
        assert text not in while_open
        assert text not in everything_on_disk(place)


def test_closing_leaves_one_whole_file_that_only_its_owner_reads(place):
    saved(place)
    assert sorted(path.name for path in place.parent.iterdir()) == [place.name, f"{place.name}.snapshots"]
    assert place.stat().st_mode & 0o077 == 0


def test_a_copy_of_a_closed_file_opens_elsewhere(place, tmp_path):
    copy = tmp_path / "elsewhere"
    copy.mkdir()
    (copy / "x.fumimori").write_bytes(saved(place).read_bytes())
    assert opened(copy / "x.fumimori") == assessment()


def test_a_second_opener_is_told_and_harms_nothing(place):
    saved(place)
    with AssessmentFile.open(place, KEY) as file:
        with pytest.raises(InUse):
            AssessmentFile.open(place, KEY)
        program = "import sys; from pathlib import Path; from fumimori.store import AssessmentFile, InUse\n"
        program += "try:\n AssessmentFile.open(Path(sys.argv[1]), b'k' * 32)\nexcept InUse: print('in use')"
        other = subprocess.run([sys.executable, "-c", program, place], capture_output=True, text=True, check=True)
        assert other.stdout == "in use\n"
        file.save(assessment(answers=answers(2)))
    assert opened(place).answers == answers(2)


def test_an_existing_file_is_not_overwritten(place):
    place.write_bytes(b"letter")
    with pytest.raises(AlreadyThere):
        AssessmentFile.create(place, KEY)
    assert place.read_bytes() == b"letter"


def test_a_missing_file_and_a_missing_folder_are_told(place):
    with pytest.raises(NotThere):
        AssessmentFile.open(place, KEY)
    with pytest.raises(NotThere):
        AssessmentFile.create(place.parent / "nowhere" / "x.fumimori", KEY)


@pytest.mark.parametrize("content", [b"", b"%PDF-1.7 letter", b"SQLite format 3\0" + bytes(4080), os.urandom(5000)])
def test_another_kind_of_file_is_told_and_left_as_it_is(place, content):
    place.write_bytes(content)
    with pytest.raises(NotAnAssessment):
        AssessmentFile.open(place, KEY)
    assert place.read_bytes() == content


def test_a_database_of_another_program_is_not_an_assessment(place):
    database = Database(place, KEY)
    database.prepare()
    database._connection.execute("PRAGMA application_id = 7")
    database.close()
    with pytest.raises(NotAnAssessment):
        AssessmentFile.open(place, KEY)


def test_a_file_of_a_newer_version_is_shown_and_not_written(place):
    saved(place)
    database = Database(place, KEY)
    database._connection.execute(f"PRAGMA user_version = {migrations.VERSION + 1}")
    database._connection.execute("INSERT INTO part VALUES ('wonder', '', 0, '{}', '')")
    database.close()
    with AssessmentFile.open(place, KEY) as file:
        assert (file.read_only, file.assessment) == ("newer_version", assessment())
        with pytest.raises(NewerVersion):
            file.save(assessment(answers=()))
        with pytest.raises(NewerVersion):
            file.change_secret("word")
    assert opened(place) == assessment()


@pytest.mark.parametrize(("at", "length"), [(0, 4096), (100, 200), (8192, 4096), (16384, 2000)])
def test_a_damaged_file_offers_its_newest_snapshot(place, at, length):
    saved(place, content=assessment(answers=answers(400)))
    content = bytearray(place.read_bytes())
    assert len(content) > at + length
    content[at : at + length] = bytes(length)
    place.write_bytes(content)
    with pytest.raises(Damaged) as damage:
        AssessmentFile.open(place, KEY)
    snapshot = damage.value.snapshot
    assert snapshot == snapshots.all_of(place)[0]
    aside = AssessmentFile.restore(place, snapshot, clock=Clock())
    assert aside.read_bytes() == content
    assert opened(place).answers == answers(400)


def test_a_truncated_file_without_a_snapshot_is_never_mistaken_for_a_wrong_passphrase(place):
    saved(place)
    for snapshot in snapshots.all_of(place):
        snapshot.unlink()
    place.write_bytes(place.read_bytes()[:6000])
    with pytest.raises((Damaged, NotAnAssessment)):
        AssessmentFile.open(place, KEY)


@pytest.mark.parametrize(("old", "new"), [("old", "new"), (KEY, "new"), ("old", b"n" * 32)])
def test_after_a_change_the_old_secret_opens_nothing(place, old, new):
    with AssessmentFile.create(place, old, clock=Clock()) as file:
        file.save(assessment())
        file.change_secret(new)
        file.save(assessment(answers=answers(2)))
    for path in (place, *snapshots.all_of(place)):
        with pytest.raises((WrongSecret, Damaged)):
            AssessmentFile.open(path, old)
        assert opened(path, new).organisation == assessment().organisation
    assert opened(place, new).answers == answers(2)
    assert opened(place, new).attempts == assessment().attempts


def test_a_new_file_holds_nothing_until_something_is_saved(place):
    with AssessmentFile.create(place, KEY) as file, pytest.raises(LookupError):
        _ = file.assessment
    with pytest.raises(Damaged):
        AssessmentFile.open(place, KEY)


def test_a_new_file_may_hold_its_content_from_the_start(place):
    with AssessmentFile.create(place, "word", start=assessment()) as file:
        assert file.assessment == assessment()
    assert opened(place, "word") == assessment()


def test_a_file_in_the_way_stays_until_the_new_one_is_whole(place, monkeypatch):
    saved(place, content=assessment(answers=answers(3)))

    def full(*_, **__):
        raise DiskFull("no room")

    with monkeypatch.context() as patch:
        patch.setattr(snapshots, "fill", full)
        with pytest.raises(DiskFull):
            AssessmentFile.create(place, KEY, start=assessment(), replace=True)
    assert opened(place).answers == answers(3)
    assert sorted(path.name for path in place.parent.iterdir()) == [place.name, f"{place.name}.snapshots"]
    with AssessmentFile.open(place, KEY), pytest.raises(InUse):
        AssessmentFile.create(place, "other", start=assessment(), replace=True)
    AssessmentFile.create(place, "other", start=assessment(), replace=True).close()
    assert opened(place, "other") == assessment()
    for snapshot in snapshots.all_of(place):
        assert opened(snapshot, "other").organisation == assessment().organisation


def test_a_pipe_is_not_waited_for_and_a_single_byte_is_left_alone(place):
    os.mkfifo(place)
    with pytest.raises(NotAnAssessment):
        AssessmentFile.open(place, KEY)
    place.unlink()
    place.write_bytes(b"x")
    with pytest.raises(NotAnAssessment):
        AssessmentFile.open(place, KEY)
    assert place.read_bytes() == b"x"
    assert list(place.parent.iterdir()) == [place]


@pytest.mark.parametrize("text", ["A letter.\n" * 900, "文書です。" * 700])
def test_a_text_is_told_before_a_key_is_looked_for(place, text):
    place.write_text(text, encoding="utf-8")
    with pytest.raises(NotAnAssessment):
        AssessmentFile.open(place, None)


def test_a_wrong_passphrase_is_computed_once_however_many_snapshots_there_are(place, monkeypatch):
    clock = Clock()
    with AssessmentFile.create(place, "word", clock=clock) as file:
        for number in range(25):
            file.save(assessment(answers=answers(number)))
            clock.at += timedelta(minutes=11)
    assert len(snapshots.all_of(place)) == snapshots.KEPT
    computed = []
    really = keys.hashlib.pbkdf2_hmac
    monkeypatch.setattr(keys.hashlib, "pbkdf2_hmac", lambda *arguments: computed.append(1) or really(*arguments))
    with pytest.raises(WrongSecret):
        AssessmentFile.open(place, "wrong")
    assert computed == [1]


@pytest.mark.parametrize("way", ["deleted", "moved", "replaced"])
def test_a_file_that_vanished_is_noticed_and_can_be_put_there_again(place, way):
    file = AssessmentFile.create(place, "word", start=assessment())
    if way == "deleted":
        place.unlink()
    else:
        place.rename(place.with_name("elsewhere.fumimori"))
    if way == "replaced":
        place.write_bytes(b"letter")
    wanted = assessment(answers=answers(5))
    for content in (file.assessment, wanted):
        with pytest.raises(Vanished):
            file.save(content)
    if way == "replaced":
        with pytest.raises(AlreadyThere):
            file.save_again(wanted)
        assert place.read_bytes() == b"letter"
        place.unlink()
    file.save_again(wanted)
    file.save(assessment(answers=answers(6)))
    file.close()
    assert opened(place, "word").answers == answers(6)
    if way != "deleted":
        assert opened(place.with_name("elsewhere.fumimori"), "word") == assessment()


def test_of_a_deleted_file_the_newest_snapshot_is_offered(place):
    saved(place, "word", assessment(answers=answers(4)))
    place.unlink()
    with pytest.raises(WrongSecret):
        AssessmentFile.open(place, "wrong")
    with pytest.raises(Vanished) as gone:
        AssessmentFile.open(place, "word")
    AssessmentFile.restore(place, gone.value.snapshot)
    assert opened(place, "word").answers == answers(4)


def test_closing_where_the_journal_cannot_be_written_home_lets_go_of_the_file(place, monkeypatch):
    file = AssessmentFile.create(place, KEY, start=assessment())
    file.save(assessment(answers=answers(3)))
    really = Database._store_error
    monkeypatch.setattr(Database, "_store_error", lambda *_arguments, **_named: DiskFull("no room"))
    file._database._connection.set_authorizer(lambda *_: 1)
    file.close()
    monkeypatch.setattr(Database, "_store_error", really)
    assert opened(place).answers == answers(3)


def test_a_place_that_is_read_only_is_named_so(place, monkeypatch):
    saved(place)
    monkeypatch.setattr(os, "access", lambda *_: False)
    with AssessmentFile.open(place, KEY) as file:
        assert file.read_only == "not_writable"
        with pytest.raises(NotWritable):
            file.save(assessment(answers=answers(2)))
