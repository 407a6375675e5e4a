"""Severities, states and scores drawn so that they can be read in grey: shape and word as well as colour."""

from PySide6.QtCore import QPointF, QRectF, QSize, Qt
from PySide6.QtGui import QColor, QFontMetrics, QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QSizePolicy, QWidget

from fumimori.gui.theme import Theme


class Chip(QWidget):
    """A severity or a state as shape and word on its fill, with a hairline of ink in the dark."""

    def __init__(self, theme: Theme, word: str, label: str) -> None:
        super().__init__()
        self._theme = theme
        severities = ("critical", "high", "medium", "low", "info", "ok")
        self._look = theme.severity(word) if word in severities else theme.state(word)
        self._text = f"{self._look['shape']} {label}"
        self._font = theme.font("small", bold=True)
        self.setAccessibleName(label)
        self.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Fixed)

    def sizeHint(self) -> QSize:
        """As wide as the word."""
        metrics = QFontMetrics(self._font)
        return QSize(metrics.horizontalAdvance(self._text) + self._theme.px(18), metrics.height() + self._theme.px(6))

    def paintEvent(self, event: QPaintEvent) -> None:
        """Fill, outline, shape and word."""
        del event
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        outline = (
            self._look.get("outline")
            or self._look.get("hatch")
            or (self._theme.colour("ink") if self._theme.dark else self._look["fill"])
        )
        painter.setPen(QPen(QColor(outline), 1))
        painter.setBrush(QColor(self._look["fill"]))
        radius = self._theme.px(4)
        painter.drawRoundedRect(QRectF(self.rect()).adjusted(0.5, 0.5, -0.5, -0.5), radius, radius)
        painter.setPen(QColor(self._look["ink"]))
        painter.setFont(self._font)
        painter.drawText(self.rect(), Qt.AlignmentFlag.AlignCenter, self._text)
        painter.end()


class ScoreBar(QWidget):
    """What is certain as a full bar, what is not known yet hatched behind it; 0 to 100."""

    def __init__(self, theme: Theme, low: int | None, high: int | None, *, name: str) -> None:
        super().__init__()
        self._theme, self._low, self._high = theme, low, high
        self.setAccessibleName(name)
        self.setFixedHeight(theme.px(12))
        self.setMinimumWidth(theme.px(96))
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)

    def paintEvent(self, event: QPaintEvent) -> None:
        """The frame, the certain part, the hatched part."""
        del event
        theme = self._theme
        painter = QPainter(self)
        frame = QRectF(self.rect()).adjusted(0.5, 0.5, -0.5, -0.5)
        painter.fillRect(frame, QColor(theme.colour("surface")))
        if self._low is not None and self._high is not None:
            certain = QRectF(frame.left(), frame.top(), frame.width() * self._low / 100, frame.height())
            painter.fillRect(certain, QColor(theme.colour("accent")))
            open_part = QRectF(
                certain.right(), frame.top(), frame.width() * (self._high - self._low) / 100, frame.height()
            )
            if open_part.width() > 1:
                painter.save()
                painter.setClipRect(open_part)
                painter.setRenderHint(QPainter.RenderHint.Antialiasing)
                painter.setPen(QPen(QColor(theme.colour("quiet_ink")), 1))
                step, height = theme.px(5), frame.height()
                for number in range(int((open_part.width() + height) // step) + 1):
                    start = open_part.left() - height + number * step
                    painter.drawLine(QPointF(start, frame.bottom()), QPointF(start + height, frame.top()))
                painter.restore()
        painter.setPen(QPen(QColor(theme.colour("quiet_ink")), 1))
        painter.drawRect(frame)
        painter.end()
