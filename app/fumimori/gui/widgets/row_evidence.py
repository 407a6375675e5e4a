"""The evidence of the register's row that the keyboard is on."""

from PySide6.QtWidgets import QVBoxLayout, QWidget

from fumimori.gui.session import Session
from fumimori.gui.theme import Theme
from fumimori.gui.widgets.controls import clear
from fumimori.gui.widgets.evidence import FoldedEvidence
from fumimori.gui.widgets.register_table import RegisterTable
from fumimori.gui.widgets.text import Prose
from fumimori.model import About


class RowEvidence(QWidget):
    """Says which row it is about, and lets evidence be handed in for it; hidden while no row is chosen."""

    def __init__(self, session: Session, theme: Theme, table: RegisterTable) -> None:
        super().__init__()
        self._session, self._theme, self._table = session, theme, table
        self._row = ""
        self._column = QVBoxLayout(self)
        self._column.setContentsMargins(0, 0, 0, 0)
        self._column.setSpacing(theme.gap)
        table.selectionModel().currentChanged.connect(self._show)
        table.sorted.modelReset.connect(self._show)
        session.changed.connect(self._show)
        self.hide()

    def _show(self) -> None:
        current = self._table.current_row()
        if current is None or self._session.assessment is None:
            self._row = ""
            clear(self._column)
            self.hide()
            return
        name = current.name
        told = self._session.texts("ui.registers.row" if name else "ui.registers.row_unnamed", name=name)
        if current.id != self._row:
            clear(self._column)
            self._row = current.id
            self._about = Prose(self._theme, told, bold=True)
            self._column.addWidget(self._about)
            about = {current.id: name or told}
            self._column.addWidget(FoldedEvidence(self._session, self._theme, About.REGISTER, about, "row"))
        self._about.say(told)
        self.show()
