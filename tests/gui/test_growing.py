"""A long page is usable at once and complete soon; what has the keyboard keeps it when the page is made anew."""

from dataclasses import replace

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
