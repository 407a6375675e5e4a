"""A passphrase and a signature for the report, both by choice; what is typed is kept nowhere and gone once used."""

from collections.abc import Callable
from functools import partial
from pathlib import Path

import shiboken6
from PySide6.QtWidgets import QFileDialog, QFrame, QVBoxLayout, QWidget

from fumimori.gui.bridge import Bridge
from fumimori.gui.theme import Theme
from fumimori.gui.widgets.choice import ChoiceCard, tick
from fumimori.gui.widgets.controls import Field, button, card
from fumimori.gui.widgets.flow import Flow
from fumimori.gui.widgets.text import Heading, Prose
from fumimori.texts import Texts, sanitize

OWN = ("passphrase_length", "passphrase_letters")
"""Faults of the report's passphrase; every other one is the key's."""


class ProtectionBox(QWidget):
    """Two cards to tick, and below each what it needs and what follows from it."""

    def __init__(self, theme: Theme, texts: Texts, bridge: Bridge) -> None:
        super().__init__()
        self._theme, self._t, self._bridge = theme, texts, bridge
        self._key: Path | None = None
        self._parts: dict[str, tuple[ChoiceCard, QFrame]] = {}
        self._whole = QVBoxLayout(self)
        self._whole.setContentsMargins(0, 0, 0, 0)
        self._whole.setSpacing(theme.gap)
        self._whole.addWidget(Heading(theme, self._say("title"), level=3))
        closing = self._part("close")
        self._first = self._field("pdf-passphrase", "passphrase", self._say("passphrase_hint"))
        self._second = self._field("pdf-passphrase-again", "again")
        for field in (self._first, self._second):
            closing.addWidget(field)
        closing.addWidget(Prose(theme, self._say("closed")))
        signing = self._part("sign")
        choose = button(theme, self._say("choose_key"), self._choose, icon="key-round", name="choose-key")
        signing.addLayout(Flow(choose, spacing=theme.gap))
        self._chosen = Prose(theme, self._say("no_key"), quiet=True)
        signing.addWidget(self._chosen)
        self._word = self._field("key-passphrase", "key_passphrase", self._say("key_passphrase_hint"))
        signing.addWidget(self._word)
        self._archival = Prose(theme, self._say("archival"), bold=True)
        self._archival.hide()
        self._whole.addWidget(self._archival)

    @property
    def wanted(self) -> bool:
        """Whether the report is to be closed or signed."""
        return any(made.isChecked() for made, _ in self._parts.values())

    @property
    def state(self) -> str:
        """What is ticked and which key is chosen, for the box that takes this one's place."""
        ticked = ",".join(word for word, (made, _) in self._parts.items() if made.isChecked())
        return f"{ticked}\n{self._key or ''}"

    def restore(self, state: str) -> None:
        """As the box that was here before."""
        ticked, _, key = state.partition("\n")
        for word, (made, _frame) in self._parts.items():
            made.setChecked(word in ticked.split(","))
        if key:
            self.use_key(Path(key))

    def use_key(self, path: Path) -> None:
        """Sign with the key in this file."""
        self._key = path
        self._chosen.say(self._say("key", name=sanitize(path.name, 120)))

    def settled(self) -> bool:
        """Whether everything is there; says what is missing otherwise."""
        closes, signs = (self._ticked(word) for word in ("close", "sign"))
        differs = closes and self._first.edit.text() != self._second.edit.text()
        self._first.show_error("")
        self._second.show_error(self._t("ui.new.differs") if differs else "")
        missing = signs and self._key is None
        self._word.show_error(self._say("key_missing") if missing else "")
        return not differs and not missing

    def compute(self, pdf: bytes, done: Callable[[bytes], None], failed: Callable[[], None]) -> None:
        """Protect `pdf` outside the window's thread; then `done` gets it, or `failed` is called and words say why."""
        closes, signs = self._ticked("close"), self._ticked("sign")
        work = partial(
            _protected,
            pdf,
            self._first.edit.text() if closes else "",
            self._key if signs else None,
            self._word.edit.text() if signs else "",
        )

        def made(content: bytes) -> None:
            if shiboken6.isValid(self):
                for field in (self._first, self._second, self._word):
                    field.edit.clear()
            done(content)

        self._bridge.compute(work, done=made, failed=lambda error: self._show_error(error, failed))

    def _show_error(self, error: BaseException, failed: Callable[[], None]) -> None:
        from fumimori.report import ProtectionError

        if not shiboken6.isValid(self):  # the page was left meanwhile
            return
        failed()
        if isinstance(error, ProtectionError):
            field = self._first if error.code in OWN else self._word
            field.show_error(self._t(f"words.protection.{error.code}"))
        else:
            field = self._word if self._ticked("sign") else self._first
            field.show_error(self._say("failed", fault=type(error).__name__))
        field.edit.setFocus()

    def _ticked(self, word: str) -> bool:
        return self._parts[word][0].isChecked()

    def _say(self, key: str, **values: object) -> str:
        return self._t(f"ui.protection.{key}", **values)

    def _part(self, word: str) -> QVBoxLayout:
        """The card to tick for `word`, and the box that it opens."""
        frame, inside = card(self._theme)
        frame.hide()

        def changed(on: bool) -> None:  # noqa: FBT001 - as the card tells it
            frame.setVisible(on)
            self._archival.setVisible(self.wanted)

        why = self._say(f"{word}_why")
        made = tick(self._theme, self._say(word), on=False, changed=changed, name=f"{word}-report", explanation=why)
        self._parts[word] = (made, frame)
        self._whole.addWidget(made)
        self._whole.addWidget(frame)
        return inside

    def _field(self, name: str, key: str, hint: str = "") -> Field:
        label = self._say(key)
        return Field(self._theme, label=label, hint=hint, text="", changed=lambda _text: None, name=name, secret=True)

    def _choose(self) -> None:
        name, _ = QFileDialog.getOpenFileName(self, self._say("choose_key"), str(Path.home()), "PKCS #12 (*.p12 *.pfx)")
        if name:
            self.use_key(Path(name))


def _protected(pdf: bytes, passphrase: str, key: Path | None, key_passphrase: str) -> bytes:
    from fumimori.foreign_file import read_at_most
    from fumimori.report import Protection, protected
    from fumimori.report.protection import KEY_MOST, ProtectionError

    content = b""
    if key is not None:
        try:
            content = read_at_most(key, KEY_MOST + 1)
        except OSError as error:
            raise ProtectionError("key_unreadable") from error
        if not content:
            raise ProtectionError("not_a_key")
    return protected(pdf, Protection(passphrase=passphrase, key=content, key_passphrase=key_passphrase))
