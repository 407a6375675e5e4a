"""Which keys do what everywhere in the window; the menus carry them out, and the page about the program lists them."""

from PySide6.QtGui import QKeySequence

_Key = QKeySequence.StandardKey
SHORTCUTS: dict[str, tuple[QKeySequence.StandardKey | str, ...]] = {
    "next": (_Key.Forward,),
    "back": (_Key.Back,),
    "hub": ("Ctrl+G",),
    "report": (_Key.Print,),
    "new": (_Key.New,),
    "open": (_Key.Open,),
    "save": (_Key.Save,),
    "copy": (_Key.SaveAs,),
    "undo": (_Key.Undo,),
    "redo": ("Ctrl+Shift+Z", "Ctrl+Y"),
    "paste": (_Key.Paste,),
    "language": ("Ctrl+L",),
    "larger": ("Ctrl++", "Ctrl+=", "Ctrl+;"),
    "smaller": ("Ctrl+-",),
    "usual": ("Ctrl+0",),
    "help": (_Key.HelpContents,),
    "close": (_Key.Quit,),
}
"""By the name of the menu entry, whose text is `ui.menu.<name>`; the first key is the one that is shown."""


def keys(name: str) -> list[QKeySequence]:
    """The keys of a menu entry, as this system has them; none for an entry without."""
    return [QKeySequence(one) for one in SHORTCUTS.get(name, ())]


def shown(name: str) -> str:
    """How this system writes the first key of a menu entry, such as `Alt+Right`; empty where it has none."""
    first = next(iter(keys(name)), QKeySequence())
    return first.toString(QKeySequence.SequenceFormat.NativeText)
