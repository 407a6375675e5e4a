"""A long page is usable at once and complete soon; what has the keyboard keeps it when the page is made anew."""

from collections.abc import Callable
from dataclasses import replace
from itertools import pairwise

import pytest
from PySide6.QtCore import QEvent, Qt
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QApplication, QLabel, QLayout, QVBoxLayout, QWidget

from fumimori import __main__ as entry
from fumimori.gui.growing import AT_ONCE, Growing
from fumimori.gui.widgets.action import ActionCard
from fumimori.model import DomainScope
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


def test_what_grows_at_several_places_keeps_their_order(qapp: QApplication):
    del qapp
    page = QWidget()
    column, inner = QVBoxLayout(page), QVBoxLayout()
    growing = Growing(column, page)

    def label(word: str) -> Callable[[], QWidget]:
        return lambda: QLabel(word)

    growing.add([label("a"), label("b"), label("c")], at_once=1)
    column.addWidget(QLabel("between"))
    column.addLayout(inner)
    growing.add([label("x"), label("y")], at_once=2, column=inner)
    column.addWidget(QLabel("last"))
    assert words(column) == ["a", "between", "last"]
    growing._next()
    assert words(column) == ["a", "b", "between", "last"]
    growing.finish()
    assert words(column) == ["a", "b", "c", "between", "x", "y", "last"]
    assert not growing.busy


def words(layout: QLayout) -> list[str]:
    """The labels of a layout and of those in it, from above."""
    found: list[str] = []
    for item in map(layout.itemAt, range(layout.count())):
        assert item is not None
        within, widget = item.layout(), item.widget()
        found += words(within) if within is not None else []
        found += [widget.text()] if isinstance(widget, QLabel) else []
    return found


@pytest.mark.parametrize("route", [Route("summary", "protocols"), Route("environment"), Route("documents")])
def test_long_pages_put_few_parts_at_a_time(opened: Open, route: Route):
    driver = opened("ja", entry.sample(), replace(entry.toolkit()))
    driver.session.edit_scope(
        domains=(*driver.session.open.scope.domains, *(DomainScope(name=f"d{at}.example.jp") for at in range(20)))
    )
    driver.judged()
    driver.window.go(route)
    assert driver.window.page is not None
    counts = [len(driver.window.page.findChildren(QLabel))]
    while driver.window.page.growing.busy:
        driver.window.page.growing._next()
        counts.append(len(driver.window.page.findChildren(QLabel)))
    steps = [after - before for before, after in pairwise(counts)]
    assert len(steps) > 4
    assert max(steps) < 20
