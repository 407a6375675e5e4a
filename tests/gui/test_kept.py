"""Nothing that was typed is lost: undone, kept through rebuilds, saved in time, and never dropped without a word."""

import os
import stat
import threading
from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QLabel, QLineEdit

from fumimori.gui import session as desk_module
from fumimori.gui import settings
from fumimori.gui.pages.measuring import MeasuringPage
from fumimori.model import Assessment
from fumimori.store import AssessmentFile, DiskFull, snapshots
from fumimori.wizard.steps import Route
from gui import demonstration
from gui.driver import Driver, Open, open_file

PASSPHRASE = "plain words for a test"
CONTROL = Qt.KeyboardModifier.ControlModifier
SHIFT = Qt.KeyboardModifier.ShiftModifier


@pytest.fixture
def at_work(opened: Open, tmp_path: Path) -> Driver:
    driver = opened("ja")
    driver.session.create(tmp_path / "a.fumimori", PASSPHRASE, demonstration.assessment())
    driver.go("organisation")
    return driver


def held(place: Path, passphrase: str = PASSPHRASE) -> Assessment:
    with AssessmentFile.open(place, passphrase) as file:
        return file.assessment


def label(driver: Driver) -> str:
    driver.settle()
    words = ("保存", "未保存", "閲覧")
    return next(one.text() for one in driver.window.header.findChildren(QLabel) if one.text().startswith(words))


def full(monkeypatch: pytest.MonkeyPatch) -> None:
    """From now on the disk has no room."""

    def refuse(*_: object) -> None:
        raise DiskFull("no room")

    monkeypatch.setattr(AssessmentFile, "save", refuse)


# --- undo ---------------------------------------------------------------------------------------------------------


def test_the_digit_of_the_present_answer_keeps_it(opened: Open):
    driver = opened("ja", demonstration.assessment())
    driver.session.annotate("defaults.admin_passwords", note="seen on paper", respondent="Ito")
    before = driver.session.open.answer("defaults.admin_passwords")
    driver.go("question", "defaults.admin_passwords")
    driver.press(f"choice:{before.value}")
    driver.press(f"choice:{before.value}")
    assert driver.session.open.answer("defaults.admin_passwords") == before
    assert driver.find(f"choice:{before.value}").isChecked()
    driver.go("interview", "defaults")
    row = next(one for one in driver.page.rows if one.property("place") == "sheet:defaults.admin_passwords")
    row.setFocus()
    driver.key(Qt.Key.Key_2)
    driver.key(Qt.Key.Key_2)
    assert driver.session.open.answer("defaults.admin_passwords").note == "seen on paper"


def test_an_answer_that_was_taken_back_keeps_its_note_and_history(opened: Open):
    driver = opened("ja", demonstration.assessment())
    driver.session.annotate("defaults.admin_passwords", note="seen on paper")
    driver.go("question", "defaults.admin_passwords")
    driver.press("withdraw")
    assert driver.session.open.answer("defaults.admin_passwords") is None
    driver.key(Qt.Key.Key_Z, CONTROL)
    assert driver.session.open.answer("defaults.admin_passwords").note == "seen on paper"
    driver.press("withdraw")
    driver.press("choice:yes")
    answer = driver.session.open.answer("defaults.admin_passwords")
    assert (answer.note, [one.value for one in answer.history]) == ("seen on paper", ["partly"])
    assert driver.session.open.withdrawn == ()


def test_everything_said_is_undone_and_redone_where_it_was_said(at_work: Driver):
    start = at_work.session.open
    at_work.go("question", "defaults.default_names")
    at_work.press("choice:unknown")
    at_work.type("who_knows", "Sato")
    at_work.go("environment")
    at_work.type("domain", "shop.example.jp")
    at_work.press("domain-add")
    done = at_work.session.open
    at_work.go("hub")
    at_work.key(Qt.Key.Key_Z, CONTROL)
    assert (at_work.route.page, len(at_work.session.open.scope.domains)) == ("environment", 1)
    at_work.page.heading.setFocus()
    at_work.key(Qt.Key.Key_Z, CONTROL)
    assert at_work.route == Route("question", "defaults.default_names")
    names = [one.answer("defaults.default_names").who_knows for one in (start, at_work.session.open)]
    assert names[0] == names[1]
    while at_work.session.history.can_undo:
        at_work.window.undo()
    assert at_work.session.open == start
    at_work.key(Qt.Key.Key_Z, CONTROL | SHIFT)
    while at_work.session.history.can_redo:
        at_work.key(Qt.Key.Key_Y, CONTROL)
    assert at_work.session.open == done


def test_a_measurement_is_not_undone(at_work: Driver):
    at_work.session.edit_organisation(name="Other")
    at_work.session.put(demonstration.msgspec.structs.replace(at_work.session.open, runs=()))
    at_work.window.undo()
    assert (at_work.session.open.attempts, at_work.session.open.organisation.name) == ((), "さくら商店 株式会社")


