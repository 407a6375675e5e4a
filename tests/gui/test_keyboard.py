"""The keyboard is never out of sight: what gets it is scrolled into view, Tab walks as people read."""

import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtWidgets import QApplication, QPushButton, QWidget

from fumimori.gui import keyboard
from fumimori.wizard.steps import Route
from gui import demonstration
from gui.driver import Driver, Open


def seen(driver: Driver, widget: QWidget) -> bool:
    """Whether the whole widget is in what is shown of the page."""
    driver.settle()
    port = driver.window.area.viewport()
    top = widget.mapTo(port, QPoint(0, 0)).y()
    return top >= 0 and top + min(widget.height(), port.height()) <= port.height()


def place(widget: QWidget | None) -> str:
    return str(widget.property("place")) if widget is not None else ""


def test_the_row_that_is_answered_is_always_in_view(opened: Open):
    driver = opened("ja", demonstration.assessment())
    driver.window.resize(1280, 672)
    driver.go("interview", "defaults")
    rows = driver.page.rows
    assert rows[0].hasFocus()
    for row in rows[1:]:
        driver.key(Qt.Key.Key_Down)
        assert row.hasFocus()
        assert seen(driver, row)


def test_a_missing_field_is_scrolled_to_and_has_the_keyboard(opened: Open):
    driver = opened("ja")
    driver.session.show(demonstration.assessment())
    driver.session.edit_organisation(name="")
    driver.window.resize(1280, 560)
    driver.go("organisation")
    bar = driver.window.area.verticalScrollBar()
    bar.setValue(bar.maximum())
    driver.press("next")
    field = driver.find("name")
    assert field.hasFocus()
    assert seen(driver, field)


def test_tab_walks_fields_then_next_back_header_and_sidebar(opened: Open):
    driver = opened("en", demonstration.assessment("en"))
    driver.window.resize(1280, 672)
    driver.go("organisation")
    order = [place(one) for one in driver.window.tab_order()]
    footer = order.index("next")
    assert order[footer : footer + 4] == ["next", "back", "language", "help"]
    assert order[footer + 4].startswith("sidebar:")
    assert order[0] == "name"
    walked = []
    for _ in range(footer + 1):
        driver.key(Qt.Key.Key_Tab)
        focus = QApplication.focusWidget()
        assert focus is not None
        walked.append(place(focus))
        assert not driver.window.area.widget().isAncestorOf(focus) or seen(driver, focus)
    assert walked == order[: footer + 1]
    driver.key(Qt.Key.Key_Tab, Qt.KeyboardModifier.ShiftModifier)
    assert place(QApplication.focusWidget()) == order[footer - 1]


@pytest.mark.parametrize("page", ["hub", "report"])
def test_what_the_sidebar_gives_the_keyboard_to_is_in_view(opened: Open, page: str):
    driver = opened("en", demonstration.assessment("en"))
    driver.window.resize(1160, 672)
    driver.go(page)
    port = driver.window.sidebar.area.viewport()
    bar = driver.window.sidebar.area.verticalScrollBar()
    rows = [one for one in driver.window.tab_order() if place(one).startswith("sidebar:")]
    for leap, row in ((bar.maximum(), rows[0]), (0, rows[-1])):
        bar.setValue(leap)
        before = keyboard.beside(driver.window.tab_order(), row, -1 if row is rows[0] else 1)
        assert before is not None
        before.setFocus(Qt.FocusReason.TabFocusReason)
        step = Qt.KeyboardModifier.NoModifier if row is rows[0] else Qt.KeyboardModifier.ShiftModifier
        driver.key(Qt.Key.Key_Tab, step)
        assert row.hasFocus()

        def in_view(row: QWidget = row) -> bool:
            return 0 <= row.mapTo(port, QPoint(0, 0)).y() <= port.height() - row.height()

        driver.qtbot.waitUntil(in_view, timeout=5_000)


def test_the_form_that_settles_a_finding_has_the_keyboard_and_is_in_view(opened: Open):
    driver = opened("ja", demonstration.assessment())
    driver.window.resize(1160, 672)
    driver.go("plan")
    action = next(one for one in driver.session.result.actions if any(finding.measured for finding in one.findings))
    driver.press(f"more:{action.id}")
    code = next(finding.code for finding in action.findings if finding.measured)
    for kind in ("wrong", "accepted"):
        driver.press(f"{kind}:{code}")
        field = driver.find(f"reason:{code}")
        assert field.hasFocus()
        driver.qtbot.waitUntil(lambda field=field: seen(driver, field))


def test_fields_that_appear_later_are_walked_before_next(opened: Open):
    driver = opened("ja", demonstration.assessment())
    driver.session.withdraw("defaults.admin_passwords")
    driver.go("question", "defaults.admin_passwords")
    driver.press("choice:unknown")
    driver.settle()
    order = [place(one) for one in driver.window.tab_order()]
    assert order.index("respondent") < order.index("next")


def test_the_sidebar_marks_the_page_that_is_shown_also_when_it_has_the_keyboard(opened: Open):
    driver = opened("ja", demonstration.assessment())
    driver.window.resize(1280, 672)
    driver.go("hub")
    for page in ("report", "plan", "organisation"):
        row = driver.find(f"sidebar:{page}:")
        row.setFocus()
        driver.press(f"sidebar:{page}:")
        here = [one for one in driver.window.sidebar.findChildren(QPushButton) if one.property("here")]
        assert [place(one) for one in here if one.isVisibleTo(driver.window)] == [f"sidebar:{page}:"]
        assert driver.page.heading.hasFocus()


def test_a_button_that_goes_away_hands_the_keyboard_to_the_heading(opened: Open):
    driver = opened("ja", demonstration.assessment())
    driver.go("measuring")
    again = driver.find("again")
    again.setFocus()
    again.hide()
    assert driver.page.heading.hasFocus()
    again.show()
    again.setFocus()
    again.setEnabled(False)
    assert driver.page.heading.hasFocus()


@pytest.mark.parametrize("page", ["start", "organisation", "environment", "hub", "plan", "report"])
@pytest.mark.parametrize("scale", [100, 150, 200])
def test_the_foot_is_visible_on_a_small_screen(opened: Open, page: str, scale: int):
    driver = opened("en", demonstration.assessment("en") if page != "start" else None)
    while driver.session.settings.scale < scale:
        driver.window.resize_text(1)
    driver.window.resize(1264, 672)
    driver.window.go(Route(page))
    driver.settle()
    footer = driver.window.footer
    if footer.isVisibleTo(driver.window):
        bottom = footer.mapTo(driver.window, QPoint(0, footer.height())).y()
        assert bottom <= driver.window.height()
        assert driver.window.height() == 672
