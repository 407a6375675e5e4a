"""Something to know or to correct, in plain words, with what to do next; never a dialog in the way."""

from collections.abc import Sequence

from PySide6.QtCore import QSize, Qt
from PySide6.QtWidgets import QFrame, QHBoxLayout, QLabel, QPushButton, QVBoxLayout

from fumimori.gui.theme import Theme
from fumimori.gui.widgets.flow import Flow
from fumimori.gui.widgets.text import Prose, announce


class Notice(QFrame):
    """A box with a sign, a sentence, perhaps what follows from it, and buttons for what can be done."""

    def __init__(
        self, theme: Theme, *, title: str, text: str = "", icon: str = "info", buttons: Sequence[QPushButton] = ()
    ) -> None:
        super().__init__()
        self.setObjectName("wash")
        self.setAccessibleName(f"{title} {text}".strip())
        layout = QHBoxLayout(self)
        layout.setContentsMargins(theme.px(16), theme.px(14), theme.px(16), theme.px(14))
        layout.setSpacing(theme.px(12))
        sign = QLabel()
        sign.setPixmap(theme.picture(icon, "accent", QSize(theme.px(22), theme.px(22))))
        layout.addWidget(sign, 0, Qt.AlignmentFlag.AlignTop)
        self._trouble = Prose(theme, "", bold=True)
        self._trouble.hide()
        words = QVBoxLayout()
        words.setSpacing(theme.px(4))
        words.addWidget(Prose(theme, title, bold=True))
        if text:
            words.addWidget(Prose(theme, text))
        if buttons:
            words.addSpacing(theme.px(4))
            words.addLayout(Flow(*buttons, spacing=theme.gap))
        words.addWidget(self._trouble)
        layout.addLayout(words, 1)

    def show_error(self, text: str) -> None:
        """Say below the buttons what did not work, aloud too."""
        self._trouble.say(text)
        self._trouble.show()
        announce(self, text)
