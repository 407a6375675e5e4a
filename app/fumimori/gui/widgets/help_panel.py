"""The help panel at the right (F1): how to find out, why it matters, what would prove it; or the page's own help."""

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QFrame, QScrollArea, QTabBar, QVBoxLayout, QWidget

from fumimori.gui.theme import Theme
from fumimori.gui.widgets.controls import button, clear, row
from fumimori.gui.widgets.text import Heading, Prose
from fumimori.model import Hosting
from fumimori.texts import Texts
from fumimori.wording.window import ways

if TYPE_CHECKING:
    from fumimori.gui.pages.page import Page

WIDEST = 0.36
"""Of the window, so that the page keeps its room."""

TABS = ("find", "why", "evidence")


class HelpPanel(QFrame):
    """Three fixed tabs for a question; a single text for any other page."""

    def __init__(self, close: Callable[[], None]) -> None:
        super().__init__()
        self.setObjectName("help_panel")
        self._close = close
        self._tab = 0
        self._layout = QVBoxLayout(self)

    def show_help(self, theme: Theme, texts: Texts, page: "Page", name: str, hosting: Hosting | None) -> None:
        """Show the help of `page`, called `name`: that of its question for this kind of hosting, or its own."""
        self._theme, self._texts, self._prefix, self._hosting = theme, texts, page.help_prefix, hosting
        self._further = page.further_help
        self.setFixedWidth(min(theme.px(340), round(self.window().width() * WIDEST)))
        clear(self._layout)
        self._layout.setContentsMargins(theme.px(20), theme.px(16), theme.px(12), theme.px(16))
        self._layout.setSpacing(theme.px(12))
        title = Heading(theme, texts("ui.help.title"), level=2)
        closing = button(theme, texts("ui.help.close"), self._close, kind="link", name="help-close")
        self._layout.addLayout(row(title, None, closing))
        if self._prefix:
            tabs = QTabBar()
            tabs.setFont(theme.font("small"))
            tabs.setDrawBase(False)
            tabs.setExpanding(False)
            tabs.setUsesScrollButtons(False)
            tabs.setProperty("place", "help-tabs")
            tabs.setAccessibleName(texts("ui.help.title"))
            for tab in TABS:
                tabs.addTab(texts(f"ui.help.{tab}"))
            tabs.setCurrentIndex(self._tab)
            tabs.currentChanged.connect(self._show_tab)
            self._layout.addWidget(tabs)
        self._scroll = QScrollArea()
        self._scroll.setWidgetResizable(True)
        self._scroll.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self._scroll.setAccessibleName(texts("ui.help.title"))
        self._layout.addWidget(self._scroll, 1)
        if self._prefix:
            self._show_tab(self._tab)
        else:
            self._fill(texts.lines(f"ui.help.page.{name}"))

    def _show_tab(self, tab: int) -> None:
        self._tab = tab
        if TABS[tab] == "find":
            told = ways(self._texts, self._prefix.removeprefix("controls."), self._hosting)
            self._fill(told, further=self._further())
            return
        lesson = f"{self._prefix}.lesson"
        has = TABS[tab] == "why" and self._texts.has(lesson)
        self._fill(self._texts.lines(f"{self._prefix}.{TABS[tab]}"), lesson if has else "")

    def _fill(self, lines: tuple[str, ...], lesson: str = "", further: Sequence[QWidget] = ()) -> None:
        """`lesson`: the key of what happened to others, shown below with its source."""
        inner = QWidget()
        inner.setObjectName("inner")
        column = QVBoxLayout(inner)
        column.setContentsMargins(0, 0, self._theme.gap, 0)
        column.setSpacing(self._theme.px(10))
        for line in lines:
            text = Prose(self._theme, line)
            text.setAlignment(Qt.AlignmentFlag.AlignTop)
            column.addWidget(text)
        if lesson:
            t, theme = self._texts, self._theme
            column.addSpacing(theme.px(8))
            column.addWidget(Prose(theme, t("ui.help.lesson"), bold=True))
            column.addWidget(Prose(theme, t(lesson)))
            source = t("ui.help.lesson_source", source=t(f"{lesson}_source"))
            column.addWidget(Prose(theme, source, quiet=True, size="small"))
        for widget in further:
            column.addWidget(widget)
        column.addStretch(1)
        self._scroll.setWidget(inner)
