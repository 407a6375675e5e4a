"""What is to be read or followed stands out from what lies under it, by the figures of WCAG 2.2."""

import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtGui import QColor, QImage, QPalette
from PySide6.QtWidgets import QLineEdit, QPlainTextEdit

from fumimori import resources
from fumimori.gui.theme import Theme
from fumimori.gui.widgets.controls import RingButton
from gui import demonstration
from gui.driver import Open
from gui.test_window import contrast

TEXT, SIGN = 4.5, 3.0


@pytest.mark.parametrize("dark", [False, True], ids=["light", "dark"])
def test_placeholders_can_be_read(*, dark: bool):
    theme = Theme(resources.root(), dark=dark)
    placeholder = theme.palette().color(QPalette.ColorRole.PlaceholderText)
    assert placeholder.alpha() == 255
    assert contrast(placeholder.name(), theme.colour("surface")) >= TEXT


@pytest.mark.parametrize("name", ["light", "dark"])
def test_fields_use_the_placeholder_s_colour(opened: Open, name: str):
    driver = opened("ja", demonstration.assessment("ja"))
    driver.window.use_theme(name)  # type: ignore[arg-type]
    for route, kind in (("environment", QLineEdit), ("question", QPlainTextEdit)):
        driver.go(route, "sender_auth.dmarc" if route == "question" else "")
        fields = driver.page.findChildren(kind)
        assert fields
        for field in fields:
            used = field.palette().color(QPalette.ColorRole.PlaceholderText)
            assert (used.name(), used.alpha()) == (driver.window.theme.colour("quiet_ink").lower(), 255)


@pytest.mark.parametrize("name", ["light", "dark"])
def test_the_ring_of_the_button_with_the_keyboard_stands_out(opened: Open, name: str):
    driver = opened("ja", demonstration.assessment("ja"))
    driver.window.use_theme(name)  # type: ignore[arg-type]
    driver.go("hub")
    button = driver.find("next")
    assert isinstance(button, RingButton)
    button.setFocus(Qt.FocusReason.TabFocusReason)
    driver.settle()
    focused = driver.window.grab().toImage()
    theme, middle = driver.window.theme, button.mapTo(driver.window, QPoint(button.width() // 2, 0))
    column = [at(focused, middle.x(), middle.y() + down) for down in range(2 * theme.size("focus") + 3)]
    ring, gap, fill = column[0], column[theme.size("focus") + 1], column[-1]
    assert contrast(ring, gap) >= SIGN, column
    assert contrast(fill, gap) >= SIGN, column
    assert contrast(ring, theme.colour("paper")) >= SIGN


def at(image: QImage, across: int, down: int) -> str:
    return QColor(image.pixel(across, down)).name()
