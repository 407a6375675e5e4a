"""The only place that knows every concrete part and joins them: window or command line."""

import io
import logging
import os
import sys
from collections.abc import Callable, Iterable, Sequence
from datetime import UTC, datetime
from functools import cache, lru_cache
from pathlib import Path
from typing import TYPE_CHECKING

from fumimori import VERSION_LINE, __version__, resources
from fumimori.texts import Texts, language_of, languages

if TYPE_CHECKING:
    from cryptography import x509

    from fumimori.assess.lint import LintEntry
    from fumimori.engine import NetworkSettings, Toolkit
    from fumimori.gui.app_services import AppServices
    from fumimori.model import Assessment, Finding, Question, Register, Repair, Result, Rules
    from fumimori.network import Network
    from fumimori.network.tls import CertificateChain

COMMANDS = ("sample", "scan", "report", "export", "open-json", "read", "collector", "window")
SAMPLE_PASSPHRASE = "fumimori-sample"  # noqa: S105 - published on purpose: the sample company has no secrets


def main(arguments: Sequence[str] | None = None) -> int:
    """Start what the command line asks for; returns the exit code."""
    words = list(sys.argv[1:] if arguments is None else arguments)
    if words == ["--read-logo"]:
        from fumimori.report import logo_worker

        return logo_worker.run()
    if words == ["--open-key"]:
        from fumimori.report import key_worker

        return key_worker.run()
    logging.basicConfig(level=logging.WARNING, format="%(levelname)s %(name)s: %(message)s")
    _tolerant_streams()
    language = _language(words)
    if len(words) == 1 and words[0] not in COMMANDS and not words[0].startswith("-"):
        if not Path(words[0]).is_file():
            print(texts(language)("cli.no_such_word", word=words[0]), file=sys.stderr)  # noqa: T201
            return 2
        return _window(Path(words[0]), language)
    if not words:
        return _window(None, language)
    if words[0] not in (*COMMANDS, "-h", "--help", "--version"):
        words.insert(0, "window")
    return _command_line(words, language)


def _command_line(words: list[str], language: str) -> int:
    if words == ["--version"]:  # which needs nothing of what the command line is handed
        print(VERSION_LINE)  # noqa: T201
        return 0
    from fumimori.cli import CommandLine

    return CommandLine(
        toolkit=toolkit,
        make_report=make_report,
        lint_report=lint_report,
        make_exports=make_exports,
        sample=sample,
        sample_evidence=sample_evidence,
        sample_passphrase=SAMPLE_PASSPHRASE,
        texts=texts,
        language=language,
        show_window=_window,
        control_hosts=control_hosts,
    ).run(words)


def _window(file: Path | None, language: str, network: "NetworkSettings | None" = None) -> int:
    try:
        from fumimori import gui
    except ImportError as error:  # a machine without the libraries that Qt loads
        print(texts(language)("cli.no_window", detail=str(error)), file=sys.stderr)  # noqa: T201
        return 2
    from fumimori.gui.display import why_no_window

    reason = why_no_window(os.environ)
    if reason:
        detail = texts(language)(f"cli.{reason}")
        print(texts(language)("cli.no_window", detail=detail), file=sys.stderr)  # noqa: T201
        return 2
    return gui.run(services(settings_folder(), network), file=file, language=language)


def services(settings: Path, network: "NetworkSettings | None" = None) -> "AppServices":
    """What the window is handed; `settings` is its own folder; with `network` None a run connects as usual."""
    from fumimori.gui.app_services import AppServices, usual_network

    return AppServices(
        toolkit=toolkit,
        texts=texts,
        make_report=make_report,
        lint_report=lint_report,
        make_exports=make_exports,
        sample=sample,
        sample_evidence=sample_evidence,
        sample_passphrase=SAMPLE_PASSPHRASE,
        resources=resources.root(),
        settings_folder=settings,
        control_hosts=control_hosts,
        repairs=repairs,
        network=usual_network if network is None else lambda: network,
    )


@cache
def texts(language: str) -> Texts:
    """All texts of one language."""
    return Texts(resources.root(), language)


@lru_cache(maxsize=1)
def rules() -> "Rules":
    """All dated rules of this version."""
    from fumimori.grammar.rule_files import parse_rules

    return parse_rules(__version__, resources.rule_files(), resources.rule_tables())


@lru_cache(maxsize=1)
def bank() -> "tuple[Question, ...]":
    """Every question of this version in printed order."""
    from fumimori.grammar.bank_files import parse_bank

    return parse_bank(resources.bank_files())


@lru_cache(maxsize=1)
def registers() -> "tuple[Register, ...]":
    """What the registers of this version are made of."""
    from fumimori.grammar.register_files import parse_registers

    return parse_registers(resources.register_files())


@lru_cache(maxsize=1)
def toolkit() -> "Toolkit":
    """The toolkit with every probe, reader, question and rule."""
    from fumimori import checks as probes
    from fumimori.engine import Toolkit

    return Toolkit(
        probes=probes.walk(),
        rules=rules(),
        bank=bank(),
        registers=registers(),
        open_network=open_network,
        readers=probes.readers(),
        chain=chain,
    )


@lru_cache(maxsize=1)
def _roots() -> "tuple[x509.Certificate, ...]":
    from fumimori.net.certificates import load_roots

    return load_roots(None)


