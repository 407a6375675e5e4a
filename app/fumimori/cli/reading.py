"""The command `read`: takes in files that people hand over, says what each is and proves, and adds them to a file."""

import argparse
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from fumimori.cli import files
from fumimori.cli.console import Console
from fumimori.cli.files import WrongUseError
from fumimori.engine import Toolkit
from fumimori.engine.exchange import IMPORT_LIMIT, NotAScanError, foreign_domains, imported, read_scan
from fumimori.engine.handed_files import FILES_MOST, TooManyFilesError, documents_in, files_in
from fumimori.engine.reading import Handed, ReadResult, read_documents
from fumimori.engine.scan_limits import is_scan
from fumimori.model import Assessment, Severity
from fumimori.texts import Texts, sanitize


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
            now, skipped = datetime.now(UTC).astimezone(), list[str]()
            scans = [path for path in paths if _begins_as_scan(path)]
            measured = self._with_scans(console, scans, before, options.also_domain)
            documents = documents_in(
                (path for path in paths if path not in scans), toolkit.readers, now, options.source, skipped=skipped
            )
            result = read_documents(toolkit, measured, documents, now, about=options.about)
            for handed in (*result.handed, *(Handed(name=name, problem="no_access") for name in skipped)):
                self._tell(console, handed)
            also = [one.subject for one in result.others if one.subject in options.also_domain]
            for other in result.others:
                if other.subject not in also:
                    console.say("read_other", subject=sanitize(other.subject) or "-", count=len(other.documents))
            after = result.added_to(measured, also)
            if after is before:
                console.say("read_nothing", path=options.into)
                return False
            file.save(after)
        if len(after.runs) > len(measured.runs):
            console.say("read_kept", count=len(result.run.sources), path=options.into)
        self._findings(console, result, after)
        return True

    def _with_scans(self, console: Console, paths: Sequence[Path], into: Assessment, also: Sequence[str]) -> Assessment:
        """The assessment with what this program measured elsewhere, as its JSON tells it."""
        for path in paths:
            try:
                with path.open("rb") as file:
                    scan = read_scan(file.read(IMPORT_LIMIT + 1), self.toolkit)
            except (OSError, NotAScanError) as error:
                console.say("not_a_scan", path=path.name, detail=sanitize(str(error), 200))
                continue
            foreign = foreign_domains(scan, into)
            if set(foreign) - set(also):
                for name in foreign:
                    console.say("read_other", subject=sanitize(name), count=1)
                continue
            after = imported(scan, into, widen=bool(foreign))
            console.say("read_scan", name=path.name, count=len(after.runs) - len(into.runs))
            into = after if len(after.runs) > len(into.runs) else into
        return into

    def _tell(self, console: Console, handed: Handed) -> None:
        """What it is and what it proves, or why it was not read."""
        name = sanitize(handed.name, 120)
        if handed.problem:
            console.say("read_not", name=name, why=self.texts(f"words.not_readable.{handed.problem}"))
            return
        base = f"checks.{handed.reader}"
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


def _begins_as_scan(path: Path) -> bool:
    try:
        with path.open("rb") as file:
            return is_scan(file.read(200))
    except OSError:
        return False


def _paths(names: Sequence[str], texts: Texts) -> list[Path]:
    """The files, and those that lie in the folders, in order; WrongUseError for what is not there."""
    try:
        return files_in(Path(name) for name in names)
    except FileNotFoundError as error:
        raise WrongUseError(texts("cli.no_such_file", path=error)) from error
    except TooManyFilesError as error:
        raise WrongUseError(texts("cli.too_many_files", count=FILES_MOST)) from error
