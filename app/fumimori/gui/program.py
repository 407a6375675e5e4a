"""Starting and ending the window."""

import gc
import logging
import sys
from collections.abc import Callable
from functools import partial
from pathlib import Path

from PySide6.QtCore import QEvent, QObject, QTimer
from PySide6.QtGui import QIcon
from PySide6.QtWidgets import QApplication

from fumimori.gui import accessibility
from fumimori.gui.app_services import AppServices
from fumimori.gui.session import Session
from fumimori.gui.termination import Termination
from fumimori.gui.theme import FIRST_FACES, LATER_FACES, load_fonts
from fumimori.gui.viewer_copies import remove_abandoned
from fumimori.gui.window import Window
from fumimori.gui.window_placement import place
from fumimori.wizard.steps import Route

log = logging.getLogger(__name__)


def start(services: AppServices, *, file: Path | None, language: str) -> int:
    """Show the window until it is closed; the exit code is 0."""
    application = QApplication.instance()
    if not isinstance(application, QApplication):
        application = QApplication(sys.argv[:1])
    prepare(application, services)
    session = Session(services, language)
    window = Window(session)
    place(window, session.settings)
    Termination(window, window.end)
    AfterFirstPaint(window, lambda: open_first(window, file))
    window.show()
    return application.exec()


class AfterFirstPaint(QObject):
    """Does something once, as soon as the window was painted: everything that may wait until people see it."""

    def __init__(self, window: Window, then: Callable[[], None]) -> None:
        super().__init__(window)
        self._window, self._then = window, then
        window.installEventFilter(self)

    def eventFilter(self, target: QObject, event: QEvent) -> bool:
        """Wait for the paint; never takes an event away."""
        if target is self._window and event.type() == QEvent.Type.Paint:
            self._window.removeEventFilter(self)
            QTimer.singleShot(0, self._window, self._then)
        return False


def prepare(application: QApplication, services: AppServices) -> None:
    """Style, fonts and the program's icon, the same on all three systems."""
    application.setStyle("Fusion")
    application.setApplicationName("Fumimori")
    application.setDesktopFileName("fumimori")
    accessibility.install()
    load_fonts(services.resources / "fonts", FIRST_FACES)
    mark = services.resources / "icons" / "mark.svg"
    if mark.exists():
        application.setWindowIcon(QIcon(str(mark)))


def read_texts(session: Session) -> None:
    """Read what the window says in every language, so that it changes to another without a pause."""
    for language in session.texts.known:
        session.services.texts(language).read_all()


def open_first(window: Window, file: Path | None) -> None:
    """Load the toolkit in the background, and open the file that the program was started with."""
    gc.enable()
    load_fonts(window.session.services.resources / "fonts", LATER_FACES)

    def missing(error: BaseException) -> None:
        log.error("the instruments could not be loaded: %s", error)

    def left(error: BaseException) -> None:
        log.error("what an earlier program left could not be removed: %s", error)

    window.session.bridge.compute(remove_abandoned, done=lambda _none: None, failed=left)
    window.session.bridge.compute(window.session.services.toolkit, done=lambda _toolkit: None, failed=missing)
    window.session.bridge.compute(partial(read_texts, window.session), done=lambda _none: None, failed=missing)
    if file is None:
        return
    window.session.work.open(file, None)
    window.go(Route("unlock", str(file)))
