"""The session: the assessment under work, its file, what follows from it, and the language; without any widget."""

from datetime import datetime
from pathlib import Path
from threading import Thread
from typing import TYPE_CHECKING

import msgspec
from PySide6.QtCore import QObject, QTimer, Signal

from fumimori.gui import settings as remembered
from fumimori.gui.app_services import AppServices
from fumimori.gui.bridge import Bridge
from fumimori.gui.document_import import DocumentImport
from fumimori.gui.evidence_bytes import EvidenceBytes
from fumimori.gui.file_tasks import FileTasks
from fumimori.gui.judging import Judging
from fumimori.gui.measuring import Measuring
from fumimori.gui.undo_history import UndoHistory
from fumimori.gui.viewer_copies import ViewerCopies
from fumimori.model import Answer, Assessment, Evidence, Result
from fumimori.texts import Texts, languages
from fumimori.wizard.answering import answered

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from fumimori.engine import Toolkit
    from fumimori.store import AssessmentFile, Fresh

SAVE_AFTER_MS = 400
"""A pause in typing after which everything is written."""
SAVE_AT_THE_LATEST_MS = 1_000
"""So long after the first change everything is written although somebody types on; the rest of two seconds is for a
busy machine."""


class Session(QObject):
    """What all pages work on. Every change is saved automatically; a failed save is reported and nothing is dropped."""

    changed = Signal()
    """The assessment is another one."""
    saved = Signal()
    """`state` changed: something is to be written or was, or another file was opened or closed."""
    trouble = Signal(str)
    """A store error's code: the file could not be written."""
    _not_kept = Signal(str)

    def __init__(self, services: AppServices, language: str) -> None:
        super().__init__()
        self.services = services
        self.settings = remembered.load(services.settings_folder)
        known = languages(services.resources)
        self.language = self.settings.language if self.settings.language in known else language
        self.bridge = Bridge(self)
        self.judging = Judging(self)
        self.measuring = Measuring(self)
        self.work = FileTasks(self)
        self.document_import = DocumentImport(self)
        self.history = UndoHistory()
        self.copies = ViewerCopies()
        self.place: object = None
        """Where in the window something is done, for coming back to it when it is undone."""
        self.assessment: Assessment | None = None
        self.path: Path | None = None
        self.saved_at: datetime | None = None
        self.fault = ""
        """The store error's code of the last attempt to save, while that failed; or why the file is only shown."""
        self._file: AssessmentFile | None = None
        self._octets = EvidenceBytes()
        self._not_kept.connect(self._not_saved)
        self._result: Result | None = None
        self._unsaved = False
        self._timer = self._timed(SAVE_AFTER_MS)
        self._latest = self._timed(SAVE_AT_THE_LATEST_MS)

    def _timed(self, interval: int) -> QTimer:
        made = QTimer(self)
        made.setSingleShot(True)
        made.setInterval(interval)
        made.timeout.connect(self._save_by_itself)
        return made

    @property
    def texts(self) -> Texts:
        """All texts in the window's language."""
        return self.services.texts(self.language)

    @property
    def toolkit(self) -> "Toolkit":
        """Probes, rules and questions; loads them at the first call."""
        return self.services.toolkit()

    @property
    def open(self) -> Assessment:
        """The assessment under work; asking while there is none is a bug of our own."""
        if self.assessment is None:
            raise LookupError("no assessment is open")
        return self.assessment

    @property
    def result(self) -> Result:
        """What follows from the assessment as it stands; until it is judged again, from the judgement before."""
        if self._result is None:
            self._result = self.judging.result(self.open)
        return self._result

    @property
    def judged(self) -> bool:
        """Whether there is a result at once."""
        return self.judging.ready

    @property
    def measuring_now(self) -> bool:
        """Whether a measurement is under way."""
        return self.measuring.running

    def forget_result(self) -> None:
        """There is a new judgement: what followed from the one before is computed again on demand."""
        self._result = None

    @property
    def state(self) -> str:
        """`saved`, `saving` (within two seconds), `unsaved` (it could not be), `read_only`; empty without a file."""
        if self._file is None:
            return ""
        if self._unsaved:
            return "unsaved" if self.fault else "saving"
        if self._file.read_only:
            return "read_only"
        return "unsaved" if self.fault else "saved"

    # --- the file -------------------------------------------------------------------------------------------------

    def create(self, path: Path, passphrase: str | None, start: Assessment | None = None) -> None:
        """Begin a new assessment in a new file (or `start` in it); raises StoreError."""
        from fumimori.store import AssessmentFile

        fresh = start or self.fresh()
        self.take(AssessmentFile.create(path, passphrase, start=fresh), path, fresh)

    def fresh(self) -> Assessment:
        """A new assessment without content."""
        import secrets

        return Assessment(id=secrets.token_hex(8), created=self.services.now(), report_language=self.language)

    def is_open_at(self, path: Path) -> bool:
        """Whether the file at `path` is the one under work."""
        try:
            return self.path is not None and path.samefile(self.path)
        except OSError:
            return False

    def show(self, assessment: Assessment) -> None:
        """Work on `assessment` without a file."""
        self.close()
        self.assessment = assessment
        self._result = None
        self.judging.look()
        self.saved.emit()
        self.changed.emit()

    def close(self, *, drop: bool = False) -> bool:
        """Save and leave the file; False when it could not be saved; it then stays open, unless `drop` is set."""
        if not self.save_pending() and not drop:
            return False
        self._stop_timers()
        if self._file is not None:
            self._file.close()
        self._file = self.path = self.assessment = self._result = self.saved_at = None
        self._unsaved, self.fault, self.history = False, "", UndoHistory()
        self.copies.remove()
        self.judging.forget()
        return True

    def save_pending(self) -> bool:
        """Write what is not written yet; False when that fails, or when the file itself is gone meanwhile."""
        only_shown = self._file is not None and bool(self._file.read_only)
        return (only_shown and not self._unsaved) or self.save()

    def save(self) -> bool:
        """Write what is not written yet; False, and `trouble` emitted, when that fails."""
        self._stop_timers()
        if self._file is None or self.assessment is None:
            self._unsaved = False
            return True
        self._octets.carry_over(self._file)
        return self._write()

    def _write(self) -> bool:
        """Write what the file can take, which is all but the evidence that waits in memory."""
        from fumimori.store import StoreError

        if self._file is None or self.assessment is None:
            return True
        try:
            self._file.save(self._octets.written(self.assessment))
        except StoreError as error:
            return self._not_saved(error.code)
        return self._not_saved(self._octets.fault) if self._octets.waiting else self._was_saved()

    def _save_by_itself(self) -> None:
        """Save without holding the window up: neither waits for a large piece that is being written, nor tries one."""
        if self._file is not None and self._file.busy:
            self._timer.start()
        elif self._octets.waiting:
            self._stop_timers()
            self._write()
        else:
            self.save()

    def save_there_again(self) -> bool:
        """Write the file again where it vanished from; False, and `trouble` emitted, when that fails."""
        from fumimori.store import StoreError

        if self._file is None or self.assessment is None:
            return True
        try:
            self._file.save_again(self._octets.written(self.assessment))
        except StoreError as error:
            return self._not_saved(error.code)
        return self.save()

    def new_secret(self, passphrase: str | None) -> "Callable[[], Fresh]":
        """The function that prepares the file's new key, outside the window's thread."""
        from fumimori.store import fresh_key

        path = self.path or Path()
        return lambda: fresh_key(path, passphrase)

    def use_secret(self, fresh: "Fresh") -> None:
        """Re-encrypt the file with a prepared key; raises StoreError."""
        if self._file is not None:
            forget = self._file.use(fresh)
            Thread(target=forget, name="forget", daemon=True).start()
            self.saved.emit()

    def take(self, file: "AssessmentFile", path: Path, assessment: Assessment, *, leave: bool = False) -> None:
        """Work on `assessment`, which `file` holds or will hold; what was open is saved, or left as it is.

        Raises StoreError when it cannot be saved; it then stays open, and the other file is closed.
        """
        from fumimori.store import Unsaved

        if not leave and not self.save_pending():
            file.close()
            raise Unsaved(str(self.path))
        self._stop_timers()
        if self._file is not None:
            if leave:
                self._octets.bring_over(self._file, file, assessment)
            self._file.close()
        self._file, self.path, self.assessment = file, path, assessment
        if not leave:
            self.history = UndoHistory()
            self.copies.remove()
            self.judging.forget()
            self._octets.only_of(assessment)
        self._result, self._unsaved, self.fault, self.saved_at = None, False, file.read_only, self.services.now()
        self.remember(msgspec.structs.replace(self.settings.with_recent(path), language=self.language))
        if not file.read_only:
            self.save()
        self.judging.look()
        self.saved.emit()
        self.changed.emit()
        if file.read_only:
            self.trouble.emit(file.read_only)

    def _not_saved(self, code: str) -> bool:
        self._unsaved, self.fault = True, code
        self.saved.emit()
        self.trouble.emit(code)
        return False

    def _was_saved(self) -> bool:
        self._unsaved, self.fault = False, ""
        self.saved_at = self.services.now()
        self.saved.emit()
        return True

    def _stop_timers(self) -> None:
        self._timer.stop()
        self._latest.stop()

    # --- the octets of evidence ------------------------------------------------------------------------------------

    def keep(self, octets: bytes) -> str:
        """Keep the octets of a piece of evidence; their SHA-256. Where the file takes none, `trouble` follows.

        From any thread.
        """
        sha256 = self._octets.keep(self._file, octets)
        if self._octets.fault:
            self._not_kept.emit(self._octets.fault)
        return sha256

    def octets(self, evidence: Evidence) -> bytes | None:
        """What is kept of this piece; None where it is nowhere. Raises StoreError. From any thread."""
        return self._octets.of(self._file, evidence)

    def kept(self) -> "Iterable[tuple[str, bytes]]":
        """All octets that are kept, for a copy of the file. Raises StoreError while it is walked through."""
        return self._octets.all(self._file)

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
        """Work on `assessment` from now on; saved after a short pause, at the latest within two seconds."""
        if assessment == self.assessment:
            return
        if self.assessment is not None:
            self.history.record(self.assessment, assessment, self.place)
        self._become(assessment)

    def undo(self) -> object:
        """Take the last thing back that was said; where that was, or None when there is nothing to take back."""
        return self._turned(self.history.undo(self.assessment) if self.assessment is not None else None)

    def redo(self) -> object:
        """Say again what was taken back last; where that was, or None."""
        return self._turned(self.history.redo(self.assessment) if self.assessment is not None else None)

    def _turned(self, found: tuple[Assessment, object] | None) -> object:
        if found is None:
            return None
        self._become(found[0])
        return found[1]

    def _become(self, assessment: Assessment) -> None:
        self.assessment = assessment
        self._result = None
        self.judging.look()
        began = not self._unsaved
        self._unsaved = True
        self._timer.start()
        if not self._latest.isActive():
            self._latest.start()
        if began:
            self.saved.emit()
        self.changed.emit()

    def answer(self, question: str, value: str | None, **fields: object) -> None:
        """Record an answer (None: *I do not know*); another value keeps the old answer as history."""
        new = answered(self.open, question, value, self.services.now())
        self._replace_answer(msgspec.structs.replace(new, **fields))

    def annotate(self, question: str, **fields: object) -> None:
        """Change the details of an answer; does nothing while there is none."""
        old = self.open.answer(question)
        if old is not None:
            self._replace_answer(msgspec.structs.replace(old, **fields))

    def withdraw(self, question: str) -> None:
        """Take an answer back, so that the question counts as not answered; its note and history are kept aside."""
        old = self.open.answer(question)
        if old is None:
            return
        aside = tuple(one for one in self.open.withdrawn if one.question != question)
        answers = tuple(answer for answer in self.open.answers if answer.question != question)
        self.edit(answers=answers, withdrawn=(*aside, old))

    def _replace_answer(self, new: Answer) -> None:
        others = tuple(answer for answer in self.open.answers if answer.question != new.question)
        aside = tuple(one for one in self.open.withdrawn if one.question != new.question)
        self.edit(answers=(*others, new), withdrawn=aside)

    # --- the window -----------------------------------------------------------------------------------------------

    def remember(self, settings: remembered.Settings) -> None:
        """Keep the window's settings for the next start."""
        self.settings = settings
        remembered.save(self.services.settings_folder, settings)

    def set_language(self, language: str) -> None:
        """Use another language from now on."""
        self.language = language
        self.remember(msgspec.structs.replace(self.settings, language=language))
