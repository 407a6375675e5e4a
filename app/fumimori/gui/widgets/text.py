"""Words on the page: headings that take the focus, running text with room between the lines, hairlines."""

from html import escape

from PySide6.QtCore import QSize, Qt
from PySide6.QtGui import QAccessible, QAccessibleAnnouncementEvent, QAccessibleEvent
from PySide6.QtWidgets import QFrame, QLabel, QSizePolicy, QWidget

from fumimori.gui.theme import Theme

_LINE_HEIGHT = 112
"""Per cent of the face's own line (1.45 em), which comes to the look's 1.6 em."""


class _Wrapped(QLabel):
    """A label whose height follows from its width alone, so that a page is never scrolled through emptiness."""

    def __init__(self, text: str = "") -> None:
        super().__init__(text)
        self.setWordWrap(True)
        policy = QSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Preferred)
        policy.setHeightForWidth(True)
        self.setSizePolicy(policy)

    def minimumSizeHint(self) -> QSize:
        """A few characters, one line."""
        metrics = self.fontMetrics()
        return QSize(metrics.height() * 2, metrics.height())


class Prose(_Wrapped):
    """Running text, always plain: markup in it is shown, never obeyed."""

    def __init__(self, theme: Theme, text: str, *, quiet: bool = False, bold: bool = False, size: str = "body") -> None:
        super().__init__()
        self.setTextFormat(Qt.TextFormat.RichText)
        self.setFont(theme.font(size, bold=bold))
        self.setTextInteractionFlags(Qt.TextInteractionFlag.NoTextInteraction)
        if quiet:
            self.setObjectName("quiet")
        self.words = ""
        self.say(text)

    def say(self, text: str) -> None:
        """Show `text` instead; nothing at all, and no gap, when it is empty."""
        self.words = text
        if not text:
            self.hide()
        elif self.isHidden() and self.parentWidget() is not None:
            self.show()
        shown = escape(text).replace("\n", "<br>")
        style = f"line-height:{_LINE_HEIGHT}%; margin:0; white-space:pre-wrap"
        self.setText(f'<p style="{style}">{shown}</p>')
        self.setAccessibleName(text)


class Heading(_Wrapped):
    """A page's or a section's title; a page's takes the focus when the page appears, so that it is read aloud."""

    def __init__(self, theme: Theme, text: str, *, level: int = 1) -> None:
        super().__init__(text)
        self.level = level
        self.setTextFormat(Qt.TextFormat.PlainText)
        self.setFont(theme.font({1: "title", 2: "large"}.get(level, "body"), bold=True))
        self.setAccessibleName(text)
        self.setContentsMargins(0, 0 if level == 1 else theme.gap, 0, 0)

    def take_focus(self) -> None:
        """Move the keyboard to the heading and have it announced."""
        self.setFocus(Qt.FocusReason.OtherFocusReason)
        QAccessible.updateAccessibility(QAccessibleEvent(self, QAccessible.Event.Focus))


def announce(widget: QWidget, text: str) -> None:
    """Have a screen reader say `text` without moving the keyboard."""
    QAccessible.updateAccessibility(QAccessibleAnnouncementEvent(widget, text))


class Elided(QLabel):
    """One line that ends in … when there is no room; the whole text is its accessible name."""

    def __init__(self, theme: Theme, text: str, *, size: str = "body", quiet: bool = False, bold: bool = False) -> None:
        super().__init__()
        self._whole = text
        self.setTextFormat(Qt.TextFormat.PlainText)
        self.setFont(theme.font(size, bold=bold))
        self.setAccessibleName(text)
        self.setMinimumWidth(theme.px(24))
        self.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Fixed)
        if quiet:
            self.setObjectName("quiet")
        self.setText(text)

    def say(self, text: str) -> None:
        """Show `text` instead."""
        self._whole = text
        self.setAccessibleName(text)
        self._fit()

    def resizeEvent(self, event: object) -> None:
        """Cut the text to the new width."""
        del event
        self._fit()

    def _fit(self) -> None:
        shown = self.fontMetrics().elidedText(self._whole, Qt.TextElideMode.ElideRight, self.contentsRect().width())
        if shown != self.text():
            self.setText(shown)


def hairline() -> QWidget:
    """One line of the line colour."""
    line = QFrame()
    line.setObjectName("hairline")
    return line
