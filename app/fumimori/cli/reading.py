"""The command `read`: takes in files that people hand over, says what each is and proves, and adds them to a file."""

import argparse
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

import msgspec

from fumimori.cli import files
from fumimori.cli.console import Console
from fumimori.cli.files import WrongUseError
from fumimori.engine import Toolkit
from fumimori.engine.input_files import FILES_MOST, TooManyFilesError, documents_in, files_in
from fumimori.engine.reading import DocumentResult, ReadResult, read_documents
from fumimori.engine.scan_import import SCAN
from fumimori.model import Assessment, Severity
from fumimori.texts import Texts, sanitize

NAMED = 20
"""Documents of one kind, or with one fault, that are named."""


@dataclass(frozen=True, kw_only=True)
class ReadCommand:
    """Reads files into an assessment; nothing is sent, and nothing of a file is kept but what it proves."""

    toolkit: Toolkit
    texts: Texts

    def run(self, options: argparse.Namespace) -> bool:
        """Whether anything was taken in; WrongUseError when a file or the assessment is not there."""
        console, texts, toolkit = Console(self.texts), self.texts, self.toolkit
        paths = _paths(options.files, texts)
        with files.opened_to_change(Path(options.into), files.passphrase(options, texts), texts) as file:
            before: Assessment = file.assessment
            now, skipped = datetime.now(UTC).astimezone(), list[DocumentResult]()
            documents = documents_in(paths, toolkit.readers, now, options.source, skipped=skipped)
            result = read_documents(toolkit, before, documents, now, about=options.about)
            said = {"own": options.own_messages, "reports": options.genuine_reports}
            result = result.vouched([claim for claim, true in said.items() if true])
            self._tell_all(console, (*result.documents, *skipped))
            also = [one.subject for one in result.others if one.subject in options.also_domain]
            for other in result.others:
                if other.subject not in also:
                    console.say("read_other", subject=sanitize(other.subject) or "-", count=len(other.documents))
            after = result.added_to(before, also)
            if after is before:
                console.say("read_nothing", path=options.into)
                return False
            file.save(after)
        count = sum(max(len(run.sources), 1) for run in after.runs[len(before.runs) :])
        console.say("read_kept", count=count, path=options.into)
        self._findings(console, result, after)
        return True

    def _tell_all(self, console: Console, everything: Sequence[DocumentResult]) -> None:
        """The first of each kind by name, of the others how many there are."""
        alike: dict[tuple[str, str], list[DocumentResult]] = {}
        for handed in everything:
            alike.setdefault((handed.problem, handed.reader), []).append(handed)
        for kind in alike.values():
            for handed in kind[:NAMED]:
                self._tell(console, handed)
            if len(kind) > NAMED:
                more = self.texts("cli.read_more", count=len(kind) - NAMED)
                self._tell(console, msgspec.structs.replace(kind[-1], name=more))

    def _tell(self, console: Console, handed: DocumentResult) -> None:
        """What it is and what it proves, or why it was not read."""
        name = sanitize(handed.name, 120)
        if handed.problem:
            console.say("read_not", name=name, why=self.texts(f"words.not_readable.{handed.problem}"))
            return
        base = "words.scan" if handed.reader == SCAN else f"checks.{handed.reader}"
        console.say("read_is", name=name, kind=self.texts(f"{base}.name"), proves=self.texts(f"{base}.proves"))

    def _findings(self, console: Console, result: ReadResult, after: Assessment) -> None:
        """What the readers that took something say now."""
        rules = self.toolkit.rules
        for outcome in self.toolkit.outcomes(after):
            if not result.speaks_in(outcome):
                continue
            values = {name: sanitize(value) if isinstance(value, str) else value for name, value in outcome.values}
            values.setdefault("subject", sanitize(outcome.subject))
            severity: Severity = rules.outcomes[outcome.code].severity
            title = self.texts(f"checks.{outcome.code}.title", **values)
            console.say("read_finding", severity=self.texts(f"words.severity.{severity.word}"), title=title)


def _paths(names: Sequence[str], texts: Texts) -> list[Path]:
    """The files, and those that are in the folders, in order; WrongUseError for what is not there."""
    try:
        return files_in(Path(name) for name in names)
    except FileNotFoundError as error:
        raise WrongUseError(texts("cli.no_such_file", path=error)) from error
    except TooManyFilesError as error:
        raise WrongUseError(texts("cli.too_many_files", count=FILES_MOST)) from error
