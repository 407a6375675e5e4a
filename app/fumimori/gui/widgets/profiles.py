"""Brand profiles: the sender's part of the brand kept under a name, used for another client, exported and imported."""

from collections.abc import Callable
from functools import partial
from pathlib import Path

from PySide6.QtWidgets import QFileDialog, QFrame, QVBoxLayout

from fumimori.gui.saving import SaveError, write_whole
from fumimori.gui.session import Session
from fumimori.gui.theme import Theme
from fumimori.gui.widgets.controls import Field, button, clear
from fumimori.gui.widgets.flow import Flow
from fumimori.gui.widgets.text import Heading, Prose, announce
from fumimori.model import BrandProfile


class ProfileBox(QFrame):
    """The profiles of this computer; `used` is called when the assessment took one over."""

    def __init__(self, session: Session, theme: Theme, used: Callable[[], None]) -> None:
        super().__init__()
        self.setObjectName("card")
        self._session, self._theme, self._t, self._used = session, theme, session.texts, used
        self._folder = session.services.settings_folder
        column = QVBoxLayout(self)
        column.setContentsMargins(theme.px(20), theme.px(12), theme.px(20), theme.px(20))
        column.setSpacing(theme.px(12))
        column.addWidget(Heading(theme, self._say("title"), level=2))
        column.addWidget(Prose(theme, self._say("lead"), quiet=True))
        self._kept = QVBoxLayout()
        column.addLayout(self._kept)
        self._name = Field(
            theme,
            label=self._say("name"),
            hint=self._say("name_hint"),
            text=session.open.brand.sender[:60],
            changed=lambda _text: self._name.show_error(""),
            name="profile-name",
            limit=60,
        )
        column.addWidget(self._name)
        column.addLayout(
            Flow(
                button(theme, self._say("keep"), self._keep, name="profile-keep"),
                button(theme, self._say("import"), self._import, name="profile-import"),
                button(theme, self._say("export"), self._export, name="profile-export"),
                spacing=theme.gap,
            )
        )
        self.words = Prose(theme, "", size="small")
        column.addWidget(self.words)
        self._show()

    def take(self, path: Path) -> None:
        """Keep the profile in a file from anywhere, or say why it is not a profile."""
        from fumimori.grammar.brand_profile import BadProfileError
        from fumimori.store import profiles

        try:
            profile = profiles.add(self._folder, profiles.read(path))
        except BadProfileError:
            self._tell(self._say("no_profile"))
        except OSError:
            self._tell(self._say("unreadable"))
        else:
            self._show()
            self._tell(self._say("kept", name=profile.name))

    def save_to(self, path: Path) -> None:
        """Write the present brand as a profile to `path`."""
        from fumimori.grammar.brand_profile import profile_octets

        try:
            write_whole(path, profile_octets(self._present()))
        except SaveError as error:
            self._tell(self._t(f"ui.report.trouble_{error.code}"))
        else:
            self._tell(self._say("exported", name=path.name))

    def _say(self, word: str, **values: object) -> str:
        return self._t(f"ui.profiles.{word}", **values)

    def _show(self) -> None:
        from fumimori.store import profiles

        clear(self._kept)
        for number, profile in enumerate(profiles.all_of(self._folder)):
            use = button(
                self._theme, self._say("use", name=profile.name), partial(self._use, profile), name=f"profile-{number}"
            )
            drop = button(
                self._theme,
                self._say("drop", name=profile.name),
                partial(self._drop, profile.name),
                kind="link",
                name=f"profile-drop-{number}",
            )
            self._kept.addLayout(Flow(use, drop, spacing=self._theme.gap))

    def _present(self) -> BrandProfile:
        return BrandProfile(name=self._name.edit.text().strip(), brand=self._session.open.brand.of_sender)

    def _keep(self) -> None:
        from fumimori.store import profiles

        profile = self._present()
        if not profile.name:
            self._name.show_error(self._say("name_missing"))
            self._name.edit.setFocus()
            return
        try:
            profiles.keep(self._folder, profile)
        except OSError:
            self._tell(self._say("not_kept"))
        else:
            self._show()
            self._tell(self._say("kept", name=profile.name))

    def _use(self, profile: BrandProfile) -> None:
        self._session.edit(brand=self._session.open.brand.with_sender(profile.brand))
        self._used()

    def _drop(self, name: str) -> None:
        from fumimori.store import profiles

        try:
            profiles.drop(self._folder, name)
        except OSError:
            self._tell(self._say("not_kept"))
        self._show()

    def _import(self) -> None:
        name, _ = QFileDialog.getOpenFileName(self, self._say("import"), str(Path.home()), "JSON (*.json)")
        if name:
            self.take(Path(name))

    def _export(self) -> None:
        if not self._present().name:
            self._name.show_error(self._say("name_missing"))
            return
        start = str(Path.home() / "fumimori.brand.json")
        name, _ = QFileDialog.getSaveFileName(self, self._say("export"), start, "JSON (*.json)")
        if name:
            self.save_to(Path(name))

    def _tell(self, text: str) -> None:
        self.words.say(text)
        announce(self.words, text)
