"""The menu bar: everything that the keyboard can do, with the platform's own shortcuts."""

from functools import partial
from typing import TYPE_CHECKING

from PySide6.QtGui import QAction, QActionGroup, QKeySequence
from PySide6.QtWidgets import QMenu, QMenuBar

from fumimori.gui.course import START, Route

if TYPE_CHECKING:
    from collections.abc import Callable

    from fumimori.gui.window import Window

_Key = QKeySequence.StandardKey


def build_menus(window: "Window") -> None:
    """Give the window a new menu bar in its language."""
    t = window.desk.texts
    bar = QMenuBar()
    bar.setFont(window.theme.font("small"))
    file = bar.addMenu(t("ui.menu.file"))
    _add(window, file, "new", partial(window.go, Route("new")), QKeySequence(_Key.New))
    _add(window, file, "start", partial(window.go, START), QKeySequence(_Key.Open))
    _add(window, file, "save", window.desk.save, QKeySequence(_Key.Save))
    file.addSeparator()
    _add(window, file, "close", window.close, QKeySequence(_Key.Quit))
    view = bar.addMenu(t("ui.menu.view"))
    _add(window, view, "language", window.other_language, QKeySequence("Ctrl+L"))
    view.addSeparator()
    larger = _add(window, view, "larger", partial(window.resize_text, 1), QKeySequence("Ctrl++"))
    larger.setShortcuts([QKeySequence("Ctrl++"), QKeySequence("Ctrl+="), QKeySequence("Ctrl+;")])
    _add(window, view, "smaller", partial(window.resize_text, -1), QKeySequence("Ctrl+-"))
    _add(window, view, "usual", partial(window.resize_text, 0), QKeySequence("Ctrl+0"))
    view.addSeparator()
    group = QActionGroup(view)
    for name in ("system", "light", "dark"):
        action = _add(window, view, f"theme_{name}", partial(window.use_theme, name), QKeySequence())
        action.setCheckable(True)
        action.setChecked(window.desk.settings.theme == name)
        group.addAction(action)
    helping = bar.addMenu(t("ui.menu.helping"))
    _add(window, helping, "help", window.toggle_help, QKeySequence(_Key.HelpContents))
    window.setMenuBar(bar)


def _add(window: "Window", menu: QMenu, name: str, triggered: "Callable[[], object]", keys: QKeySequence) -> QAction:
    action = QAction(window.desk.texts(f"ui.menu.{name}"), menu)
    action.setShortcut(keys)
    action.triggered.connect(lambda _checked=False: triggered())
    menu.addAction(action)
    return action
