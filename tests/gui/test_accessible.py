"""What a screen reader is told: roles, names and states of everything on a page, and that it can press and hear."""

from collections.abc import Iterator

import msgspec
import pytest
from PySide6.QtGui import (
    QAccessible,
    QAccessibleAnnouncementEvent,
    QAccessibleInterface,
    QColor,
    QGuiApplication,
    QPalette,
)
from PySide6.QtWidgets import QAbstractButton, QWidget

from fumimori import resources
from fumimori.gui.theme import Theme
from fumimori.gui.widgets.text import Heading
from fumimori.model import Consent, Status
from fumimori.wizard.steps import ROW, Route
from gui import demonstration
from gui.driver import Open
from gui.test_walk import paper_instruments

Role = QAccessible.Role
ROUTES = [
    *(Route(step.id) for step in ROW),
    Route("new"),
    Route("technician"),
    Route("round_trip"),
    Route("question", "sender_auth.dmarc"),
    Route("question", "protocols.inventory"),
    Route("summary", "access"),
    Route("interview", "access"),
]
SPOKEN = {Role.Button, Role.CheckBox, Role.RadioButton, Role.EditableText, Role.ProgressBar, Role.Table, Role.Grouping}


def heard(widget: QWidget) -> Iterator[QAccessibleInterface]:
    """What a widget and everything below it that is not hidden tells, in the order in which it is read.

    Keep none of them beyond the page. Each is asked for by its widget, just before it is used: PySide knows an
    interface by its address alone, and one that outlived its widget would be taken for another that is there now.
    """
    one = QAccessible.queryAccessibleInterface(widget)
    if one is None or one.state().invisible:
        return
    yield one
    if one.role() is Role.Table:  # its cells are no widgets
        yield from (one.child(number) for number in range(one.childCount()))
        return
    del one
    for child in widget.children():
        if isinstance(child, QWidget) and not child.isWindow():
            yield from heard(child)


def name(one: QAccessibleInterface) -> str:
    return one.text(QAccessible.Text.Name)


@pytest.mark.parametrize("language", ["ja", "en"])
def test_everything_that_can_be_used_has_a_name(opened: Open, language: str):
    driver = opened(language, demonstration.assessment(language))
    for route in ROUTES:
        driver.window.go(route)
        driver.settle()
        nameless = [one.role() for one in heard(driver.page) if one.role() in SPOKEN and not name(one)]
        assert not nameless, f"{route}: {nameless}"


def test_the_answers_are_a_group_that_is_called_by_the_question(opened: Open):
    driver = opened("en", demonstration.assessment("en"))
    driver.go("question", "updates.responsible")
    asked = driver.page.t("controls.updates.responsible.question")
    group = next(one for one in heard(driver.page) if one.role() is Role.Grouping)
    assert name(group) == asked
    cards = [group.child(number) for number in range(group.childCount())]
    assert {one.role() for one in cards} == {Role.RadioButton}
    assert [bool(one.state().checked) for one in cards].count(True) == 1


def test_a_radio_button_pressed_again_stays_chosen_until_the_answer_is_taken_back(opened: Open):
    driver = opened("ja", demonstration.assessment("ja"))
    driver.go("question", "updates.responsible")
    driver.press("choice:yes")
    driver.press("choice:yes")
    assert QAccessible.queryAccessibleInterface(driver.find("choice:yes")).state().checked
    driver.press("withdraw")
    cards = [card for card in heard(driver.page) if card.role() is Role.RadioButton]
    assert cards
    assert not any(card.state().checked for card in cards)
    driver.press("choice:yes")
    answer = driver.session.open.answer("updates.responsible")
    assert answer is not None
    assert answer.value == "yes"


def test_what_is_ticked_by_itself_is_a_check_box_in_a_group_with_a_name(opened: Open):
    driver = opened("ja", demonstration.assessment("ja"))
    driver.go("question", "protocols.inventory")
    boxes = [one for one in heard(driver.page) if one.role() is Role.CheckBox]
    asked = driver.page.t("controls.protocols.inventory.question")
    assert len(boxes) > 1
    assert {(one.parent().role(), name(one.parent())) for one in boxes} == {(Role.Grouping, asked)}
    driver.go("consent")
    assert QAccessible.queryAccessibleInterface(driver.find("ours")).role() is Role.CheckBox


def test_the_answers_of_the_interview_sheet_are_radio_buttons(opened: Open):
    driver = opened("en", demonstration.assessment("en"))
    driver.go("interview", "updates")
    roles = {
        one.role() for one in heard(driver.page) if isinstance(one.object(), QAbstractButton) and one.state().checkable
    }
    assert roles == {Role.RadioButton}


