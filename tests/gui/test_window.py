"""The frame keeps its promises: place, language, size, keyboard, contrast, threads, the binding's reference counts."""

import sys
import threading
import time
import tomllib
from pathlib import Path

import msgspec
import pytest
from PySide6.QtCore import QObject, Qt
from PySide6.QtWidgets import QAbstractButton, QLabel, QLineEdit, QPlainTextEdit, QPushButton, QWidget

from fumimori import resources
from fumimori.checks.mx import facts as mx
from fumimori.gui.pages import Page, page_class
from fumimori.gui.pages import page as page_module
from fumimori.gui.theme import SCALES, Theme
from fumimori.gui.widgets.text import Elided, Prose
from fumimori.model import Assessment, Hosting
from fumimori.network.dns import DnsAnswer, DnsStatus
from fumimori.wizard.steps import ROW, STEPS, Route
from gui import demonstration
from gui.driver import Open
from loopback.fake_network import NOW, attempt, scope_of
from loopback.recorded_runs import run_of

ROUTES = [
    *(Route(step.id) for step in ROW),
    Route("new"),
    Route("new", "sample"),
    Route("unlock", "some.fumimori"),
    Route("key"),
    Route("technician"),
    Route("round_trip"),
    Route("question", "defaults.admin_passwords"),
    Route("question", "sender_auth.dmarc"),
    Route("question", "protocols.inventory"),
    *(Route(page, block) for page in ("summary", "interview") for block in ("mta_sts", "people", "surroundings")),
]
"""Every kind of page; of the controls the one with the longest name, the one with the most questions, and S."""


def test_every_step_has_its_page_and_every_page_its_step():
    assert all(issubclass(page_class(step), Page) for step in STEPS)
    folder = Path(page_module.__file__).parent
    files = {file.stem for file in folder.glob("*.py")} - {"__init__", "page", "judging"}
    assert files == {step.id for step in STEPS}


def test_back_returns_to_where_one_came_from(opened: Open):
    driver = opened("ja", demonstration.assessment())
    driver.go("hub")
    driver.press("sidebar:report:")
    driver.press("sidebar:environment:")
    driver.press("back")
    assert driver.route == Route("report")
    driver.press("back")
    assert driver.route == Route("hub")


@pytest.mark.parametrize("language", ["ja", "en"])
def test_an_open_point_leads_to_its_question_and_back_to_the_list(opened: Open, language: str):
    driver = opened(language, demonstration.assessment(language))
    driver.go("open_points")
    driver.press("open:0:unanswered")
    assert driver.route.page == "question"
    driver.press("next")
    assert driver.route == Route("open_points")
    label = driver.page.t("ui.foot.to", what=driver.page.t("ui.sidebar.plan"))
    assert driver.find("next").accessibleName() == label


def test_the_qt_binding_keeps_reference_counts():
    thing = QObject()
    before = sys.getrefcount(None)
    for _ in range(200):
        thing.setObjectName("x")
    assert sys.getrefcount(None) >= before - 20


@pytest.mark.parametrize("language", ["ja", "en"])
@pytest.mark.parametrize("scale", [SCALES[0], SCALES[-1]])
def test_every_page_can_be_shown_heard_and_walked_by_tab(opened: Open, language: str, scale: int):
    driver = opened(language, demonstration.assessment(language))
    while driver.session.settings.scale < scale:
        driver.window.resize_text(1)
    for route in ROUTES:
        driver.window.go(route)
        assert driver.route == route
        reachable = [
            widget
            for widget in driver.page.findChildren(QWidget)
            if widget.focusPolicy() & Qt.FocusPolicy.TabFocus and widget.isVisibleTo(driver.page)
        ]
        nameless = [widget for widget in reachable if not widget.accessibleName()]
        assert not nameless, f"{route}: {nameless}"
        footer = driver.window.footer.findChildren(QAbstractButton)
        assert reachable or footer, f"nothing to press on {route}"
        low = driver.window.theme.size("hit")
        buttons = [one for one in (*reachable, *footer) if isinstance(one, QAbstractButton | QLineEdit)]
        small = [one.accessibleName() for one in buttons if one.minimumSizeHint().height() < low > one.height()]
        assert not small, f"{route}: {small}"


@pytest.mark.parametrize("size", [(1280, 720), (1024, 768)])
def test_nothing_is_cut_off_at_150_per_cent(opened: Open, size: tuple[int, int]):
    driver = opened("en", demonstration.assessment("en"))
    while driver.session.settings.scale < 150:
        driver.window.resize_text(1)
    driver.window.resize(*size)
    for route in ROUTES:
        driver.window.go(route)
        for _ in range(2):
            driver.qtbot.wait(1)
            holder, port = driver.window.area.widget(), driver.window.area.viewport()
            assert holder.width() <= port.width(), f"{route} is {holder.width()} wide in {port.width()}"
            driver.window.toggle_help()


