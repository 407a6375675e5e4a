"""The window: header, sidebar, one page in a column, help panel, footer; it moves between pages."""

from functools import partial
from typing import Literal

import msgspec
from PySide6.QtCore import Qt, QTimer, QTranslator
from PySide6.QtGui import QCloseEvent, QGuiApplication, QKeyEvent, QResizeEvent
from PySide6.QtWidgets import QAbstractButton, QApplication, QHBoxLayout, QMainWindow, QScrollArea, QVBoxLayout, QWidget

from fumimori.gui import keyboard, qt_translation, window_placement
from fumimori.gui.menus import Menus
from fumimori.gui.pages import Page, page_class
from fumimori.gui.pages.judging import JudgingPage
from fumimori.gui.rebuilding import Rebuilding
from fumimori.gui.session import Session
from fumimori.gui.theme import SCALES, themed
from fumimori.gui.widgets.choice import ChoiceCard
from fumimori.gui.widgets.controls import clear
from fumimori.gui.widgets.frame import Footer, Header, following_language
from fumimori.gui.widgets.help_panel import HelpPanel
from fumimori.gui.widgets.saving_notices import store_error_notice
from fumimori.gui.widgets.sidebar import Sidebar
from fumimori.wizard.navigator import Navigator
from fumimori.wizard.steps import Group, Needs, Route, step

SIDEBAR_AFTER_MS = 250