def chain(ders: Sequence[bytes], at: datetime) -> "CertificateChain":
    """What certificates from a file (DER, the leaf first) are worth at a moment, by this system's authorities."""
    from fumimori.net.certificates import chain_of

    return chain_of(ders, name="", at=at, roots=_roots(), any_use=True)


def open_network(settings: "NetworkSettings") -> "Network":
    """The network of one run; ValueError for a resolver or an anchor that makes no sense."""
    from fumimori.net.real import RealNetwork

    if settings.dnssec_anchor is not None:
        anchors = settings.dnssec_anchor.read_text(encoding="ascii", errors="replace")
    else:
        anchors = "".join(f". DS {' '.join(row)}\n" for row in rules().tables["root_anchors"].rows)
    return RealNetwork(
        resolver=settings.resolver,
        second_resolver=settings.second_resolver,
        anchors=anchors,
        ca_file=settings.ca_file,
    )


def control_hosts() -> tuple[str, ...]:
    """The usual hosts of the port-25 test."""
    from fumimori.net.vantage import CONTROL_HOSTS

    return CONTROL_HOSTS


def make_report(  # noqa: PLR0917 - it is handed on as a plain callable
    assessment: "Assessment",
    result: "Result",
    language: Texts,
    paper: str,
    parts: str = "all",
    version: str = "",
    issued: datetime | None = None,
) -> bytes:
    """The report as PDF, issued now or at `issued`; with the `version` draft it is marked as one."""
    from fumimori.report import document

    return document.make(
        assessment,
        result,
        rules=rules(),
        texts=language,
        tokens=resources.toml("brand/tokens.toml"),
        fonts=resources.path("fonts"),
        icons=resources.path("icons"),
        repair=repairs(result, assessment),
        paper=paper,
        issued=issued or datetime.now(UTC).astimezone(),
        tool_version=__version__,
        parts=parts,
        draft=version == "draft",
    )


def lint_report(assessment: "Assessment", result: "Result") -> "tuple[LintEntry, ...]":
    """What to put in order before the report is printed."""
    from fumimori import report

    return report.lint(assessment, result, resources.path("fonts"))


def make_exports(
    assessment: "Assessment", result: "Result", language: Texts, formats: tuple[str, ...]
) -> dict[str, bytes]:
    """The files of `formats` (words of `exports.FORMATS`) by name, as of now."""
    from functools import partial

    from fumimori.engine.exchange import scan_json
    from fumimori.exports import Material, exported
    from fumimori.report import sheets
    from fumimori.report.brand import author

    issued = datetime.now(UTC).astimezone()

    def print_report(part: str) -> bytes:
        version = "draft" if any(entry.stops for entry in lint_report(assessment, result)) else "final"
        return make_report(assessment, result, language, "a4", part, version, issued)

    material = Material(
        assessment=assessment,
        result=result,
        rules=rules(),
        texts=language,
        issued=issued,
        repair=repairs(result, assessment),
        tool_version=__version__,
        print_sheet=partial(
            sheets.make,
            brand=assessment.brand,
            author=author(assessment),
            texts=language,
            tokens=resources.toml("brand/tokens.toml"),
            fonts=resources.path("fonts"),
            issued=issued,
            tool_version=__version__,
        ),
        print_report=print_report,
        scan=lambda: scan_json(assessment, result),
        languages=tuple(texts(code) for code in language.known),
        registers=registers(),
    )
    return exported(material, formats)


def repair(finding: "Finding", assessment: "Assessment") -> "Repair":
    """What to copy to put `finding` right, and what proves it."""
    from fumimori.checks import remediation

    return remediation.repair(finding, assessment, rules())


def repairs(result: "Result", assessment: "Assessment") -> Callable[["Finding"], "Repair"]:
    """The same for each finding of `result` among the others: what several change in one record is one text."""
    from fumimori.checks import remediation

    return remediation.repairs(result, assessment, rules())


def sample(language: str = "ja") -> "Assessment":
    """The sample company under its names in `language`."""
    from fumimori.engine.sample import company

    return company(texts(language))


def sample_evidence() -> Iterable[tuple[str, bytes]]:
    """What the sample company's evidence keeps, by SHA-256."""
    from fumimori.engine.sample import octets

    return octets()


def settings_folder() -> Path:
    """Where recent files and the window's size are kept, by the habits of each system."""
    home = Path.home()
    if sys.platform == "win32":
        return Path(os.environ.get("APPDATA", home / "AppData" / "Roaming")) / "Fumimori"
    if sys.platform == "darwin":
        return home / "Library" / "Application Support" / "Fumimori"
    return Path(os.environ.get("XDG_CONFIG_HOME", home / ".config")) / "fumimori"


def _tolerant_streams() -> None:
    """A terminal that cannot show a letter shows its number; a program without a terminal says nothing."""
    for name in ("stdout", "stderr"):
        stream = getattr(sys, name)
        if stream is None:
            setattr(sys, name, Path(os.devnull).open("w", encoding="utf-8"))  # noqa: SIM115 - open until the end
        elif isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(errors="backslashreplace")


def _language(words: list[str]) -> str:
    known = languages(resources.root())
    for word, following in zip(words, [*words[1:], ""], strict=False):
        option, equals, value = word.partition("=")
        wanted = value if equals else following
        if option == "--language" and wanted in known:
            return wanted
    for name in ("LC_ALL", "LC_MESSAGES", "LANG"):
        if os.environ.get(name):
            return language_of(os.environ[name], known)
    import locale

    return language_of(locale.getlocale()[0] or "", known)


if __name__ == "__main__":
    sys.exit(main())
