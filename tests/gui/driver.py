"""Hands on the window: find a widget by its place, press it, type into it, as people do."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import shiboken6
from PySide6.QtCore import Qt
from PySide6.QtGui import QInputMethodEvent
from PySide6.QtWidgets import QAbstractButton, QApplication, QLineEdit, QPlainTextEdit, QWidget
from pytestqt.qtbot import QtBot

from fumimori.gui.app_services import AppServices
from fumimori.gui.pages import Page
from fumimori.gui.program import prepare
from fumimori.gui.session import Session
from fumimori.gui.window import Window
from fumimori.store import AssessmentFile
from fumimori.wizard.steps import Route


def open_file(session: Session, path: Path, passphrase: str) -> None:
    """Work on the file at `path` at once, without the window's worker."""
    file = AssessmentFile.open(path, passphrase)
    session.take(file, path, file.assessment)


@contextmanager
def windows(qapp: QApplication, qtbot: QtBot) -> "Iterator[Callable[[AppServices, str], Driver]]":
    """A function that shows a window with these services in a language; all windows are closed at the end."""
    shown: list[Window] = []

    def show(services: AppServices, language: str) -> Driver:
        prepare(qapp, services)
        window = Window(Session(services, language))
        shown.append(window)
        window.resize(1160, 820)
        window.show()
        with qtbot.waitActive(window):
            window.activateWindow()
        return Driver(window, qtbot)

    yield show
    for window in shown:
        window.close()
        window.deleteLater()
        # A window that goes later would take the keyboard away from the next test's.
        qtbot.waitUntil(lambda window=window: not shiboken6.isValid(window))


class Driver:
    """A window with the two hands of a person."""

    def __init__(self, window: Window, qtbot: QtBot) -> None:
        self.window = window
        self.session = window.session
        self.qtbot = qtbot

    @property
    def page(self) -> Page:
        """The page that is shown, once its result is there."""
        self.judged()
        assert self.window.page is not None
        return self.window.page

    @property
    def route(self) -> Route:
        """Where the window is."""
        return self.window.route

    def go(self, page: str, item: str = "") -> None:
        """Jump to a page."""
        self.window.go(Route(page, item))
        self.settle()

    def settle(self) -> None:
        """Let Qt show what was just made, when everything is judged."""
        self.judged()
        self.qtbot.wait(1)

    def judged(self) -> None:
        """Wait until what was measured is judged, and the page is there as a whole."""
        if self.session.judging.busy:
            self.qtbot.waitUntil(lambda: not self.session.judging.busy, timeout=20_000)
        if self.window.rebuilding.busy:
            self.qtbot.waitUntil(lambda: not self.window.rebuilding.busy, timeout=20_000)
        page = self.window.page
        if page is not None and page.growing.busy:
            self.qtbot.waitUntil(lambda: not page.growing.busy, timeout=20_000)
        if self.window.sidebar.busy:
            self.qtbot.waitUntil(lambda: not self.window.sidebar.busy, timeout=20_000)

    def find(self, place: str) -> QWidget:
        """The visible widget at `place`."""
        self.settle()
        found = [
            widget
            for widget in self.window.findChildren(QWidget)
            if widget.property("place") == place and widget.isVisibleTo(self.window)
        ]
        assert found, f"nothing at {place!r} on {self.route}"
        return found[-1]

    def press(self, place: str) -> None:
        """Click on a button or a card."""
        widget = self.find(place)
        assert isinstance(widget, QAbstractButton)
        assert widget.isEnabled(), f"{place!r} cannot be pressed"
        self.qtbot.mouseClick(widget, Qt.MouseButton.LeftButton)
        self.qtbot.waitUntil(lambda: not self.session.work.busy, timeout=20_000)

    def type(self, place: str, text: str) -> None:
        """Type into a field."""
        widget = self.find(place)
        assert isinstance(widget, QLineEdit | QPlainTextEdit)
        widget.setFocus()
        widget.selectAll()
        if text.isascii():
            self.qtbot.keyClicks(widget, text)
        else:
            self.by_input_method(widget, text)

    def save_elsewhere(self, place: Path, passphrase: str) -> None:
        """After *save elsewhere* was pressed: the new file is at `place`, behind a passphrase."""
        self.press("choice:passphrase")
        self.type("place", str(place))
        self.type("passphrase", passphrase)
        self.type("passphrase-again", passphrase)
        self.press("next")
        self.qtbot.waitUntil(lambda: self.session.path == place, timeout=60_000)

    def by_input_method(self, widget: QWidget, text: str) -> None:
        """Compose and commit `text` as a Japanese input method does."""
        QApplication.sendEvent(widget, QInputMethodEvent(text, []))
        done = QInputMethodEvent()
        done.setCommitString(text)
        QApplication.sendEvent(widget, done)

    def key(self, key: Qt.Key, modifier: Qt.KeyboardModifier = Qt.KeyboardModifier.NoModifier) -> None:
        """Press a key where the keyboard is."""
        self.settle()
        focus = QApplication.focusWidget() or self.window
        self.qtbot.keyClick(focus, key, modifier)
        self.qtbot.waitUntil(lambda: not self.session.work.busy, timeout=20_000)

    def shows(self, text: str) -> bool:
        """Whether `text` can be read (or heard) somewhere in the window."""
        return any(text in widget.accessibleName() for widget in self.visible())

    def visible(self) -> list[QWidget]:
        """Everything that is visible."""
        self.settle()
        return [widget for widget in self.window.findChildren(QWidget) if widget.isVisibleTo(self.window)]


Open = Callable[..., Driver]
