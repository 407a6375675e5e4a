"""The keyboard is never out of sight: what gets it is scrolled into view, Tab walks as people read."""

import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtWidgets import QApplication, QPushButton, QWidget

from fumimori.wizard.routes import Route
from gui import demonstration
from gui.driver import Driver, Open


def seen(hands: Driver, widget: QWidget) -> bool:
    """Whether the whole widget lies in what is shown of the page."""
    hands.settle()
    port = hands.window.area.viewport()
    top = widget.mapTo(port, QPoint(0, 0)).y()
    return top >= 0 and top + min(widget.height(), port.height()) <= port.height()


def place(widget: QWidget | None) -> str:
    return str(widget.property("place")) if widget is not None else ""


def test_the_row_that_is_answered_is_always_in_view(opened: Open):
    hands = opened("ja", demonstration.assessment())
    hands.window.resize(1280, 672)
    hands.go("interview", "defaults")
    rows = hands.page.rows
    assert rows[0].hasFocus()
    for row in rows[1:]:
        hands.key(Qt.Key.Key_Down)
        assert row.hasFocus()
        assert seen(hands, row)


def test_a_missing_field_is_scrolled_to_and_has_the_keyboard(opened: Open):
    hands = opened("ja")
    hands.session.show(demonstration.assessment())
    hands.session.edit_organisation(name="")
    hands.window.resize(1280, 560)
    hands.go("organisation")
    bar = hands.window.area.verticalScrollBar()
    bar.setValue(bar.maximum())
    hands.press("next")
    field = hands.find("name")
    assert field.hasFocus()
    assert seen(hands, field)


def test_tab_walks_fields_then_next_back_header_and_rail(opened: Open):
    hands = opened("en", demonstration.assessment("en"))
    hands.window.resize(1280, 672)
    hands.go("organisation")
    order = [place(one) for one in hands.window.tab_order()]
    footer = order.index("next")
    assert order[footer : footer + 4] == ["next", "back", "language", "help"]
    assert order[footer + 4].startswith("rail:")
    assert order[0] == "name"
    walked = []
    for _ in range(footer + 1):
        hands.key(Qt.Key.Key_Tab)
        focus = QApplication.focusWidget()
        assert focus is not None
        walked.append(place(focus))
        assert not hands.window.area.widget().isAncestorOf(focus) or seen(hands, focus)
    assert walked == order[: footer + 1]
    hands.key(Qt.Key.Key_Tab, Qt.KeyboardModifier.ShiftModifier)
    assert place(QApplication.focusWidget()) == order[footer - 1]


def test_fields_that_appear_later_are_walked_before_next(opened: Open):
    hands = opened("ja", demonstration.assessment())
    hands.session.withdraw("defaults.admin_passwords")
    hands.go("question", "defaults.admin_passwords")
    hands.press("choice:unknown")
    hands.settle()
    order = [place(one) for one in hands.window.tab_order()]
    assert order.index("respondent") < order.index("next")


def test_the_rail_marks_the_page_that_is_shown_also_when_it_has_the_keyboard(opened: Open):
    hands = opened("ja", demonstration.assessment())
    hands.window.resize(1280, 672)
    hands.go("hub")
    for page in ("report", "plan", "organisation"):
        row = hands.find(f"rail:{page}:")
        row.setFocus()
        hands.press(f"rail:{page}:")
        here = [one for one in hands.window.sidebar.findChildren(QPushButton) if one.property("here")]
        assert [place(one) for one in here if one.isVisibleTo(hands.window)] == [f"rail:{page}:"]
        assert hands.page.heading.hasFocus()


def test_a_button_that_goes_away_hands_the_keyboard_to_the_heading(opened: Open):
    hands = opened("ja", demonstration.assessment())
    hands.go("measuring")
    again = hands.find("again")
    again.setFocus()
    again.hide()
    assert hands.page.heading.hasFocus()
    again.show()
    again.setFocus()
    again.setEnabled(False)
    assert hands.page.heading.hasFocus()


@pytest.mark.parametrize("page", ["start", "organisation", "environment", "hub", "plan", "report"])
@pytest.mark.parametrize("scale", [100, 150, 200])
def test_the_foot_is_visible_on_a_small_screen(opened: Open, page: str, scale: int):
    hands = opened("en", demonstration.assessment("en") if page != "start" else None)
    while hands.session.settings.scale < scale:
        hands.window.resize_text(1)
    hands.window.resize(1264, 672)
    hands.window.go(Route(page))
    hands.settle()
    footer = hands.window.footer
    if footer.isVisibleTo(hands.window):
        bottom = footer.mapTo(hands.window, QPoint(0, footer.height())).y()
        assert bottom <= hands.window.height()
        assert hands.window.height() == 672
