"""Buttons, fields and boxes as every page uses them."""

from collections.abc import Callable

from PySide6.QtCore import QRectF, QSize, Qt
from PySide6.QtGui import QColor, QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import (
    QFrame,
    QHBoxLayout,
    QLabel,
    QLayout,
    QLineEdit,
    QPlainTextEdit,
    QPushButton,
    QVBoxLayout,
    QWidget,
)

from fumimori.gui.theme import Theme
from fumimori.gui.widgets.text import Prose


class RingButton(QPushButton):
    """A button whose focus ring is outside its fill with a gap, so that it is seen whatever the fill is."""

    def __init__(self, theme: Theme, text: str) -> None:
        super().__init__(text)
        self._theme = theme

    def paintEvent(self, event: QPaintEvent) -> None:
        """The style's button inside its margin, and the ring in the margin while it has the keyboard."""
        super().paintEvent(event)
        if self.hasFocus():
            width, radius = self._theme.size("focus"), self._theme.size("radius")
            painter = QPainter(self)
            painter.setRenderHint(QPainter.RenderHint.Antialiasing)
            painter.setPen(QPen(QColor(self._theme.colour("ink")), width))
            inset = width / 2
            painter.drawRoundedRect(QRectF(self.rect()).adjusted(inset, inset, -inset, -inset), radius, radius)
            painter.end()


def button(
    theme: Theme,
    text: str,
    pressed: Callable[[], object],
    *,
    kind: str = "",
    icon: str = "",
    name: str = "",
) -> QPushButton:
    """A button that says what happens; `kind` is `primary`, `link` or empty, `name` finds it again."""
    made = QPushButton(text) if kind == "link" else RingButton(theme, text)
    made.setText(text.replace("&", "&&"))
    made.setObjectName(kind)
    made.setFont(theme.font("body", bold=kind == "primary"))
    made.setCursor(Qt.CursorShape.PointingHandCursor)
    made.setAccessibleName(text)
    made.setProperty("place", name or text)
    made.setAutoDefault(False)
    made.setMinimumHeight(theme.size("hit") + theme.px(2) + 2 * (1 if kind == "link" else 2 * theme.size("focus")))
    if icon:
        made.setIcon(theme.icon(icon, {"primary": "on_accent", "link": "accent"}.get(kind, "ink")))
        made.setIconSize(QSize(theme.px(18), theme.px(18)))
    made.clicked.connect(lambda _checked=False: pressed())
    return made


def row(*widgets: QWidget | None, spacing: int = 8) -> QHBoxLayout:
    """Widgets side by side from the left; None is a stretch."""
    layout = QHBoxLayout()
    layout.setContentsMargins(0, 0, 0, 0)
    layout.setSpacing(spacing)
    for widget in widgets:
        if widget is None:
            layout.addStretch(1)
        else:
            layout.addWidget(widget)
    return layout


def held(line: QLayout) -> QWidget:
    """A widget that holds nothing but this layout."""
    made = QWidget()
    line.setContentsMargins(0, 0, 0, 0)
    made.setLayout(line)
    return made


class Field(QWidget):
    """A labelled line to type into, with a hint below; emits every change at once."""

    def __init__(
        self,
        theme: Theme,
        *,
        label: str,
        text: str,
        changed: Callable[[str], None],
        name: str,
        hint: str = "",
        placeholder: str = "",
        limit: int = 200,
        secret: bool = False,
    ) -> None:
        super().__init__()
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(theme.px(4))
        caption = QLabel(label)
        caption.setFont(theme.font("body", bold=True))
        caption.setWordWrap(True)
        self.edit = QLineEdit(text)
        self.edit.setFont(theme.font("body"))
        self.edit.setAcceptDrops(False)  # a file that is dropped here is the window's
        self.edit.setMaxLength(limit)
        self.edit.setPlaceholderText(placeholder)
        self.edit.setAccessibleName(label)
        self.edit.setAccessibleDescription(hint)
        self.edit.setProperty("place", name)
        if secret:
            self.edit.setEchoMode(QLineEdit.EchoMode.Password)
        self.edit.textEdited.connect(changed)
        caption.setBuddy(self.edit)
        layout.addWidget(caption)
        if hint:
            layout.addWidget(Prose(theme, hint, quiet=True, size="small"))
        layout.addWidget(self.edit)
        self.trouble = Prose(theme, "", bold=True, size="small")
        self.trouble.hide()
        layout.addWidget(self.trouble)

    def show_error(self, text: str) -> None:
        """Say under the field what to change, or nothing more when `text` is empty."""
        self.trouble.say(text)
        self.trouble.setVisible(bool(text))


def note_box(theme: Theme, *, label: str, text: str, changed: Callable[[str], None], name: str) -> QWidget:
    """A few lines for a note below their label, which stays while one types; Tab leaves it."""
    whole = QWidget()
    column = QVBoxLayout(whole)
    column.setContentsMargins(0, 0, 0, 0)
    column.setSpacing(theme.px(4))
    caption = Prose(theme, label, bold=True, size="small")
    box = QPlainTextEdit(text)
    box.setFont(theme.font("body"))
    box.setTabChangesFocus(True)
    box.setAcceptDrops(False)
    box.setAccessibleName(label)
    box.setFixedHeight(theme.px(72))
    box.setProperty("place", name)
    box.textChanged.connect(lambda: changed(box.toPlainText()[:4000]))
    caption.setBuddy(box)
    column.addWidget(caption)
    column.addWidget(box)
    return whole


def card(theme: Theme, *, wash: bool = False) -> tuple[QFrame, QVBoxLayout]:
    """A box with a hairline around it, and the layout inside."""
    frame = QFrame()
    frame.setObjectName("wash" if wash else "card")
    layout = QVBoxLayout(frame)
    layout.setContentsMargins(theme.px(20), theme.px(16), theme.px(20), theme.px(16))
    layout.setSpacing(theme.gap)
    return frame, layout


def clear(layout: QLayout) -> None:
    """Take everything out of a layout."""
    while (item := layout.takeAt(0)) is not None:
        widget = item.widget()
        inner = item.layout()
        if widget is not None:
            widget.hide()
            widget.deleteLater()
        elif inner is not None:
            clear(inner)
