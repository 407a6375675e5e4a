"""What leaves the program besides the report: which files, in which language, into which folder."""

from collections.abc import Callable
from functools import partial
from pathlib import Path

import shiboken6
from PySide6.QtWidgets import QFileDialog, QVBoxLayout

from fumimori.exports import FORMATS, HANDOVER, PackageTooLargeError
from fumimori.gui.pages.page import Page
from fumimori.gui.saving import SaveError, write_whole
from fumimori.gui.widgets.choice import tick
from fumimori.gui.widgets.controls import button, card, clear
from fumimori.gui.widgets.flow import Flow
from fumimori.gui.widgets.notice import Notice
from fumimori.gui.widgets.saving_notices import saved_notice, write_error_notice
from fumimori.gui.widgets.text import Prose

Write = Callable[[dict[str, bytes]], tuple[Path, int]]
"""Files by name → where they were put, and how many; SaveError."""


class ExportsPage(Page):
    """Files go into a folder of their own, so that nothing is ever overwritten."""

    def build(self) -> None:
        """Formats to tick, the language, the button."""
        theme = self.theme
        self._formats = set(FORMATS)
        self._language = self.session.open.report_language
        names = {code: known.name for code, known in self.t.known.items()}
        self.add(self.choice("language", list(names), self._language, self._set_language, labels=names))
        self._notes = QVBoxLayout()
        self.add(self._notes)
        self._package = button(
            theme, self.say("package"), self._choose_package, kind="primary", icon="download", name="make-package"
        )
        frame, inside = card(theme)
        inside.addWidget(Prose(theme, self.say("package_title"), bold=True))
        inside.addWidget(Prose(theme, self.say("package_why")))
        inside.addLayout(Flow(self._package, spacing=theme.gap))
        self.add(frame)
        self.section(self.say("singly"))
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
        self._button = button(theme, self.say("choose"), self._choose, icon="folder-open", name="make-exports")
        self.add(Flow(self._button, spacing=theme.gap))

    def _ticked(self, word: str, on: bool) -> None:  # noqa: FBT001 - as the card tells it
        (self._formats.add if on else self._formats.discard)(word)
        self._button.setEnabled(bool(self._formats))

    def _set_language(self, value: str | None) -> None:
        self._language = value or self._language

    def _choose(self) -> None:
        start = self.session.path.parent if self.session.path else Path.home()
        name = QFileDialog.getExistingDirectory(self, self.say("choose"), str(start))
        if name:
            self.make_in(Path(name))

    def _choose_package(self) -> None:
        start = self.session.path.parent if self.session.path else Path.home()
        usual = f"{self.say('package_name')}-{self.session.services.now():%Y-%m-%d}.zip"
        name, _ = QFileDialog.getSaveFileName(self, self.say("package"), str(start / usual), "ZIP (*.zip)")
        if name:
            self.package_to(Path(name))

    def package_to(self, path: Path) -> None:
        """Make the hand-over package, and say that it is there or why not."""
        self._make((HANDOVER,), partial(_packed, path), self._choose_package)

    def make_in(self, place: Path) -> None:
        """Make the chosen files in a new folder below `place`, and say that they are there or why not."""
        day = f"{self.session.services.now():%Y-%m-%d}"
        formats = tuple(one for one in FORMATS if one in self._formats)
        self._make(formats, lambda files: _written(place, f"fumimori-{day}", files), self._choose)

    def _make(self, formats: tuple[str, ...], write: Write, again: Callable[[], None]) -> None:
        session = self.session
        if not session.judging.exact:
            session.judging.when_exact(partial(self._make, formats, write, again), self)
            return
        make, about, result = session.services.make_exports, session.open, session.result
        texts = session.services.texts(self._language)
        self._enable(on=False)
        self._note(Notice(self.theme, title=self.say("making")))
        session.bridge.compute(
            lambda: write(make(about, result, texts, formats)), done=self._made, failed=partial(self._failed, again)
        )

    def _enable(self, *, on: bool) -> None:
        self._package.setEnabled(on)
        self._button.setEnabled(on and bool(self._formats))

    def _made(self, made: tuple[Path, int]) -> None:
        place, count = made
        if shiboken6.isValid(self):
            self._enable(on=True)
            title = self.say("made" if place.is_dir() else "packed", count=count, folder=place.name)
            self._note(saved_notice(self.theme, self.t, place, title=title, text=self.say("made_next")))

    def _failed(self, again: Callable[[], None], error: BaseException) -> None:
        if not shiboken6.isValid(self):
            return
        self._enable(on=True)
        if isinstance(error, SaveError):
            title = self.say("not_made")
            self._note(write_error_notice(self.theme, self.t, error.code, title=title, again=again))
            return
        key = "too_large" if isinstance(error, PackageTooLargeError) else "failed"
        title = self.say(key, fault=type(error).__name__)
        self._note(Notice(self.theme, title=title, icon="triangle-alert"))

    def _note(self, notice: Notice) -> None:
        clear(self._notes)
        self._notes.addWidget(notice)


def _packed(path: Path, files: dict[str, bytes]) -> tuple[Path, int]:
    """Where the one file of `files` was put; SaveError."""
    write_whole(path, *files.values())
    return path, 1


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
