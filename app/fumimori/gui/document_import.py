"""What people hand over, on its way into the assessment: read in the background, shown, then taken in or not."""

import contextlib
import dataclasses
import logging
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import chain, combinations
from pathlib import Path
from threading import Event
from typing import TYPE_CHECKING

import msgspec
from PySide6.QtCore import QObject, QTimer, Signal

from fumimori.gui.bridge import Job
from fumimori.model import Outcome

if TYPE_CHECKING:
    from fumimori.checks.contract import Document
    from fumimori.engine import Toolkit
    from fumimori.engine.reading import DocumentResult, Progress, ReadResult
    from fumimori.gui.session import Session
    from fumimori.model import Assessment

log = logging.getLogger(__name__)

TELL_EVERY_MS = 200
NAMELESS = "host.invalid"
"""Stands for the host that people have not named yet, while it is worked out what documents would prove (RFC 2606)."""


@dataclass(frozen=True, kw_only=True)
class Read:
    """The result of a reading, before it counts."""

    result: "ReadResult"
    outcomes: tuple[Outcome, ...]
    """What its readers would say of it."""
    vouched: Mapping[frozenset[str], tuple[Outcome, ...]]
    """The same, by what a person says of its documents (see `ReadResult.claims`)."""
    measured: tuple[Outcome, ...]
    """What the measurements say that were made elsewhere."""
    unread: tuple["DocumentResult", ...]
    """With those that could not even be opened."""


class DocumentImport(QObject):
    """At most one reading at a time; nothing counts before `accept`, and more can be handed over until then."""

    changed = Signal()
    """It began, went on, ended or was decided about."""
    _said = Signal(object)

    def __init__(self, session: "Session") -> None:
        super().__init__(session)
        self._session = session
        self._given: list[Path | Document] = []
        self._job: Job | None = None
        self._stop = Event()
        self._for = ""
        self.read: Read | None = None
        self.also: set[str] = set()
        """The other domains and hosts that people add to the scope."""
        self.host = ""
        """Of which host the documents are that do not say it."""
        self.claims: set[str] = set()
        """What people say of the documents: that they sent them, or that they come from whom they name."""
        self.progress: Progress | None = None
        self.fault = ""
        """Why it failed: `too_many`, `gone` or `our_bug`."""
        self.taken = 0
        """How many documents were taken in last, until something else is handed over."""
        self._timer = QTimer(self, singleShot=True, interval=TELL_EVERY_MS)
        self._timer.timeout.connect(self.changed)
        self._said.connect(self._on_progress)

    @property
    def running(self) -> bool:
        """Whether documents are being read."""
        return self._job is not None

    def add(self, given: "Iterable[Path | Document]") -> None:
        """Read these, together with what was handed over before and is not decided about."""
        if self._for != self._session.open.id:
            self.discard()
        self._given += given
        if self._job is None:
            self._start()
        else:
            self._stop.set()

    def paste(self, name: str, text: str) -> None:
        """Read text that was pasted, under this name."""
        from fumimori.engine.reading import document_of

        self.add([document_of(name, text.encode(errors="replace"), self._session.services.now())])

    def stop(self) -> None:
        """Ask the reading to end; what was read by then is shown."""
        self._stop.set()
        self._given = []

    def discard(self) -> None:
        """Leave out everything that is not taken in."""
        self._stop.set()
        self._given, self.read, self.also, self.host, self.fault, self.taken = [], None, set(), "", "", 0
        self._for, self.claims = "", set()
        self.changed.emit()

    def vouch(self, claim: str, on: bool) -> None:  # noqa: FBT001 - a card that is ticked says it so
        """Whether people say this of the documents."""
        (self.claims.add if on else self.claims.discard)(claim)

    @property
    def outcomes(self) -> tuple[Outcome, ...]:
        """What its readers would say of what was read, as far as people said whose it is."""
        if self.read is None:
            return ()
        return self.read.vouched.get(frozenset(self.claims), self.read.outcomes)

    def of_host(self, host: str) -> None:
        """The documents that do not say it are of this host."""
        self.host = host.strip().lower().rstrip(".")

    def include(self, subject: str, on: bool) -> None:  # noqa: FBT001 - a card that is ticked says it so
        """Whether this other domain or host belongs to the assessment."""
        (self.also.add if on else self.also.discard)(subject)

    @property
    def needs_host(self) -> bool:
        """Whether somebody has to say of which host documents are."""
        return self.read is not None and bool(self.read.result.nameless) and not self.host

    def accept(self) -> bool:
        """Let what was read count from now on; False when nothing of it is the assessment's."""
        if self.read is None:
            return False
        session, result = self._session, self.read.result.vouched(self.claims)
        named = result.of_host(self.host) if self.host else result
        also = {*self.also, self.host} if self.host else self.also
        after = named.added_to(session.open, also)
        if after is session.open:
            return False
        self.discard()
        self.taken = sum(max(len(run.sources), 1) for run in after.runs[len(session.open.runs) :])
        session.put(after)
        self.changed.emit()
        return True

    def remove(self, run: str) -> None:
        """Take a reading, or a measurement made elsewhere, out of the assessment again; it can be undone."""
        from fumimori.engine.removing import without_run

        session = self._session
        session.put(without_run(session.toolkit, session.open, run))
        self.taken = 0
        self.changed.emit()

    def _start(self) -> None:
        self._stop = stop = Event()
        self.read, self.progress, self.fault, self.taken, self.claims = None, None, "", 0, set()
        assessment, given, now = self._session.open, tuple(self._given), self._session.services.now()
        toolkit = self._session.toolkit
        self._for = assessment.id

        def said(progress: "Progress") -> None:
            with contextlib.suppress(RuntimeError):  # the window is gone
                self._said.emit(progress)

        def work() -> Read:
            return _read(toolkit, assessment, given, now, said=said, stop=stop)

        self._job = self._session.bridge.compute(work, done=self._on_finished, failed=self._failed)
        self.changed.emit()

    def _on_progress(self, progress: "Progress") -> None:
        self.progress = progress
        if not self._timer.isActive():
            self._timer.start()

    def _on_finished(self, read: Read) -> None:
        self._job = None
        self._timer.stop()  # what is shown next must not be rebuilt while somebody types
        if self._given and self._stop.is_set():
            self._start()
            return
        current = self._session.assessment
        if self._for and current is not None and current.id == self._for and (read.result.documents or read.unread):
            self.read = read
        self.changed.emit()

    def _failed(self, error: BaseException) -> None:
        from fumimori.engine.input_files import TooManyFilesError

        self._job, self._given = None, []
        self._timer.stop()
        self.fault = "our_bug"
        if isinstance(error, TooManyFilesError):
            self.fault = "too_many"
        elif isinstance(error, FileNotFoundError):
            self.fault = "gone"
        if self.fault == "our_bug":
            log.error("the reading broke off", exc_info=error)
        self.changed.emit()


