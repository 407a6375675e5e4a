"""Another key for the file that is open: a passphrase set, changed, or given up for this computer's keyring."""

from fumimori.gui.drafts import Draft
from fumimori.gui.pages.page import Page
from fumimori.gui.widgets.busy_notice import BusyNotice, listen, reason
from fumimori.gui.widgets.controls import button
from fumimori.gui.widgets.key import KeyChoice
from fumimori.gui.widgets.text import Elided


class KeyPage(Page):
    """The same choice as for a new file; the file and its automatic copies are re-encrypted."""

    def build(self) -> None:
        """The file's name, the two kinds of keys."""
        theme, work = self.theme, self.session.work
        if self.session.path is not None:
            self.add(Elided(theme, self.session.path.name, bold=True))
        self.prose("lead" if self.session.path is not None else "no_file")
        self._key = KeyChoice(theme, self.t, "passphrase")
        self._key.setVisible(self.session.path is not None)
        self._waiting = BusyNotice(theme, self.t, work)
        self.add(self._key, self._waiting)
        self._stop_listening = listen(work, self._show, self._changed)
        self._show()

    @property
    def next_label(self) -> str:
        """What is about to happen."""
        return self.say("change") if self.session.path is not None else ""

    def leave(self) -> None:
        """What is under way continues when the page is only rebuilt."""
        self._stop_listening()

    def draft(self) -> Draft:
        """The kind of key besides what was typed."""
        return {**super().draft(), "key": (self._key.kind, 0)}

    def resume(self, draft: Draft) -> None:
        """The kind first: the fields depend on it."""
        kind, _ = draft.pop("key", ("passphrase", 0))
        self._key.choose(kind)
        super().resume(draft)

    def accept(self) -> bool:
        """Re-encrypt the file."""
        if not self.session.work.busy and self._key.settled():
            self.session.work.change_secret(self._key.passphrase)
        return False

    def _changed(self) -> None:
        self._waiting.failed(self.say("changed"), self.say(f"changed_{self._key.kind}"))
        self._key.hide()

    def _show(self) -> None:
        work, error = self.session.work, self.session.work.error
        if work.busy:
            other = button(self.theme, self.t("ui.file.instead"), self._instead, name="file-instead")
            self._waiting.busy((other,) if work.slow and self._key.kind == "keyring" else ())
        elif error is not None:
            self._waiting.failed(self.say("refused"), reason(self.t, error))
        else:
            self._waiting.nothing()

    def _instead(self) -> None:
        self.session.work.cancel()
        self._key.choose("passphrase")
