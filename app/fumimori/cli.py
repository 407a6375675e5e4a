"""The command line: the same engine as the window, for batch work and for measuring elsewhere."""

import argparse
import asyncio
import signal
import sys
import uuid
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import NoReturn

import msgspec

from fumimori import __version__
from fumimori.core.domains import BadDomainError, ascii_domain, ascii_host
from fumimori.core.model import (
    Assessment,
    Consent,
    ConsentLevel,
    DomainScope,
    Organisation,
    Result,
    Rules,
    Scope,
    Status,
)
from fumimori.engine import Instruments, Measurement, NetworkSettings, Progress, measure, planned
from fumimori.engine.exchange import IMPORT_LIMIT, NotAScanError, imported, read_scan, scan_json
from fumimori.texts import LANGUAGES, Texts

RAN, WRONG_USE, NOTHING_MEASURED = 0, 2, 3
COMMANDS = ("sample", "scan", "report", "open-json")

MakeReport = Callable[[Assessment, Result, Texts, str], bytes]
"""Assessment, result, texts of the report's language, paper (`a4`, `letter`) → PDF."""


class WrongUseError(Exception):
    """Something on the command line that cannot be carried out; its text is for people."""


@dataclass(frozen=True, kw_only=True)
class CommandLine:
    """The commands, with everything they work with handed in."""

    instruments: Callable[[], Instruments]
    make_report: MakeReport
    sample: Callable[[], Assessment]
    sample_passphrase: str
    texts: Callable[[str], Texts]
    language: str

    def run(self, arguments: Sequence[str]) -> int:
        """Carry out one command; 0 when it ran, 2 for wrong use, 3 when nothing could be measured."""
        texts = self.texts(self.language)
        try:
            options = parser(texts).parse_args(arguments)
            command: Callable[[argparse.Namespace], int] = {
                "sample": self.write_sample,
                "scan": self.scan,
                "report": self.report,
                "open-json": self.open_json,
            }[options.command]
            return command(options)
        except WrongUseError as error:
            print(error, file=sys.stderr)
            return WRONG_USE

    def scan(self, options: argparse.Namespace) -> int:
        """Measure one domain; JSON to the file or to standard output."""
        texts = self.texts(self.language)
        assessment = _assessment(options, texts)
        settings = NetworkSettings(
            resolver=_resolver(options.resolver, texts),
            second_resolver=_resolver(options.second_resolver, texts),
            dnssec_anchor=_anchor(options.dnssec_anchor, texts),
            ca_file=_readable(options.ca_file, texts),
            control_hosts=tuple(options.control_host) or None,
            from_outside=options.from_outside,
            thorough=options.thorough,
        )
        instruments = self.instruments()
        passphrase = _passphrase(options, texts)
        assessment = _with_blocklists(assessment, options, instruments.rules, texts)
        _say_budget(instruments, assessment, texts)
        measurement = asyncio.run(_measured(instruments, assessment, settings, texts))
        assessment = measurement.added_to(assessment)
        result = instruments.assess(assessment, datetime.now(UTC).astimezone())
        _write(options.json, scan_json(assessment, result), texts)
        if options.save:
            _save(Path(options.save), assessment, passphrase, texts)
        if not any(attempt.status is Status.COMPLETED for attempt in measurement.attempts):
            reasons = {attempt.reason for attempt in measurement.attempts} or {"offline"}
            reason = " ".join(texts(f"words.reason.{name}") for name in sorted(reasons) if name)
            print(texts("cli.nothing_measured", reason=reason), file=sys.stderr)
            return NOTHING_MEASURED
        if measurement.cancelled:
            print(texts("cli.interrupted"), file=sys.stderr)
        _say_grade(result, texts)
        return RAN

    def report(self, options: argparse.Namespace) -> int:
        """Print the report of an assessment file."""
        texts = self.texts(self.language)
        assessment = _opened(Path(options.file), _passphrase(options, texts), texts)
        result = self.instruments().assess(assessment, datetime.now(UTC).astimezone())
        pdf = self.make_report(assessment, result, self.texts(options.lang), options.paper)
        _write(options.out, pdf, texts)
        return RAN

    def open_json(self, options: argparse.Namespace) -> int:
        """Make an assessment file out of a scan made elsewhere."""
        texts = self.texts(self.language)
        source = Path(options.file)
        try:
            if source.stat().st_size > IMPORT_LIMIT:
                raise WrongUseError(texts("cli.not_a_scan", path=str(source), detail=f"> {IMPORT_LIMIT} bytes"))
            scan = read_scan(source.read_bytes(), self.instruments().probes)
        except OSError:
            raise WrongUseError(texts("cli.no_such_file", path=str(source))) from None
        except NotAScanError as error:
            raise WrongUseError(texts("cli.not_a_scan", path=str(source), detail=str(error))) from error
        assessment = imported(scan, _empty(scan.domain))
        _save(Path(options.save or source.with_suffix(".fumimori")), assessment, _passphrase(options, texts), texts)
        return RAN

    def write_sample(self, options: argparse.Namespace) -> int:
        """Write the sample company's file, both reports and its result."""
        texts = self.texts(self.language)
        folder = Path(options.out)
        try:
            folder.mkdir(parents=True, exist_ok=True)
        except OSError as error:
            raise WrongUseError(texts("cli.cannot_write", path=str(folder), detail=_why(error))) from error
        assessment = self.sample()
        result = self.instruments().assess(assessment, datetime.now(UTC).astimezone())
        _save(folder / "sample.fumimori", assessment, self.sample_passphrase, texts)
        for language in LANGUAGES:
            pdf = self.make_report(assessment, result, self.texts(language), "a4")
            _write(str(folder / f"report-{language}.pdf"), pdf, texts)
        _write(str(folder / "result.json"), scan_json(assessment, result), texts)
        return RAN


