"""The banner of a file that cannot be written: why, and what can be done; what was entered is kept."""

from collections.abc import Callable

from fumimori.gui.theme import Theme
from fumimori.gui.widgets.controls import button
from fumimori.gui.widgets.notice import Notice
from fumimori.texts import Texts


def trouble_notice(
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
