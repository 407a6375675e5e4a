"""The pages of a PDF as pictures, one at a time, drawn in a worker thread."""

from functools import partial
from threading import Lock

from PySide6.QtCore import QSize, Qt
from PySide6.QtGui import QColor, QImage, QPainter, QPaintEvent, QPixmap
from PySide6.QtWidgets import QFrame, QSizePolicy, QVBoxLayout, QWidget

from fumimori.gui.session import Session
from fumimori.gui.theme import Theme
from fumimori.gui.widgets.controls import button, row
from fumimori.gui.widgets.flow import Flow
from fumimori.gui.widgets.text import Prose

_PDFIUM = Lock()
"""Lock around all of PDFium: it is not thread-safe, two calls at once crash the program."""


class Picture:
    """A drawn page: its pixels (BGRA or BGR), and how many pages there are."""

    def __init__(self, page: int, count: int, image: QImage) -> None:
        self.page, self.count, self.image = page, count, image


class _Sheet(QWidget):
    """A page's picture on white paper, never wider than there is room."""

    def __init__(self, theme: Theme) -> None:
        super().__init__()
        self._line = theme.colour("line")
        self._widest = theme.size("content")
        self._pixmap = QPixmap()
        policy = QSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Preferred)
        policy.setHeightForWidth(True)
        self.setSizePolicy(policy)
        self.setMaximumWidth(self._widest)

    def show_picture(self, pixmap: QPixmap) -> None:
        """Show another page."""
        self._pixmap = pixmap
        self.updateGeometry()
        self.update()

    def hasHeightForWidth(self) -> bool:
        """The paper keeps its shape."""
        return True

    def heightForWidth(self, width: int) -> int:
        """As high as the paper is at this width."""
        size = self._pixmap.size()
        return round(width * size.height() / size.width()) if size.width() else width

    def sizeHint(self) -> QSize:
        """As wide as the column."""
        return QSize(self._widest, self.heightForWidth(self._widest))

    def minimumSizeHint(self) -> QSize:
        """Small enough for any window."""
        return QSize(100, 100)

    def paintEvent(self, event: QPaintEvent) -> None:
        """White paper, the page, a hairline."""
        del event
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform)
        painter.fillRect(self.rect(), Qt.GlobalColor.white)
        painter.drawPixmap(self.rect(), self._pixmap)
        painter.setPen(QColor(self._line))
        painter.drawRect(self.rect().adjusted(0, 0, -1, -1))
        painter.end()


class Preview(QFrame):
    """One page with its number, and buttons to the pages beside it."""

    def __init__(self, session: Session, theme: Theme) -> None:
        super().__init__()
        self._session, self._theme, self._t = session, theme, session.texts
        self._pdf = b""
        self._page = 0
        self._count = 0
        self._ticket = 0
        self._drawing = False
        self._wanted: int | None = None
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(theme.px(10))
        self._previous = button(
            theme, self._t("ui.preview.previous"), partial(self._turn, -1), icon="arrow-left", name="page-before"
        )
        self._next = button(
            theme, self._t("ui.preview.next"), partial(self._turn, 1), icon="arrow-right", name="page-after"
        )
        self._words = Prose(theme, "")
        self._words.setAlignment(Qt.AlignmentFlag.AlignCenter)
        if theme.scale <= 150:
            line = row(self._previous, self._words, self._next)
            line.setStretch(1, 1)
            column.addLayout(line)
        else:
            # Large letters need the whole width.
            column.addWidget(self._words)
            column.addLayout(Flow(self._previous, self._next, spacing=theme.gap))
        self._sheet = _Sheet(theme)
        column.addWidget(self._sheet)
        self._buttons()

    @property
    def count(self) -> int:
        """How many pages there are; 0 until the first was drawn."""
        return self._count

    def wait(self, text: str) -> None:
        """Say that there is nothing to see yet, and why."""
        self.forget()
        self._pdf, self._count = b"", 0
        self._words.say(text)
        self._sheet.hide()
        self._buttons()

    def show_pdf(self, pdf: bytes) -> None:
        """Show the first page of `pdf`, or the page that was shown before."""
        self._pdf = pdf
        self._draw(self._page)

    def forget(self) -> None:
        """What is still being drawn comes too late."""
        self._ticket += 1
        self._wanted = None

    def _turn(self, step: int) -> None:
        at = self._page if self._wanted is None else self._wanted
        self._draw(max(0, min(at + step, self._count - 1)))

    def _draw(self, page: int) -> None:
        """Draw `page`; while one is being drawn only the last one asked for is kept."""
        self._ticket += 1
        if self._drawing:
            self._wanted = page
            return
        self._drawing = True
        width = self._theme.size("content") - self._theme.px(8)
        ratio = self._sheet.devicePixelRatioF()
        self._session.bridge.compute(
            partial(drawn, self._pdf, page, round(width * ratio)),
            done=partial(self._drawn, self._ticket, ratio),
            failed=partial(self._failed, self._ticket),
        )

    def _drawn(self, ticket: int, ratio: float, picture: Picture) -> None:
        if not self._current(ticket):
            return
        self._page, self._count = picture.page, picture.count
        pixmap = QPixmap.fromImage(picture.image)
        pixmap.setDevicePixelRatio(ratio)
        self._sheet.show_picture(pixmap)
        self._sheet.show()
        words = self._t("ui.preview.page", page=self._page + 1, count=self._count)
        self._words.say(words)
        self._sheet.setAccessibleName(words)
        self._buttons()

    def _failed(self, ticket: int, error: BaseException) -> None:
        if self._current(ticket):
            self._words.say(self._t("ui.preview.failed", fault=type(error).__name__))

    def _current(self, ticket: int) -> bool:
        """Whether what `ticket` asked for is still wanted; starts what was asked for meanwhile."""
        self._drawing = False
        wanted, self._wanted = self._wanted, None
        if wanted is not None and self._pdf:
            self._draw(wanted)
        return ticket == self._ticket

    def _buttons(self) -> None:
        self._previous.setEnabled(self._page > 0 and self._count > 0)
        self._next.setEnabled(self._page + 1 < self._count)


def drawn(pdf: bytes, page: int, width: int) -> Picture:
    """Page `page` (from 0, the nearest there is) of `pdf`, `width` pixels wide; from any thread, one at a time."""
    with _PDFIUM:
        import pypdfium2

        document = pypdfium2.PdfDocument(pdf)
        try:
            count = len(document)
            number = max(0, min(page, count - 1))
            sheet = document[number]
            bitmap = sheet.render(scale=width / sheet.get_width(), rev_byteorder=True)
            kind = {3: QImage.Format.Format_RGB888, 4: QImage.Format.Format_RGBX8888}[bitmap.n_channels]
            image = QImage(bytes(bitmap.buffer), bitmap.width, bitmap.height, bitmap.stride, kind).copy()
            bitmap.close()
            sheet.close()
        finally:
            document.close()
    return Picture(number, count, image)