class _Parser(argparse.ArgumentParser):
    """An argument parser whose errors leave by the same door as every other wrong use."""

    def error(self, message: str) -> NoReturn:
        raise WrongUseError(f"{self.format_usage()}{message}")


def parser(texts: Texts) -> argparse.ArgumentParser:
    """The command line's grammar with its help in the language of `texts`."""

    def say(name: str) -> str:
        return texts(f"cli.help.{name}").replace("%", "%%")

    top = _Parser(prog="fumimori", description=texts("cli.description"), allow_abbrev=False)
    top.add_argument("--version", action="version", version=f"Fumimori {__version__}")
    commands = top.add_subparsers(dest="command", required=True, parser_class=_Parser)
    secret = _Parser(add_help=False, allow_abbrev=False)
    secret.add_argument("--passphrase-file", metavar="FILE", help=say("passphrase_file"))
    secret.add_argument("--language", choices=LANGUAGES, help=say("language"))

    scan = commands.add_parser("scan", help=say("scan"), parents=[secret], allow_abbrev=False)
    scan.add_argument("domain", metavar="DOMAIN", help=say("domain"))
    for name in ("mail-host", "ssh-host", "webmail-host", "selector", "control-host"):
        scan.add_argument(f"--{name}", action="append", default=[], metavar="HOST", help=say(name.replace("-", "_")))
    for name in ("also-domain", "parked-domain"):
        scan.add_argument(f"--{name}", action="append", default=[], metavar="DOMAIN", help=say(name.replace("-", "_")))
    scan.add_argument("--consent", type=int, choices=[0, 1, 2, 3], default=0, help=say("consent"))
    scan.add_argument("--authorised-by", metavar='"NAME, ROLE"', default="", help=say("authorised_by"))
    scan.add_argument("--own-server", action="store_true", help=say("own_server"))
    scan.add_argument("--thorough", action="store_true", help=say("thorough"))
    scan.add_argument("--from-outside", action="store_true", help=say("from_outside"))
    scan.add_argument("--resolver", metavar="RESOLVER", help=say("resolver"))
    scan.add_argument("--second-resolver", metavar="RESOLVER", help=say("second_resolver"))
    scan.add_argument("--dnssec-anchor", metavar="FILE", help=say("dnssec_anchor"))
    scan.add_argument("--address", action="append", default=[], metavar="ADDRESS", help=say("address"))
    scan.add_argument("--blocklists", action="store_true", help=say("blocklists"))
    scan.add_argument("--blocklist", action="append", default=[], metavar="ZONE", help=say("blocklist"))
    scan.add_argument("--ca-file", metavar="PEM", help=say("ca_file"))
    scan.add_argument("--json", metavar="FILE", help=say("json"))
    scan.add_argument("--save", metavar="FILE.fumimori", help=say("save"))

    report = commands.add_parser("report", help=say("report"), parents=[secret], allow_abbrev=False)
    report.add_argument("file", metavar="FILE.fumimori", help=say("file"))
    report.add_argument("--lang", choices=LANGUAGES, required=True, help=say("lang"))
    report.add_argument("--paper", choices=["a4", "letter"], default="a4", help=say("paper"))
    report.add_argument("--out", metavar="FILE.pdf", required=True, help=say("out"))

    opened = commands.add_parser("open-json", help=say("open_json"), parents=[secret], allow_abbrev=False)
    opened.add_argument("file", metavar="FILE", help=say("json"))
    opened.add_argument("--save", metavar="FILE.fumimori", help=say("save"))

    sample = commands.add_parser("sample", help=say("sample"), parents=[secret], allow_abbrev=False)
    sample.add_argument("--out", metavar="DIR", required=True, help=say("out"))
    return top