def test_language_changes_without_losing_place_or_text(opened: Open):
    driver = opened("ja", demonstration.assessment())
    driver.go("question", "defaults.default_names")
    driver.type("who_knows", "Ito")
    driver.press("language")
    assert driver.route == Route("question", "defaults.default_names")
    assert driver.page.t.language == "en"
    field = driver.find("who_knows")
    assert isinstance(field, QLineEdit)
    assert field.text() == "Ito"
    driver.type("who_knows", "Sato")
    driver.key(Qt.Key.Key_L, Qt.KeyboardModifier.ControlModifier)
    assert driver.page.t.language == "ja"
    assert driver.find("who_knows").hasFocus()
    assert driver.session.open.answer("defaults.default_names").who_knows == "Sato"


def test_the_help_of_a_question_names_the_page_of_the_provider_that_was_measured(opened: Open):
    facts = mx.Facts(
        answer=DnsAnswer(name="example.jp", rdtype="MX", status=DnsStatus.ANSWER, records=("10 www1.sakura.ne.jp.",)),
        hosts=(mx.MxHost(preference=10, host="www1.sakura.ne.jp"),),
        provider="Sakura Internet",
        provider_by="mx",
        hosting=Hosting.RENTAL,
    )
    look = attempt("mx", "example.jp", facts=msgspec.Raw(msgspec.json.encode(facts)))
    of = Assessment(id="1", created=NOW, scope=scope_of("example.jp"), runs=(run_of(look),))
    driver = opened("ja", of)
    driver.go("question", "access.admin_mfa")
    driver.key(Qt.Key.Key_F1)
    assert any("https://help.sakura.ad.jp/rs/2244" in one.words for one in driver.window.help_panel.findChildren(Prose))


def test_a_new_page_takes_the_keyboard_to_its_heading(opened: Open):
    driver = opened("ja", demonstration.assessment())
    driver.go("organisation")
    assert driver.page.heading.hasFocus()
    driver.key(Qt.Key.Key_Tab)
    assert driver.find("name").hasFocus()


def test_escape_closes_the_help_and_discards_nothing(opened: Open):
    driver = opened("ja", demonstration.assessment())
    driver.go("question", "defaults.admin_passwords")
    driver.key(Qt.Key.Key_F1)
    assert driver.window.help_panel.isVisibleTo(driver.window)
    assert driver.shows(driver.page.t.lines("controls.defaults.admin_passwords.find")[0])
    driver.key(Qt.Key.Key_Escape)
    assert not driver.window.help_panel.isVisibleTo(driver.window)
    assert driver.session.open.answer("defaults.admin_passwords") is not None


def test_size_and_brightness_are_remembered(opened: Open):
    driver = opened("ja")
    driver.key(Qt.Key.Key_Plus, Qt.KeyboardModifier.ControlModifier)
    driver.window.use_theme("dark")
    driver.settle()
    assert driver.window.theme.scale == SCALES[1]
    assert driver.window.theme.dark
    kept = (driver.session.services.settings_folder / "window.json").read_bytes()
    assert b'"theme":"dark"' in kept
    driver.key(Qt.Key.Key_0, Qt.KeyboardModifier.ControlModifier)
    driver.settle()
    assert driver.window.theme.scale == 100


def test_a_closing_window_leaves_no_thread(opened: Open):
    driver = opened("ja", demonstration.assessment())
    begun, working = threading.Event(), []

    def work() -> None:
        working.append(threading.current_thread())
        begun.set()
        time.sleep(0.2)

    driver.session.bridge.compute(work, done=lambda _none: None, failed=lambda _error: None)
    assert begun.wait(20)
    driver.window.close()
    assert not [thread for thread in threading.enumerate() if thread.name == "network"]
    assert not driver.session.bridge.busy
    working[0].join(20)
    assert not working[0].is_alive()


def test_markup_from_outside_is_shown_and_not_obeyed(opened: Open):
    driver = opened("ja", demonstration.assessment())
    prose = Prose(driver.window.theme, "<b>mail</b> & <img src=x>")
    assert "&lt;b&gt;mail&lt;/b&gt; &amp;" in prose.text()
    assert prose.accessibleName() == "<b>mail</b> & <img src=x>"


def test_trouble_in_saving_keeps_everything_and_offers_another_place(opened: Open, tmp_path: Path):
    driver = opened("en")
    driver.session.create(tmp_path / "a.fumimori", "plain words for a test")
    driver.session.edit_organisation(name="Kept")
    driver.session.trouble.emit("disk_full")
    assert driver.shows(driver.page.t("words.store_error.disk_full"))
    assert driver.session.open.organisation.name == "Kept"
    driver.press("elsewhere")
    assert driver.route == Route("new", "copy")
    driver.save_elsewhere(tmp_path / "b.fumimori", "plain words for a test")
    assert driver.session.open.organisation.name == "Kept"


