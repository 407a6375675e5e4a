"""Small widgets keep their word: what does not fit is said to go on."""

from types import SimpleNamespace

import pytest
from PySide6.QtGui import QFontMetrics
from PySide6.QtWidgets import QTabBar

from fumimori.gui.widgets.text import Elided, Prose
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


@pytest.mark.parametrize("language", ["ja", "en"])
def test_the_help_tells_what_happened_to_others_with_its_source(opened: Open, language: str):
    driver = opened(language)
    panel, texts = driver.window.help_panel, driver.window.session.texts
    base = "controls.updates.fix_delay"
    page = SimpleNamespace(help_prefix=base, further_help=lambda: ())
    panel.show_help(driver.window.theme, texts, page, "question", None)
    tabs = panel.findChild(QTabBar)

    def shown() -> list[str]:
        return [prose.words for prose in panel.findChildren(Prose)]

    assert texts(f"{base}.lesson") not in shown()
    tabs.setCurrentIndex(1)
    assert shown()[-2:] == [
        texts(f"{base}.lesson"),
        texts("ui.help.lesson_source", source=texts(f"{base}.lesson_source")),
    ]
