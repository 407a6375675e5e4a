"""Opening a file: by the key in the keyring while one may type, by its passphrase, or what else can be done."""

from functools import partial
from pathlib import Path

from fumimori.gui.pages.page import Page
from fumimori.gui.widgets.busy_notice import BusyNotice, listen, reason
from fumimori.gui.widgets.controls import Field, button
from fumimori.gui.widgets.text import Elided


class UnlockPage(Page):
    """Asks for a file's passphrase as often as needed; nobody is locked out."""

    def build(self) -> None:
        """The file's name, the passphrase, what is under way or why it did not open."""
        work = self.session.work
        self._passphrase = ""
        self.add(Elided(self.theme, Path(self.route.item).name, bold=True))
        self._field = Field(
            self.theme,
            label=self.say("passphrase"),
            hint=self.say("hint"),
            text="",
            changed=lambda text: setattr(self, "_passphrase", text),
            name="passphrase",
            secret=True,
        )
        self._waiting = BusyNotice(self.theme, self.t, work)
        self.add(self._waiting, self._field)
        self._elsewhere = self.prose("elsewhere", quiet=True)
        self._stop_listening = listen(work, self._show, self.navigator.file_ready)
        self._show()

    @property
    def next_label(self) -> str:
        """Open, because that is what happens."""
        return self.say("open")

    def leave(self) -> None:
        """What is under way continues when the page is only rebuilt."""
        self._stop_listening()

    def accept(self) -> bool:
        """Open the file, and stay until it is; a passphrase that was typed does not wait for the keyring."""
        if self._passphrase or not self.session.work.busy:
            self.session.work.open(Path(self.route.item), self._passphrase or None)
        return False

    def _show(self) -> None:
        """What is under way, or the result of the last attempt."""
        from fumimori.store import Damaged, NoKeyring, NotAnAssessment, NotThere, Vanished, WrongSecret

        work, error = self.session.work, self.session.work.error
        another_kind = isinstance(error, NotAnAssessment) or (
            isinstance(error, NotThere) and not isinstance(error, Vanished)
        )
        self._field.setVisible(not another_kind)
        self._elsewhere.setVisible(not work.busy and isinstance(error, (NoKeyring, WrongSecret)))
        self._field.show_error("")
        if work.busy:
            self._waiting.busy()
        elif error is None:
            self._waiting.nothing()
        elif isinstance(error, WrongSecret):
            self._waiting.nothing()
            self._field.show_error(reason(self.t, error))
            self._field.edit.setFocus()
            self._field.edit.selectAll()
        elif isinstance(error, (Damaged, Vanished)) and error.snapshot is not None:
            self._offer(error, error.snapshot)
        else:
            self._waiting.failed(self.say("not_opened"), reason(self.t, error))
            if isinstance(error, (NoKeyring, TimeoutError)):
                self._field.edit.setFocus()

    def _offer(self, error: Exception, snapshot: Path) -> None:
        from fumimori.store import snapshots

        at = snapshots.taken_at(snapshot)
        there = Path(self.route.item).exists()
        text = reason(self.t, error)
        if at is not None:
            text += "\n" + self.say("snapshot" if there else "snapshot_alone", moment=self.t.moment(at.astimezone()))
        restore = button(self.theme, self.say("restore"), partial(self._restore, snapshot), name="restore")
        self._waiting.failed(self.say("not_opened"), text, (restore,))

    def _restore(self, snapshot: Path) -> None:
        from fumimori.store import AssessmentFile, StoreError

        try:
            AssessmentFile.restore(Path(self.route.item), snapshot)
        except StoreError as error:
            self._field.show_error(self.t(f"words.store_error.{error.code}"))
            return
        self.accept()
