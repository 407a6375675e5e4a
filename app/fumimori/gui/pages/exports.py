"""What leaves the program beside the report: which files, in which language, into which folder."""

from functools import partial
from pathlib import Path

import shiboken6
from PySide6.QtWidgets import QFileDialog, QVBoxLayout

from fumimori.exports import FORMATS
from fumimori.gui.pages.page import Page
from fumimori.gui.saving import SaveError, write_whole
from fumimori.gui.widgets.choice import tick
from fumimori.gui.widgets.controls import button, clear
from fumimori.gui.widgets.flow import Flow
from fumimori.gui.widgets.notice import Notice
from fumimori.gui.widgets.saved import saved_notice, trouble_notice


class ExportsPage(Page):
    """Files go into a folder of their own, so that nothing is ever overwritten."""

    def build(self) -> None:
        """Formats to tick, the language, the button."""
        theme = self.theme
        self._formats = set(FORMATS)
        self._language = self.session.open.report_language
        self.prose("lead", quiet=True)
        for word in FORMATS:
            self.add(
                tick(
                    theme,
                    self.say(f"format_{word}"),
                    on=True,
                    changed=partial(self._ticked, word),
                    name=f"format-{word}",
                    explanation=self.say(f"format_{word}_why"),
                )
            )
        names = {code: known.name for code, known in self.t.known.items()}
        self.add(self.choice("language", list(names), self._language, self._speak, labels=names))
        self._button = button(
            theme, self.say("choose"), self._choose, kind="primary", icon="folder-open", name="make-exports"
        )
        self.add(Flow(self._button, spacing=theme.gap))
        self._notes = QVBoxLayout()
        self.add(self._notes)

    def _ticked(self, word: str, on: bool) -> None:  # noqa: FBT001 - as the card tells it
        (self._formats.add if on else self._formats.discard)(word)
        self._button.setEnabled(bool(self._formats))

    def _speak(self, value: str | None) -> None:
        self._language = value or self._language

    def _choose(self) -> None:
        start = self.session.path.parent if self.session.path else Path.home()
        name = QFileDialog.getExistingDirectory(self, self.say("choose"), str(start))
        if name:
            self.make_in(Path(name))

    def make_in(self, place: Path) -> None:
        """Make the files in a new folder below `place`, and say that they are there or why not."""
        session = self.session
        if not session.judging.exact:
            session.judging.when_exact(partial(self.make_in, place), self)
            return
        make, about, result = session.services.make_exports, session.open, session.result
        texts, formats = session.services.texts(self._language), tuple(one for one in FORMATS if one in self._formats)
        day = f"{session.services.now():%Y-%m-%d}"
        self._button.setEnabled(False)
        self._note(Notice(self.theme, title=self.say("making")))
        session.bridge.compute(
            lambda: _written(place, f"fumimori-{day}", make(about, result, texts, formats)),
            done=self._made,
            failed=self._failed,
        )

    def _made(self, made: tuple[Path, int]) -> None:
        folder, count = made
        if shiboken6.isValid(self):
            self._button.setEnabled(True)
            title, text = self.say("made", count=count, folder=folder.name), self.say("made_next")
            self._note(saved_notice(self.theme, self.t, folder, title=title, text=text))

    def _failed(self, error: BaseException) -> None:
        if not shiboken6.isValid(self):
            return
        self._button.setEnabled(True)
        if isinstance(error, SaveError):
            title = self.say("not_made")
            self._note(trouble_notice(self.theme, self.t, error.code, title=title, again=self._choose))
        else:
            self._note(Notice(self.theme, title=self.say("failed", fault=type(error).__name__), icon="triangle-alert"))

    def _note(self, notice: Notice) -> None:
        clear(self._notes)
        self._notes.addWidget(notice)


def _written(place: Path, name: str, files: dict[str, bytes]) -> tuple[Path, int]:
    """The new folder below `place` that holds `files`, each written and read back, and their number. SaveError."""
    number = 1
    while (folder := place / (name if number == 1 else f"{name}-{number}")).exists():
        number += 1
    for file, content in files.items():
        target = folder / file
        try:
            target.parent.mkdir(parents=True, exist_ok=True)
        except OSError as error:
            raise SaveError("no_folder") from error
        write_whole(target, content)
    return folder, len(files)
