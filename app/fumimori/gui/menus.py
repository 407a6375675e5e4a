"""The menu bar: everything that the keyboard can do, with the platform's own shortcuts."""

from collections.abc import Callable
from functools import partial
from typing import TYPE_CHECKING, Literal

from PySide6.QtCore import QEvent, QObject, Qt
from PySide6.QtGui import QAction, QActionGroup, QKeyEvent, QKeySequence
from PySide6.QtWidgets import QApplication, QLineEdit, QMenu, QPlainTextEdit, QWidget

from fumimori.gui import shortcuts
from fumimori.gui.drag_and_drop import DropHandler
from fumimori.gui.opening import ask_for_file
from fumimori.wizard.steps import START, Route

if TYPE_CHECKING:
    from fumimori.gui.window import Window

_Key = QKeySequence.StandardKey
GO_TO = ("measuring", "hub", "plan", "report")
"""The steps that people return to all the time."""
THEMES: tuple[Literal["system", "light", "dark"], ...] = ("system", "light", "dark")


class Menus:
    """The menus, made once; `retranslate` gives them the words of the window's language."""

    def __init__(self, window: "Window") -> None:
        self._window = window
        self._menus: dict[str, QMenu] = {}
        self._actions: dict[str, QAction] = {}
        self._drops = DropHandler(window)
        self._menu("file")
        self._add("new", partial(window.go, Route("new")))
        self._add("open", partial(ask_for_file, window, window.session, window.navigator))
        self._add("start", partial(window.go, START))
        self._add("save", window.session.save)
        self._add("copy", partial(window.go, Route("new", "copy")))
        self._add("key", partial(window.go, Route("key")))
        self._add("close", window.close)
        self._menu("edit")
        self._add("undo", window.undo)
        self._add("redo", window.redo)
        self._add("paste", self._drops.paste)
        self._add("documents", partial(window.go, Route("documents")))
        self._menu("go")
        self._add("next", window.forward)
        self._add("back", window.navigator.back)
        for name in GO_TO:
            self._add(name, partial(window.go, Route(name)))
        self._menu("view")
        self._add("language", window.other_language)
        self._add("larger", partial(window.resize_text, 1))
        self._add("smaller", partial(window.resize_text, -1))
        self._add("usual", partial(window.resize_text, 0))
        group = QActionGroup(window)
        for name in THEMES:
            action = self._add(f"theme_{name}", partial(window.use_theme, name))
            action.setCheckable(True)
            group.addAction(action)
        self._menu("helping")
        self._add("help", window.toggle_help)
        self._add("about", partial(window.go, Route("about")))
        self._offer()
        window.session.changed.connect(self._offer)
        window.session.saved.connect(self._offer)
        self._letters = LettersFirst(window)

    def retranslate(self) -> None:
        """Say everything in the window's language, and mark the brightness that is used."""
        window = self._window
        t = window.session.texts
        window.menuBar().setFont(window.theme.font("small"))
        for name, menu in self._menus.items():
            menu.setTitle(t(f"ui.menu.{name}"))
        for name, action in self._actions.items():
            action.setText(t(f"ui.menu.{name}"))
        self._actions[f"theme_{window.session.settings.theme}"].setChecked(True)

    def _offer(self) -> None:
        """Offer only what can be done now."""
        session = self._window.session
        self._actions["undo"].setEnabled(session.history.can_undo)
        self._actions["redo"].setEnabled(session.history.can_redo)
        for name in ("paste", "documents", *GO_TO):
            self._actions[name].setEnabled(session.assessment is not None)
        for name in ("copy", "key"):
            self._actions[name].setEnabled(session.path is not None)

    def _menu(self, name: str) -> None:
        self._last = QMenu(self._window)
        self._menus[name] = self._last
        self._window.menuBar().addMenu(self._last)

    def _add(self, name: str, triggered: Callable[[], object]) -> QAction:
        action = QAction(self._last)
        action.setShortcuts(shortcuts.keys(name))
        action.triggered.connect(lambda _checked=False: triggered())
        self._last.addAction(action)
        self._actions[name] = action
        return action


class LettersFirst(QObject):
    """Ctrl+Z undoes typing while a field has any; then it undoes changes of the assessment."""

    def __init__(self, window: "Window") -> None:
        super().__init__(window)
        self._window = window
        application = QApplication.instance()
        if isinstance(application, QApplication):
            application.focusChanged.connect(self._follow)

    def _follow(self, old: QWidget | None, now: QWidget | None) -> None:
        """Listen to the field with the keyboard alone: other events of the window do not matter here."""
        if old is not None:
            old.removeEventFilter(self)
        if isinstance(now, QLineEdit | QPlainTextEdit):
            now.installEventFilter(self)

    def eventFilter(self, target: QObject, event: QEvent) -> bool:
        """Keep a field with nothing to undo from taking the key."""
        if event.type() != QEvent.Type.ShortcutOverride or not isinstance(event, QKeyEvent):
            return False
        undo, redo = event.matches(_Key.Undo), event.matches(_Key.Redo) or _is_ctrl_y(event)
        if not undo and not redo:
            return False
        if isinstance(target, QLineEdit):
            has = target.isUndoAvailable() if undo else target.isRedoAvailable()
        elif isinstance(target, QPlainTextEdit):
            document = target.document()
            has = document.isUndoAvailable() if undo else document.isRedoAvailable()
        else:
            return False
        if has:
            return False
        event.ignore()
        return True


def _is_ctrl_y(event: QKeyEvent) -> bool:
    return event.key() == Qt.Key.Key_Y and event.modifiers() == Qt.KeyboardModifier.ControlModifier
