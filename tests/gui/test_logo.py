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


def box_of(hands: Driver) -> LogoBox:
    hands.go("organisation")
    return hands.page.findChildren(LogoBox)[0]


def chosen(hands: Driver, box: LogoBox, path: Path, content: bytes) -> str:
    """What is said once the logo was read."""
    path.write_bytes(content)
    box.take(path)
    hands.qtbot.waitUntil(lambda: not hands.session.bridge.busy, timeout=60_000)
    return box.words.words


@pytest.mark.parametrize("language", ["ja", "en"])
def test_a_logo_is_shown_as_it_will_be_printed_or_refused_with_its_reason(opened: Open, tmp_path: Path, language: str):
    hands = opened(language, demonstration.assessment(language))
    t = hands.session.texts
    box = box_of(hands)
    assert chosen(hands, box, tmp_path / "good.svg", GOOD) == t("ui.brand.logo_good")
    assert hands.session.open.brand == Brand(logo=GOOD, logo_type="svg")
    shown = box._picture.pixmap().toImage()
    assert shown.pixelColor(shown.width() // 2, shown.height() // 2).name() == "#2e7d32"
    stays = t("ui.brand.logo_stays")
    assert chosen(hands, box, tmp_path / "script.svg", SCRIPT) == f"{t('words.logo.active')} {stays}"
    assert chosen(hands, box, tmp_path / "gif.png", b"GIF89a") == f"{t('words.logo.kind')} {stays}"
    assert hands.session.open.brand.logo == GOOD
    hands.press("logo-remove")
    assert box.words.words == t("ui.brand.logo_none")
    box.take(tmp_path / "nowhere.svg")
    assert box.words.words == t("ui.brand.logo_unreadable")


def test_a_bad_logo_that_is_kept_is_told_beside_the_report(opened: Open):
    hands = opened("ja", demonstration.assessment())
    hands.session.edit_brand(logo=SCRIPT, logo_type="svg")
    hands.go("report")
    t = hands.session.texts
    hands.qtbot.waitUntil(lambda: hands.shows(t("words.logo.active")), timeout=60_000)
    hands.press("other-logo")
    assert hands.route.page == "organisation"


@pytest.mark.parametrize("brightness", ["light", "dark"])
def test_the_usual_colour_is_shown_as_it_is_printed(opened: Open, brightness: str):
    hands = opened("ja", demonstration.assessment())
    hands.window.use_theme(brightness)  # type: ignore[arg-type]
    hands.go("organisation")
    assert hands.shows(Theme(resources.root(), dark=False).colour("accent"))
