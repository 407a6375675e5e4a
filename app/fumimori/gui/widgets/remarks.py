"""What is to be known about the last measurement, a notice each: the line, the place, names that do not exist."""

from PySide6.QtWidgets import QVBoxLayout

from fumimori.assess.absent import absent_domains
from fumimori.gui.session import Session
from fumimori.gui.theme import Theme
from fumimori.gui.widgets.absent import absent_notice
from fumimori.gui.widgets.controls import clear
from fumimori.gui.widgets.notice import Notice


class Remarks(QVBoxLayout):
    """The notices of the last measurement; rebuilt only when they changed."""

    def __init__(self, session: Session, theme: Theme) -> None:
        super().__init__()
        self._session, self._theme = session, theme
        self._noted: list[str] = []

    def renew(self) -> None:
        """Show what is to be known now; names that do not exist once nothing runs any more."""
        session, t = self._session, self._session.texts
        keys = session.measuring.remarks()
        absent = () if session.measuring.running else absent_domains(session.result.findings)
        if [*keys, *absent] == self._noted:
            return
        self._noted = [*keys, *absent]
        clear(self)
        for key in keys:
            notice = Notice(self._theme, title=t(f"ui.measuring.{key}"), text=t(f"ui.measuring.{key}_next"))
            self.addWidget(notice)
        for name in absent:
            self.addWidget(absent_notice(self._theme, t, name))
