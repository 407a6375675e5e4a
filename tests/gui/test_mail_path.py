"""The drawing of the way of mail: each link says what it is, fits, and leads to what it rests on."""

import msgspec
import pytest
from PySide6.QtCore import Qt

from fumimori.assess.mail_path import CONTROLS, ROWS, Protection, Segment, mail_path
from fumimori.gui.theme import Theme
from fumimori.gui.widgets.action import ActionCard
from fumimori.gui.widgets.mail_path import LinkButton, MailPath, PathRow
from fumimori.model import Severity
from gui import demonstration
from gui.driver import Open


def test_every_stretch_lies_between_two_stations_and_has_a_control():
    drawn = [segment for row in ROWS for _, segment in row if segment is not None]
    assert sorted(drawn) == sorted(Segment)
    assert set(CONTROLS) == set(Segment)
    assert all(row[-1][1] is None for row in ROWS)


@pytest.mark.parametrize("language", ["ja", "en"])
def test_each_link_says_where_it_leads_and_how_it_is(opened: Open, language: str):
    driver = opened(language, demonstration.assessment(language))
    driver.go("plan")
    t = driver.session.texts
    for link in mail_path(driver.session.result):
        button = driver.find(f"link:{link.segment}")
        name = button.accessibleName()
        assert t(f"report.mail_path.{link.segment}") in name
        assert t(f"report.mail_path.{link.protection}") in name
        assert button.accessibleDescription()
        assert button.focusPolicy() & Qt.FocusPolicy.TabFocus


def test_an_open_link_opens_the_action_that_mends_it(opened: Open):
    driver = opened("ja", demonstration.assessment())
    driver.go("plan")
    links = [one for one in mail_path(driver.session.result) if one.protection is Protection.OPEN]
    assert links
    for link in links:
        button = driver.find(f"link:{link.segment}")
        button.setFocus()
        driver.qtbot.keyClick(button, Qt.Key.Key_Space)
        driver.settle()
        (card,) = [one for one in driver.page.findChildren(ActionCard) if one.mends(link.finding)]
        assert card.isAncestorOf(driver.window.focusWidget())
        assert card._open


@pytest.mark.parametrize("protection", [Protection.PROTECTED, Protection.UNSEEN])
def test_any_other_link_opens_the_control_that_tells_of_it(opened: Open, protection: Protection):
    driver = opened("en", demonstration.assessment("en"))
    driver.go("plan")
    found = [one for one in mail_path(driver.session.result) if one.protection is protection]
    if not found:
        found = [msgspec.structs.replace(mail_path(driver.session.result)[0], protection=protection, finding=None)]
    driver.page._to_ground(found[0])
    driver.settle()
    assert (driver.route.page, driver.route.item) == ("summary", CONTROLS[found[0].segment].value)


@pytest.mark.parametrize("language", ["ja", "en"])
@pytest.mark.parametrize("scale", [100, 150, 200])
@pytest.mark.parametrize("width", [360, 680, 720, 1080, 1440])
def test_nothing_overlaps_at_any_width(opened: Open, language: str, scale: int, width: int):
    driver = opened(language, demonstration.assessment(language))
    theme = Theme(driver.session.services.resources, dark=False, scale=scale)
    drawing = MailPath(theme, driver.session.texts, driver.session.result, lambda _link: None)
    driver.qtbot.addWidget(drawing)
    drawing.resize(width, drawing.heightForWidth(width))
    drawing.show()
    driver.qtbot.waitExposed(drawing)
    for row in drawing.findChildren(PathRow):
        assert row.height() >= row.heightForWidth(row.width())
        places = [*row._stations, *(one.geometry() for one in row.findChildren(LinkButton))]
        assert all(row.rect().contains(place) for place in places)
        assert not [1 for a in range(len(places)) for b in range(a) if places[a].intersects(places[b])]
        for link in row.findChildren(LinkButton):
            assert link._chip().width() <= link.width()


def test_a_link_is_as_grave_as_its_worst_finding(opened: Open):
    driver = opened("ja", demonstration.assessment())
    for link in mail_path(driver.session.result):
        assert (link.finding is not None) == (link.protection is Protection.OPEN)
        assert link.finding is None or link.finding.severity >= Severity.MEDIUM
