"""The mail path, drawn: stations in boxes, and between them links that lead to what they rest on."""

from collections.abc import Callable, Sequence
from functools import partial

from PySide6.QtCore import QLineF, QPointF, QRect, QRectF, QSize, Qt
from PySide6.QtGui import QColor, QFontMetrics, QPainter, QPaintEvent, QPen, QPolygonF, QResizeEvent
from PySide6.QtWidgets import QAbstractButton, QSizePolicy, QVBoxLayout, QWidget

from fumimori.assess.mail_path import ROWS, Link, Protection, mail_path
from fumimori.gui.theme import Theme
from fumimori.gui.widgets.text import Heading, Prose
from fumimori.model import Result
from fumimori.texts import Texts
from fumimori.wording.words import Words

_CENTRED = int(Qt.AlignmentFlag.AlignCenter) | int(Qt.TextFlag.TextWordWrap)
_BESIDE = int(Qt.AlignmentFlag.AlignVCenter | Qt.AlignmentFlag.AlignLeft) | int(Qt.TextFlag.TextWordWrap)
_PENS = {
    Protection.PROTECTED: (Qt.PenStyle.SolidLine, 3.0),
    Protection.OPEN: (Qt.PenStyle.DashLine, 1.5),
    Protection.UNSEEN: (Qt.PenStyle.DotLine, 1.5),
}
_STATION, _LINK = 94, 112
"""Pixels at 100 %: how wide a station is, and how narrow a link may become before they stand one below the other."""


class MailPath(QWidget):
    """Both rows with their heading; `pressed` is called with the link that was pressed."""

    def __init__(self, theme: Theme, texts: Texts, result: Result, pressed: Callable[[Link], None]) -> None:
        super().__init__()
        links = {link.segment: link for link in mail_path(result)}
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(theme.gap)
        column.addWidget(Heading(theme, texts("report.mail_path.heading"), level=2))
        intro = f"{texts('report.mail_path.intro')}\n{texts('ui.plan.links')}"
        column.addWidget(Prose(theme, intro, quiet=True, size="small"))
        words = Words(texts, result.bank)
        for row in ROWS:
            names = [texts(f"report.mail_path.{name}") for name, _ in row]
            buttons = [
                LinkButton(theme, texts, words, links[segment], start=start, end=end)
                for (_, segment), start, end in zip(row, names, names[1:], strict=False)
                if segment is not None
            ]
            for made in buttons:
                made.clicked.connect(partial(_clicked, pressed, made.link))
            column.addWidget(PathRow(theme, names, buttons))


