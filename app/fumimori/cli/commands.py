"""The commands: what each of them reads, does and writes, and the exit code that it ends with."""

import argparse
import asyncio
import errno
import sys
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

import msgspec

from fumimori import resources
from fumimori.cli import arguments, files
from fumimori.cli.batch import Batch
from fumimori.cli.console import Console
from fumimori.cli.files import WrongUseError, readable
from fumimori.cli.interrupt import end_in_order, stop_event
from fumimori.cli.parser import parser
from fumimori.engine import Measurement, NetworkSettings, Toolkit, measure
from fumimori.engine.exchange import IMPORT_LIMIT, imported, read_scan, scan_json
from fumimori.engine.scan_limits import NotAScanError
from fumimori.exports import FORMATS, PackageTooLargeError
from fumimori.model import Assessment, Result, Scope
from fumimori.texts import Texts

if TYPE_CHECKING:
    from fumimori.assess.lint import LintEntry
    from fumimori.report import Protection

RAN, WRONG_USE, NOTHING_MEASURED = 0, 2, 3

MakeReport = Callable[[Assessment, Result, Texts, str, str, str], bytes]
"""Assessment, result, texts of the report's language, paper (`a4`, `letter`), parts (`all`, `management`, `repairs`,
`proof`), version (`draft`, `final`) → PDF."""

LintReport = Callable[[Assessment, Result], tuple["LintEntry", ...]]
"""Assessment, result → what to put in order before printing."""

MakeExports = Callable[[Assessment, Result, Texts, tuple[str, ...]], dict[str, bytes]]
"""Assessment, result, texts of the files' language, formats (words of `exports.FORMATS`) → files by name."""

ShowWindow = Callable[[Path | None, str, NetworkSettings], int]
"""The file to open or None, the language, the network settings of runs → the exit code, when the window is closed."""


