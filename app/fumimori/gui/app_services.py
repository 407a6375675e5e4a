"""What the window is handed by the entry; it knows neither probes nor the network nor how a report is made."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

from fumimori.model import Assessment, Finding, Repair, Result
from fumimori.texts import Texts

if TYPE_CHECKING:
    from fumimori.assess.lint import LintEntry
    from fumimori.engine import NetworkSettings, Toolkit

MakeReport = Callable[[Assessment, Result, Texts, str, str, str], bytes]
"""Assessment, result, texts of the report's language, paper (`a4`, `letter`), parts (`all`, `management`), version
(`draft`, `final`) → PDF."""

LintReport = Callable[[Assessment, Result], tuple["LintEntry", ...]]
"""Assessment, result → what to put in order before printing; may take seconds."""

MakeExports = Callable[[Assessment, Result, Texts, tuple[str, ...]], dict[str, bytes]]
"""Assessment, result, texts of the files' language, formats (words of `exports.FORMATS`) → files by name."""


def _now() -> datetime:
    return datetime.now(UTC).astimezone()


def usual_network() -> "NetworkSettings":
    """The network settings of this machine."""
    from fumimori.engine import NetworkSettings

    return NetworkSettings()


@dataclass(frozen=True, kw_only=True)
class AppServices:
    """The program's other parts, as functions, so that none is loaded before it is needed."""

    toolkit: "Callable[[], Toolkit]"
    texts: Callable[[str], Texts]
    make_report: MakeReport
    sample: Callable[[str], Assessment]
    """The sample company under its names in a language."""
    sample_passphrase: str
    resources: Path
    settings_folder: Path
    sample_evidence: Callable[[], Iterable[tuple[str, bytes]]] = tuple
    """What its evidence keeps, by SHA-256."""
    lint_report: LintReport = lambda _assessment, _result: ()
    make_exports: MakeExports = lambda _assessment, _result, _texts, _formats: {}
    network: "Callable[[], NetworkSettings]" = field(default=usual_network)
    control_hosts: Callable[[], Sequence[str]] = tuple
    """The usual hosts of the port-25 test, for the list of everybody who will be contacted."""
    repairs: Callable[[Result, Assessment], Callable[[Finding], Repair]] = lambda *_: lambda _: Repair()
    """What to copy to put each finding of a result right, made for its assessment."""
    now: Callable[[], datetime] = field(default=_now)
    """The moment with the zone of this machine."""

    def checked_report(  # noqa: PLR0917 - as `make_report`
        self, about: Assessment, result: Result, texts: Texts, paper: str, parts: str, version: str
    ) -> "tuple[tuple[LintEntry, ...], bytes]":
        """What to put in order, and the report: a draft, whatever is wanted, while one of these stops a final one."""
        entries = self.lint_report(about, result)
        kind = "draft" if any(entry.stops for entry in entries) else version
        return entries, self.make_report(about, result, texts, paper, parts, kind)
