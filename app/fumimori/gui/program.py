"""Starting and ending the window."""

import logging
import sys
from pathlib import Path

from PySide6.QtCore import QTimer
from PySide6.QtGui import QIcon
from PySide6.QtWidgets import QApplication

from fumimori.gui.course import Route, resumption
from fumimori.gui.desk import Desk
from fumimori.gui.parts import Parts
from fumimori.gui.theme import load_fonts
from fumimori.gui.window import Window

log = logging.getLogger(__name__)


def start(parts: Parts, *, file: Path | None, language: str) -> int:
    """Show the window until it is closed; the exit code is 0."""
    application = QApplication.instance()
    if not isinstance(application, QApplication):
        application = QApplication(sys.argv[:1])
    prepare(application, parts)
    desk = Desk(parts, language)
    window = Window(desk)
    window.resize(1160, 820)
    window.show()
    QTimer.singleShot(0, lambda: open_first(window, file))
    return application.exec()


def prepare(application: QApplication, parts: Parts) -> None:
    """Style, fonts and the program's icon, the same on all three systems."""
    application.setStyle("Fusion")
    application.setApplicationName("Fumimori")
    application.setDesktopFileName("fumimori")
    load_fonts(parts.resources / "fonts")
    mark = parts.resources / "icons" / "mark.svg"
    if mark.exists():
        application.setWindowIcon(QIcon(str(mark)))


def open_first(window: Window, file: Path | None) -> None:
    """Load the instruments beside the window, and open the file that the program was started with."""

    def missing(error: BaseException) -> None:
        log.error("the instruments could not be loaded: %s", error)

    window.desk.bridge.compute(window.desk.parts.instruments, done=lambda _instruments: None, failed=missing)
    if file is None:
        return
    from fumimori.store import StoreError

    try:
        window.desk.open_file(file)
    except StoreError:
        window.go(Route("unlock", str(file)))
        return
    window.go(resumption(window.desk.open))
