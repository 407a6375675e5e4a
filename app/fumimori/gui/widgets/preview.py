"""The pages of a PDF as pictures, one at a time, drawn in a worker thread."""

from functools import partial

from PySide6.QtCore import Qt
from PySide6.QtGui import QImage, QPixmap
from PySide6.QtWidgets import QFrame, QLabel, QVBoxLayout

from fumimori.gui.desk import Desk
from fumimori.gui.theme import Theme
from fumimori.gui.widgets.controls import button, row
from fumimori.gui.widgets.text import Prose


class Picture:
    """A drawn page: its pixels (BGRA or BGR), and how many pages there are."""

    def __init__(self, page: int, count: int, image: QImage) -> None:
        self.page, self.count, self.image = page, count, image


class Preview(QFrame):
    """One page with its number, and buttons to the pages beside it."""

    def __init__(self, desk: Desk, theme: Theme) -> None:
        super().__init__()
        self._desk, self._theme, self._t = desk, theme, desk.texts
        self._pdf = b""
        self._page = 0
        self._count = 0
        self._ticket = 0
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
        line = row(self._previous, self._words, self._next)
        line.setStretch(1, 1)
        column.addLayout(line)
        self._sheet = QLabel()
        self._sheet.setObjectName("sheet")
        self._sheet.setStyleSheet(f"QLabel#sheet {{ background: white; border: 1px solid {theme.colour('line')}; }}")
        self._sheet.setMinimumHeight(theme.px(200))
        self._sheet.setAlignment(Qt.AlignmentFlag.AlignCenter)
        column.addWidget(self._sheet, 0, Qt.AlignmentFlag.AlignHCenter)
        self._buttons()

    def wait(self, text: str) -> None:
        """Say that there is nothing to see yet, and why."""
        self._ticket += 1
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

    def _turn(self, step: int) -> None:
        self._draw(self._page + step)

    def _draw(self, page: int) -> None:
        self._ticket += 1
        width = self._theme.size("content") - self._theme.px(8)
        ratio = self._sheet.devicePixelRatioF()
        self._desk.bridge.compute(
            partial(drawn, self._pdf, page, round(width * ratio)),
            done=partial(self._drawn, self._ticket, ratio),
            failed=partial(self._failed, self._ticket),
        )

    def _drawn(self, ticket: int, ratio: float, picture: Picture) -> None:
        if ticket != self._ticket:
            return
        self._page, self._count = picture.page, picture.count
        pixmap = QPixmap.fromImage(picture.image)
        pixmap.setDevicePixelRatio(ratio)
        self._sheet.setPixmap(pixmap)
        self._sheet.show()
        words = self._t("ui.preview.page", page=self._page + 1, count=self._count)
        self._words.say(words)
        self._sheet.setAccessibleName(words)
        self._buttons()

    def _failed(self, ticket: int, error: BaseException) -> None:
        if ticket == self._ticket:
            self._words.say(self._t("ui.preview.failed", fault=type(error).__name__))

    def _buttons(self) -> None:
        self._previous.setEnabled(self._page > 0 and self._count > 0)
        self._next.setEnabled(self._page + 1 < self._count)


def drawn(pdf: bytes, page: int, width: int) -> Picture:
    """Page `page` (from 0, the nearest there is) of `pdf`, `width` pixels wide."""
    import pypdfium2

    document = pypdfium2.PdfDocument(pdf)
    try:
        count = len(document)
        number = max(0, min(page, count - 1))
        sheet = document[number]
        bitmap = sheet.render(scale=width / sheet.get_width(), rev_byteorder=True)
        kind = {3: QImage.Format.Format_RGB888, 4: QImage.Format.Format_RGBX8888}[bitmap.n_channels]
        image = QImage(bytes(bitmap.buffer), bitmap.width, bitmap.height, bitmap.stride, kind).copy()
    finally:
        document.close()
    return Picture(number, count, image)
