"""A file that somebody wants to open: chosen in the system's dialogue, then unlocked."""

from pathlib import Path

from PySide6.QtWidgets import QFileDialog, QWidget

from fumimori.gui.session import Session
from fumimori.wizard.navigator import Navigator
from fumimori.wizard.steps import Route


def ask_for_file(above: QWidget, session: Session, navigator: Navigator) -> None:
    """Ask which file, in a dialogue over `above`, and open it; nothing when the dialogue is closed."""
    t = session.texts
    kind = f"{t('ui.start.file_kind')} (*.fumimori)"
    name, _ = QFileDialog.getOpenFileName(above, t("ui.start.open"), str(Path.home()), kind)
    if name:
        open_path(Path(name), session, navigator)


def open_path(path: Path, session: Session, navigator: Navigator) -> None:
    """Open the file at `path`; the one that is open already is shown where it was left."""
    if session.is_open_at(path):
        navigator.resume()
        return
    session.work.open(path, None)
    navigator.go(Route("unlock", str(path)))
