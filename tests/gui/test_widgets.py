"""Small widgets keep their word: what does not fit is said to go on."""

from PySide6.QtGui import QFontMetrics

from fumimori.gui.widgets.text import Elided
from gui.driver import Open


def test_a_line_that_is_cut_shows_it_whatever_its_margins(opened: Open):
    theme = opened("en").page.theme
    label = Elided(theme, "word " * 60)
    label.setContentsMargins(theme.px(30), 0, 0, 0)
    label.resize(theme.px(300), theme.px(24))
    label.say("word " * 60)
    assert label.text().endswith("…")
    assert QFontMetrics(label.font()).horizontalAdvance(label.text()) <= theme.px(270)
    assert label.accessibleName() == "word " * 60