def test_the_page_keeps_its_place_whether_there_is_something_to_scroll_or_not(opened: Open):
    driver = opened("ja", demonstration.assessment())
    driver.window.resize(1160, 820)
    wide = []
    for page in ("unlock", "organisation", "plan"):
        driver.go(page)
        bar = driver.window.area.verticalScrollBar()
        wide.append((driver.window.area.viewport().width(), bar.maximum() > 0))
        assert bar.isEnabled() == wide[-1][1]
    assert {scrolls for _, scrolls in wide} == {True, False}
    driver.go("organisation")
    with_sidebar = driver.window.area.viewport().width()
    assert [width for width, _ in wide[1:]] == [with_sidebar, with_sidebar]
    assert wide[0][0] == with_sidebar + driver.window.sidebar.width()


@pytest.mark.parametrize("language", ["ja", "en"])
@pytest.mark.parametrize(("scale", "size"), [(100, (1280, 720)), (150, (1280, 720)), (200, (720, 720))])
def test_the_report_can_be_created_without_scrolling(opened: Open, language: str, scale: int, size: tuple[int, int]):
    driver = opened(language, demonstration.assessment(language))
    while driver.session.settings.scale < scale:
        driver.window.resize_text(1)
    driver.window.resize(*size)
    driver.go("report")
    button = driver.find("save-report")
    port = driver.window.area.viewport()
    assert button.mapTo(port, button.rect().bottomRight()).y() < port.height()
    assert driver.window.area.widget().width() <= port.width()


@pytest.mark.parametrize("language", ["ja", "en"])
@pytest.mark.parametrize("scale", [100, 150, 200])
def test_the_header_says_whole_when_it_was_saved(opened: Open, tmp_path: Path, language: str, scale: int):
    driver = opened(language)
    driver.session.create(tmp_path / "a.fumimori", "plain words for a test", demonstration.assessment(language))
    while driver.session.settings.scale < scale:
        driver.window.resize_text(1)
    for width in (720, 1280):
        driver.window.resize(width, 720)
        driver.go("organisation")
        for part in driver.window.header.findChildren(QLabel):
            if not isinstance(part, Elided) and part.isVisibleTo(driver.window):
                assert part.width() >= part.sizeHint().width(), part.text()


def test_no_two_places_of_the_narrow_sidebar_have_the_same_sign(opened: Open):
    driver = opened("ja", demonstration.assessment())
    driver.window.resize(720, 720)
    driver.go("hub")
    driver.qtbot.waitUntil(lambda: driver.window.sidebar.width() < 100)
    driver.judged()
    signs = [row.text() for row in driver.window.sidebar.findChildren(QPushButton) if row.isVisibleTo(driver.window)]
    assert len(signs) == len(set(signs)) > 15
    assert signs[:2] == ["1", "2"]


@pytest.mark.parametrize("brightness", ["light", "dark"])
def test_text_contrast_is_at_least_4_5_to_1(brightness: str):
    theme = Theme(resources.root(), dark=brightness == "dark")
    grounds = ("paper", "surface", "accent_wash")
    pairs = [(theme.colour(ink), theme.colour(ground)) for ink in ("ink", "quiet_ink", "accent") for ground in grounds]
    pairs.append((theme.colour("on_accent"), theme.colour("accent")))
    tokens = tomllib.loads(resources.path("brand/tokens.toml").read_text(encoding="utf-8"))
    pairs += [(one["ink"], one["fill"]) for one in (*tokens["severity"].values(), *tokens["state"].values())]
    low = [(pair, round(contrast(*pair), 2)) for pair in pairs if contrast(*pair) < 4.5]
    assert not low


def contrast(one: str, other: str) -> float:
    light, dark = sorted((luminance(one), luminance(other)), reverse=True)
    return (light + 0.05) / (dark + 0.05)


def luminance(colour: str) -> float:
    channels = [int(colour[at : at + 2], 16) / 255 for at in (1, 3, 5)]
    linear = [value / 12.92 if value <= 0.04045 else ((value + 0.055) / 1.055) ** 2.4 for value in channels]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


def test_notes_are_bounded(opened: Open):
    driver = opened("ja", demonstration.assessment())
    driver.go("question", "defaults.admin_passwords")
    box = driver.find("note")
    assert isinstance(box, QPlainTextEdit)
    box.setPlainText("x" * 10_000)
    assert len(driver.session.open.answer("defaults.admin_passwords").note) == 4000
