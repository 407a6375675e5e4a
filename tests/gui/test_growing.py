"""A long page is usable at once and complete soon; what has the keyboard keeps it when the page is made anew."""

from dataclasses import replace

from PySide6.QtCore import QEvent, Qt
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QApplication

from fumimori import __main__ as entry
from fumimori.gui.growing import AT_ONCE
from fumimori.gui.widgets.action import ActionCard
from fumimori.wizard.steps import Route
from gui.driver import Driver, Open


def cards(driver: Driver) -> int:
    assert driver.window.page is not None
    return len(driver.window.page.findChildren(ActionCard))


def test_the_plan_begins_with_a_screenful_and_goes_on_by_itself(opened: Open):
    driver = opened("ja", entry.sample(), replace(entry.toolkit()))
    driver.judged()
    driver.window.go(Route("plan"))
    assert cards(driver) <= AT_ONCE
    driver.settle()
    assert cards(driver) == len(driver.session.result.actions) > AT_ONCE


def test_a_card_far_below_keeps_the_keyboard_in_another_language_and_size(opened: Open):
    driver = opened("ja", entry.sample(), replace(entry.toolkit()))
    driver.go("plan")
    last = driver.session.result.actions[-1]
    for change in (driver.window.other_language, lambda: driver.window.resize_text(1)):
        driver.find(f"more:{last.id}").setFocus()
        change()
        assert driver.find(f"more:{last.id}").hasFocus()
        assert driver.window.area.verticalScrollBar().value() > 0


def test_brightness_language_and_size_keep_a_long_page_where_it_was(opened: Open):
    driver = opened("ja", entry.sample(), replace(entry.toolkit()))
    driver.go("plan")
    bar = driver.window.area.verticalScrollBar()
    bar.setValue(bar.maximum() // 2)
    before = bar.value()
    for change in (lambda: driver.window.use_theme("dark"), lambda: driver.window.use_theme("light")):
        change()
        assert driver.window.rebuilding.busy
        driver.settle()
        assert (bar.value(), driver.window.updatesEnabled()) == (before, True)
    driver.window.other_language()
    driver.settle()
    assert bar.value() == before


def test_what_is_typed_while_the_look_changes_arrives(opened: Open):
    driver = opened("en", entry.sample("en"), replace(entry.toolkit()))
    driver.go("organisation")
    field = driver.find("name")
    field.setFocus()
    field.selectAll()
    driver.qtbot.keyClicks(field, "ab")
    handle = driver.window.windowHandle()
    driver.window.use_theme("dark")
    for letter in "cd":
        for kind in (QEvent.Type.KeyPress, QEvent.Type.KeyRelease):
            key = Qt.Key(ord(letter.upper()))
            QApplication.postEvent(handle, QKeyEvent(kind, key, Qt.KeyboardModifier.NoModifier, letter))
        driver.qtbot.wait(1)
    driver.settle()
    driver.qtbot.waitUntil(lambda: driver.session.open.organisation.name == "abcd", timeout=5_000)
    assert driver.find("name").hasFocus()
