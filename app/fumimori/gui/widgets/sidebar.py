"""The rail at the left: where one is, what is done, and a way to every page; small when there is little room."""

from collections.abc import Callable

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QApplication, QFrame, QLabel, QPushButton, QScrollArea, QSizePolicy, QVBoxLayout, QWidget

from fumimori.gui.session import Session
from fumimori.gui.theme import Theme
from fumimori.gui.widgets.controls import clear
from fumimori.gui.widgets.text import Elided
from fumimori.wizard import routes
from fumimori.wizard.routes import CONCLUSION, HUB, PREPARATION, Route

STATUS_SIGNS = {
    "not_started": "　",
    "in_progress": "◐",
    "open_points": "？",
    "done": "✓",
    "not_asked": "－",
    "out_of_scope": "－",
}


_Says = tuple[str, str, str, str, bool]
"""The short name that fits the rail, the whole name, the sign and the words of its state; whether one is here."""


class Sidebar(QFrame):
    """All pages in three groups; the one that is shown is marked."""

    def __init__(self, go: Callable[[Route], None]) -> None:
        super().__init__()
        self.setObjectName("rail")
        self._go = go
        self._look: tuple[Theme, str, bool] | None = None
        self._shown: list[tuple[Route, int, QWidget, _Says | None]] = []
        self._told_here = ""
        outer = QVBoxLayout(self)
        outer.setContentsMargins(0, 0, 1, 0)
        self._scroll = QScrollArea()
        self._scroll.setWidgetResizable(True)
        self._scroll.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self._scroll.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        outer.addWidget(self._scroll)
        self._inner = QWidget()
        self._inner.setObjectName("inner")
        self._scroll.setWidget(self._inner)
        self._rows = QVBoxLayout(self._inner)
        self._rows.setSpacing(0)

    def show_course(self, session: Session, theme: Theme, route: Route, *, narrow: bool) -> None:
        """Draw the rail for where the window is; only rows that say something else than before are made anew."""
        focus = QApplication.focusWidget()
        kept = focus.property("place") if focus is not None and self.isAncestorOf(focus) else None
        look = (theme, session.language, narrow)
        if look != self._look:
            self._look = look
            self._begin(session, theme, narrow=narrow)
        for at, (target, number, old, said) in enumerate(self._shown):
            says = (*_described(session, target), _within(route, target))
            if says == said:
                continue
            row = self._row(theme, target, number, says, narrow=narrow)
            self._rows.replaceWidget(old, row)
            old.hide()
            old.deleteLater()
            row.show()
            self._shown[at] = (target, number, row, says)
            if row.property("place") == kept:
                row.setFocus(Qt.FocusReason.OtherFocusReason)
        here = next((row for _, _, row, said in self._shown if said and said[-1]), None)
        if here is not None:
            # Qt would give the rows their places only after this turn of the loop.
            self._inner.resize(self._scroll.viewport().width(), self._rows.sizeHint().height())
            self._rows.setGeometry(self._inner.rect())
            self._scroll.ensureWidgetVisible(here, 0, theme.px(64))

    def _begin(self, session: Session, theme: Theme, *, narrow: bool) -> None:
        """Captions, and room for the rows."""
        self._told_here = session.texts("ui.rail.here")
        self.setAccessibleName(session.texts("ui.rail.name"))
        self.setFixedWidth(theme.px(56) if narrow else theme.size("rail"))
        self._rows.setContentsMargins(0, theme.gap, 0, theme.gap)
        clear(self._rows)
        self._shown = []
        for group, pages in _groups():
            if not narrow:
                caption = QLabel(session.texts(f"ui.rail.{group}"))
                caption.setFont(theme.font("small", bold=True))
                caption.setObjectName("quiet")
                caption.setContentsMargins(theme.px(16), theme.px(12), 0, theme.px(4))
                self._rows.addWidget(caption)
                caption.show()
            for number, target in enumerate(pages, start=1):
                room = QWidget()
                self._rows.addWidget(room)
                self._shown.append((target, number, room, None))
        self._rows.addStretch(1)

    def _row(self, theme: Theme, target: Route, number: int, says: _Says, *, narrow: bool) -> QPushButton:
        name, whole, sign, words, here = says
        row = QPushButton()
        row.setObjectName("row")
        row.setProperty("here", here)
        row.setAccessibleDescription(self._told_here if here else "")
        row.setAutoDefault(False)
        row.setSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Fixed)
        row.setProperty("place", f"rail:{target.page}:{target.item}")
        row.clicked.connect(lambda _checked=False: self._go(target))
        row.setAccessibleName(f"{whole} {words}".strip())
        row.setToolTip(whole if narrow or whole != name else "")
        code = _code(target, number)
        if narrow:
            row.setFixedHeight(theme.px(40))
            row.setFont(theme.font("small"))
            row.setText(code)
            return row
        row.setFixedHeight(theme.px(46 if words else 36))
        lines = QVBoxLayout(row)
        lines.setContentsMargins(theme.px(16), theme.px(3), theme.px(10), theme.px(3))
        lines.setSpacing(0)
        text = f"{code}  {name}" if target.page == "block" else name
        lines.addWidget(_quiet_to_mouse(Elided(theme, text, bold=here)))
        if words:
            below = Elided(theme, f"{sign} {words}", size="small", quiet=True)
            lines.addWidget(_quiet_to_mouse(below))
        return row


def _groups() -> list[tuple[str, list[Route]]]:
    return [
        ("preparation", [Route(page) for page in PREPARATION]),
        ("controls", [HUB, *(Route("block", name) for name in routes.blocks())]),
        ("conclusion", [Route(page) for page in CONCLUSION]),
    ]


def _described(session: Session, target: Route) -> tuple[str, str, str, str]:
    """The short name that fits the rail, the whole name, the sign and the words of its state."""
    texts = session.texts
    if target.page != "block":
        name = texts(f"ui.rail.{target.page}")
        return name, name, "", ""
    from fumimori.wizard import course

    status = course.status(session.open, session.result, target.item)
    short, whole = texts(f"ui.rail.{target.item}"), texts(f"controls.{target.item}.name")
    return short, whole, STATUS_SIGNS[status], texts(f"words.control_status.{status}")


def _code(target: Route, number: int) -> str:
    if target.page == "block":
        return routes.code_of(target.item)
    return {"hub": "≡"}.get(target.page, str(number))


def _within(route: Route, target: Route) -> bool:
    if target.page == "block":
        return route.page in ("question", "summary", "interview") and routes.block_of(route.item) == target.item
    return route == target or (route.page == "technician" and target.page == "confirm")


def _quiet_to_mouse(widget: QWidget) -> QWidget:
    widget.setAttribute(Qt.WidgetAttribute.WA_TransparentForMouseEvents)
    return widget
