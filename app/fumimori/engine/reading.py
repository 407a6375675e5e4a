"""Reads what people hand over: files, archives and pasted text, each recognised by its content and read by a reader.

Nothing is sent, so that no consent is needed; nothing is executed, and nothing of a content is kept beyond the facts.
A new kind of document needs a reader in `checks/<id>/reader.py` and nothing here (see `checks.contract`).
"""

import hashlib
import logging
import uuid
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any

import msgspec

from fumimori import __version__
from fumimori.checks.contract import (
    About,
    Document,
    NotReadable,
    ReadContext,
    Reader,
    Reading,
    TooMuch,
)
from fumimori.checks.mail_message.reader import read as read_message
from fumimori.checks.mail_message.vouching import signers
from fumimori.engine.counting import belongs, failure
from fumimori.engine.read_result import DocumentResult, OtherDomain, Progress, ReadResult
from fumimori.engine.scan_import import SCAN, ImportedScan, foreign, is_scan, read_scan_document
from fumimori.engine.toolkit import Toolkit
from fumimori.engine.unpacking import DEPTH_MOST, Allowance, Opener, Unread, carried, opener
from fumimori.grammar.collected import is_collected
from fumimori.model import Assessment, Attempt, Record, Run, RunKind, Source, Status

__all__ = ["DocumentResult", "OtherDomain", "Progress", "ReadResult", "document_of", "read_documents"]

log = logging.getLogger(__name__)

SHARE_TOLD = 0.02
"""Share of a document that is read between two progress events."""
SURE = 0.5
"""A reader that is less sure than this does not get the document."""


def document_of(name: str, content: bytes, at: datetime, from_whom: str = "") -> Document:
    """What a person handed over, with its digest."""
    return Document(name=name, content=content, sha256=hashlib.sha256(content).hexdigest(), at=at, from_whom=from_whom)


def read_documents(
    toolkit: Toolkit,
    assessment: Assessment,
    documents: Iterable[Document],
    at: datetime,
    *,
    about: str = "",
    observer: Callable[[Progress], None] = lambda _progress: None,
    cancelled: Callable[[], bool] = lambda: False,
) -> ReadResult:
    """Recognise and read `documents` for `assessment`, at the moment `at`; each is asked for when its turn comes.

    `about` is the host that a person says they are of, for documents that do not say it. Ends soon after `cancelled`
    says so, with what was read by then. Never raises for what is in a document: a bug of our own in one reader
    becomes the problem `our_bug` of that document and leaves the others alone.
    """
    return _Reading(toolkit, assessment, at, about, observer, cancelled).run(documents)


class _Stopped(Exception):  # noqa: N818 - it is what the person wanted
    """The person stopped the reading in the middle of a document."""


@dataclass
class _Taken:
    """One subject of one document, before it is an attempt."""

    reader: Reader[Any]
    reading: Reading[Record]
    document: Document


