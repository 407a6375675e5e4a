"""What to put in order before the report is printed, each with the way to where that is done."""

from collections.abc import Callable, Sequence
from functools import partial

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QFrame, QVBoxLayout

from fumimori.assess.lint import LintEntry
from fumimori.gui.session import Session
from fumimori.gui.theme import Theme
from fumimori.gui.widgets.controls import button
from fumimori.gui.widgets.text import Heading, Prose
from fumimori.wizard.steps import Route
from fumimori.wording.lint import lint_words
from fumimori.wording.report import Wording

SHOWN = 12


class LintBox(QFrame):
    """The entries, what stops a final version first; those alike that lead to one place share a line.

    Not shown at all where everything is in order.
    """

    def __init__(
        self, session: Session, theme: Theme, entries: Sequence[LintEntry], visit: Callable[[Route], None]
    ) -> None:
        super().__init__()
        self.setObjectName("card")
        t, result = session.texts, session.result
        wording = Wording(session.open, result, t, session.services.now())
        column = QVBoxLayout(self)
        column.setContentsMargins(theme.px(20), theme.px(12), theme.px(20), theme.px(20))
        column.setSpacing(theme.px(8))
        column.addWidget(Heading(theme, t("ui.lint.title"), level=2))
        stops = sum(entry.stops for entry in entries)
        if stops:
            column.addWidget(Prose(theme, t("ui.lint.stopped", count=stops)))
        alike: dict[tuple[str, Route], list[LintEntry]] = {}
        for entry in entries:
            alike.setdefault((entry.code, Route(entry.page, entry.item, entry.at)), []).append(entry)
        for number, ((_, route), same) in enumerate(list(alike.items())[:SHOWN]):
            entry = same[0]
            kind = t("lint.stops" if entry.stops else "lint.advises")
            place = t(f"ui.sidebar.{'hub' if entry.page == 'question' else entry.page}")
            said = t("lint.said", kind=kind, text=lint_words(entry, result, wording))
            if len(same) > 1:
                said = t("ui.lint.alike", text=said, count=len(same) - 1)
            column.addWidget(Prose(theme, said, bold=entry.stops))
            go = button(theme, t("ui.lint.go", place=place), partial(visit, route), kind="link", name=f"lint-{number}")
            go.setMinimumWidth(1)  # at twice the size in a narrow window the page is no wider than it
            column.addWidget(go, 0, Qt.AlignmentFlag.AlignLeft)
        if len(alike) > SHOWN:
            column.addWidget(Prose(theme, t("ui.lint.more", count=len(alike) - SHOWN), quiet=True))
