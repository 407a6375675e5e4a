"""Where the file shall lie and who holds its key: for a new assessment, the sample, or a copy of what is open."""

from pathlib import Path

from PySide6.QtWidgets import QFileDialog

from fumimori.gui.drafts import Draft
from fumimori.gui.pages.page import Page
from fumimori.gui.widgets.busy_notice import BusyNotice, listen, reason
from fumimori.gui.widgets.controls import Field, button, row
from fumimori.gui.widgets.key import KeyChoice
from fumimori.gui.widgets.text import Prose


class NewPage(Page):
    """Place and key of a file."""

    def build(self) -> None:
        """The place, the two kinds of keys, the passphrase twice."""
        theme, work = self.theme, self.session.work
        self.prose({"sample": "lead_sample", "copy": "lead_copy"}.get(self.route.item, "lead"))
        self._path = str(self._usual_place())
        self._place = Field(
            theme, label=self.say("place"), text=self._path, changed=self._placed, name="place", limit=1000
        )
        self.add(self._place)
        self.add(row(button(theme, self.say("change_place"), self._choose, icon="folder-open", name="browse"), None))
        self._key: KeyChoice | None = None
        if self.route.item == "sample":
            self.add(
                Prose(theme, self.say("sample_key", passphrase=self.session.services.sample_passphrase), quiet=True)
            )
        else:
            self.section(self.say("key"))
            self._key = KeyChoice(theme, self.t)
            self.add(self._key)
        self._waiting = BusyNotice(theme, self.t, work)
        self.add(self._waiting)
        self._stop_listening = listen(work, self._show, self.navigator.file_ready)
        self._show()

    @property
    def next_label(self) -> str:
        """What is about to happen."""
        return self.say({"sample": "begin_sample", "copy": "begin_copy"}.get(self.route.item, "begin"))

    def leave(self) -> None:
        """What is under way continues when the page is only rebuilt."""
        self._stop_listening()

    def draft(self) -> Draft:
        """The kind of key besides what was typed."""
        return {**super().draft(), "key": (self._key.kind if self._key else "", 0)}

    def resume(self, draft: Draft) -> None:
        """The fields of a passphrase are there before they are filled in."""
        kind, _ = draft.pop("key", ("", 0))
        if self._key is not None and kind == "passphrase":
            self._key.choose(kind)
        super().resume(draft)

    def accept(self) -> bool:
        """Make the file; stay until it is there, or say why that cannot be."""
        if self.session.work.busy or (self._key is not None and not self._key.settled()):
            return False
        path = Path(self._path.strip()).expanduser()
        if path.suffix != ".fumimori":
            path = path.with_name(path.name + ".fumimori")
        if path.exists():
            self._show_error(self.say("exists"))
            return False
        kind, services = self.route.item, self.session.services
        start = (
            self.session.open
            if kind == "copy"
            else services.sample(self.session.language)
            if kind == "sample"
            else self.session.fresh()
        )
        passphrase = services.sample_passphrase if self._key is None else self._key.passphrase
        blobs = services.sample_evidence if kind == "sample" else None
        self.session.work.create(path, passphrase, start, copy=kind == "copy", blobs=blobs)
        return False

    def _show(self) -> None:
        """How far the file is; the keyring can be given up for a passphrase while it does not answer."""
        from fumimori.store import AlreadyThere, NoKeyring, StoreError

        work, error = self.session.work, self.session.work.error
        if work.busy:
            other = button(self.theme, self.t("ui.file.instead"), self._instead, name="file-instead")
            self._waiting.busy((other,) if work.slow and self._key and self._key.kind == "keyring" else ())
        elif error is None:
            self._waiting.nothing()
        elif isinstance(error, (StoreError, TimeoutError)) and not isinstance(error, AlreadyThere):
            self._waiting.failed(self.say("refused"), reason(self.t, error))
            if isinstance(error, (NoKeyring, TimeoutError)) and self._key is not None:
                self._key.choose("passphrase")
        else:
            self._waiting.nothing()
            self._show_error(self.say("exists" if isinstance(error, AlreadyThere) else "no_place"))

    def _instead(self) -> None:
        self.session.work.cancel()
        if self._key is not None:
            self._key.choose("passphrase")

    def _show_error(self, text: str) -> None:
        self._place.show_error(text)
        self._place.edit.setFocus()

    def _placed(self, text: str) -> None:
        self._path = text
        self._place.show_error("")

    def _choose(self) -> None:
        name, _ = QFileDialog.getSaveFileName(self, self.say("place"), self._path, "Fumimori (*.fumimori)")
        if name:
            self._placed(name)
            self._place.edit.setText(name)

    def _usual_place(self) -> Path:
        folder = Path.home() / "Documents" if (Path.home() / "Documents").is_dir() else Path.home()
        stem = self.say("sample_name" if self.route.item == "sample" else "file_name")
        base = f"{stem}-{self.session.services.now():%Y-%m-%d}"
        names = (base, *(f"{base}-{number}" for number in range(2, 100)))
        return next(path for name in names if not (path := folder / f"{name}.fumimori").exists())