@dataclass
class _Reading:
    toolkit: Toolkit
    assessment: Assessment
    at: datetime
    about: str
    observer: Callable[[Progress], None]
    cancelled: Callable[[], bool]
    allowance: Allowance = field(default_factory=Allowance)
    documents: list[DocumentResult] = field(default_factory=list)
    taken: list[_Taken] = field(default_factory=list)
    scans: list[ImportedScan] = field(default_factory=list)
    known: set[str] = field(default_factory=set)
    """Digests of what was read already: the same document twice is one."""
    total: int = 0
    name: str = ""
    share: float = 0.0
    """The document that is being read, and the share of it that was reported."""

    def run(self, documents: Iterable[Document]) -> ReadResult:
        self.context = ReadContext(
            scope=self.assessment.scope,
            observations=self.toolkit.observations(self.assessment),
            rules=self.toolkit.rules,
            at=self.at,
            chain=self.toolkit.chain,
            about=self.about,
            watch=self.watch,
        )
        stopped = False
        for document in documents:
            stopped = stopped or self.cancelled()
            if stopped:
                break
            self.total += 1
            self.take(document, 0)
        stopped = stopped or self.cancelled()
        attempts = tuple(self.attempts())
        sources = {one.document.sha256: _source(one.document) for one in self.taken}
        run = Run(
            id=str(uuid.uuid4()),
            started=self.at,
            ended=self.at,
            kind=RunKind.READ,
            scope=self.assessment.scope,
            program=__version__,
            rules=self.toolkit.rules.version,
            attempts=attempts,
            sources=tuple(sources.values()),
            cancelled=stopped,
        )
        return ReadResult(
            run=run,
            documents=tuple(self.documents),
            others=tuple(self.others()),
            teaches=tuple(self.teaches()),
            tools=tuple({one.document.sha256: one.reading.tool for one in self.taken if one.reading.tool}.items()),
            scans=tuple(self.scans),
            cancelled=stopped,
        )

    def take(self, document: Document, depth: int) -> None:
        """Read one document, or take it apart and read what comes out."""
        self.observer(Progress(name=document.name, done=len(self.documents), total=self.total))
        try:
            if is_scan(document):
                self.measured(document)
                return
            reader = None if is_collected(document.content) else self.reader_of(document)
            attached = self.reports_in(document)
            if attached:
                self.total += len(attached) - 1
                for report in attached:
                    self.read(report, self.reader_of(report))
                return
            open_up = None if reader else opener(document)
            if open_up is None:
                self.read(document, reader)
            else:
                self.take_apart(document, open_up, depth)
        except NotReadable as error:
            self.note(document, problem=error.reason, detail=error.detail)

    def take_apart(self, document: Document, open_up: Opener, depth: int) -> None:
        """Read what comes out of an archive or a mailbox."""
        if depth >= DEPTH_MOST:
            raise TooMuch
        before = len(self.documents)
        for piece in open_up(document, self.allowance):
            if self.cancelled():
                return
            self.total += 1
            if isinstance(piece, Unread):
                self.documents.append(
                    DocumentResult(name=piece.name, problem=piece.why.reason, detail=piece.why.detail)
                )
            else:
                self.take(piece, depth + 1)
        if len(self.documents) == before:
            self.note(document, problem="nothing_inside")

    def measured(self, document: Document) -> None:
        """Read a measurement that was made elsewhere."""
        found = read_scan_document(document, self.toolkit)
        there = {run.id for run in self.assessment.runs} | {run.id for one in self.scans for run in one.scan.runs}
        if all(run.id in there for run in found.scan.runs):
            self.note(document, reader=SCAN, problem="twice")
            return
        self.scans.append(found)
        self.note(document, reader=SCAN, subjects=tuple(domain.name for domain in found.scan.scope.domains))

    def reports_in(self, document: Document) -> list[Document]:
        """What is attached to a message and makes it a mere envelope, such as a report of a big provider."""
        found = []
        for piece in carried(document, self.allowance):
            reader = None if isinstance(piece, Unread) else self.reader_of(piece)
            if reader is not None and reader.carried_in_mail and isinstance(piece, Document):
                found.append(piece)
        signers = self.signers(document) if found else ()
        return [replace(piece, signers=signers) for piece in found]

    def signers(self, message: Document) -> tuple[str, ...]:
        """Whose signatures the own server found good on this message."""
        found: list[str] = []

        def work() -> None:
            domains = [domain.name for domain in self.assessment.scope.domains]
            for reading in read_message(message, self.context):
                found.extend(signers(reading.facts, domains))

        failure(work)
        return tuple(found)

    def reader_of(self, document: Document) -> Reader[Any] | None:
        """The reader that is surest of it; None when nobody is sure enough."""
        best, surest = None, SURE
        for reader in self.toolkit.readers:
            sure = reader.accepts(document)
            if sure >= surest and (best is None or sure > surest):
                best, surest = reader, sure
        return best

    def read(self, document: Document, reader: Reader[Any] | None) -> None:
        if reader is None:
            raise NotReadable
        if len(document.content) > reader.limit:
            raise TooMuch
        if document.sha256 in self.known:
            self.note(document, reader=reader.id, problem="twice")
            return
        self.known.add(document.sha256)
        readings: Sequence[Reading[Record]] = ()

        def work() -> None:
            nonlocal readings
            readings = reader.read(document, self.context)

        self.name, self.share = document.name, 0.0
        error = failure(work)
        if isinstance(error, _Stopped):
            return
        if isinstance(error, NotReadable):
            self.note(document, reader=reader.id, problem=error.reason, detail=error.detail)
            return
        if error is not None:
            log.error("a reader failed", exc_info=error)
            self.note(document, reader=reader.id, problem="our_bug", detail=type(error).__name__)
            return
        placed = [self.placed(reader, reading, document) for reading in readings]
        self.taken += [_Taken(reader, reading, document) for reading in placed]
        subjects = tuple(dict.fromkeys(reading.subject for reading in placed if not reading.check))
        others = tuple(subject for subject in subjects if not belongs(reader.about, subject, self.assessment.scope))
        self.note(document, reader=reader.id, subjects=subjects, others=others)

    def watch(self, share: float) -> None:
        """Say how far the document is read, and end it when the person wants that."""
        if self.cancelled():
            raise _Stopped
        if share - self.share >= SHARE_TOLD:
            self.share = share
            self.observer(Progress(name=self.name, done=len(self.documents), total=self.total, share=share))

    def placed(self, reader: Reader[Any], reading: Reading[Record], document: Document) -> Reading[Record]:
        """The reading with the host that the person named, or else the file around it, where it names none itself."""
        if reader.about is About.HOST and not reading.subject:
            return msgspec.structs.replace(reading, subject=self.about or document.host)
        return reading

    def note(self, document: Document, **said: object) -> None:
        self.documents.append(
            msgspec.structs.replace(
                DocumentResult(name=document.name, sha256=document.sha256, size=len(document.content)), **said
            )
        )

    def attempts(self) -> Iterator[Attempt]:
        """What was taken, as attempts; of a reader that merges, one for each subject."""
        merged: dict[tuple[str, str], list[_Taken]] = {}
        for one in self.taken:
            if one.reader.merge is not None:
                merged.setdefault((one.reader.id, one.reading.subject), []).append(one)
            else:
                yield self.attempt(one, one.reading.facts, one.reading.part, one.document.sha256)
        for together in merged.values():
            first = together[0]
            digests = "".join(sorted(one.document.sha256 for one in together))
            merge = first.reader.merge
            facts = merge([one.reading.facts for one in together]) if merge else first.reading.facts
            source = first.document.sha256 if len(together) == 1 else ""
            yield self.attempt(first, facts, hashlib.sha256(digests.encode()).hexdigest()[:16], source)

    def attempt(self, one: _Taken, facts: Record, part: str, source: str) -> Attempt:
        tool = one.reading.tool
        at = tool.at if tool and tool.at else self.at
        return Attempt(
            probe=one.reading.check or one.reader.id,
            subject=one.reading.subject,
            status=Status.COMPLETED,
            started=at,
            ended=at,
            facts=msgspec.Raw(msgspec.json.encode(facts)),
            part=part,
            source=source,
        )

    def others(self) -> Iterator[OtherDomain]:
        """Everything that the assessment is not about, with the documents that speak of it."""
        found: dict[tuple[str, About], dict[str, None]] = {}
        for one in self.taken:
            subject, about = one.reading.subject, one.reader.about
            if not one.reading.check and not belongs(about, subject, self.assessment.scope):
                found.setdefault((subject, about), {})[one.document.name] = None
        for subject, about, name in foreign(self.scans, self.assessment):
            found.setdefault((subject, about), {})[name] = None
        for (subject, about), names in found.items():
            yield OtherDomain(subject=subject, about=about, documents=tuple(names))

    def teaches(self) -> Iterator[tuple[Reader[Any], tuple[Record, ...]]]:
        readers = {one.reader.id: one.reader for one in self.taken}
        for reader in readers.values():
            mine = [one for one in self.taken if one.reader is reader and not one.reading.check]
            yield reader, tuple(one.reading.facts for one in mine)


def _source(document: Document) -> Source:
    return Source(
        name=document.name,
        sha256=document.sha256,
        size=len(document.content),
        at=document.at,
        from_whom=document.from_whom,
    )
