"""Files and text that are dropped anywhere in the window, or pasted outside a field."""

from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import QEvent, QMimeData, QObject
from PySide6.QtGui import QDragEnterEvent, QDragMoveEvent, QDropEvent, QGuiApplication

from fumimori.wizard.steps import Route

if TYPE_CHECKING:
    from fumimori.gui.window import Window

SUFFIX = ".fumimori"


class DropHandler(QObject):
    """Listens to the window for what is dropped: an assessment's file is opened, everything else is handed over."""

    def __init__(self, window: "Window") -> None:
        super().__init__(window)
        self._window = window
        window.setAcceptDrops(True)
        window.installEventFilter(self)

    def eventFilter(self, target: QObject, event: QEvent) -> bool:
        """Take what can be taken, and let the rest be refused."""
        if isinstance(event, QDropEvent) and not isinstance(event, QDragEnterEvent | QDragMoveEvent):
            event.acceptProposedAction()
            self.take(event.mimeData())
            return True
        if isinstance(event, QDragEnterEvent | QDragMoveEvent):
            if self._wanted(event.mimeData()):
                event.acceptProposedAction()
            return True
        return super().eventFilter(target, event)

    def paste(self) -> None:
        """Hand over what is in the clipboard; a picture is evidence of what the page is about."""
        from fumimori.gui.widgets.evidence import EvidenceBox

        what = QGuiApplication.clipboard().mimeData()
        boxes = [box for box in self._window.findChildren(EvidenceBox) if box.isVisible()]
        if what.hasImage() and not what.hasUrls() and not what.hasText():
            if len(boxes) == 1:
                boxes[0].paste()
            return
        self.take(what)

    def take(self, what: QMimeData) -> None:
        """Open an assessment, or read the files or the text, and show what they are."""
        if not self._wanted(what):
            return
        session, window, paths = self._window.session, self._window, _paths(what)
        if _assessment(paths):
            if session.is_open_at(paths[0]):
                window.navigator.resume()
                return
            session.work.open(paths[0], None)
            window.go(Route("unlock", str(paths[0])))
            return
        if paths:
            session.document_import.add(paths)
        else:
            session.document_import.paste(session.texts("ui.documents.pasted"), what.text())
        if window.route.page != "documents":
            window.go(Route("documents"))

    def _wanted(self, what: QMimeData) -> bool:
        paths = _paths(what)
        if self._window.session.assessment is None:
            return _assessment(paths)
        return bool(paths) or (what.hasText() and not what.hasUrls() and bool(what.text().strip()))


def _paths(what: QMimeData) -> list[Path]:
    return [Path(url.toLocalFile()) for url in what.urls() if url.isLocalFile()]


def _assessment(paths: list[Path]) -> bool:
    return len(paths) == 1 and paths[0].suffix.lower() == SUFFIX
