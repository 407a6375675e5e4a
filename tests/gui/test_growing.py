"""A long page is usable at once and complete soon; what has the keyboard keeps it when the page is made anew."""

from dataclasses import replace

from fumimori import __main__ as entry
from fumimori.gui.growing import AT_ONCE
from fumimori.gui.widgets.action import ActionCard
from fumimori.wizard.routes import Route
from gui.driver import Driver, Open


def cards(hands: Driver) -> int:
    assert hands.window.page is not None
    return len(hands.window.page.findChildren(ActionCard))


def test_the_plan_begins_with_a_screenful_and_goes_on_by_itself(opened: Open):
    hands = opened("ja", entry.sample(), replace(entry.toolkit()))
    hands.judged()
    hands.window.go(Route("plan"))
    assert cards(hands) <= AT_ONCE
    hands.settle()
    assert cards(hands) == len(hands.session.result.actions) > AT_ONCE


def test_a_card_far_below_keeps_the_keyboard_in_another_language_and_size(opened: Open):
    hands = opened("ja", entry.sample(), replace(entry.toolkit()))
    hands.go("plan")
    last = hands.session.result.actions[-1]
    for change in (hands.window.other_language, lambda: hands.window.resize_text(1)):
        hands.find(f"more:{last.id}").setFocus()
        change()
        assert hands.find(f"more:{last.id}").hasFocus()
        assert hands.window.area.verticalScrollBar().value() > 0
