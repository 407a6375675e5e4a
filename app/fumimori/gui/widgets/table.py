"""A table to read: the keyboard walks from cell to cell, Tab leaves it, the page scrolls and not the table."""

import re
from collections.abc import Sequence

from PySide6.QtCore import QLocale, QRect, Qt
from PySide6.QtGui import QFocusEvent, QResizeEvent
from PySide6.QtWidgets import QAbstractItemView, QHeaderView, QStyledItemDelegate, QTableWidget, QTableWidgetItem

from fumimori.gui.theme import Theme

_BREAKS = re.compile(r"([.,:@])(?=\S)")
"""Where a long name may go on in the next line."""


def _breakable(words: str) -> str:
    return _BREAKS.sub("\\1\N{ZERO WIDTH SPACE}", words)


class _Breaking(QStyledItemDelegate):
    """Draws long names so that they can go on in the next line; what is copied is the name itself."""

    def displayText(self, value: object, locale: QLocale | QLocale.Language) -> str:
        """The words with their breaks."""
        return _breakable(super().displayText(value, locale))


_BETWEEN = re.compile(r" |(?<=[A-Za-z0-9])(?=[^\x00-\u2fff])|(?<=[^\x00-\u2fff])(?=[A-Za-z0-9])")
"""Where a head may go on in the next line: at a space, and between Latin letters and Japanese."""


class Table(QTableWidget):
    """Rows of words under heads; as high as all its rows, each as high as its words."""

    def __init__(
        self,
        theme: Theme,
        *,
        name: str,
        heads: Sequence[str],
        rows: Sequence[Sequence[str]],
        shares: Sequence[int],
        place: str,
    ) -> None:
        super().__init__(len(rows), len(heads))
        self._theme, self._shares = theme, shares
        self.setAccessibleName(name)
        self.setProperty("place", place)
        self.setFont(theme.font("small"))
        self._heads = [head.replace(" (", "\n(").replace("（", "\n（") for head in heads]
        self.setHorizontalHeaderLabels(self._heads)
        self.horizontalHeader().setFont(theme.font("small", bold=True))
        self.horizontalHeader().setDefaultAlignment(Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter)
        self.horizontalHeader().setSectionResizeMode(QHeaderView.ResizeMode.Fixed)
        self.horizontalHeader().setHighlightSections(False)
        self.verticalHeader().hide()
        self.setItemDelegate(_Breaking(self))
        self.setEditTriggers(QAbstractItemView.EditTrigger.NoEditTriggers)
        self.setTabKeyNavigation(False)
        self.setWordWrap(True)
        self.setTextElideMode(Qt.TextElideMode.ElideNone)
        self.setShowGrid(False)
        self.setVerticalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        for number, row in enumerate(rows):
            for column, words in enumerate(row):
                item = QTableWidgetItem(words)
                item.setTextAlignment(Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignTop)
                item.setData(Qt.ItemDataRole.AccessibleTextRole, f"{heads[column]}: {words}")
                self.setItem(number, column, item)
        self._fit()

    def focusInEvent(self, event: QFocusEvent) -> None:
        """The keyboard begins at the first cell, or where it was."""
        super().focusInEvent(event)
        self.setCurrentCell(max(self.currentRow(), 0), max(self.currentColumn(), 0))

    def focusOutEvent(self, event: QFocusEvent) -> None:
        """No cell is marked where the keyboard is not."""
        super().focusOutEvent(event)
        self.clearSelection()

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Share the width out, and let the rows grow."""
        super().resizeEvent(event)
        self._fit()

    def _height(self, number: int) -> int:
        """What the words of a row need; counted here, because Qt forgets the sheet's padding when it wraps."""
        metrics, gap = self.fontMetrics(), self._theme.gap
        highest = metrics.height()
        for column in range(self.columnCount()):
            item = self.item(number, column)
            room = QRect(0, 0, max(self.columnWidth(column) - 2 * gap - self._theme.px(8), 24), 10_000)
            words = _breakable(item.text()) if item is not None else ""
            highest = max(highest, metrics.boundingRect(room, int(Qt.TextFlag.TextWordWrap), words).height())
        return highest + 2 * self._theme.px(4) + self._theme.px(6)

    def _head(self, column: int) -> str:
        """The head in lines that fit: Qt would cut it off, and would not break between Latin and Japanese."""
        metrics = self.horizontalHeader().fontMetrics()
        room = self.columnWidth(column) - 2 * self._theme.gap - self._theme.px(2)
        lines = self._heads[column].split("\n")
        return "\n".join(_BETWEEN.sub("\n", line) if metrics.horizontalAdvance(line) > room else line for line in lines)

    def _fit(self) -> None:
        width = self.viewport().width()
        for column, share in enumerate(self._shares):
            self.setColumnWidth(column, width * share // sum(self._shares))
        self.setHorizontalHeaderLabels([self._head(column) for column in range(self.columnCount())])
        for number in range(self.rowCount()):
            self.setRowHeight(number, self._height(number))
        rows = sum(self.rowHeight(number) for number in range(self.rowCount()))
        self.setFixedHeight(rows + self.horizontalHeader().sizeHint().height() + self._theme.px(4))
