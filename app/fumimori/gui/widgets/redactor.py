"""A picture on which parts are blacked out by dragging, before it is kept."""

from PySide6.QtCore import QPoint, QRect, Qt
from PySide6.QtGui import QColor, QMouseEvent, QPainter, QPaintEvent, QPixmap
from PySide6.QtWidgets import QWidget

from fumimori.engine.evidence import Box
from fumimori.gui.theme import Theme


class Redactor(QWidget):
    """Shows a picture as wide as there is room; `boxes` are what was drawn, in the picture's own pixels."""

    def __init__(self, theme: Theme, picture: QPixmap, name: str) -> None:
        super().__init__()
        self._picture = picture
        size = picture.size().scaled(theme.px(640), theme.px(420), Qt.AspectRatioMode.KeepAspectRatio)
        self.setFixedSize(size)
        self.setAccessibleName(name)
        self.setCursor(Qt.CursorShape.CrossCursor)
        self._drawn: list[QRect] = []
        self._from: QPoint | None = None

    @property
    def boxes(self) -> tuple[Box, ...]:
        """Left, top, right and bottom of every part that was drawn."""
        across = self._picture.width() / max(self.width(), 1)
        down = self._picture.height() / max(self.height(), 1)
        return tuple(
            (
                int(box.left() * across),
                int(box.top() * down),
                int(box.right() * across) + 1,
                int(box.bottom() * down) + 1,
            )
            for box in self._drawn
        )

    def clear(self) -> None:
        """Start over."""
        self._drawn.clear()
        self.update()

    def mousePressEvent(self, event: QMouseEvent) -> None:
        """A part begins."""
        self._from = event.position().toPoint()
        self._drawn.append(QRect(self._from, self._from))

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        """It grows."""
        if self._from is not None:
            self._drawn[-1] = QRect(self._from, event.position().toPoint()).normalized() & self.rect()
            self.update()

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        """It is done; a mere click draws nothing."""
        del event
        self._from = None
        self._drawn = [box for box in self._drawn if box.width() > 2 and box.height() > 2]
        self.update()

    def paintEvent(self, event: QPaintEvent) -> None:
        """The picture, and the parts in black."""
        del event
        painter = QPainter(self)
        painter.drawPixmap(self.rect(), self._picture)
        for box in self._drawn:
            painter.fillRect(box, QColor("black"))
        painter.end()
