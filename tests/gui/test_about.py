"""The page about the program, the keys that move between pages, and what the program is made of."""

import re
from importlib import metadata
from pathlib import Path

import pytest
from PySide6.QtCore import Qt, QTimer
from PySide6.QtWidgets import QApplication, QFileDialog, QLineEdit, QTableWidget

from fumimori import __version__
from fumimori.gui import shortcuts
from fumimori.store import AssessmentFile
from fumimori.wizard.steps import Route
from fumimori.wording.terms import TERMS
from gui import demonstration
from gui.driver import Driver, Open

ROOT = Path(__file__).resolve().parents[2]
ALT, CONTROL = Qt.KeyboardModifier.AltModifier, Qt.KeyboardModifier.ControlModifier
OUGHT = re.compile(r"AGPL|GPL")
MAY = re.compile(r"LGPL")


def table(driver: Driver, place: str) -> list[tuple[str, ...]]:
    shown = driver.find(f"table:{place}")
    assert isinstance(shown, QTableWidget)
    return [
        tuple(item.text() for column in range(shown.columnCount()) if (item := shown.item(row, column)))
        for row in range(shown.rowCount())
    ]


@pytest.mark.parametrize("language", ["ja", "en"])
def test_the_page_says_what_leaves_the_computer_and_lists_every_key(opened: Open, language: str):
    driver = opened(language)
    driver.go("about")
    assert driver.shows(driver.page.say("version", version=__version__))
    assert driver.shows(driver.page.say("leaves_never"))
    listed = table(driver, "keys")
    assert [row[0] for row in listed] == [shown for name in shortcuts.SHORTCUTS if (shown := shortcuts.shown(name))]
    assert all(all(row) and "&" not in row[1] for row in listed)
    offered = {action.text() for menu in driver.window.menuBar().actions() for action in menu.menu().actions()}
    missing = {driver.page.t(f"ui.menu.{name}") for name in shortcuts.SHORTCUTS} - offered
    assert not missing


@pytest.mark.parametrize("language", ["ja", "en"])
def test_long_lists_open_when_they_are_asked_for(opened: Open, language: str):
    driver = opened(language)
    driver.go("about")
    driver.press("terms")
    terms = table(driver, "terms")
    assert len(terms) == len(TERMS)
    assert all(all(row) for row in terms)
    driver.press("components")
    assert ("reportlab", "BSD-3-Clause") in table(driver, "components")


def test_one_returns_from_the_page_to_where_one_was(opened: Open):
    driver = opened("ja", demonstration.assessment())
    driver.go("plan")
    driver.go("about")
    driver.press("back")
    assert driver.route.page == "plan"


def test_keys_move_between_pages(opened: Open):
    driver = opened("en", demonstration.assessment("en"))
    driver.go("organisation")
    driver.key(Qt.Key.Key_Right, ALT)
    assert driver.route.page == "environment"
    driver.key(Qt.Key.Key_Left, ALT)
    assert driver.route.page == "organisation"
    driver.key(Qt.Key.Key_G, CONTROL)
    assert driver.route.page == "hub"
    driver.key(Qt.Key.Key_P, CONTROL)
    assert driver.route.page == "report"


def test_a_file_is_chosen_in_the_dialogue_of_its_key(opened: Open, tmp_path: Path):
    place = tmp_path / "a.fumimori"
    AssessmentFile.create(place, "plain words for a test", start=demonstration.assessment()).close()
    driver = opened("ja")

    def choose() -> None:
        dialogue = QApplication.activeModalWidget()
        if isinstance(dialogue, QFileDialog):
            dialogue.findChild(QLineEdit).setText(str(place))
            dialogue.accept()
        elif dialogue is not None:
            dialogue.close()

    asking = QTimer(interval=50)
    asking.timeout.connect(choose)
    asking.start()
    driver.key(Qt.Key.Key_O, CONTROL)
    asking.stop()
    assert driver.route == Route("unlock", str(place))
    driver.qtbot.waitUntil(lambda: not driver.session.work.busy)


def test_no_two_entries_share_a_key():
    used = [key.toString() for name in shortcuts.SHORTCUTS for key in shortcuts.keys(name)]
    assert len(used) == len(set(used))


def test_the_list_of_components_is_the_lock_file_with_the_licences_that_they_declare():
    lines = (ROOT / "resources/components.tsv").read_text(encoding="utf-8").splitlines()[2:]
    listed = dict(line.split("\t") for line in lines)
    locked = re.findall(r"^([a-z0-9-]+)==", (ROOT / "packaging/requirements.lock").read_text(), re.MULTILINE)
    assert {name for name in listed if "(" not in name} == set(locked)
    declared = {}
    for name in locked:
        try:
            declared[name] = metadata.metadata(name).get("License-Expression") or listed[name]
        except metadata.PackageNotFoundError:  # belongs to another system
            declared[name] = listed[name]
    assert {name: listed[name] for name in locked} == declared
    assert [name for name, licence in listed.items() if OUGHT.search(MAY.sub("", licence))] == []