def test_a_field_takes_its_own_letters_back_first(at_work: Driver):
    at_work.session.edit_organisation(size="1-10")
    at_work.type("name", "abc")
    at_work.key(Qt.Key.Key_Z, CONTROL)
    assert at_work.session.open.organisation.name == "さくら商店 株式会社"
    assert at_work.session.open.organisation.size == "1-10"
    for _ in range(3):
        at_work.key(Qt.Key.Key_Z, CONTROL)
    assert at_work.session.open.organisation.size == "11-50"


# --- saving -------------------------------------------------------------------------------------------------------


def test_who_types_on_is_saved_within_two_seconds(at_work: Driver):
    field = at_work.find("name")
    field.setFocus()
    field.selectAll()
    moments = []
    at_work.session.saved.connect(lambda: moments.append(at_work.session.state))
    for letter in "abcdefghij":
        at_work.qtbot.keyClicks(field, letter)
        assert at_work.session.state in ("saving", "saved")
        at_work.qtbot.wait(desk_module.SAVE_AFTER_MS // 2)
    assert "saved" in moments
    at_work.qtbot.keyClicks(field, "k")
    assert label(at_work).startswith("保存中")
    at_work.qtbot.waitUntil(lambda: at_work.session.state == "saved")
    assert label(at_work).startswith("保存済み")


def test_the_header_follows_the_name(at_work: Driver):
    at_work.type("name", "Wave")
    assert any(one.accessibleName() == "Wave" for one in at_work.window.header.findChildren(QLabel))


def test_another_file_opened_at_once_loses_nothing(at_work: Driver, tmp_path: Path):
    AssessmentFile.create(tmp_path / "b.fumimori", PASSPHRASE, start=demonstration.assessment("en")).close()
    at_work.type("name", "Typed just now")
    open_file(at_work.session, tmp_path / "b.fumimori", PASSPHRASE)
    assert held(tmp_path / "a.fumimori").organisation.name == "Typed just now"


def test_what_cannot_be_saved_keeps_its_file_open(at_work: Driver, tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    AssessmentFile.create(tmp_path / "b.fumimori", PASSPHRASE, start=demonstration.assessment("en")).close()
    at_work.type("name", "Kept")
    with monkeypatch.context() as patch:
        full(patch)
        at_work.session.work.open(tmp_path / "b.fumimori", PASSPHRASE)
        at_work.qtbot.waitUntil(lambda: not at_work.session.work.busy)
        assert (at_work.session.path, at_work.session.open.organisation.name) == (tmp_path / "a.fumimori", "Kept")
        assert label(at_work) == "未保存"
    assert at_work.session.save()


def test_on_a_full_disk_everything_goes_on_elsewhere(at_work: Driver, tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    at_work.type("name", "Kept")
    with monkeypatch.context() as patch:
        full(patch)
        assert not at_work.session.save()
        at_work.press("language")
        assert at_work.shows(at_work.page.t("ui.trouble.elsewhere"))
        at_work.press("elsewhere")
    at_work.save_elsewhere(tmp_path / "b.fumimori", PASSPHRASE)
    assert at_work.session.state == "saved"
    assert not at_work.shows(at_work.page.t("ui.trouble.again"))
    assert at_work.window.close()
    assert held(tmp_path / "b.fumimori").organisation.name == "Kept"
    assert held(tmp_path / "a.fumimori")


def test_closing_asks_before_anything_is_dropped(at_work: Driver, monkeypatch: pytest.MonkeyPatch):
    at_work.type("name", "Kept")
    full(monkeypatch)
    assert not at_work.window.close()
    assert at_work.shows(at_work.page.t("ui.trouble.drop"))
    at_work.press("keep-open")
    assert at_work.session.open.organisation.name == "Kept"
    assert not at_work.window.close()
    at_work.press("close-unsaved")
    assert not at_work.window.isVisible()
    assert not [thread for thread in threading.enumerate() if thread.name == "network"]


def test_a_measurement_that_ends_later_does_not_close_the_window(at_work: Driver, monkeypatch: pytest.MonkeyPatch):
    at_work.type("name", "Kept")
    with monkeypatch.context() as patch:
        full(patch)
        patch.setattr(type(at_work.session.measuring), "running", True)
        assert not at_work.window.close()
        patch.setattr(type(at_work.session.measuring), "running", False)
        at_work.session.measuring.ended.emit()
        assert at_work.window.isVisible()
        at_work.press("keep-open")
    assert at_work.session.save()
    at_work.session.measuring.ended.emit()
    assert at_work.window.isVisible()


@pytest.mark.parametrize("language", ["ja", "en"])
def test_a_read_only_place_is_said_with_its_reason(
    opened: Open, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, language: str
):
    place = tmp_path / "a.fumimori"
    AssessmentFile.create(place, PASSPHRASE, start=demonstration.assessment()).close()
    before = place.read_bytes()
    driver = opened(language)
    with monkeypatch.context() as patch:
        patch.setattr(os, "access", lambda *_: False)
        open_file(driver.session, place, PASSPHRASE)
    driver.go("organisation")
    assert driver.shows(driver.page.t("words.store_error.not_writable"))
    driver.type("name", "Not lost")
    assert driver.session.state == "unsaved"
    assert not driver.window.close()
    driver.press("keep-open")
    driver.press("elsewhere")
    assert driver.route == Route("new", "copy")
    driver.save_elsewhere(tmp_path / "b.fumimori", PASSPHRASE)
    assert driver.session.state == "saved"
    assert driver.window.close()
    assert (held(tmp_path / "b.fumimori").organisation.name, place.read_bytes()) == ("Not lost", before)


def test_a_file_that_vanished_is_told_and_made_again(at_work: Driver, tmp_path: Path):
    (tmp_path / "a.fumimori").unlink()
    at_work.type("name", "Still here")
    assert not at_work.session.save()
    assert label(at_work) == "未保存"
    assert at_work.shows(at_work.page.t("words.store_error.vanished"))
    at_work.press("save-again")
    assert at_work.session.state == "saved"
    assert at_work.window.close()
    assert held(tmp_path / "a.fumimori").organisation.name == "Still here"


def test_a_file_that_vanished_is_told_at_the_latest_when_the_window_closes(at_work: Driver, tmp_path: Path):
    (tmp_path / "a.fumimori").unlink()
    assert not at_work.window.close()
    assert at_work.shows(at_work.page.t("words.store_error.vanished"))
    at_work.press("save-again")
    assert at_work.window.close()
    assert held(tmp_path / "a.fumimori") == demonstration.assessment()


# --- typed text ---------------------------------------------------------------------------------------------------


def test_what_is_half_typed_survives_language_size_and_brightness(opened: Open, tmp_path: Path):
    driver = opened("ja")
    driver.go("new")
    driver.press("choice:passphrase")
    driver.type("place", str(tmp_path / "mine.fumimori"))
    driver.type("passphrase", PASSPHRASE)
    driver.type("passphrase-again", PASSPHRASE)
    driver.find("passphrase-again").setCursorPosition(5)
    driver.key(Qt.Key.Key_L, CONTROL)
    driver.key(Qt.Key.Key_Plus, CONTROL)
    driver.window.use_theme("dark")
    again = driver.find("passphrase-again")
    assert isinstance(again, QLineEdit)
    assert (again.hasFocus(), again.cursorPosition(), again.text()) == (True, 5, PASSPHRASE)
    driver.press("next")
    assert driver.session.path == tmp_path / "mine.fumimori"
    driver.go("environment")
    driver.type("domain", "half.exam")
    driver.key(Qt.Key.Key_L, CONTROL)
    assert driver.find("domain").text() == "half.exam"
    driver.type("domain", "half.example.jp")
    driver.key(Qt.Key.Key_L, CONTROL)
    driver.press("domain-add")
    assert driver.session.open.scope.domains[0].name == "half.example.jp"
    driver.session.close()
    driver.go("unlock", str(tmp_path / "mine.fumimori"))
    driver.type("passphrase", PASSPHRASE)
    driver.key(Qt.Key.Key_L, CONTROL)
    driver.press("next")
    assert driver.session.path == tmp_path / "mine.fumimori"


def test_domains_are_typed_one_after_the_other(at_work: Driver):
    at_work.go("environment")
    at_work.type("domain", "one.example.jp")
    at_work.key(Qt.Key.Key_Return)
    at_work.qtbot.waitUntil(lambda: at_work.find("domain").hasFocus())
    at_work.qtbot.keyClicks(at_work.find("domain"), "two.example.jp")
    at_work.key(Qt.Key.Key_Return)
    assert at_work.route.page == "environment"
    names = [domain.name for domain in at_work.session.open.scope.domains]
    assert names[1:] == ["one.example.jp", "two.example.jp"]


# --- keys ---------------------------------------------------------------------------------------------------------


@pytest.fixture
def silent_keyring(monkeypatch: pytest.MonkeyPatch):
    """A keyring that answers only when the test is over."""
    from fumimori.store import keys

    over = threading.Event()

    def wait() -> None:
        over.wait(60)
        raise keys.NoKeyring("failed")

    monkeypatch.setattr(keys, "usable", wait)
    yield
    over.set()


@pytest.mark.usefixtures("silent_keyring")
def test_a_keyring_that_does_not_answer_can_be_done_without(opened: Open, tmp_path: Path):
    driver = opened("ja")
    driver.session.work._patience.setInterval(50)
    driver.go("new")
    driver.type("place", str(tmp_path / "a.fumimori"))
    driver.page.accept()
    driver.qtbot.waitUntil(lambda: driver.session.work.slow)
    assert driver.shows(driver.page.t("ui.file.instead"))
    driver.press("file-instead")
    driver.type("passphrase", PASSPHRASE)
    driver.type("passphrase-again", PASSPHRASE)
    driver.press("next")
    assert (driver.route.page, driver.session.path) == ("organisation", tmp_path / "a.fumimori")


@pytest.mark.usefixtures("silent_keyring")
def test_a_passphrase_need_not_wait_for_the_keyring_and_the_wait_ends(opened: Open, tmp_path: Path):
    place = tmp_path / "a.fumimori"
    AssessmentFile.create(place, PASSPHRASE, start=demonstration.assessment()).close()
    driver = opened("ja")
    driver.session.work._limit.setInterval(100)
    driver.session.work.open(place, None)
    driver.go("unlock", str(place))
    driver.qtbot.waitUntil(lambda: not driver.session.work.busy)
    assert any(driver.page.t("ui.file.no_answer") in one.accessibleName() for one in driver.visible())
    driver.session.work._limit.setInterval(20_000)
    driver.session.work.open(place, None)
    assert driver.session.work.busy
    driver.type("passphrase", PASSPHRASE)
    driver.press("next")
    assert (driver.route.page, driver.session.path) == ("hub", place)


def test_where_the_key_lies_is_said_on_another_computer(opened: Open, tmp_path: Path):
    place = tmp_path / "a.fumimori"
    AssessmentFile.create(place, PASSPHRASE, start=demonstration.assessment()).close()
    driver = opened("ja")
    driver.go("unlock", str(place))
    driver.type("passphrase", "not the right one")
    driver.press("next")
    assert driver.shows(driver.page.say("elsewhere"))


def test_a_text_is_not_asked_for_a_passphrase(opened: Open, tmp_path: Path):
    place = tmp_path / "letter.fumimori"
    place.write_text("Dear all", encoding="utf-8")
    driver = opened("ja")
    driver.session.work.open(place, None)
    driver.go("unlock", str(place))
    driver.qtbot.waitUntil(lambda: not driver.session.work.busy)
    assert any(driver.page.t("words.store_error.not_an_assessment") in one.accessibleName() for one in driver.visible())
    assert not any(one.property("place") == "passphrase" for one in driver.visible())


def test_a_passphrase_is_changed_from_the_menu(at_work: Driver, tmp_path: Path):
    at_work.type("name", "Before")
    at_work.go("key")
    at_work.type("passphrase", "quite another sentence")
    at_work.type("passphrase-again", "quite another sentence")
    at_work.press("next")
    assert any(at_work.page.say("changed") in one.accessibleName() for one in at_work.visible())
    at_work.go("organisation")
    at_work.type("name", "After")
    assert at_work.window.close()
    place = tmp_path / "a.fumimori"
    assert held(place, "quite another sentence").organisation.name == "After"
    for snapshot in snapshots.all_of(place):
        assert held(snapshot, "quite another sentence")


def test_of_a_deleted_file_the_copy_is_offered_with_its_local_time(opened: Open, tmp_path: Path):
    place = tmp_path / "a.fumimori"
    AssessmentFile.create(place, PASSPHRASE, start=demonstration.assessment()).close()
    place.unlink()
    driver = opened("ja")
    driver.go("unlock", str(place))
    driver.type("passphrase", PASSPHRASE)
    driver.press("next")
    at = snapshots.taken_at(snapshots.all_of(place)[0])
    assert any(driver.page.t.moment(at.astimezone()) in one.accessibleName() for one in driver.visible())
    driver.press("restore")
    assert (driver.route.page, driver.session.open.organisation.name) == ("hub", "さくら商店 株式会社")


# --- small things -------------------------------------------------------------------------------------------------


def test_the_settings_are_written_whole_for_their_owner(tmp_path: Path):
    assert settings.save(tmp_path, settings.Settings(language="en"))
    assert stat.S_IMODE((tmp_path / "window.json").stat().st_mode) == 0o600
    assert [path.name for path in tmp_path.iterdir()] == ["window.json"]


def test_failed_imports_name_their_file_and_do_not_pile_up(at_work: Driver, tmp_path: Path):
    at_work.go("measuring")
    page = at_work.page
    assert isinstance(page, MeasuringPage)
    for name in ("one.json", "two.json"):
        (tmp_path / name).write_text("{}", encoding="utf-8")
        page.take(tmp_path / name)
    shown = [one.accessibleName() for one in at_work.visible() if page.say("not_a_scan_next") in one.accessibleName()]
    assert shown
    assert not any("one.json" in text for text in shown)
    assert any("two.json" in text for text in shown)