async def _measured(
    instruments: Instruments, assessment: Assessment, settings: NetworkSettings, texts: Texts
) -> Measurement:
    cancel = asyncio.Event()
    loop = asyncio.get_running_loop()
    if sys.platform != "win32":
        loop.add_signal_handler(signal.SIGINT, cancel.set)

    def tell(progress: Progress) -> None:
        if progress.state != "done" or progress.status is None:
            return
        status = texts(f"words.status.{progress.status}")
        if progress.reason:
            status += f" ({progress.reason})"
        name = texts(f"probes.{progress.probe}.name")
        line = texts(
            "cli.progress",
            done=progress.done,
            total=progress.total,
            probe=name,
            subject=progress.subject,
            status=status,
        )
        print(line, file=sys.stderr)
        if progress.status is Status.OUR_BUG:
            print(texts("cli.bug", probe=name), file=sys.stderr)

    network = instruments.open_network(settings)
    try:
        return await measure(instruments, assessment, network, settings, observer=tell, cancel=cancel)
    finally:
        await network.close()


def _assessment(options: argparse.Namespace, texts: Texts) -> Assessment:
    level = ConsentLevel(options.consent)
    name, _, role = (part.strip() for part in options.authorised_by.partition(","))
    if level >= ConsentLevel.AUTHORISED and not (name and role):
        raise WrongUseError(texts("cli.needs_authority"))
    if level >= ConsentLevel.RELAY and not options.own_server:
        raise WrongUseError(texts("cli.needs_own_server"))
    mail = dict.fromkeys((options.domain, *options.also_domain)) | dict.fromkeys(options.parked_domain, False)
    domains = [DomainScope(name=_domain(typed, texts), sends_mail=sends) for typed, sends in mail.items()]
    domains[0] = msgspec.structs.replace(domains[0], selectors=tuple(options.selector))
    return msgspec.structs.replace(
        _empty(domains[0].name),
        scope=Scope(
            domains=tuple({domain.name: domain for domain in domains}.values()),
            mail_hosts=_hosts(options.mail_host, texts),
            ssh_hosts=_hosts(options.ssh_host, texts),
            webmail_hosts=_hosts(options.webmail_host, texts),
            addresses=_addresses(options.address, texts),
        ),
        consent=Consent(
            level=level,
            name=name,
            role=role,
            at=datetime.now(UTC).astimezone() if level else None,
            own_server=options.own_server,
        ),
    )


def _domain(typed: str, texts: Texts) -> str:
    try:
        return ascii_domain(typed)
    except BadDomainError:
        raise WrongUseError(texts("cli.bad_domain", domain=typed)) from None


def _hosts(named: Sequence[str], texts: Texts) -> tuple[str, ...]:
    hosts = []
    for host in named:
        try:
            hosts.append(ascii_host(host))
        except BadDomainError:
            raise WrongUseError(texts("cli.bad_host", host=host)) from None
    return tuple(hosts)


def _addresses(named: Sequence[str], texts: Texts) -> tuple[str, ...]:
    """Mail addresses, the local part as it was typed, the domain in its ASCII form."""
    addresses = []
    for address in named:
        local, _, domain = address.strip().rpartition("@")
        try:
            name = ascii_domain(domain)
        except BadDomainError:
            name = ""
        if not (local and name):
            raise WrongUseError(texts("cli.bad_address", address=address))
        addresses.append(f"{local}@{name}")
    return tuple(addresses)


def _resolver(named: str | None, texts: Texts) -> str | None:
    from fumimori.net.resolvers import parse_upstream

    if named is None:
        return None
    try:
        parse_upstream(named)
    except ValueError:
        raise WrongUseError(texts("cli.bad_resolver", resolver=named)) from None
    return named


def _anchor(name: str | None, texts: Texts) -> Path | None:
    from fumimori.net.dnssec_keys import read_anchors

    path = _readable(name, texts)
    if path is not None:
        try:
            read_anchors(path.read_text(encoding="ascii", errors="replace"))
        except ValueError as error:
            raise WrongUseError(texts("cli.bad_anchor", path=str(path), detail=str(error))) from None
    return path


