"""A file that does not open by itself: its passphrase, or what else can be done."""

from datetime import UTC, datetime
from functools import partial
from pathlib import Path

from fumimori.gui.course import resumption
from fumimori.gui.pages.page import Page
from fumimori.gui.routes import START, Route
from fumimori.gui.widgets.controls import Field, button
from fumimori.gui.widgets.notice import Notice
from fumimori.gui.widgets.text import Elided


class UnlockPage(Page):
    """Asks for a file's passphrase as often as needed; nobody is locked out."""

    def build(self) -> None:
        """The file's name, why it did not open, the passphrase."""
        self._passphrase = ""
        self.add(Elided(self.theme, Path(self.route.item).name, bold=True))
        self.prose("lead")
        self._field = Field(
            self.theme,
            label=self.say("passphrase"),
            hint=self.say("hint"),
            text="",
            changed=lambda text: setattr(self, "_passphrase", text),
            name="passphrase",
            secret=True,
        )
        self.add(self._field)

    @property
    def next_label(self) -> str:
        """Open, because that is what happens."""
        return self.say("open")

    def back(self) -> Route:
        """The start page."""
        return START

    def next(self) -> Route | None:
        """Open the file; stay and say why when it does not open."""
        from fumimori.store import StoreError

        try:
            self.desk.open_file(Path(self.route.item), self._passphrase or None)
        except StoreError as error:
            self._field.complain(self.t(f"words.store_error.{error.code}"))
            self._offer(error)
            self._field.edit.setFocus()
            self._field.edit.selectAll()
            return None
        return resumption(self.desk.open)

    def _offer(self, error: Exception) -> None:
        from fumimori.store import Damaged

        if not isinstance(error, Damaged) or error.snapshot is None:
            return
        moment = self.t.moment(datetime.fromtimestamp(error.snapshot.stat().st_mtime, tz=UTC).astimezone())
        restore = button(self.theme, self.say("restore"), partial(self._restore, error.snapshot), name="restore")
        notice = Notice(self.theme, title=self.say("snapshot", moment=moment), icon="clock", buttons=(restore,))
        self.column.insertWidget(self.column.count() - 1, notice)

    def _restore(self, snapshot: Path) -> None:
        from fumimori.store import AssessmentFile, StoreError

        try:
            AssessmentFile.restore(Path(self.route.item), snapshot)
        except StoreError as error:
            self._field.complain(self.t(f"words.store_error.{error.code}"))
            return
        target = self.next()
        if target is not None:
            self.go(target)
