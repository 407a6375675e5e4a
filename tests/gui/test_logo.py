"""A logo is judged where it is chosen, by the reader of the report; a bad one that is kept never stops a report."""

from pathlib import Path

import pytest

from fumimori import resources
from fumimori.gui.theme import Theme
from fumimori.gui.widgets.logo import LogoBox
from fumimori.model import Brand
from gui import demonstration
from gui.driver import Driver, Open

GOOD = b"""<svg xmlns="http://www.w3.org/2000/svg" width="90" height="30">
<rect width="90" height="30" fill="#2E7D32"/></svg>"""
SCRIPT = GOOD.replace(b"<rect", b"<script>1</script><rect")


def box_of(driver: Driver) -> LogoBox:
    driver.go("branding")
    return driver.page.findChildren(LogoBox)[0]


def chosen(driver: Driver, box: LogoBox, path: Path, content: bytes) -> str:
    """What is said once the logo was read."""
    path.write_bytes(content)
    box.take(path)
    driver.qtbot.waitUntil(lambda: not driver.session.bridge.busy, timeout=60_000)
    return box.words.words


@pytest.mark.parametrize("language", ["ja", "en"])
def test_a_logo_is_shown_as_it_will_be_printed_or_refused_with_its_reason(opened: Open, tmp_path: Path, language: str):
    driver = opened(language, demonstration.assessment(language))
    t = driver.session.texts
    box = box_of(driver)
    assert chosen(driver, box, tmp_path / "good.svg", GOOD) == t("ui.brand.logo_good")
    assert driver.session.open.brand == Brand(logo=GOOD, logo_type="svg")
    shown = box._picture.pixmap().toImage()
    assert shown.pixelColor(shown.width() // 2, shown.height() // 2).name() == "#2e7d32"
    stays = t("ui.brand.logo_stays")
    assert chosen(driver, box, tmp_path / "script.svg", SCRIPT) == f"{t('words.logo.active')} {stays}"
    assert chosen(driver, box, tmp_path / "gif.png", b"GIF89a") == f"{t('words.logo.kind')} {stays}"
    assert driver.session.open.brand.logo == GOOD
    driver.press("logo-remove")
    assert box.words.words == t("ui.brand.logo_none")
    box.take(tmp_path / "nowhere.svg")
    assert box.words.words == t("ui.brand.logo_unreadable")


def test_a_bad_logo_that_is_kept_is_told_beside_the_report(opened: Open):
    driver = opened("ja", demonstration.assessment())
    driver.session.edit_brand(logo=SCRIPT, logo_type="svg")
    driver.go("report")
    t = driver.session.texts
    driver.qtbot.waitUntil(lambda: driver.shows(t("words.logo.active")), timeout=60_000)
    driver.press("other-logo")
    assert driver.route.page == "branding"


@pytest.mark.parametrize("brightness", ["light", "dark"])
def test_the_usual_colour_is_shown_as_it_is_printed(opened: Open, brightness: str):
    driver = opened("ja", demonstration.assessment())
    driver.window.use_theme(brightness)  # type: ignore[arg-type]
    driver.go("branding")
    assert driver.shows(Theme(resources.root(), dark=False).colour("accent"))
