"""A register as a table to type and paste into, like a spreadsheet; every change is the session's, to be undone."""

import secrets
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import msgspec
from PySide6.QtCore import QAbstractItemModel, QAbstractTableModel, QEvent, QModelIndex, QPersistentModelIndex, Qt
from PySide6.QtCore import QSortFilterProxyModel as Sorted
from PySide6.QtGui import (
    QColor,
    QDragEnterEvent,
    QDragMoveEvent,
    QDropEvent,
    QGuiApplication,
    QKeyEvent,
    QKeySequence,
    QPainter,
)
from PySide6.QtWidgets import (
    QAbstractItemDelegate,
    QAbstractItemView,
    QComboBox,
    QHeaderView,
    QStyledItemDelegate,
    QStyleOptionViewItem,
    QTableView,
    QWidget,
)

from fumimori.grammar.csv_text import inert
from fumimori.gui.session import Session
from fumimori.gui.theme import Theme
from fumimori.model import Column, ColumnKind, RegisterRow
from fumimori.model.registers import CELL_MOST, ROWS_MOST
from fumimori.texts import sanitize
from fumimori.wording.registers import RegisterWords, state

Index = QModelIndex | QPersistentModelIndex
_Role = Qt.ItemDataRole
_Key = QKeySequence.StandardKey
LEAST_ROWS, SHOWN_ROWS = 2, 11
SORT_ROLE = _Role.UserRole + 1
NO_INDEX = QModelIndex()


class RegisterModel(QAbstractTableModel):
    """The rows of one register; what is set is meant as `RegisterWords` reads it."""

    def __init__(self, session: Session, theme: Theme, words: RegisterWords) -> None:
        super().__init__()
        self._session, self._theme, self.words = session, theme, words
        self._columns = words.register.columns
        self._rows = session.open.register(words.register.id)
        session.changed.connect(self._follow)

    def rowCount(self, parent: Index = NO_INDEX) -> int:
        """The rows."""
        return 0 if parent.isValid() else len(self._rows)

    def columnCount(self, parent: Index = NO_INDEX) -> int:
        """The columns."""
        return 0 if parent.isValid() else len(self._columns)

    def headerData(self, section: int, orientation: Qt.Orientation, role: int = _Role.DisplayRole) -> Any:
        """The heads, and the rows by number."""
        if role != _Role.DisplayRole:
            return None
        if orientation is Qt.Orientation.Vertical:
            return str(section + 1)
        column = self._columns[section]
        return self.words.head(column) + ("＊" if column.required else "")

    def data(self, index: Index, role: int = _Role.DisplayRole) -> Any:
        """What a cell shows; what is overdue or cannot be read is shown by colour and by word."""
        row, column = self._rows[index.row()], self._columns[index.column()]
        written = self.words.shown(column, row.text(column.key))
        if role == _Role.EditRole:
            return written
        if role == SORT_ROLE:
            return _order(column, row)
        matter = state(column, row, self._session.services.now().date())
        if role in (_Role.DisplayRole, _Role.AccessibleTextRole):
            told = self._session.texts(f"ui.registers.state_{matter}") if matter else ""
            shown = "　".join(part for part in (written, told) if part)
            return f"{self.words.head(column)}: {shown}" if role == _Role.AccessibleTextRole else shown
        severity = {"overdue": "high", "unread": "medium"}.get(matter)
        if severity and role == _Role.BackgroundRole:
            return QColor(self._theme.severity(severity)["fill"])
        if severity and role == _Role.ForegroundRole:
            return QColor(self._theme.severity(severity)["ink"])
        return QColor(self._theme.colour("quiet_ink")) if matter and role == _Role.ForegroundRole else None

    def flags(self, index: Index) -> Qt.ItemFlag:
        """Everything can be chosen and typed into."""
        return super().flags(index) | Qt.ItemFlag.ItemIsEditable

    def setData(self, index: Index, value: Any, role: int = _Role.EditRole) -> bool:
        """Keep what was typed."""
        if role != _Role.EditRole:
            return False
        self.put([(index.row(), index.column(), str(value))])
        return True

    def put(self, cells: Sequence[tuple[int, int, str]]) -> None:
        """Keep many cells (row, column, what was typed) as one step; rows that are not there yet are added."""
        rows = list(self._rows)
        for number, place, typed in cells:
            if place >= len(self._columns) or number >= ROWS_MOST:
                continue
            while len(rows) <= number:
                rows.append(self._new())
            column = self._columns[place]
            kept = {key: words for key, words in rows[number].cells.items() if key != column.key}
            if meant := self.words.stored(column, typed):
                kept[column.key] = meant
            rows[number] = msgspec.structs.replace(rows[number], cells=kept)
        self._keep(rows)

    def add(self, tables: Sequence[Any] = ({},)) -> bool:
        """Add a row for each of these cells by key, one empty row when nothing is said; False when too many."""
        fresh = [msgspec.structs.replace(self._new(), cells=cells) for cells in tables]
        fits = len(self._rows) + len(fresh) <= ROWS_MOST
        if fits:
            self._keep([*self._rows, *fresh])
        return fits

    def row(self, number: int) -> RegisterRow:
        """The row that is there."""
        return self._rows[number]

    def drop(self, numbers: set[int]) -> None:
        """Take rows away."""
        self._keep([row for number, row in enumerate(self._rows) if number not in numbers])

    def _new(self) -> RegisterRow:
        return RegisterRow(id=secrets.token_hex(8), register=self.words.register.id)

    def _keep(self, rows: Sequence[RegisterRow]) -> None:
        register = self.words.register.id
        others = tuple(row for row in self._session.open.registers if row.register != register)
        self._session.edit(registers=(*others, *rows))

    def _follow(self) -> None:
        """The session is another one: after a change here, and when something was undone."""
        if self._session.assessment is None:
            return
        rows = self._session.assessment.register(self.words.register.id)
        if rows == self._rows:
            return
        same = len(rows) == len(self._rows)
        if not same:
            self.beginResetModel()
        self._rows = rows
        if same:
            self.dataChanged.emit(self.index(0, 0), self.index(len(rows) - 1, len(self._columns) - 1))
        else:
            self.endResetModel()


