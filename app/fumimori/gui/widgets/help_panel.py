"""The help panel at the right (F1): how to find out, why it matters, what would prove it; or the page's own help."""

from collections.abc import Callable, Sequence

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QFrame, QScrollArea, QTabBar, QVBoxLayout, QWidget

from fumimori.gui.theme import Theme
from fumimori.gui.widgets.controls import button, clear, row
from fumimori.gui.widgets.text import Heading, Prose
from fumimori.texts import Texts

WIDEST = 0.36
"""Of the window, so that the page keeps its room."""

TABS = ("find", "why", "evidence")


class HelpPanel(QFrame):
    """Three fixed tabs for a question; a single text for any other page."""

    def __init__(self, close: Callable[[], None]) -> None:
        super().__init__()
        self.setObjectName("drawer")
        self._close = close
        self._tab = 0
        self._layout = QVBoxLayout(self)

    def show_help(
        self, theme: Theme, texts: Texts, *, prefix: str, page: str, further: Callable[[], Sequence[QWidget]]
    ) -> None:
        """Show the help at `prefix` (a question), or the page's; `further` makes what stands under how to find out."""
        self._theme, self._texts, self._prefix, self._further = theme, texts, prefix, further
        self.setFixedWidth(min(theme.px(340), round(self.window().width() * WIDEST)))
        clear(self._layout)
        self._layout.setContentsMargins(theme.px(20), theme.px(16), theme.px(12), theme.px(16))
        self._layout.setSpacing(theme.px(12))
        title = Heading(theme, texts("ui.help.title"), level=2)
        closing = button(theme, texts("ui.help.close"), self._close, kind="link", name="help-close")
        self._layout.addLayout(row(title, None, closing))
        if prefix:
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
        if prefix:
            self._show_tab(self._tab)
        else:
            self._fill(texts.lines(f"ui.help.page.{page}"))

    def _show_tab(self, tab: int) -> None:
        self._tab = tab
        further = self._further() if TABS[tab] == "find" else ()
        self._fill(self._texts.lines(f"{self._prefix}.{TABS[tab]}"), further)

    def _fill(self, lines: tuple[str, ...], further: Sequence[QWidget] = ()) -> None:
        inner = QWidget()
        inner.setObjectName("inner")
        column = QVBoxLayout(inner)
        column.setContentsMargins(0, 0, self._theme.gap, 0)
        column.setSpacing(self._theme.px(10))
        for line in lines:
            text = Prose(self._theme, line)
            text.setAlignment(Qt.AlignmentFlag.AlignTop)
            column.addWidget(text)
        for widget in further:
            column.addWidget(widget)
        column.addStretch(1)
        self._scroll.setWidget(inner)