def _empty(domain: str) -> Assessment:
    return Assessment(
        id=str(uuid.uuid4()),
        created=datetime.now(UTC).astimezone(),
        organisation=Organisation(name=domain),
        scope=Scope(domains=(DomainScope(name=domain),)) if domain else Scope(),
    )


def _with_blocklists(assessment: Assessment, options: argparse.Namespace, rules: Rules, texts: Texts) -> Assessment:
    """The assessment with the blocklists that were switched on: those that may be asked freely, and those named."""
    free = [row["zone"] for row in rules.tables["blocklists"].dicts() if row["use"] == "free"]
    zones = tuple(dict.fromkeys((*(free if options.blocklists else ()), *_hosts(options.blocklist, texts))))
    return msgspec.structs.replace(assessment, scope=msgspec.structs.replace(assessment.scope, blocklists=zones))


def _say_budget(instruments: Instruments, assessment: Assessment, texts: Texts) -> None:
    """How often a host will be connected to at the most; nothing when no host is."""
    plans = [plan for plan in planned(instruments, assessment) if plan.allowed and plan.connections]
    if plans:
        names = ", ".join(f"{texts(f'probes.{plan.probe}.name')} {plan.connections}" for plan in plans)
        total = sum(plan.connections for plan in plans)
        print(texts("cli.budget", connections=total, probes=names), file=sys.stderr)


def _say_grade(result: Result, texts: Texts) -> None:
    grade, findings = result.grade, len(result.findings)
    if grade.letter is None:
        print(texts("cli.withheld", lower=grade.lower_bound, findings=findings), file=sys.stderr)
        return
    score = f"{grade.score_low}-{grade.score_high}"
    line = texts("cli.grade", letter=grade.letter, lower=grade.lower_bound, score=score, findings=findings)
    print(line, file=sys.stderr)


def _readable(name: str | None, texts: Texts) -> Path | None:
    if name is None:
        return None
    path = Path(name)
    if not path.is_file():
        raise WrongUseError(texts("cli.no_such_file", path=name))
    return path


def _passphrase(options: argparse.Namespace, texts: Texts) -> str | None:
    if not options.passphrase_file:
        return None
    try:
        with Path(options.passphrase_file).open(encoding="utf-8") as file:
            passphrase = file.readline(4096).rstrip("\r\n")
    except (OSError, UnicodeDecodeError):
        raise WrongUseError(texts("cli.no_such_file", path=options.passphrase_file)) from None
    if not passphrase:
        raise WrongUseError(texts("cli.empty_passphrase"))
    return passphrase


def _opened(path: Path, passphrase: str | None, texts: Texts) -> Assessment:
    from fumimori import store

    if not path.is_file():
        raise WrongUseError(texts("cli.no_such_file", path=str(path)))
    try:
        with store.AssessmentFile.open(path, passphrase) as file:
            return file.assessment
    except store.NoKeyring as error:
        raise WrongUseError(texts("cli.needs_secret")) from error
    except store.StoreError as error:
        raise WrongUseError(texts("cli.file_error", detail=texts(f"words.store_error.{error.code}"))) from error


def _save(path: Path, assessment: Assessment, passphrase: str | None, texts: Texts) -> None:
    from fumimori import store

    try:
        path.unlink(missing_ok=True)
        with store.AssessmentFile.create(path, passphrase) as file:
            file.save(assessment)
    except store.NoKeyring as error:
        raise WrongUseError(texts("cli.needs_secret")) from error
    except store.StoreError as error:
        raise WrongUseError(texts("cli.file_error", detail=texts(f"words.store_error.{error.code}"))) from error
    except OSError as error:
        raise WrongUseError(texts("cli.cannot_write", path=str(path), detail=_why(error))) from error
    print(texts("cli.saved", path=str(path)), file=sys.stderr)


def _write(name: str | None, content: bytes, texts: Texts) -> None:
    if name is None:
        sys.stdout.buffer.write(content + b"\n")
        sys.stdout.buffer.flush()
        return
    try:
        Path(name).write_bytes(content)
    except OSError as error:
        raise WrongUseError(texts("cli.cannot_write", path=name, detail=_why(error))) from error
    print(texts("cli.saved", path=name), file=sys.stderr)


def _why(error: OSError) -> str:
    return error.strerror or str(error)
