"""The header and the foot that every page stands between."""

from collections.abc import Callable

from PySide6.QtCore import QSize
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QFrame, QHBoxLayout, QLabel, QWidget

from fumimori.gui.pages.page import Page
from fumimori.gui.session import Session
from fumimori.gui.theme import Theme
from fumimori.gui.widgets.controls import button, clear
from fumimori.gui.widgets.text import Elided
from fumimori.texts import Language, Texts


def following_language(texts: Texts) -> Language:
    """The language that the button in the header offers: the one after this, the first after the last."""
    known = list(texts.known.values())
    return known[(known.index(texts.style) + 1) % len(known)]


class Header(QFrame):
    """Whose assessment this is, that it is saved, the other language, and help."""

    def __init__(self, *, change_language: Callable[[], None], help_asked: Callable[[], None]) -> None:
        super().__init__()
        self.setObjectName("bar")
        self._change_language, self._help = change_language, help_asked
        self._layout = QHBoxLayout(self)
        self._look: tuple[Theme, str] | None = None
        self._name: QLabel | None = None
        self._saved: QLabel | None = None
        self._organisation: Elided | None = None

    def show_desk(self, session: Session, theme: Theme) -> None:
        """Draw the header; in the same look and language only what it says changes."""
        if (theme, session.language) != self._look:
            self._look = (theme, session.language)
            self._draw(session, theme)
        self.show_saved(session)
        self.show_name(session)

    def _draw(self, session: Session, theme: Theme) -> None:
        t = session.texts
        clear(self._layout)
        self._layout.setContentsMargins(theme.px(16), theme.px(6), theme.px(16), theme.px(6))
        self._layout.setSpacing(theme.px(10))
        mark = QLabel()
        mark.setPixmap(theme.picture("mark", "seal", QSize(theme.px(24), theme.px(24))))
        mark.setAccessibleName(t("ui.app.name"))
        self._name = QLabel(t("ui.app.name"))
        self._name.setFont(theme.font("body", bold=True))
        self._organisation = Elided(theme, "", quiet=True)
        self._saved = QLabel()
        self._saved.setFont(theme.font("small"))
        self._saved.setObjectName("quiet")
        self._layout.addWidget(mark)
        self._layout.addWidget(self._name)
        self._layout.addWidget(self._organisation, 1)
        self._layout.addWidget(self._saved)
        self._layout.addWidget(
            button(
                theme, following_language(t).name, self._change_language, kind="link", icon="languages", name="language"
            )
        )
        self._layout.addWidget(
            button(theme, t("ui.help.open"), self._help, kind="link", icon="circle-question-mark", name="help")
        )

    def show_name(self, session: Session) -> None:
        """Say whose assessment it is, also while the name is being typed."""
        name = session.assessment.organisation.name if session.assessment else ""
        if self._organisation is not None and self._organisation.accessibleName() != name:
            self._organisation.say(name)

    def show_saved(self, session: Session) -> None:
        """Say whether everything is written, and since when."""
        if self._saved is None:
            return
        state = session.state
        if state == "saved" and session.saved_at is not None:
            self._saved.setText(session.texts("ui.app.saved", time=f"{session.saved_at:%H:%M}"))
        else:
            self._saved.setText(session.texts(f"ui.app.{state}") if state else "")
        self._fit()

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Where there is little room, the program's name makes way: its mark stays."""
        super().resizeEvent(event)
        self._fit()

    def _fit(self) -> None:
        if self._name is None:
            return
        margins, spacing = self._layout.contentsMargins(), self._layout.spacing()
        parts = [item.widget() for item in map(self._layout.itemAt, range(self._layout.count())) if item]
        widths = [(one.minimumWidth() if isinstance(one, Elided) else one.sizeHint().width()) for one in parts if one]
        needed = sum(widths) + spacing * (len(widths) - 1) + margins.left() + margins.right()
        self._name.setVisible(needed <= self.width())


class Footer(QFrame):
    """Back at the left, *answer later* and Next at the right, always in the same places."""

    def __init__(self, *, back: Callable[[], None], later: Callable[[], None], forward: Callable[[], None]) -> None:
        super().__init__()
        self.setObjectName("foot")
        self._back, self._later, self._forward = back, later, forward
        self._layout = QHBoxLayout(self)
        self._made: dict[str, QWidget] = {}

    def in_order(self) -> tuple[QWidget, ...]:
        """The buttons as Tab walks them: Next, *answer later*, Back."""
        return tuple(self._made[word] for word in ("next", "later", "back") if word in self._made)

    def show_page(self, theme: Theme, page: Page) -> None:
        """Draw the buttons that this page has."""
        clear(self._layout)
        self._layout.setContentsMargins(theme.px(24), theme.px(10), theme.px(24), theme.px(10))
        self._layout.setSpacing(theme.px(12))
        self._made = {}
        back, onward = page.back_label, page.next_label
        if back:
            self._made["back"] = button(theme, back, self._back, icon="arrow-left", name="back")
        if page.later:
            self._made["later"] = button(theme, page.t("ui.foot.later"), self._later, name="later")
        if onward:
            self._made["next"] = button(theme, onward, self._forward, kind="primary", name="next")
            self._made["next"].setMinimumWidth(theme.px(140))
        for word in ("back", None, "later", "next"):
            if word is None:
                self._layout.addStretch(1)
            elif word in self._made:
                self._layout.addWidget(self._made[word])
        self.setVisible(bool(onward or back))
