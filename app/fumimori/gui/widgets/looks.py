"""The looks of a measurement, grouped by control, each with a sign and, where there is something to say, a line."""

from collections.abc import Sequence

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QHBoxLayout, QLabel, QVBoxLayout, QWidget

from fumimori.core.model import Control, Status
from fumimori.gui.desk import Desk
from fumimori.gui.measuring import Look
from fumimori.gui.theme import Theme
from fumimori.gui.widgets.controls import card, clear
from fumimori.gui.widgets.text import Elided, Prose

SIGNS = {"waiting": "circle-dashed", "running": "play", "done": "circle-check", "not": "circle-question-mark"}


class _Row(QHBoxLayout):
    """One look: its sign, what is looked at, and how it stands."""

    def __init__(self, theme: Theme, name: str) -> None:
        super().__init__()
        self.setSpacing(theme.px(10))
        self.look: Look | None = None
        self._theme, self._name = theme, name
        self._sign = QLabel()
        self._sign.setFixedWidth(theme.px(20))
        self._title = Elided(theme, name)
        self._state = Prose(theme, "", quiet=True, size="small")
        words = QVBoxLayout()
        words.setSpacing(0)
        words.addWidget(self._title)
        words.addWidget(self._state)
        self.addWidget(self._sign, 0, Qt.AlignmentFlag.AlignTop)
        self.addLayout(words, 1)

    def show_look(self, look: Look, words: str) -> None:
        """Show how it stands; a look that is simply done needs no line."""
        if look == self.look:
            return
        self.look = look
        done = look.state == "done" and look.status is Status.COMPLETED
        sign = "not" if look.state == "done" and not done else look.state
        self._sign.setPixmap(self._theme.icon(SIGNS[sign], "accent").pixmap(self._theme.px(18)))
        self._state.say("" if done else words)
        self._title.setAccessibleName(f"{self._name} {words}")


class LookList(QWidget):
    """All looks of a measurement; laid out anew only when there are others."""

    def __init__(self, desk: Desk, theme: Theme) -> None:
        super().__init__()
        self._desk, self._theme = desk, theme
        self._column = QVBoxLayout(self)
        self._column.setContentsMargins(0, 0, 0, 0)
        self._column.setSpacing(theme.px(12))
        self._rows: dict[tuple[str, str], _Row] = {}

    def show_looks(self, looks: Sequence[Look]) -> None:
        """Show how every look stands."""
        if set(self._rows) != {(look.probe, look.subject) for look in looks}:
            self._lay_out(looks)
        for look in looks:
            row = self._rows.get((look.probe, look.subject))
            if row is not None:
                row.show_look(look, self._words(look))

    def _words(self, look: Look) -> str:
        t = self._desk.texts
        if look.state == "done" and look.status is not Status.COMPLETED:
            key = f"words.reason.{look.reason}"
            return t(key) if t.has(key) else t(f"words.status.{look.status}")
        return t(f"ui.measuring.state_{look.state}")

    def _lay_out(self, looks: Sequence[Look]) -> None:
        clear(self._column)
        self._rows = {}
        t = self._desk.texts
        controls = {probe.id: probe.control for probe in self._desk.instruments.probes}
        for control in Control:
            mine = [look for look in looks if controls.get(look.probe) is control]
            if not mine:
                continue
            frame, inside = card(self._theme)
            inside.addWidget(Prose(self._theme, f"{control.printed}　{t(f'controls.{control}.name')}", bold=True))
            self._column.addWidget(frame)
            for look in mine:
                row = _Row(self._theme, f"{t(f'probes.{look.probe}.name')}　{look.subject}")
                inside.addLayout(row)
                self._rows[(look.probe, look.subject)] = row
