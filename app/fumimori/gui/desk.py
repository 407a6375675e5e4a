"""The desk: the assessment under work, its file, what follows from it, and the language; without any widget."""

from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING

import msgspec
from PySide6.QtCore import QObject, QTimer, Signal

from fumimori.core.model import Answer, Assessment, Result
from fumimori.gui import settings as remembered
from fumimori.gui.bridge import Bridge
from fumimori.gui.measuring import Measuring
from fumimori.gui.parts import Parts
from fumimori.texts import Texts, languages

if TYPE_CHECKING:
    from fumimori.engine import Instruments
    from fumimori.store import AssessmentFile

SAVE_AFTER_MS = 400
"""A pause in typing after which everything is written."""


class Desk(QObject):
    """What all pages work on. Every change is saved by itself; a fault in saving is told and nothing is dropped."""

    changed = Signal()
    """The assessment is another one."""
    saved = Signal()
    """Something was written, or another file was opened or closed."""
    trouble = Signal(str)
    """A store error's code: the file could not be written."""

    def __init__(self, parts: Parts, language: str) -> None:
        super().__init__()
        self.parts = parts
        self.settings = remembered.load(parts.settings_folder)
        known = languages(parts.resources)
        self.language = self.settings.language if self.settings.language in known else language
        self.bridge = Bridge(self)
        self.measuring = Measuring(self)
        self.assessment: Assessment | None = None
        self.path: Path | None = None
        self.saved_at: datetime | None = None
        self._file: AssessmentFile | None = None
        self._result: Result | None = None
        self._unsaved = False
        self._timer = QTimer(self)
        self._timer.setSingleShot(True)
        self._timer.setInterval(SAVE_AFTER_MS)
        self._timer.timeout.connect(self.save)

    @property
    def texts(self) -> Texts:
        """All texts in the window's language."""
        return self.parts.texts(self.language)

    @property
    def instruments(self) -> "Instruments":
        """Probes, rules and questions; loads them at the first call."""
        return self.parts.instruments()

    @property
    def open(self) -> Assessment:
        """The assessment under work; asking while there is none is a mistake of ours."""
        if self.assessment is None:
            raise LookupError("no assessment is open")
        return self.assessment

    @property
    def result(self) -> Result:
        """What follows from the assessment as it stands."""
        if self._result is None:
            self._result = self.instruments.assess(self.open, self.parts.now())
        return self._result

    @property
    def read_only(self) -> bool:
        """Whether the file was made by a newer version and is only shown."""
        return bool(self._file is not None and self._file.read_only)

    # --- the file -------------------------------------------------------------------------------------------------

    def create(self, path: Path, passphrase: str | None, start: Assessment | None = None) -> None:
        """Begin a new assessment in a new file (or `start` in it); raises StoreError."""
        import secrets

        from fumimori.store import AssessmentFile

        moment = self.parts.now()
        fresh = start or Assessment(id=secrets.token_hex(8), created=moment, report_language=self.language)
        file = AssessmentFile.create(path, passphrase)
        file.save(fresh)
        self._take(file, path, fresh)

    def open_file(self, path: Path, passphrase: str | None = None) -> None:
        """Go on with the assessment in the file at `path`; raises StoreError."""
        from fumimori.store import AssessmentFile

        file = AssessmentFile.open(path, passphrase)
        self._take(file, path, file.assessment)

    def open_sample(self, path: Path) -> None:
        """Make a copy of the sample company at `path` and open it; raises StoreError."""
        self.create(path, self.parts.sample_passphrase, self.parts.sample())

    def show(self, assessment: Assessment) -> None:
        """Work on `assessment` without a file."""
        self.close()
        self.assessment = assessment
        self._result = None
        self.saved.emit()
        self.changed.emit()

    def close(self) -> bool:
        """Save and leave the file; False when it could not be saved, and then it stays open."""
        if self._unsaved and not self.save():
            return False
        if self._file is not None:
            self._file.close()
        self._file = self.path = self.assessment = self._result = self.saved_at = None
        return True

    def save(self) -> bool:
        """Write what is not written yet; False, with `trouble` told, when that fails."""
        from fumimori.store import StoreError

        self._timer.stop()
        if self._file is None or self.assessment is None or self.read_only:
            self._unsaved = False
            return True
        try:
            self._file.save(self.assessment)
        except StoreError as error:
            self.trouble.emit(error.code)
            return False
        self._unsaved = False
        self.saved_at = self.parts.now()
        self.saved.emit()
        return True

    def save_copy(self, path: Path, passphrase: str | None) -> None:
        """Go on in a new file at `path`, for when the old one cannot be written; raises StoreError."""
        self.create(path, passphrase, self.open)

    def _take(self, file: "AssessmentFile", path: Path, assessment: Assessment) -> None:
        if self._file is not None:
            self._file.close()
        self._file, self.path, self.assessment = file, path, assessment
        self._result, self._unsaved, self.saved_at = None, False, self.parts.now()
        self.remember(msgspec.structs.replace(self.settings.with_recent(path), language=self.language))
        self.saved.emit()
        self.changed.emit()

    # --- changes --------------------------------------------------------------------------------------------------

    def edit(self, **changes: object) -> None:
        """Replace fields of the assessment by name; saved after a short pause."""
        self.put(msgspec.structs.replace(self.open, **changes))

    def edit_organisation(self, **changes: object) -> None:
        """Replace fields of the organisation."""
        self.edit(organisation=msgspec.structs.replace(self.open.organisation, **changes))

    def edit_scope(self, **changes: object) -> None:
        """Replace fields of the scope."""
        self.edit(scope=msgspec.structs.replace(self.open.scope, **changes))

    def edit_consent(self, **changes: object) -> None:
        """Replace fields of the consent."""
        self.edit(consent=msgspec.structs.replace(self.open.consent, **changes))

    def edit_brand(self, **changes: object) -> None:
        """Replace fields of the report's brand."""
        self.edit(brand=msgspec.structs.replace(self.open.brand, **changes))

    def put(self, assessment: Assessment) -> None:
        """Work on `assessment` from now on; saved after a short pause."""
        if assessment == self.assessment:
            return
        self.assessment = assessment
        self._result = None
        self._unsaved = True
        self._timer.start()
        self.changed.emit()

    def answer(self, question: str, value: str | None, **fields: object) -> None:
        """Record an answer (None: *I do not know*); another value keeps the old answer as history."""
        old = self.open.answer(question)
        now = self.parts.now()
        if old is None:
            new = Answer(question=question, value=value, at=now)
        elif old.value != value:
            past = (*old.history, msgspec.structs.replace(old, history=()))
            new = msgspec.structs.replace(old, value=value, at=now, history=past, settled="", reason="", who_knows="")
        else:
            new = msgspec.structs.replace(old, at=now)
        self._replace_answer(msgspec.structs.replace(new, **fields))

    def annotate(self, question: str, **fields: object) -> None:
        """Change what stands beside an answer; does nothing while there is none."""
        old = self.open.answer(question)
        if old is not None:
            self._replace_answer(msgspec.structs.replace(old, **fields))

    def withdraw(self, question: str) -> None:
        """Take an answer back, so that the question counts as not answered."""
        self.edit(answers=tuple(answer for answer in self.open.answers if answer.question != question))

    def _replace_answer(self, new: Answer) -> None:
        others = tuple(answer for answer in self.open.answers if answer.question != new.question)
        self.edit(answers=(*others, new))

    # --- the window -----------------------------------------------------------------------------------------------

    def remember(self, settings: remembered.Settings) -> None:
        """Keep the window's settings for the next start."""
        self.settings = settings
        remembered.save(self.parts.settings_folder, settings)

    def speak(self, language: str) -> None:
        """Use another language from now on."""
        self.language = language
        self.remember(msgspec.structs.replace(self.settings, language=language))