class Window(QMainWindow):
    """One window, one assessment."""

    def __init__(self, session: Session) -> None:
        super().__init__()
        self.session = session
        self._translator = QTranslator(self)
        self.navigator = Navigator(session, self._arrived)
        self.page: Page | None = None
        self.theme = themed(self.session.settings, self.session.services.resources)
        self._page_is_exact = True
        self.header = Header(change_language=self.other_language, help_asked=self.toggle_help)
        self.sidebar = Sidebar(self.go)
        self.help_panel = HelpPanel(self.toggle_help)
        self.footer = Footer(back=self.navigator.back, later=self.navigator.later, forward=self.forward)
        self.area = QScrollArea()
        self.area.setWidgetResizable(True)
        self.area.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self.area.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        # Always on, so that the page keeps its place when it becomes longer than the window or shorter.
        self.area.setVerticalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOn)
        bar = self.area.verticalScrollBar()
        bar.rangeChanged.connect(lambda low, high: bar.setEnabled(low < high))
        self.help_panel.hide()
        self._in_view = keyboard.InView(self.area, self.theme.px(72))
        keyboard.InView(self.sidebar.area, self.theme.px(72))
        self._notices = QVBoxLayout()
        self._lay_out()
        self._menus = Menus(self)
        self.rebuilding = Rebuilding(self)
        self._sidebar_timer = QTimer(self)
        self._sidebar_timer.setSingleShot(True)
        self._sidebar_timer.setInterval(SIDEBAR_AFTER_MS)
        self._sidebar_timer.timeout.connect(self._refresh_sidebar)
        self._drawing = QTimer(self)
        self._drawing.setSingleShot(True)
        self._drawing.setInterval(0)
        self._drawing.timeout.connect(lambda: self.setUpdatesEnabled(not self.rebuilding.busy))
        session.changed.connect(self._sidebar_timer.start)
        session.changed.connect(lambda: self.header.show_name(self.session))
        session.saved.connect(self._show_saved)
        session.trouble.connect(self.show_trouble)
        session.judging.done.connect(self._judged)
        session.measuring.ended.connect(self._close_after_measuring)
        self._shown_trouble: tuple[str, bool, bool, str] | None = None
        self._asked_to_close = self._drop = self._closes_after_measuring = False
        QGuiApplication.styleHints().colorSchemeChanged.connect(self._restyle)
        self.setMinimumSize(*window_placement.SMALLEST)
        self._restyle()
        self.rebuilding.finish()

    def _lay_out(self) -> None:
        centre = QWidget()
        centre.setObjectName("paper")
        whole = QVBoxLayout(centre)
        whole.setContentsMargins(0, 0, 0, 0)
        whole.setSpacing(0)
        body = QHBoxLayout()
        body.setSpacing(0)
        middle = QVBoxLayout()
        middle.setSpacing(0)
        middle.addLayout(self._notices)
        middle.addWidget(self.area, 1)
        middle.addWidget(self.footer)
        body.addWidget(self.sidebar)
        body.addLayout(middle, 1)
        body.addWidget(self.help_panel)
        whole.addWidget(self.header)
        whole.addLayout(body, 1)
        self.setCentralWidget(centre)

    # --- moving ---------------------------------------------------------------------------------------------------

    def go(self, route: Route) -> None:
        """Show the page at `route`; the keyboard moves to its heading."""
        self.navigator.go(route)

    @property
    def route(self) -> Route:
        """Where the window is."""
        return self.navigator.route

    def _arrived(self) -> None:
        """The navigator is at another place, or shows the same once more."""
        self.rebuilding.finish()
        if step(self.route.page).group is not Group.FILE:
            self.session.work.forget()
        self.session.place = self.route
        # Drawn in a turn of its own, when everything has its place.
        self.setUpdatesEnabled(False)
        self._drawing.start()
        self._show()
        self.area.verticalScrollBar().setValue(0)
        self.begin_page()

    def forward(self) -> None:
        """What Next does."""
        if self.page is not None and self.page.next_label:
            if self.page.accept():
                self.navigator.next()
            else:
                self._to_error()

    def begin_page(self) -> None:
        """The keyboard moves to where the page begins."""
        if self.page is None:
            return
        if self.route.at:
            self.page.growing.finish()
        first = self.at(self.route.at) or self.page.begin
        if first is None:
            self.page.heading.take_focus()
        else:
            first.setFocus(Qt.FocusReason.OtherFocusReason)

    def _to_error(self) -> None:
        """The keyboard moves to the first field that says what is missing, and that is scrolled into view."""
        if self.page is not None:
            keyboard.to_first_error(self.page)
            self._in_view.look()

    def rebuild(self, *, typed: bool = True) -> None:
        """Rebuild the page in the same place; `typed` keeps its fields."""
        self.rebuilding.begin((self._show,), typed=typed, apart=False)

    def at(self, place: object) -> QWidget | None:
        """The visible widget that has this place."""
        named = (widget for widget in self.findChildren(QWidget) if place and widget.property("place") == place)
        return next((widget for widget in named if widget.isVisibleTo(self)), None)

    def _show(self) -> None:
        if self.page is not None:
            self.page.leave()
        here = step(self.route.page)
        waits = here.needs is Needs.RESULT and not self.session.judged
        page = (JudgingPage if waits else page_class(here))(self.session, self.theme, self.navigator)
        self._page_is_exact = self.session.judging.exact
        page.setMaximumWidth(page.widest)
        holder = QWidget()
        holder.setObjectName("paper")
        sides = QHBoxLayout(holder)
        sides.setContentsMargins(self.theme.px(24), 0, self.theme.px(24), 0)
        sides.addStretch(1)
        sides.addWidget(page, 1000)
        sides.addStretch(1)
        self.page = page
        self.area.setWidget(holder)
        self.header.show_desk(self.session, self.theme)
        self.footer.show_page(self.theme, page)
        self._refresh_sidebar()
        self._refresh_help()
        self.setWindowTitle(f"{page.title()} — {self.session.texts('ui.app.name')}")

    def _judged(self) -> None:
        """Show the page that waited; one that shows the earlier judgement is rebuilt.

        Another that people work on stays as it is under their hands; the overview is never out of date.
        """
        self._sidebar_timer.start()
        if isinstance(self.page, JudgingPage):
            self.navigator.judged()
        elif self.page is not None and (not self._page_is_exact or self.route.page == "hub"):
            self.rebuild()

    def focusNextPrevChild(self, forward: bool) -> bool:  # noqa: FBT001 - Qt's own signature
        """Tab walks the page, Next, Back, the help, the header, the sidebar; computed again at every step.

        Where what has the keyboard disappears under it, the keyboard goes to the page's heading, never to a button.
        """
        focus = QApplication.focusWidget()
        if focus is not None and self.page is not None and not (focus.isVisibleTo(self) and focus.isEnabled()):
            self.page.heading.take_focus()
            return True
        order = self.tab_order()
        if self.page is not None and focus is self.page.heading:
            target = order[0 if forward else -1] if order else None
        else:
            target = keyboard.beside(order, focus, 1 if forward else -1)
        if target is None:
            return False
        reason = Qt.FocusReason.TabFocusReason if forward else Qt.FocusReason.BacktabFocusReason
        target.setFocus(reason)
        return True

    def tab_order(self) -> list[QWidget]:
        """Everything that Tab stops at now, in order."""
        parts: list[QWidget] = [self.area, *self.footer.in_order(), self.help_panel, self.header, self.sidebar]
        notices = (item.widget() for item in map(self._notices.itemAt, range(self._notices.count())) if item)
        return [stop for part in (*(one for one in notices if one), *parts) for stop in keyboard.stops(part)]

    # --- the frame ------------------------------------------------------------------------------------------------

    def _refresh_sidebar(self) -> None:
        at_work = self.session.judged and step(self.route.page).needs is not Needs.NOTHING
        crowded = self.help_panel.isVisibleTo(self) and self.width() < self.theme.px(940)
        self.sidebar.setVisible(at_work and not crowded)
        if self.sidebar.isVisibleTo(self):
            self.sidebar.show_course(self.session, self.theme, self.route, narrow=self._narrow())

    def _narrow(self) -> bool:
        room = self.width() - (self.help_panel.width() if self.help_panel.isVisibleTo(self) else 0)
        return room < self.theme.size("sidebar") + self.theme.px(620)

    def _refresh_help(self) -> None:
        if self.page is not None and self.help_panel.isVisibleTo(self):
            hosting = self.session.open.scope.hosting if self.page.help_prefix else None
            self.help_panel.show_help(self.theme, self.session.texts, self.page, self.route.page, hosting)

    def toggle_help(self) -> None:
        """Open or close the help panel; the keyboard goes with it."""
        self.help_panel.setVisible(not self.help_panel.isVisibleTo(self))
        self._refresh_help()
        self._refresh_sidebar()
        if not self.help_panel.isVisibleTo(self) and self.page is not None:
            self.page.heading.take_focus()

    def show_trouble(self, code: str) -> None:
        """Say that the file cannot be written, and how to go on; what was entered stays here."""
        wanted = (code, self.session.state == "unsaved", self._asked_to_close, self.session.language)
        if wanted == self._shown_trouble:
            return
        self._shown_trouble = wanted
        clear(self._notices)
        notice = store_error_notice(
            self.theme,
            self.session.texts,
            code,
            unsaved=wanted[1],
            closing=wanted[2],
            again=self.session.save_there_again if code == "vanished" else self.session.save,
            elsewhere=partial(self.go, Route("new", "copy")),
            drop=self._close_unsaved,
            stay=self._stay,
        )
        self._notices.addWidget(notice)

    def _show_saved(self) -> None:
        """The header's text about the file; the banner is hidden when there is no trouble any more."""
        self.header.show_saved(self.session)
        if not self.session.fault:
            self._shown_trouble = None
            self._asked_to_close = False
            clear(self._notices)
        elif self._shown_trouble is not None:
            self.show_trouble(self.session.fault)

    def _stay(self) -> None:
        self._asked_to_close = False
        self.show_trouble(self.session.fault)

    def _close_unsaved(self) -> None:
        self._drop = True
        self.close()

    def _close_after_measuring(self) -> None:
        if self._closes_after_measuring:
            self._closes_after_measuring = False
            self.close()

    def end(self) -> None:
        """The system ends the program: save what can be saved, ask nothing, and go."""
        self._drop = True
        if self.session.measuring.running:
            self.session.measuring.stop()
        self.close()

    def undo(self) -> None:
        """Take the last thing back, and show where it was."""
        self._shown_again(self.session.undo())

    def redo(self) -> None:
        """Say again what was taken back, and show where it was."""
        self._shown_again(self.session.redo())

    def _shown_again(self, place: object) -> None:
        if isinstance(place, Route) and place != self.route:
            self.go(place)
        elif place is not None:
            self.rebuild(typed=False)

    # --- language, size, brightness -------------------------------------------------------------------------------

    def other_language(self) -> None:
        """Change to the next language and stay on the page."""
        self.session.set_language(following_language(self.session.texts).code)
        self._restyle()

    def resize_text(self, step: int) -> None:
        """One step larger (1) or smaller (−1); 0 is the usual size."""
        at = SCALES.index(self.session.settings.scale) if self.session.settings.scale in SCALES else 0
        scale = SCALES[max(0, min(len(SCALES) - 1, at + step))] if step else 100
        self.session.remember(msgspec.structs.replace(self.session.settings, scale=scale))
        self._restyle()

    def use_theme(self, name: Literal["system", "light", "dark"]) -> None:
        """`system`, `light` or `dark` from now on."""
        self.session.remember(msgspec.structs.replace(self.session.settings, theme=name))
        self._restyle()

    def _restyle(self) -> None:
        self.rebuilding.begin((self._use_look, self._retranslate, self._show), typed=True, apart=True)

    def _use_look(self) -> None:
        """Style what stays; page and sidebar go before, because Qt would style all of them once more for nothing."""
        if self.page is not None:
            self.page.leave()
            self.page = None
            self.area.takeWidget().deleteLater()
        self.sidebar.forget()
        self.theme = themed(self.session.settings, self.session.services.resources)
        QApplication.setPalette(self.theme.palette())
        QApplication.setFont(self.theme.font())
        self.setStyleSheet(self.theme.sheet())

    def _retranslate(self) -> None:
        """The words of what stays."""
        self.header.show_desk(self.session, self.theme)
        qt_translation.install_translation(self._translator, self.session.language)
        self._menus.retranslate()
        if self._shown_trouble is not None:
            self._shown_trouble = None
            self.show_trouble(self.session.fault)

    # --- events ---------------------------------------------------------------------------------------------------

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Enter presses the button that has the keyboard, else Next; Escape closes the help and discards nothing."""
        if event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
            focus = QApplication.focusWidget()
            if isinstance(focus, QAbstractButton) and not isinstance(focus, ChoiceCard):
                focus.click()
            else:
                self.forward()
        elif event.key() == Qt.Key.Key_Escape and self.help_panel.isVisibleTo(self):
            self.toggle_help()
        else:
            super().keyPressEvent(event)

    def resizeEvent(self, event: QResizeEvent) -> None:
        """The sidebar becomes narrow when there is little room."""
        super().resizeEvent(event)
        self._sidebar_timer.start()

    def closeEvent(self, event: QCloseEvent) -> None:
        """Stop and wait for what is under way, write everything; stay when it cannot be written, and say how to go on.

        A measurement is asked to stop first, so that what it has finished is kept; closing again does not wait for it.
        """
        if self.session.measuring.running and not self.session.measuring.stopping:
            self._closes_after_measuring = True
            self.session.measuring.stop()
            event.ignore()
            return
        self._closes_after_measuring = False
        self.rebuilding.finish()
        if not self.session.close(drop=self._drop):
            self._asked_to_close = True
            self.show_trouble(self.session.fault)
            event.ignore()
            return
        if self.page is not None:
            self.page.leave()
            self.page = None
        self.sidebar.forget()
        self.session.work.forget()
        self.session.remember(window_placement.remembered(self, self.session.settings))
        self.session.bridge.close()
        event.accept()
