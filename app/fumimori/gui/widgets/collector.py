"""The collector in one card: what it reads and never reads, how it is saved, run, and its result handed over."""

from functools import partial
from pathlib import Path

from PySide6.QtWidgets import QFileDialog, QFrame, QVBoxLayout

from fumimori.gui.session import Session
from fumimori.gui.theme import Theme
from fumimori.gui.widgets.controls import button
from fumimori.gui.widgets.flow import Flow
from fumimori.gui.widgets.snippet import CopyBox
from fumimori.gui.widgets.text import Prose

SCRIPTS = {"linux": "collect.sh", "windows": "collect.ps1"}
COMMANDS = {
    "linux": "sudo sh collect.sh",
    "windows": "powershell -ExecutionPolicy Bypass -File collect.ps1",
}


class CollectorCard(QFrame):
    """Everything that the administrator of the server needs to know."""

    def __init__(self, session: Session, theme: Theme) -> None:
        super().__init__()
        self.setObjectName("card")
        self._session, self._t = session, session.texts
        t = session.texts
        column = QVBoxLayout(self)
        column.setContentsMargins(theme.px(20), theme.px(14), theme.px(20), theme.px(14))
        column.setSpacing(theme.px(10))
        column.addWidget(Prose(theme, t("ui.collector.lead")))
        for part in ("reads", "never", "steps"):
            column.addWidget(Prose(theme, t(f"ui.collector.{part}_title"), bold=True))
            lines = t.lines(f"ui.collector.{part}")
            for number, line in enumerate(lines, 1):
                column.addWidget(
                    Prose(theme, f"{number}. {line}" if part == "steps" else t.style.bullet.format(text=line))
                )
        saving = [
            button(
                theme,
                t(f"ui.collector.save_{system}"),
                partial(self._choose, system),
                icon="save",
                name=f"save:{system}",
            )
            for system in SCRIPTS
        ]
        column.addLayout(Flow(*saving, spacing=theme.gap))
        self._saved = Prose(theme, "", bold=True)
        self._saved.hide()
        column.addWidget(self._saved)
        for system, command in COMMANDS.items():
            column.addWidget(CopyBox(theme, t, command, name=t(f"ui.collector.run_{system}"), place=system))

    def _choose(self, system: str) -> None:
        start = str(Path.home() / SCRIPTS[system])
        if name := QFileDialog.getSaveFileName(self, self._t(f"ui.collector.save_{system}"), start)[0]:
            self.save(system, Path(name))

    def save(self, system: str, path: Path) -> None:
        """Write the script to `path`, and say where it is or that it could not be written."""
        script = self._session.services.resources / "collect" / SCRIPTS[system]
        try:
            path.write_bytes(script.read_bytes())
        except OSError:
            self._saved.say(self._t("ui.collector.not_saved", path=path))
        else:
            self._saved.say(self._t("ui.collector.saved", path=path))
        self._saved.show()
