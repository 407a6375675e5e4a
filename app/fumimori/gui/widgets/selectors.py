"""The selectors of a domain that nobody typed: where each came from, and a way to take a learned one out."""

from collections.abc import Callable
from functools import partial

from PySide6.QtWidgets import QVBoxLayout, QWidget

from fumimori.checks.dkim.known import MAIL, TYPED, known_selectors
from fumimori.gui.session import Session
from fumimori.gui.theme import Theme
from fumimori.gui.widgets.controls import button, row
from fumimori.gui.widgets.text import Prose
from fumimori.texts import sanitize
from fumimori.wording.selectors import origin


class SelectorList(QWidget):
    """A line for each; empty where nothing was learned or found."""

    def __init__(self, session: Session, theme: Theme, domain: str, *, removed: Callable[[str], None]) -> None:
        super().__init__()
        t = session.texts
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(theme.px(4))
        observations = session.judging.observations()
        known = [one for one in known_selectors(observations, domain) if one.origin != TYPED]
        if known:
            column.addWidget(Prose(theme, t("ui.environment.selectors_known"), size="small"))
        for one in known:
            name = sanitize(one.name, 63)
            words = t("ui.environment.selector_known", name=name, origin=origin(t, one))
            line = row(Prose(theme, words, quiet=True, size="small"), spacing=theme.px(12))
            line.setStretch(0, 1)
            if one.origin == MAIL:
                gone = t("ui.environment.remove")
                take_out = button(theme, gone, partial(removed, one.name), kind="link", name=f"forget:{one.name}")
                take_out.setAccessibleName(f"{name} {gone}")
                line.addWidget(take_out)
            column.addLayout(line)
        if not known:
            self.hide()