def _order(column: Column, row: RegisterRow) -> float | str:
    """What a cell is sorted by: a number by its size, everything else by what is kept (days stand as YYYY-MM-DD)."""
    kept = row.text(column.key)
    if column.kind is not ColumnKind.NUMBER:
        return kept
    try:
        return float(kept)
    except ValueError:
        return -1.0


class _Choosing(QStyledItemDelegate):
    """A list to choose from where a column has one, which may also be typed into."""

    def __init__(self, words: RegisterWords, parent: QWidget) -> None:
        super().__init__(parent)
        self._words = words

    def paint(self, painter: QPainter, option: QStyleOptionViewItem, index: Index) -> None:
        """The cell on its own colour, which the sheet's rule for cells would leave out."""
        colour = index.data(_Role.BackgroundRole)
        if isinstance(colour, QColor):
            painter.fillRect(option.rect, colour)
        super().paint(painter, option, index)

    def createEditor(self, parent: QWidget, option: QStyleOptionViewItem, index: Index) -> QWidget:
        """The editor of a cell."""
        options = self._words.options(self._words.register.columns[index.column()])
        if not options:
            return super().createEditor(parent, option, index)
        box = QComboBox(parent)
        box.setEditable(True)
        box.addItems(["", *(label for _, label in options)])
        return box

    def setEditorData(self, editor: QWidget, index: Index) -> None:
        """What is in the cell, to begin with."""
        if isinstance(editor, QComboBox):
            editor.setEditText(str(index.data(_Role.EditRole)))
        else:
            super().setEditorData(editor, index)

    def setModelData(self, editor: QWidget, model: QAbstractItemModel, index: Index) -> None:
        """Keep what was chosen or typed."""
        if isinstance(editor, QComboBox):
            model.setData(index, editor.currentText())
        else:
            super().setModelData(editor, model, index)


