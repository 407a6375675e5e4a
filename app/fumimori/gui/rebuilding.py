"""The page made anew where people are on it: in turns of the event loop, so that none of them holds the window up."""

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING

from PySide6.QtCore import QEvent, QObject, Qt, QTimer
from PySide6.QtGui import QKeyEvent, QWindow
from PySide6.QtWidgets import QApplication

from fumimori.gui.drafts import Draft

if TYPE_CHECKING:
    from fumimori.gui.pages import Page
    from fumimori.gui.window import Window

TURNS_MOST = 8
"""In which Qt surely has told the scroll bar of a page's new height."""


class Rebuilding(QObject):
    """The old sight stands until the new one is whole: same fields, same scroll position, same keyboard.

    Keys that are pressed meanwhile reach what has the keyboard afterwards.
    """

    def __init__(self, window: "Window") -> None:
        super().__init__(window)
        self._window = window
        self._turns = QTimer(self)
        self._turns.timeout.connect(self._next)
        self._steps: list[Callable[[], None]] = []
        self._draft: Draft = {}
        self._scrolled = self._waits = 0
        self._place: object = None
        self._handle: QWindow | None = None
        self._keys: list[QKeyEvent] = []
        self.busy = False
        """Whether the new sight is not there yet."""

    def begin(self, steps: Sequence[Callable[[], None]], *, typed: bool, apart: bool) -> None:
        """Take these steps, the last of which makes the page; `typed` keeps its fields, `apart` gives each its turn."""
        self.finish()
        window, focus = self._window, QApplication.focusWidget()
        self._steps = list(steps)
        self._draft = window.page.draft() if typed and window.page is not None else {}
        self._scrolled = window.area.verticalScrollBar().value()
        self._place = focus.property("place") if focus is not None else None
        self.busy = True
        if not apart:
            while self._steps:
                self._steps.pop(0)()
            if self._there():
                self._end()
                return
        window.setUpdatesEnabled(False)
        self._handle = window.windowHandle()
        if self._handle is not None:
            self._handle.installEventFilter(self)
        self._turns.start(0)

    def finish(self) -> None:
        """Do here and now what is left."""
        while self._steps:
            self._steps.pop(0)()
        if self.busy:
            if not self._there() and self._window.page is not None:
                self._window.page.growing.finish()
                self._window.sidebar.finish()
                self._lay_out(self._window.page)
                QApplication.sendPostedEvents(None, QEvent.Type.LayoutRequest.value)
            self._end()

    def eventFilter(self, target: QObject, event: QEvent) -> bool:
        """Keep the keys for what will have the keyboard."""
        del target
        if isinstance(event, QKeyEvent) and event.type() in (QEvent.Type.KeyPress, QEvent.Type.KeyRelease):
            self._keys.append(event.clone())
            return True
        return False

    def _next(self) -> None:
        if self._steps:
            self._steps.pop(0)()
            return
        page = self._window.page
        if page is not None and not self._there():
            # Laid out once, when it is there: after each part it would be laid out anew as a whole.
            page.column.setEnabled(False)
            page.growing.hurry()
        elif page is not None and not page.column.isEnabled():
            self._lay_out(page)
            self._waits = TURNS_MOST
        elif self._waits and self._window.area.verticalScrollBar().maximum() < self._scrolled:
            self._waits -= 1
        else:
            self._end()

    def _there(self) -> bool:
        """Whether what people were at can be reached again, or everything is there."""
        window = self._window
        if window.page is None or not (window.page.growing.busy or window.sidebar.busy):
            return True
        if self._scrolled > 0 or (self._place and window.at(self._place) is None):
            return False
        return not self._draft.keys() - window.page.draft().keys()

    def _lay_out(self, page: "Page") -> None:
        """The whole page; how far it can be scrolled follows some turns later."""
        page.column.setEnabled(True)
        page.column.update()
        page.updateGeometry()

    def _end(self) -> None:
        self._turns.stop()
        self.busy = False
        window = self._window
        if window.page is not None:
            window.page.resume(self._draft)
            window.area.verticalScrollBar().setValue(self._scrolled)
            found = window.at(self._place)
            if found is None:
                window.begin_page()
            else:
                found.setFocus(Qt.FocusReason.OtherFocusReason)
        window.setUpdatesEnabled(True)
        if self._handle is None:
            return
        self._handle.removeEventFilter(self)
        for event in self._keys:
            QApplication.postEvent(self._handle, event)
        self._handle, self._keys = None, []
