"""Choices as large cards: a sign, a few words, a line of explanation, a key; one of a group may be chosen or none."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from PySide6.QtCore import QRect, QSize, Qt
from PySide6.QtGui import QColor, QFontMetrics, QKeyEvent, QPainter, QPaintEvent, QPen, QResizeEvent
from PySide6.QtWidgets import QAbstractButton, QGridLayout, QGroupBox, QSizePolicy

from fumimori.gui.theme import Theme

ARROWS = {Qt.Key.Key_Down: 1, Qt.Key.Key_Right: 1, Qt.Key.Key_Up: -1, Qt.Key.Key_Left: -1}
"""How far each of these keys moves."""


@dataclass(frozen=True, kw_only=True)
class Choice:
    """One thing to choose."""

    value: str
    label: str
    explanation: str = ""
    sign: str = ""
    """○ △ × ？ －, drawn before the label."""
    key: str = ""
    """The key that chooses it, printed at the right."""


class ChoiceCard(QAbstractButton):
    """A card that can be chosen; it is as high as its words need."""

    def __init__(self, theme: Theme, choice: Choice, *, alone: bool = False) -> None:
        super().__init__()
        self.choice = choice
        self._alone = alone
        self.setProperty("alone", alone)
        self._theme = theme
        self._measured: dict[int, tuple[int, int]] = {}
        self._bold = theme.font("body", bold=True)
        self._small = theme.font("small")
        self.setCheckable(True)
        # One of many is a radio button to assistive technology, a single one is a check box.
        self.setAutoExclusive(not alone)
        self.setText(choice.label)
        self.setFont(self._bold)
        self.setAccessibleName(choice.label)
        self.setAccessibleDescription(choice.explanation)
        self.setProperty("place", f"choice:{choice.value}")
        self.setCursor(Qt.CursorShape.PointingHandCursor)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        policy = QSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Preferred)
        policy.setHeightForWidth(True)
        self.setSizePolicy(policy)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """The arrow keys are the group's, which moves without choosing; Qt would choose what it moves to."""
        if Qt.Key(event.key()) in ARROWS:
            event.ignore()
        else:
            super().keyPressEvent(event)

    def heightForWidth(self, width: int) -> int:
        """What the words need at this width; never less than a hit area."""
        label, explanation = self._heights(width)
        gap = self._theme.px(2) if explanation else 0
        return max(self._theme.px(44), label + gap + explanation + 2 * self._theme.px(10))

    def hasHeightForWidth(self) -> bool:
        """Always, because the words wrap."""
        return True

    def sizeHint(self) -> QSize:
        """The width of a column."""
        width = self._theme.px(320)
        return QSize(width, self.heightForWidth(width))

    def minimumSizeHint(self) -> QSize:
        """A narrow column."""
        return QSize(self._theme.px(110), self._theme.px(44))

    def paintEvent(self, event: QPaintEvent) -> None:
        """The card: its state is in the frame's width, in the sign's disc and in the wash, never in colour alone."""
        del event
        theme = self._theme
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        ring = theme.size("focus")
        chosen, focused = self.isChecked(), self.hasFocus()
        hover = self.underMouse() and self.isEnabled() and not chosen
        line = "accent" if chosen else "ink" if hover else "quiet_ink"
        painter.setPen(QPen(QColor(theme.colour(line)), ring if chosen else 1.5 if hover else 1))
        painter.setBrush(QColor(theme.colour("accent_wash" if chosen else "paper" if hover else "surface")))
        inset, radius = 2 * ring, theme.size("radius")
        painter.drawRoundedRect(self.rect().adjusted(inset, inset, -inset, -inset), radius, radius)
        if focused:
            # Outside the card, with a gap: it looks the same whether the card is chosen or not.
            painter.setBrush(Qt.BrushStyle.NoBrush)
            painter.setPen(QPen(QColor(theme.colour("ink")), ring))
            half = ring // 2
            painter.drawRoundedRect(
                self.rect().adjusted(half, half, -half - 1, -half - 1), radius + ring, radius + ring
            )
        label_height, explanation_height = self._heights(self.width())
        block = label_height + (theme.px(2) + explanation_height if explanation_height else 0)
        top = (self.height() - block) // 2
        self._draw_sign(painter, chosen=chosen)
        left, right = self._margins()
        painter.setPen(QColor(theme.colour("ink" if self.isEnabled() else "quiet_ink")))
        painter.setFont(self._bold)
        where = QRect(left, top, self.width() - left - right, label_height)
        painter.drawText(where, _WRAP, self.choice.label)
        if self.choice.explanation:
            painter.setFont(self._small)
            painter.setPen(QColor(theme.colour("ink" if chosen else "quiet_ink")))
            below = QRect(left, top + label_height + theme.px(2), where.width(), explanation_height)
            painter.drawText(below, _WRAP, self.choice.explanation)
        if self.choice.key:
            painter.setFont(self._small)
            painter.setPen(QColor(theme.colour("quiet_ink")))
            painter.drawText(
                QRect(self.width() - right, 0, right - theme.px(14), self.height()),
                Qt.AlignmentFlag.AlignVCenter | Qt.AlignmentFlag.AlignRight,
                self.choice.key,
            )
        painter.end()

    def _draw_sign(self, painter: QPainter, *, chosen: bool) -> None:
        theme = self._theme
        size = theme.px(26)
        disc = QRect(theme.px(14), (self.height() - size) // 2, size, size)
        if chosen:
            painter.setPen(Qt.PenStyle.NoPen)
            painter.setBrush(QColor(theme.colour("accent")))
            self._draw_shape(painter, disc)
        elif not self.choice.sign:
            painter.setPen(QPen(QColor(theme.colour("quiet_ink")), 1.5))
            painter.setBrush(Qt.BrushStyle.NoBrush)
            small = theme.px(4)
            self._draw_shape(painter, disc.adjusted(small, small, -small, -small))
        painter.setPen(QColor(theme.colour("on_accent" if chosen else "ink")))
        painter.setFont(self._bold)
        painter.drawText(disc, Qt.AlignmentFlag.AlignCenter, self.choice.sign or ("✓" if chosen else ""))

    def _draw_shape(self, painter: QPainter, where: QRect) -> None:
        """Round for one of many, square for a single check box."""
        if self._alone:
            painter.drawRoundedRect(where, self._theme.px(3), self._theme.px(3))
        else:
            painter.drawEllipse(where)

    def _margins(self) -> tuple[int, int]:
        return self._theme.px(52), self._theme.px(40 if self.choice.key else 16)

    def _heights(self, width: int) -> tuple[int, int]:
        """Of the label and of the explanation; measured once for each width, because a layout asks many times."""
        if width not in self._measured:
            self._measured[width] = self._measure(width)
        return self._measured[width]

    def _measure(self, width: int) -> tuple[int, int]:
        left, right = self._margins()
        room = QRect(0, 0, max(width - left - right, 40), 10_000)
        label = self.fontMetrics().boundingRect(room, _WRAP, self.choice.label).height()
        if not self.choice.explanation:
            return label, 0
        return label, QFontMetrics(self._small).boundingRect(room, _WRAP, self.choice.explanation).height()


_NARROWEST = 150
"""Pixels at 100 % below which a card is given a row of its own."""

_WRAP = int(Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignTop) | int(Qt.TextFlag.TextWordWrap)


def tick(
    theme: Theme, text: str, *, on: bool, changed: Callable[[bool], None], name: str, explanation: str = ""
) -> ChoiceCard:
    """A single card with a check box."""
    made = ChoiceCard(theme, Choice(value=name, label=text, explanation=explanation), alone=True)
    made.setProperty("place", name)
    made.setChecked(on)
    made.toggled.connect(changed)
    return made


class ChoiceGroup(QGroupBox):
    """Cards of which one or none is chosen; its accessible name is what is asked, arrow keys walk between them."""

    def __init__(
        self,
        theme: Theme,
        *,
        asked: str,
        choices: Sequence[Choice],
        chosen: str | None,
        picked: Callable[[str | None], None],
        columns: int = 1,
    ) -> None:
        super().__init__()
        self.setObjectName("bare")
        self.setAccessibleName(asked)
        self._picked, self._reported = picked, chosen
        self.cards = [ChoiceCard(theme, choice) for choice in choices]
        self._columns, self._narrowest = columns, theme.px(_NARROWEST)
        self._grid = QGridLayout(self)
        self._grid.setContentsMargins(0, 0, 0, 0)
        self._grid.setSpacing(theme.px(6))
        for made in self.cards:
            made.setChecked(made.choice.value == chosen)
            made.clicked.connect(lambda _checked=False, card=made: self.pick(card))
        self._shown = 0
        self._lay_out(columns)

    def _lay_out(self, columns: int) -> None:
        if columns == self._shown:
            return
        self._shown = columns
        for number, made in enumerate(self.cards):
            self._grid.addWidget(made, number // columns, number % columns)
        for column in range(self._columns):
            self._grid.setColumnStretch(column, int(column < columns))

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Fewer columns where the cards would become too narrow to read."""
        super().resizeEvent(event)
        self._lay_out(max(1, min(self._columns, self.width() // self._narrowest)))

    def minimumSizeHint(self) -> QSize:
        """One column."""
        return QSize(self._narrowest, self._grid.minimumSize().height())

    @property
    def tab_stop(self) -> ChoiceCard | None:
        """The card that Tab stops at: the one with the keyboard, else the chosen one, else the first."""
        able = [card for card in self.cards if card.isEnabled() and not card.isHidden()]
        focused = next((card for card in able if card.hasFocus()), None)
        return focused or next((card for card in able if card.isChecked()), able[0] if able else None)

    @property
    def chosen(self) -> str | None:
        """The chosen value."""
        return next((card.choice.value for card in self.cards if card.isChecked()), None)

    def pick(self, card: ChoiceCard) -> None:
        """Choose `card` alone; one that is chosen already stays chosen, and nothing is emitted."""
        card.setChecked(True)
        if card.choice.value != self._reported:
            self._reported = card.choice.value
            self._picked(self._reported)

    def release(self) -> None:
        """Leave none chosen; nothing is emitted."""
        self._reported = None
        for card in self.cards:
            card.setAutoExclusive(False)
            card.setChecked(False)
            card.setAutoExclusive(True)

    def press(self, value: str) -> None:
        """Choose by value, as its key does."""
        for card in self.cards:
            if card.choice.value == value:
                card.setFocus(Qt.FocusReason.ShortcutFocusReason)
                card.click()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Up and down move between the cards without choosing."""
        step = ARROWS.get(Qt.Key(event.key()), 0)
        at = next((number for number, card in enumerate(self.cards) if card.hasFocus()), None)
        if not step or at is None:
            super().keyPressEvent(event)
            return
        self.cards[(at + step) % len(self.cards)].setFocus(Qt.FocusReason.TabFocusReason)