class RegisterTable(QTableView):
    """The keys of a spreadsheet: arrows, typing, F2 or Enter to edit, Delete, blocks cut and pasted; Tab leaves.

    `told` is called with the key of what to say and its values, `dropped` with a file that was dropped here.
    """

    def __init__(
        self,
        theme: Theme,
        model: RegisterModel,
        *,
        name: str,
        told: Callable[..., None],
        dropped: Callable[[Path], None],
    ) -> None:
        super().__init__()
        self._source, self._tell, self._dropped, self._theme = model, told, dropped, theme
        self.setAcceptDrops(True)
        self.sorted = Sorted(self)
        self.sorted.setSourceModel(model)
        self.sorted.setSortRole(SORT_ROLE)
        self.sorted.setSortLocaleAware(True)
        self.sorted.setFilterKeyColumn(-1)
        self.sorted.setFilterCaseSensitivity(Qt.CaseSensitivity.CaseInsensitive)
        self.setModel(self.sorted)
        self.setItemDelegate(_Choosing(model.words, self))
        self.setAccessibleName(name)
        self.setProperty("place", "register")
        self.setFont(theme.font("small"))
        self.horizontalHeader().setFont(theme.font("small", bold=True))
        self.setTabKeyNavigation(False)
        self.horizontalHeader().setSortIndicator(-1, Qt.SortOrder.AscendingOrder)  # before it would sort by the first
        self.setSortingEnabled(True)
        self.horizontalHeader().setSortIndicatorClearable(True)
        self.horizontalHeader().setSectionResizeMode(QHeaderView.ResizeMode.Interactive)
        self.verticalHeader().setDefaultSectionSize(theme.size("hit") + theme.px(2))
        trigger = QAbstractItemView.EditTrigger
        self.setEditTriggers(trigger.AnyKeyPressed | trigger.DoubleClicked | trigger.EditKeyPressed)
        self.horizontalHeader().setResizeContentsPrecision(2 * SHOWN_ROWS)
        self.fit()
        self._heighten()
        restyled = self.horizontalHeader().geometriesChanged
        for changed in (self.sorted.modelReset, self.sorted.rowsInserted, self.sorted.rowsRemoved, restyled):
            changed.connect(self._heighten)

    def _heighten(self) -> None:
        """As high as its rows need, within reason."""
        rows = max(LEAST_ROWS, min(self._source.rowCount(), SHOWN_ROWS))
        head = max(self.horizontalHeader().sizeHint().height(), self.horizontalHeader().height())
        beside = head + self.horizontalScrollBar().sizeHint().height()
        self.setFixedHeight(rows * self.verticalHeader().defaultSectionSize() + beside + 2 * self.frameWidth())

    def fit(self) -> None:
        """Columns as wide as the words of the first rows, within reason; all rows would take too long."""
        for column in range(self._source.columnCount()):
            self.resizeColumnToContents(column)
            width = self.columnWidth(column) + self._theme.px(18)
            self.setColumnWidth(column, max(self._theme.px(104), min(width, self._theme.px(300))))

    def chosen(self) -> list[tuple[int, int]]:
        """Row and column of the chosen cells as they are kept, in order."""
        found = (self.sorted.mapToSource(index) for index in self.selectionModel().selectedIndexes())
        return sorted((index.row(), index.column()) for index in found)

    def current_row(self) -> RegisterRow | None:
        """The row that the keyboard is on."""
        index = self.sorted.mapToSource(self.currentIndex())
        return self._source.row(index.row()) if index.isValid() else None

    def dragEnterEvent(self, event: QDragEnterEvent) -> None:
        """A file may be dropped on the table."""
        if any(url.isLocalFile() for url in event.mimeData().urls()):
            event.acceptProposedAction()

    def dragMoveEvent(self, event: QDragMoveEvent) -> None:
        """Anywhere on it."""
        event.acceptProposedAction()

    def dropEvent(self, event: QDropEvent) -> None:
        """The first file's rows are added."""
        files = [url.toLocalFile() for url in event.mimeData().urls() if url.isLocalFile()]
        if files:
            event.acceptProposedAction()
            self._dropped(Path(files[0]))

    def begin_row(self) -> bool:
        """Add an empty row and put the keyboard into its first cell; False when there is no room for one."""
        if not self._source.add():
            return False
        self.sorted.setFilterFixedString("")  # an empty row would be left out
        self.setFocus(Qt.FocusReason.OtherFocusReason)
        self.setCurrentIndex(self.sorted.mapFromSource(self._source.index(self._source.rowCount() - 1, 0)))
        return True

    def paste(self) -> None:
        """Put a block from the clipboard where the keyboard is; a block with heads finds its columns by them."""
        from fumimori.grammar.spreadsheet import separated
        from fumimori.grammar.xlsx import TableError

        try:
            block = separated(QGuiApplication.clipboard().text())
        except TableError as error:
            self._tell(f"unread_{error.code}")
            return
        if not block:
            return
        named = self._source.words.columns_of(block[0])
        if sum(key is not None for key in named) * 2 > len(block[0]):
            read = self._source.words.read(block)
            self._tell("pasted" if self._source.add(read.rows) else "unread_too_many", count=len(read.rows))
            return
        chosen = self.chosen()
        if len(block) == len(block[0]) == 1 and len(chosen) > 1:
            self._source.put([(row, column, block[0][0]) for row, column in chosen])
            return
        current = self.currentIndex()
        top, left = (current.row(), current.column()) if current.isValid() else (self.sorted.rowCount(), 0)
        cells = [
            (self._kept_row(top + y), left + x, words) for y, row in enumerate(block) for x, words in enumerate(row)
        ]
        beyond = max(left + len(row) for row in block) - self._source.columnCount()
        if max(number for number, _, _ in cells) >= ROWS_MOST:
            self._tell("unread_too_many")
            return
        self._source.put(cells)
        self._tell("pasted_beyond" if beyond > 0 else "pasted", count=len(block), columns=beyond)

    def _kept_row(self, shown: int) -> int:
        """Which row of the register is in this row as it is sorted and filtered; further ones come behind all."""
        if shown < self.sorted.rowCount():
            return self.sorted.mapToSource(self.sorted.index(shown, 0)).row()
        return self._source.rowCount() + shown - self.sorted.rowCount()

    def copy(self) -> None:
        """The chosen cells as a block for a spreadsheet, which takes none of them for a formula."""
        lines: dict[int, list[str]] = {}
        for index in sorted(self.selectionModel().selectedIndexes(), key=lambda one: (one.row(), one.column())):
            lines.setdefault(index.row(), []).append(inert(sanitize(str(index.data(_Role.EditRole)), CELL_MOST)))
        QGuiApplication.clipboard().setText("\n".join("\t".join(line) for line in lines.values()))

    def event(self, event: QEvent) -> bool:
        """A block that is pasted here is the table's, not handed over to the window."""
        if event.type() == QEvent.Type.ShortcutOverride and isinstance(event, QKeyEvent) and event.matches(_Key.Paste):
            event.accept()
            return True
        return super().event(event)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Blocks, deleting and editing; everything else is Qt's."""
        if event.matches(_Key.Paste):
            self.paste()
        elif event.matches(_Key.Copy):
            self.copy()
        elif event.matches(_Key.Cut):
            self.copy()
            self._empty()
        elif event.key() in (Qt.Key.Key_Delete, Qt.Key.Key_Backspace):
            self._empty()
        elif event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter) and self.currentIndex().isValid():
            if self.state() != QAbstractItemView.State.EditingState:  # the key that ends typing comes here too
                self.edit(self.currentIndex())
        else:
            super().keyPressEvent(event)

    def _empty(self) -> None:
        self._source.put([(row, column, "") for row, column in self.chosen()])

    def closeEditor(self, editor: QWidget, hint: QAbstractItemDelegate.EndEditHint) -> None:
        """After Enter the keyboard is on the cell below, as in a spreadsheet."""
        below = self.currentIndex().siblingAtRow(self.currentIndex().row() + 1)
        super().closeEditor(editor, hint)
        if hint is QAbstractItemDelegate.EndEditHint.SubmitModelCache and below.isValid():
            self.setCurrentIndex(below)
