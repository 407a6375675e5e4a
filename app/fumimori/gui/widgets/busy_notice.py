"""What is under way with a file, how to get out of it, and what went wrong with it."""

from collections.abc import Callable, Sequence

from PySide6.QtWidgets import QPushButton, QVBoxLayout, QWidget

from fumimori.gui.file_tasks import FileTasks
from fumimori.gui.theme import Theme
from fumimori.gui.widgets.controls import button, clear
from fumimori.gui.widgets.notice import Notice
from fumimori.gui.widgets.text import announce
from fumimori.texts import Texts


class BusyNotice(QWidget):
    """Empty, or one notice that is replaced by the next."""

    def __init__(self, theme: Theme, texts: Texts, work: FileTasks) -> None:
        super().__init__()
        self._theme, self._t, self._work = theme, texts, work
        self._column = QVBoxLayout(self)
        self._column.setContentsMargins(0, 0, 0, 0)
        self.hide()

    def busy(self, ways_out: Sequence[QPushButton] = ()) -> None:
        """Say that something is under way, what is waited for when it takes long, and offer the ways out."""
        stop = button(self._theme, self._t("ui.file.cancel"), self._work.cancel, name="file-cancel")
        text = self._t("ui.file.slow") if self._work.slow else ""
        self._show(self._t("ui.file.busy"), text, "clock", (*ways_out, stop))

    def failed(self, title: str, text: str, buttons: Sequence[QPushButton] = ()) -> None:
        """Say what went wrong."""
        self._show(title, text, "triangle-alert", buttons)

    def nothing(self) -> None:
        """Be empty."""
        clear(self._column)
        self.hide()

    def _show(self, title: str, text: str, icon: str, buttons: Sequence[QPushButton]) -> None:
        clear(self._column)
        self._column.addWidget(Notice(self._theme, title=title, text=text, icon=icon, buttons=buttons))
        self.show()
        announce(self, f"{title} {text}".strip())


def reason(texts: Texts, error: Exception) -> str:
    """What a fault at opening or making a file means, in words."""
    from fumimori.store import NoKeyring, StoreError

    if isinstance(error, TimeoutError):
        return texts("ui.file.no_answer")
    if isinstance(error, NoKeyring) and texts.has(f"words.no_keyring.{error.reason}"):
        why = texts(f"words.no_keyring.{error.reason}")
        return why if error.reason == "no_entry" else f"{why}\n{texts('words.store_error.no_keyring')}"
    if isinstance(error, StoreError):
        return texts(f"words.store_error.{error.code}")
    return texts("ui.new.no_place")


Listener = Callable[[], None]


def listen(work: FileTasks, changed: Listener, done: Listener) -> Listener:
    """Follow the work until the returned function is called."""
    pairs = [(work.changed, work.changed.connect(changed)), (work.done, work.done.connect(done))]

    def leave() -> None:
        for signal, connection in pairs:
            signal.disconnect(connection)

    return leave
