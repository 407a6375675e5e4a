"""Who holds a file's key: this computer's keyring, or people by a passphrase that is typed twice."""

from PySide6.QtWidgets import QVBoxLayout, QWidget

from fumimori.gui.theme import Theme
from fumimori.gui.widgets.choice import Choice, ChoiceGroup
from fumimori.gui.widgets.controls import Field
from fumimori.texts import Texts

SHORTEST = 8
KINDS = ("keyring", "passphrase")


class KeyChoice(QWidget):
    """The two kinds of keys and the fields of the second."""

    def __init__(self, theme: Theme, texts: Texts, kind: str = KINDS[0]) -> None:
        super().__init__()
        self._t = texts
        self.kind = kind
        self._typed, self._again = "", ""
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(theme.px(16))
        asked = texts("ui.new.key")
        choices = [
            Choice(value=one, label=texts(f"ui.new.key_{one}"), explanation=texts(f"ui.new.key_{one}_why"))
            for one in KINDS
        ]
        self.group = ChoiceGroup(theme, asked=asked, choices=choices, chosen=kind, picked=self._picked)
        self.first = Field(
            theme,
            label=texts("ui.new.passphrase"),
            hint=texts("ui.new.passphrase_hint"),
            text="",
            changed=lambda text: setattr(self, "_typed", text),
            name="passphrase",
            secret=True,
        )
        self.second = Field(
            theme,
            label=texts("ui.new.repeat"),
            text="",
            changed=lambda text: setattr(self, "_again", text),
            name="passphrase-again",
            secret=True,
        )
        for part in (self.group, self.first, self.second):
            column.addWidget(part)
        self._picked(kind)

    @property
    def passphrase(self) -> str | None:
        """What was typed; None when the keyring shall hold the key."""
        return self._typed if self.kind == "passphrase" else None

    def settled(self) -> bool:
        """Whether the passphrase is long enough and the same twice; says what is to be changed."""
        if self.kind != "passphrase":
            return True
        short = len(self._typed) < SHORTEST
        self.first.show_error(self._t("ui.new.too_short", count=SHORTEST) if short else "")
        differs = not short and self._typed != self._again
        self.second.show_error(self._t("ui.new.differs") if differs else "")
        if short or differs:
            (self.first if short else self.second).edit.setFocus()
        return not short and not differs

    def choose(self, kind: str) -> None:
        """Choose in place of the person, who is taken to what is to be typed."""
        if self.kind != kind:
            self.group.press(kind)
        if kind == "passphrase":
            self.first.edit.setFocus()

    def _picked(self, kind: str | None) -> None:
        self.kind = kind or KINDS[0]
        for field in (self.first, self.second):
            field.setVisible(self.kind == "passphrase")