@dataclass(frozen=True, kw_only=True)
class CommandLine:
    """The commands, with everything they work with handed in."""

    toolkit: Callable[[], Toolkit]
    make_report: MakeReport
    lint_report: LintReport
    make_exports: MakeExports
    sample: Callable[[str], Assessment]
    sample_evidence: Callable[[], Iterable[tuple[str, bytes]]]
    sample_passphrase: str
    texts: Callable[[str], Texts]
    language: str
    show_window: ShowWindow
    control_hosts: Callable[[], Sequence[str]]
    """The usual hosts of the port-25 test, named before they are contacted."""

    def run(self, arguments: Sequence[str]) -> int:
        """Carry out one command; 0 when it ran, 2 for wrong use, 3 when nothing could be measured."""
        texts = self.texts(self.language)
        try:
            options = parser(texts).parse_args(arguments)
            if options.command != "window":
                end_in_order()
            command: Callable[[argparse.Namespace], int] = {
                "sample": self.write_sample,
                "scan": self.scan_many if getattr(options, "batch", None) else self.scan,
                "report": self.report,
                "export": self.export,
                "open-json": self.open_json,
                "read": self.read,
                "collector": self.write_collector,
                "window": self.window,
            }[options.command]
            return command(options)
        except WrongUseError as error:
            print(error, file=sys.stderr)
            return WRONG_USE
        except OSError as error:
            if error.errno not in (errno.EPIPE, errno.ENOSPC, errno.EIO, errno.EBADF) or error.filename is not None:
                raise
            Console(texts).say("cannot_write", path="stdout", detail=error.strerror or str(error))
            return WRONG_USE

    def scan(self, options: argparse.Namespace) -> int:
        """Measure one domain; JSON to the file or to standard output."""
        texts = self.texts(self.language)
        tell = Console(texts)
        if not options.domain:
            raise WrongUseError(texts("cli.needs_domain"))
        assessment = arguments.assessment(options, options.domain, texts)
        settings = arguments.settings(options, texts)
        toolkit = self.toolkit()
        passphrase = files.passphrase(options, texts)
        assessment = arguments.with_blocklists(assessment, options, toolkit.rules, texts)
        output = files.destination(options.json, texts)
        with files.saving(options, passphrase, assessment, texts) as place:
            hosts = settings.control_hosts or self.control_hosts()
            tell.announce(toolkit, (assessment,), hosts, thorough=settings.thorough)
            measurement = asyncio.run(_measured(toolkit, assessment, settings, tell))
            assessment = measurement.added_to(assessment)
            result = toolkit.assess(assessment, datetime.now(UTC).astimezone())
            files.write(output, scan_json(assessment, result), texts)
            place.keep(assessment, measurement.added_to)
        if not measurement.saw_something:
            tell.nothing_measured(measurement)
            return NOTHING_MEASURED
        if tell.absent(result) == len(assessment.scope.domains):
            return NOTHING_MEASURED
        if measurement.cancelled:
            tell.interrupted()
        tell.left_out(toolkit, assessment)
        tell.grade(result)
        return RAN

    def scan_many(self, options: argparse.Namespace) -> int:
        """Measure every domain of a list over one network; a JSON file for each into the folder."""
        texts = self.texts(self.language)
        settings = arguments.settings(options, texts)
        hosts = settings.control_hosts or self.control_hosts()
        batch = Batch(toolkit=self.toolkit(), settings=settings, texts=texts, control_hosts=tuple(hosts))
        return RAN if batch.run(options) else NOTHING_MEASURED

    def report(self, options: argparse.Namespace) -> int:
        """Print the report of an assessment file."""
        from fumimori.wording.lint import lint_line
        from fumimori.wording.report import Wording

        texts = self.texts(self.language)
        output = files.destination(options.out, texts, source=Path(options.file))
        protection = files.protection(options, texts)
        assessment = files.opened(Path(options.file), files.passphrase(options, texts), texts)
        result = self.toolkit().assess(assessment, datetime.now(UTC).astimezone())
        entries = self.lint_report(assessment, result)
        wording = Wording(assessment, result, texts, datetime.now(UTC).astimezone())
        for entry in entries:
            print(lint_line(entry, result, wording), file=sys.stderr)
        stopped = any(entry.stops for entry in entries)
        if stopped and options.version == "final":
            raise WrongUseError(texts("cli.not_final"))
        version = options.version or ("draft" if stopped else "final")
        pdf = self.make_report(assessment, result, self.texts(options.lang), options.paper, options.parts, version)
        if protection:
            pdf = _protected(pdf, protection, texts)
        files.write(output, pdf, texts)
        if version == "draft":
            print(texts("cli.draft"), file=sys.stderr)
        return RAN

    def export(self, options: argparse.Namespace) -> int:
        """Write the tables, calendar, document, page, orders and settings of an assessment into a folder."""
        texts = self.texts(self.language)
        folder = files.folder(options.out, texts)
        assessment = files.opened(Path(options.file), files.passphrase(options, texts), texts)
        result = self.toolkit().assess(assessment, datetime.now(UTC).astimezone())
        formats = tuple(dict.fromkeys(options.format)) or tuple(FORMATS)
        try:
            made = self.make_exports(assessment, result, self.texts(options.lang), formats)
        except PackageTooLargeError:
            raise WrongUseError(texts("cli.package_too_large")) from None
        files.write_all(folder, made, texts, replace=options.replace)
        return RAN

    def open_json(self, options: argparse.Namespace) -> int:
        """Make an assessment file out of a scan made elsewhere."""
        texts = self.texts(self.language)
        source, passphrase = Path(options.file), files.passphrase(options, texts)
        target = Path(options.save or source.with_suffix(".fumimori"))
        try:
            with source.open("rb") as file:
                scan = read_scan(file.read(IMPORT_LIMIT + 1), self.toolkit(), datetime.now(UTC))
        except OSError:
            raise WrongUseError(texts("cli.no_such_file", path=str(source))) from None
        except NotAScanError as error:
            raise WrongUseError(texts("cli.not_a_scan", path=str(source), detail=str(error))) from error
        name = next((domain.name for domain in scan.scope.domains), "")  # checked, unlike what the head says
        assessment = imported(scan, msgspec.structs.replace(arguments.empty(name), scope=Scope()))
        files.create(target, assessment, passphrase, texts, replace=options.replace)
        return RAN

    def read(self, options: argparse.Namespace) -> int:
        """Take files that people hand over into an assessment."""
        from fumimori.cli.reading import ReadCommand

        command = ReadCommand(toolkit=self.toolkit(), texts=self.texts(self.language))
        return RAN if command.run(options) else NOTHING_MEASURED

    def window(self, options: argparse.Namespace) -> int:
        """Open the window, whose measurements connect as the options say."""
        texts = self.texts(self.language)
        return self.show_window(readable(options.file, texts), self.language, arguments.outward(options, texts))

    def write_collector(self, options: argparse.Namespace) -> int:
        """Write the script that a technician runs on a server, and say what it does."""
        texts = self.texts(self.language)
        place = files.destination(options.out, texts)
        script = resources.path("collect") / ("collect.ps1" if options.windows else "collect.sh")
        files.write(place, script.read_bytes(), texts)
        Console(texts).say("collector_explained", path=options.out)
        return RAN

    def write_sample(self, options: argparse.Namespace) -> int:
        """Write the sample company's file, both reports and its result."""
        texts = self.texts(self.language)
        folder = files.folder(options.out, texts)
        target = folder / "sample.fumimori"
        files.new_assessment(target, self.sample_passphrase, texts, replace=options.replace)
        assessment = self.sample(self.language)
        blobs = self.sample_evidence()
        files.create(target, assessment, self.sample_passphrase, texts, replace=options.replace, blobs=blobs)
        for language in texts.known:
            company = self.sample(language)
            result = self.toolkit().assess(company, datetime.now(UTC).astimezone())
            pdf = self.make_report(company, result, self.texts(language), "a4", "all", "final")
            files.write(str(folder / f"report-{language}.pdf"), pdf, texts)
            if language == self.language:
                files.write(str(folder / "result.json"), scan_json(company, result), texts)
        return RAN


def _protected(pdf: bytes, protection: "Protection", texts: Texts) -> bytes:
    """The report signed and closed as asked for, and a line that says what that means; WrongUseError."""
    from fumimori.report import ProtectionError, protected

    try:
        made = protected(pdf, protection)
    except ProtectionError as error:
        raise WrongUseError(texts(f"words.protection.{error.code}")) from None
    print(texts("cli.no_longer_archival"), file=sys.stderr)
    if protection.passphrase:
        print(texts("cli.closed"), file=sys.stderr)
    return made


async def _measured(toolkit: Toolkit, assessment: Assessment, settings: NetworkSettings, tell: Console) -> Measurement:
    network = toolkit.open_network(settings)
    try:
        return await measure(toolkit, assessment, network, settings, observer=tell.progress, cancel=stop_event())
    finally:
        await network.close()
