"""Where the file shall lie and who holds its key: for a new assessment, the sample, or a copy of what is open."""

from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtWidgets import QFileDialog

from fumimori.gui.pages.page import Page
from fumimori.gui.routes import HUB, START, Route
from fumimori.gui.widgets.choice import Choice, ChoiceGroup
from fumimori.gui.widgets.controls import Field, button, row
from fumimori.gui.widgets.notice import Notice
from fumimori.gui.widgets.text import Prose

if TYPE_CHECKING:
    from fumimori.store import StoreError

SHORTEST = 8


class NewPage(Page):
    """Place and key of a file."""

    def build(self) -> None:
        """The place, the two kinds of keys, the passphrase twice."""
        theme = self.theme
        self._passphrase = self._again = ""
        self._kind = "keyring"
        self.prose("lead_sample" if self.route.item == "sample" else "lead")
        self._path = str(self._usual_place())
        self._place = Field(
            theme, label=self.say("place"), text=self._path, changed=self._placed, name="place", limit=1000
        )
        self.add(self._place)
        self.add(row(button(theme, self.say("change_place"), self._choose, icon="folder-open", name="browse"), None))
        if self.route.item == "sample":
            self.add(Prose(theme, self.say("sample_key", passphrase=self.desk.parts.sample_passphrase), quiet=True))
            return
        self.section(self.say("key"))
        choices = [
            Choice(value=kind, label=self.say(f"key_{kind}"), explanation=self.say(f"key_{kind}_why"))
            for kind in ("keyring", "passphrase")
        ]
        self._keys = ChoiceGroup(theme, asked=self.say("key"), choices=choices, chosen=self._kind, picked=self._picked)
        self.add(self._keys)
        self._first = Field(
            theme,
            label=self.say("passphrase"),
            hint=self.say("passphrase_hint"),
            text="",
            changed=lambda text: setattr(self, "_passphrase", text),
            name="passphrase",
            secret=True,
        )
        self._second = Field(
            theme,
            label=self.say("repeat"),
            text="",
            changed=lambda text: setattr(self, "_again", text),
            name="passphrase-again",
            secret=True,
        )
        self.add(self._first, self._second)
        self._picked("keyring")

    @property
    def next_label(self) -> str:
        """What is about to happen."""
        return self.say("begin_sample" if self.route.item == "sample" else "begin")

    def back(self) -> Route:
        """To the start, or to the work that the copy was wanted for."""
        return HUB if self.route.item == "copy" else START

    def next(self) -> Route | None:
        """Make the file; stay and say why when that cannot be."""
        from fumimori.store import StoreError

        if self.route.item != "sample" and self._kind == "passphrase" and not self._good_passphrase():
            return None
        path = Path(self._path.strip()).expanduser()
        if path.suffix != ".fumimori":
            path = path.with_name(path.name + ".fumimori")
        if path.exists():
            self._place.complain(self.say("exists"))
            self._place.edit.setFocus()
            return None
        passphrase = self._passphrase if self._kind == "passphrase" else None
        try:
            path.parent.mkdir(parents=True, exist_ok=True)
            if self.route.item == "sample":
                self.desk.open_sample(path)
            elif self.route.item == "copy":
                self.desk.save_copy(path, passphrase)
            else:
                self.desk.create(path, passphrase)
        except StoreError as error:
            self._refused(error)
            return None
        except OSError:
            self._place.complain(self.say("no_place"))
            self._place.edit.setFocus()
            return None
        return Route("organisation") if not self.route.item else HUB

    def _good_passphrase(self) -> bool:
        short = len(self._passphrase) < SHORTEST
        self._first.complain(self.say("too_short", count=SHORTEST) if short else "")
        differs = not short and self._passphrase != self._again
        self._second.complain(self.say("differs") if differs else "")
        (self._first if short else self._second).edit.setFocus()
        return not short and not differs

    def _refused(self, error: "StoreError") -> None:
        from fumimori.store import NoKeyring

        text = self.t(f"words.store_error.{error.code}")
        if isinstance(error, NoKeyring) and self.t.has(f"words.no_keyring.{error.reason}"):
            text = f"{self.t(f'words.no_keyring.{error.reason}')}\n{text}"
        self.column.insertWidget(2, Notice(self.theme, title=self.say("refused"), text=text, icon="triangle-alert"))
        if isinstance(error, NoKeyring):
            self._keys.press("passphrase")
            self._first.edit.setFocus()

    def _picked(self, kind: str | None) -> None:
        self._kind = kind or "keyring"
        for field in (self._first, self._second):
            field.setVisible(self._kind == "passphrase")

    def _placed(self, text: str) -> None:
        self._path = text
        self._place.complain("")

    def _choose(self) -> None:
        name, _ = QFileDialog.getSaveFileName(self, self.say("place"), self._path, "Fumimori (*.fumimori)")
        if name:
            self._placed(name)
            self._place.edit.setText(name)

    def _usual_place(self) -> Path:
        folder = Path.home() / "Documents" if (Path.home() / "Documents").is_dir() else Path.home()
        stem = self.say("sample_name" if self.route.item == "sample" else "file_name")
        base = f"{stem}-{self.desk.parts.now():%Y-%m-%d}"
        names = (base, *(f"{base}-{number}" for number in range(2, 100)))
        return next(path for name in names if not (path := folder / f"{name}.fumimori").exists())
