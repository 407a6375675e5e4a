"""Notices about saving: that files are there, with buttons to open them, or why they are not and what can be done."""

from collections.abc import Callable
from pathlib import Path

from PySide6.QtCore import QUrl
from PySide6.QtGui import QDesktopServices
from PySide6.QtWidgets import QPushButton

from fumimori.gui.theme import Theme
from fumimori.gui.widgets.controls import button
from fumimori.gui.widgets.notice import Notice
from fumimori.texts import Texts, sanitize


def saved_notice(theme: Theme, t: Texts, path: Path, *, title: str, text: str) -> Notice:
    """What was written to `path`, a file or a folder, with buttons to open it and the folder that it is in."""

    def opener(key: str, place: Path, icon: str, name: str) -> QPushButton:
        return button(theme, t(f"ui.report.{key}"), lambda: open_place(place), icon=icon, name=name)

    def open_place(place: Path) -> None:
        if not QDesktopServices.openUrl(QUrl.fromLocalFile(str(place))):
            notice.show_error(t("ui.report.not_opened", place=sanitize(str(place))))

    buttons = [opener("open_file", path, "file-text", "open-file")] if path.is_file() else []
    buttons.append(opener("open_folder", path if path.is_dir() else path.parent, "folder-open", "open-folder"))
    notice = Notice(theme, title=title, text=text, icon="circle-check", buttons=buttons)
    return notice


def write_error_notice(theme: Theme, t: Texts, code: str, *, title: str, again: Callable[[], None]) -> Notice:
    """Why nothing was written, by a SaveError's code, and a button to retry."""
    other = button(theme, t("ui.report.other_name"), again, name="other-name")
    return Notice(theme, title=title, text=t(f"ui.report.trouble_{code}"), icon="triangle-alert", buttons=(other,))


def store_error_notice(
    theme: Theme,
    texts: Texts,
    code: str,
    *,
    unsaved: bool,
    closing: bool,
    again: Callable[[], object],
    elsewhere: Callable[[], object],
    drop: Callable[[], object],
    stay: Callable[[], object],
) -> Notice:
    """The banner for a store error's code. `closing` asks whether the window shall close without saving."""
    title = "closing" if closing else "not_saved" if unsaved else "only_shown"
    buttons = []
    if code != "newer_version" and unsaved:
        label = "there" if code == "vanished" else "again"
        buttons.append(button(theme, texts(f"ui.trouble.{label}"), again, name="save-again"))
    buttons.append(button(theme, texts("ui.trouble.elsewhere"), elsewhere, name="elsewhere"))
    if closing:
        buttons.append(button(theme, texts("ui.trouble.drop"), drop, name="close-unsaved"))
        buttons.append(button(theme, texts("ui.trouble.stay"), stay, name="keep-open"))
    reason = texts(f"words.store_error.{code}")
    return Notice(theme, title=texts(f"ui.trouble.{title}"), text=reason, icon="triangle-alert", buttons=buttons)