def test_headings_are_headings_of_their_level(opened: Open):
    driver = opened("en", demonstration.assessment("en"))
    for route in ROUTES:
        driver.window.go(route)
        driver.settle()
        headings = [
            (one.role(), one.attributesInterface().attributeValue(QAccessible.Attribute.Level))
            for one in heard(driver.page)
            if isinstance(one.object(), Heading)
        ]
        assert {role for role, _ in headings} == {Role.Heading}, route
        levels = [level for _, level in headings]
        assert levels[0] == 1, route
        assert levels.count(1) == 1, route
        assert all(levels), route


def test_a_heading_answers_every_question_of_a_screen_reader(opened: Open):
    """Qt itself asks for these; an answer of None from Python once became a pointer to anywhere."""
    driver = opened("en", demonstration.assessment("en"))
    heading = QAccessible.queryAccessibleInterface(driver.page.heading)
    asked = ("textInterface", "valueInterface", "selectionInterface")
    assert [getattr(heading, word)() for word in asked] == [None] * len(asked)
    assert heading.attributesInterface() is not None


def test_nothing_that_takes_the_keyboard_is_nameless(opened: Open):
    driver = opened("en", demonstration.assessment("en"))
    for route in ROUTES:
        driver.window.go(route)
        if not driver.window.help_panel.isVisible():
            driver.window.toggle_help()
        driver.settle()
        stops = [(name(one), str(one.object())) for one in heard(driver.window) if one.state().focusable]
        assert len(stops) > 5, route
        assert not [stop for stop in stops if not stop[0]], route


def test_the_page_is_read_from_its_heading_on(opened: Open):
    driver = opened("ja", demonstration.assessment("ja"))
    for route in ROUTES:
        driver.window.go(route)
        driver.settle()
        read = [name(one) for one in heard(driver.page) if name(one)]
        assert driver.page.heading.text() in read[:3], route
        begins = driver.page.begin or driver.page.heading
        assert QAccessible.queryAccessibleInterface(begins).state().focused, route


def test_the_rail_says_where_one_is(opened: Open):
    driver = opened("en", demonstration.assessment("en"))
    driver.go("question", "updates.responsible")
    told = driver.page.t("ui.sidebar.here")
    here = [name(one) for one in heard(driver.window.sidebar) if one.text(QAccessible.Text.Description) == told]
    assert len(here) == 1
    assert here[0].startswith(driver.page.t("controls.updates.name"))


def test_a_table_gives_each_cell_with_its_head(opened: Open):
    driver = opened("en", demonstration.assessment("en"))
    driver.go("technician")
    words = [name(one) for one in heard(driver.page)]
    assert any(word.startswith("Mail server: mail.sakura-shoten.example.jp") for word in words)


def test_the_end_of_a_measurement_is_announced_once(opened: Open, monkeypatch: pytest.MonkeyPatch):
    told: list[str] = []

    def listen(event: object) -> None:
        if isinstance(event, QAccessibleAnnouncementEvent):
            told.append(event.message())

    public = msgspec.structs.replace(demonstration.assessment("en"), consent=Consent())
    driver = opened("en", public, paper_instruments())
    monkeypatch.setattr(QAccessible, "updateAccessibility", staticmethod(listen))
    driver.go("measuring")
    with driver.qtbot.waitSignal(driver.session.measuring.ended, timeout=20_000):
        driver.press("again")
    driver.settle()
    run = driver.session.measuring.progress.values()
    done = sum(one.status is Status.COMPLETED for one in run)
    moment = driver.page.t.moment(max(one.ended for one in driver.session.open.attempts).astimezone())
    assert told.count(driver.page.say("over", moment=moment, done=done, missed=len(run) - done)) == 1
    assert len(told) <= 2


def test_the_system_s_own_colours_win_under_high_contrast(qapp: QGuiApplication):
    before = QGuiApplication.palette()
    loud = QPalette(before)
    loud.setColor(QPalette.ColorRole.Window, QColor("#000000"))
    loud.setColor(QPalette.ColorRole.WindowText, QColor("#ffff00"))
    try:
        qapp.setPalette(loud)
        theme = Theme(resources.root(), dark=False, high_contrast=True)
        assert (theme.colour("paper"), theme.colour("ink")) == ("#000000", "#ffff00")
        assert theme.palette().color(QPalette.ColorRole.Window).name() == "#000000"
        assert (
            theme.colour("accent") not in theme.sheet()
            or theme.colour("accent") == loud.color(QPalette.ColorRole.Highlight).name()
        )
    finally:
        qapp.setPalette(before)


def test_nothing_moves_by_itself():
    """There is no animation in the window, so that there is nothing to switch off for those whom motion disturbs."""
    from gui.test_texts import SOURCES

    assert not [word for word in ("QPropertyAnimation", "QVariantAnimation", "QTimeLine", "QMovie") if word in SOURCES]
