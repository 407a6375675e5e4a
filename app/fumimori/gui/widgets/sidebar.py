"""The sidebar at the left: where one is, what is done, and a way to every page; small when there is little room."""

from collections.abc import Callable
from functools import partial

from PySide6.QtCore import Qt, QTimer
from PySide6.QtWidgets import QApplication, QFrame, QLabel, QPushButton, QScrollArea, QSizePolicy, QVBoxLayout, QWidget

from fumimori.gui.session import Session
from fumimori.gui.theme import Theme
from fumimori.gui.widgets.text import Elided
from fumimori.wizard import progress
from fumimori.wizard.steps import BLOCK, HUB, Route, code_of, marked, sidebar, step

STATUS_SIGNS = {
    "not_started": "　",
    "in_progress": "◐",
    "open_points": "？",
    "done": "✓",
    "not_asked": "－",
    "out_of_scope": "－",
}


AT_ONCE = 6
"""Rows that are made in one turn of the event loop, which a move to another page never needs."""
_Says = tuple[str, str, str, str, bool]
"""The short name that fits the sidebar, the whole name, the sign and the words of its state; whether one is here."""


class Sidebar(QFrame):
    """All pages in three groups; the one that is shown is marked."""

    def __init__(self, go: Callable[[Route], None]) -> None:
        super().__init__()
        self.setObjectName("sidebar")
        self._go = go
        self._told_here = ""
        self._turns = QTimer(self)
        self._turns.timeout.connect(self._go_on)
        self._some: Callable[[], None] = lambda: None
        outer = QVBoxLayout(self)
        outer.setContentsMargins(0, 0, 1, 0)
        self.area = QScrollArea()
        self.area.setWidgetResizable(True)
        self.area.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self.area.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        outer.addWidget(self.area)
        self.forget()

    def forget(self) -> None:
        """Drop all rows: the theme changes, and Qt would style them once more for nothing."""
        self._turns.stop()
        self._look: tuple[Theme, str, bool] | None = None
        self._shown: list[tuple[Route, int, QWidget, _Says | None]] = []
        if (old := self.area.takeWidget()) is not None:
            old.deleteLater()
        self._inner = QWidget()
        self._inner.setObjectName("inner")
        self._rows = QVBoxLayout(self._inner)
        self._rows.setSpacing(0)
        self.area.setWidget(self._inner)

    def show_course(self, session: Session, theme: Theme, route: Route, *, narrow: bool) -> None:
        """Draw the sidebar for where the window is; only rows that changed are rebuilt."""
        focus = QApplication.focusWidget()
        kept = focus.property("place") if focus is not None and self.isAncestorOf(focus) else None
        look = (theme, session.language, narrow)
        self._some = partial(self._renew, session, theme, route, narrow=narrow, kept=kept)
        if look == self._look:
            self._some()
            return
        self.forget()
        self._look = look
        self._begin(session, theme, narrow=narrow)
        self._turns.start(0)
        if kept:
            self.finish()

    def finish(self) -> None:
        """Make here and now the rows that are still to come."""
        while self.busy:
            self._some()

    @property
    def busy(self) -> bool:
        """Whether rows are still to be made."""
        return self._turns.isActive()

    def _go_on(self) -> None:
        self._some()

    def _renew(self, session: Session, theme: Theme, route: Route, *, narrow: bool, kept: object) -> None:
        """Rebuild some of the rows that changed; the others in the next turn."""
        here = marked(route)
        says_now = [(*_described(session, target), here == target) for target, *_ in self._shown]
        others = [at for at, (*_, said) in enumerate(self._shown) if said != says_now[at]]
        if len(others) > AT_ONCE:
            self._turns.start(0)
        else:
            self._turns.stop()
        for at in others[:AT_ONCE]:
            target, number, old, _ = self._shown[at]
            says = says_now[at]
            row = self._row(theme, target, number, says, narrow=narrow)
            self._rows.replaceWidget(old, row)
            old.hide()
            old.deleteLater()
            row.show()
            self._shown[at] = (target, number, row, says)
            if kept and row.property("place") == kept:
                row.setFocus(Qt.FocusReason.OtherFocusReason)
        marked_row = next((row for _, _, row, said in self._shown if said and said[-1]), None)
        if marked_row is not None:
            # Qt would give the rows their places only after this turn of the loop.
            self._inner.resize(self.area.viewport().width(), self._rows.sizeHint().height())
            self._rows.setGeometry(self._inner.rect())
            self.area.ensureWidgetVisible(marked_row, 0, theme.px(64))

    def _begin(self, session: Session, theme: Theme, *, narrow: bool) -> None:
        """Captions, and room for the rows."""
        self._told_here = session.texts("ui.sidebar.here")
        self.setAccessibleName(session.texts("ui.sidebar.name"))
        self.setFixedWidth(theme.px(56) if narrow else theme.size("sidebar"))
        self._rows.setContentsMargins(0, theme.gap, 0, theme.gap)
        number = 0
        for group, pages in sidebar():
            if not narrow:
                caption = QLabel(session.texts(f"ui.sidebar.{group}"))
                caption.setFont(theme.font("small", bold=True))
                caption.setObjectName("quiet")
                caption.setContentsMargins(theme.px(16), theme.px(12), 0, theme.px(4))
                self._rows.addWidget(caption)
                caption.show()
            for target in pages:
                number += target.page not in (BLOCK, HUB.page)
                room = QWidget()
                room.setFixedHeight(_height(theme, narrow=narrow, lines=2 if target.page == BLOCK else 1))
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
        row.setProperty("place", f"sidebar:{target.page}:{target.item}")
        row.clicked.connect(lambda _checked=False: self._go(target))
        row.setAccessibleName(f"{whole} {words}".strip())
        row.setToolTip(whole if narrow or whole != name else "")
        code = _code(target, number)
        if narrow:
            row.setFixedHeight(_height(theme, narrow=True))
            row.setFont(theme.font("small"))
            row.setText(code)
            return row
        row.setFixedHeight(_height(theme, narrow=False, lines=2 if words else 1))
        lines = QVBoxLayout(row)
        lines.setContentsMargins(theme.px(16), theme.px(3), theme.px(10), theme.px(3))
        lines.setSpacing(0)
        text = f"{code}  {name}" if target.page == BLOCK else name
        lines.addWidget(_quiet_to_mouse(Elided(theme, text, bold=here)))
        if words:
            below = Elided(theme, f"{sign} {words}", size="small", quiet=True)
            lines.addWidget(_quiet_to_mouse(below))
        return row


def _height(theme: Theme, *, narrow: bool, lines: int = 1) -> int:
    return theme.px(40 if narrow else 46 if lines > 1 else 36)


def _described(session: Session, target: Route) -> tuple[str, str, str, str]:
    """The short name that fits the sidebar, the whole name, the sign and the words of its state."""
    texts = session.texts
    if target.page != BLOCK:
        name = texts(step(target.page).label)
        return name, name, "", ""
    status = progress.status(session.open, session.result, target.item)
    short, whole = texts(f"ui.sidebar.{target.item}"), texts(f"controls.{target.item}.name")
    return short, whole, STATUS_SIGNS[status], texts(f"words.control_status.{status}")


def _code(target: Route, number: int) -> str:
    if target.page == BLOCK:
        return code_of(target.item)
    return "≡" if target == HUB else str(number)


def _quiet_to_mouse(widget: QWidget) -> QWidget:
    widget.setAttribute(Qt.WidgetAttribute.WA_TransparentForMouseEvents)
    return widget