def _read(
    toolkit: "Toolkit",
    assessment: "Assessment",
    given: "Sequence[Path | Document]",
    now: "datetime",
    *,
    said: "Callable[[Progress], None]",
    stop: Event,
) -> Read:
    """Read everything, and judge what would follow from it; in a thread of its own."""
    from fumimori.engine.input_files import documents_in, files_in
    from fumimori.engine.reading import DocumentResult, read_documents
    from fumimori.engine.scan_import import with_scans

    skipped: list[DocumentResult] = []
    files = files_in(one for one in given if isinstance(one, Path))
    documents = documents_in(files, toolkit.readers, now, skipped=skipped)
    pasted = [one for one in given if not isinstance(one, Path)]
    result = read_documents(toolkit, assessment, chain(pasted, documents), now, observer=said, cancelled=stop.is_set)

    def said_of(result: "ReadResult") -> tuple[Outcome, ...]:
        after = result.of_host(NAMELESS).added_to(assessment, {NAMELESS, *(one.subject for one in result.others)})
        # The window's last judgement stays at hand: this one is of an assessment that may never be.
        outcomes = dataclasses.replace(toolkit).outcomes(after) if result.run.attempts else ()
        return tuple(one for one in outcomes if result.speaks_in(one))

    there = msgspec.structs.replace(assessment, runs=(), registers=())
    measured = with_scans(result.scans, there, {one.subject for one in result.others})
    unread = (
        *(one for one in result.documents if one.problem),
        *skipped,
    )
    return Read(
        result=result,
        outcomes=said_of(result),
        vouched={
            frozenset(said): said_of(result.vouched(said))
            for count in range(1, len(result.claims) + 1)
            for said in combinations(result.claims, count)
        },
        measured=tuple(dataclasses.replace(toolkit).outcomes(measured)) if result.scans else (),
        unread=unread,
    )