class PathRow(QWidget):
    """Stations side by side, or one below the other where there is no room; the links are its buttons."""

    def __init__(self, theme: Theme, names: Sequence[str], links: Sequence["LinkButton"]) -> None:
        super().__init__()
        self._theme, self._names, self._links = theme, names, links
        self._font = theme.font("small", bold=True)
        for link in links:
            link.setParent(self)
        self._stations: list[QRect] = []
        policy = QSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Preferred)
        policy.setHeightForWidth(True)
        self.setSizePolicy(policy)

    def hasHeightForWidth(self) -> bool:
        """Always, because names wrap."""
        return True

    def heightForWidth(self, width: int) -> int:
        """What the row needs at this width."""
        return self._placed(width)[-1]

    def sizeHint(self) -> QSize:
        """The width of the column."""
        width = self._theme.size("content")
        return QSize(width, self.heightForWidth(width))

    def minimumSizeHint(self) -> QSize:
        """One station."""
        return QSize(self._theme.px(_STATION), self._theme.px(_STATION))

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Lay out stations and links."""
        super().resizeEvent(event)
        self._stations, places, _ = self._placed(self.width())
        upright = len(self._stations) > 1 and self._stations[0].left() == self._stations[1].left()
        for link, place in zip(self._links, places, strict=True):
            link.upright = upright
            link.setGeometry(place)

    def paintEvent(self, event: QPaintEvent) -> None:
        """The stations."""
        del event
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setFont(self._font)
        ink, radius, inset = QColor(self._theme.colour("ink")), self._theme.px(4), self._theme.px(4)
        for place, name in zip(self._stations, self._names, strict=True):
            painter.setPen(QPen(ink, 1))
            painter.setBrush(QColor(self._theme.colour("surface")))
            painter.drawRoundedRect(QRectF(place).adjusted(0.5, 0.5, -0.5, -0.5), radius, radius)
            painter.drawText(place.adjusted(inset, 0, -inset, 0), _CENTRED, name)
        painter.end()

    def _placed(self, width: int) -> tuple[list[QRect], list[QRect], int]:
        """Where the stations and the links stand, and how high it all is."""
        theme, count = self._theme, len(self._names)
        station = theme.px(_STATION)
        if width < count * station + (count - 1) * theme.px(_LINK):
            return self._below(width)
        between = (width - count * station) // (count - 1)
        height = max(
            *(link.height_beside(between) for link in self._links), self._high(station) + theme.px(12), theme.px(56)
        )
        high = max(self._high(station) + theme.px(12), theme.px(48))
        lefts = [number * (station + between) for number in range(count)]
        return (
            [QRect(left, (height - high) // 2, station, high) for left in lefts],
            [QRect(left + station, 0, between, height) for left in lefts[:-1]],
            height,
        )

    def _below(self, width: int) -> tuple[list[QRect], list[QRect], int]:
        stations, links, top = [], [], 0
        high = self._high(width) + self._theme.px(12)
        for number in range(len(self._names)):
            stations.append(QRect(0, top, width, high))
            top += high
            if number < len(self._links):
                needed = self._links[number].height_upright(width)
                links.append(QRect(0, top, width, needed))
                top += needed
        return stations, links, top

    def _high(self, width: int) -> int:
        room = QRect(0, 0, width - 2 * self._theme.px(4), 10_000)
        metrics = QFontMetrics(self._font)
        return max(metrics.boundingRect(room, _CENTRED, name).height() for name in self._names)


class LinkButton(QAbstractButton):
    """One segment: its name, a line that shows its protection by its form, and the same as shape and word."""

    def __init__(self, theme: Theme, texts: Texts, words: Words, link: Link, *, start: str, end: str) -> None:
        super().__init__()
        self._theme, self.link = theme, link
        self.upright = False
        self._name = texts(f"report.mail_path.{link.segment}")
        state = texts(f"report.mail_path.{link.protection}")
        finding = link.finding
        looks = {Protection.PROTECTED: theme.severity("ok"), Protection.UNSEEN: theme.state("unknown")}
        self._look = theme.severity(finding.severity.word) if finding else looks[link.protection]
        self._state = f"{self._look['shape']} {state}"
        self._font, self._bold = theme.font("small"), theme.font("small", bold=True)
        spoken = texts("ui.plan.link", start=start, end=end, name=self._name, state=state)
        self.setAccessibleName(spoken)
        why = words.title(finding) if finding else texts("ui.plan.link_rests")
        self.setAccessibleDescription(why)
        self.setToolTip(why)
        self.setProperty("place", f"link:{link.segment}")
        self.setCursor(Qt.CursorShape.PointingHandCursor)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)

    def sizeHint(self) -> QSize:
        """Its row places it."""
        return QSize(self._theme.px(_LINK), self.height_beside(self._theme.px(_LINK)))

    def height_beside(self, width: int) -> int:
        """What it needs between two stations: the line in the middle, the name above, the state below."""
        half = max(self._name_height(width - 2 * self._inset), self._chip().height())
        return 2 * (half + self._theme.px(8) + self._inset)

    def height_upright(self, width: int) -> int:
        """What it needs below a station."""
        return max(self._name_height(self._beside(width)), self._chip().height()) + 2 * self._theme.px(12)

    def paintEvent(self, event: QPaintEvent) -> None:
        """Line, arrow, name, state; a ring while it has the keyboard, a wash below the pointer."""
        del event
        theme = self._theme
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        focused = self.hasFocus()
        if focused or self.underMouse():
            ring = theme.size("focus")
            painter.setPen(QPen(QColor(theme.colour("ink")), ring) if focused else Qt.PenStyle.NoPen)
            painter.setBrush(QColor(theme.colour("accent_wash" if self.underMouse() else "paper")))
            inset = 1 + ring / 2
            painter.drawRoundedRect(QRectF(self.rect()).adjusted(inset, inset, -inset, -inset), 4, 4)
        room, chip = self.rect().adjusted(self._inset, 0, -self._inset, 0), self._chip()
        middle = self.rect().center().y()
        painter.setPen(QColor(theme.colour("ink")))
        painter.setFont(self._font)
        if self.upright:
            at = theme.px(24)
            self._draw_line(painter, QPointF(at, theme.px(6)), QPointF(at, self.height() - theme.px(6)))
            chip.moveTo(at + theme.px(16), middle - chip.height() // 2)
            left = chip.right() + theme.px(10)
            painter.drawText(QRect(left, 0, self.width() - left - self._inset, self.height()), _BESIDE, self._name)
        else:
            self._draw_line(painter, QPointF(room.left(), middle), QPointF(room.right(), middle))
            above = QRect(room.left(), 0, room.width(), middle - theme.px(7))
            bottom = int(Qt.AlignmentFlag.AlignHCenter | Qt.AlignmentFlag.AlignBottom) | int(Qt.TextFlag.TextWordWrap)
            painter.drawText(above, bottom, self._name)
            chip.moveTo(room.center().x() - chip.width() // 2, middle + theme.px(8))
        self._draw_chip(painter, chip)
        painter.end()

    @property
    def _inset(self) -> int:
        return self._theme.px(5)

    def _name_height(self, width: int) -> int:
        return QFontMetrics(self._font).boundingRect(QRect(0, 0, width, 10_000), _CENTRED, self._name).height()

    def _beside(self, width: int) -> int:
        """How wide the name may be beside the state, below a station."""
        return max(width - self._theme.px(24 + 16 + 10 + 5) - self._chip().width(), self._theme.px(40))

    def _chip(self) -> QRect:
        metrics = QFontMetrics(self._bold)
        width = metrics.horizontalAdvance(self._state) + self._theme.px(12)
        return QRect(0, 0, width, metrics.height() + self._theme.px(4))

    def _draw_line(self, painter: QPainter, start: QPointF, end: QPointF) -> None:
        style, width = _PENS[self.link.protection]
        ink, size = QColor(self._theme.colour("ink")), self._theme.px(5)
        line = QLineF(start, end)
        back = line.pointAt(1 - size / max(line.length(), 1))
        side = QPointF(back.y() - end.y(), end.x() - back.x()) * 0.6
        painter.save()
        pen = QPen(ink, width, style)
        pen.setCapStyle(Qt.PenCapStyle.FlatCap)
        painter.setPen(pen)
        painter.drawLine(QLineF(start, back))
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(ink)
        painter.drawPolygon(QPolygonF([end, back + side, back - side]))
        painter.restore()

    def _draw_chip(self, painter: QPainter, place: QRect) -> None:
        theme, look = self._theme, self._look
        dark = theme.colour("ink") if theme.dark else look["fill"]
        painter.setPen(QPen(QColor(look.get("outline") or look.get("hatch") or dark), 1))
        painter.setBrush(QColor(look["fill"]))
        painter.drawRoundedRect(QRectF(place).adjusted(0.5, 0.5, -0.5, -0.5), theme.px(4), theme.px(4))
        painter.setPen(QColor(look["ink"]))
        painter.setFont(self._bold)
        painter.drawText(place, Qt.AlignmentFlag.AlignCenter, self._state)


def _clicked(pressed: Callable[[Link], None], link: Link, _checked: bool = False) -> None:  # noqa: FBT001, FBT002 - Qt's
    pressed(link)
