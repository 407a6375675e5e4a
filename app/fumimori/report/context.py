"""All that the pages are written from: the records, the words and the page style of one report."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import cached_property
from pathlib import Path

from fumimori.model import Assessment, Attempt, Control, Finding, Repair, Result, Rules, Severity
from fumimori.report.blocks import Block, Gap, Heading, Prose
from fumimori.report.grid import Cell, Grid
from fumimori.report.numbering import Card, cards_of, measured, rested_on
from fumimori.report.page_style import MM, PageStyle, Style
from fumimori.report.shapes import ChipSign
from fumimori.report.typefaces import Typefaces
from fumimori.wording.report import Wording, runs

MEASURE = 148 * MM
"""Running text is no wider: about forty Japanese characters."""
SHOWN = 8
"""Runs of findings that are named for what they rest on."""
CLOSE = 0.3
"""Millimetres above and below the rows of the annex's tables."""


@dataclass(frozen=True, kw_only=True)
class ReportContext:
    """What every page function is handed, with the few ways of setting text that they share."""

    assessment: Assessment
    result: Result
    rules: Rules
    paper: PageStyle
    wording: Wording
    issued: datetime
    tool_version: str
    icons: Path
    document_number: str
    repair: Callable[[Finding], Repair]
    """What to copy in order to put a finding right, and what proves it."""
    annexed: bool
    """Whether the technical annex is printed with it; the management part may stand alone."""
    draft: bool
    unprinted_logo: str = ""
    """Why the logo could not be printed, as LogoError's code; empty when it was, or when there is none."""

    @cached_property
    def cards(self) -> tuple[Card, ...]:
        """The cards of T4."""
        return cards_of(self.result, self.rules)

    @cached_property
    def measured(self) -> tuple[tuple[str, Attempt], ...]:
        """Every completed attempt with its printed number."""
        return measured(self.assessment)

    @cached_property
    def _numbers(self) -> Mapping[tuple[str, str], list[int]]:
        found: dict[tuple[str, str], list[int]] = {}
        for number, (_, attempt) in enumerate(self.measured, start=1):
            found.setdefault((attempt.probe, attempt.subject), []).append(number)
        return found

    def measurements(self, findings: Iterable[Finding]) -> str:
        """The numbers of the attempts that findings rest on, neighbours drawn together: M-003, M-007–009."""
        numbers = {number for one in rested_on(findings) for number in self._numbers.get(one, ())}
        return self.wording.listed(runs("M", 3, numbers))

    @cached_property
    def _shown(self) -> Mapping[tuple[str, str], list[Finding]]:
        found: dict[tuple[str, str], list[Finding]] = {}
        for finding in self.result.findings:
            for one in rested_on([finding]):
                found.setdefault(one, []).append(finding)
        return found

    def shown_by(self, attempt: Attempt) -> str:
        """The numbers of the findings that rest on an attempt."""
        return self.wording.numbers(self._shown.get((attempt.probe, attempt.subject), ()), most=SHOWN)

    @property
    def faces(self) -> Typefaces:
        """The typefaces."""
        return self.paper.faces

    def say(self, key: str, **values: object) -> str:
        """The text `report.<key>`."""
        return self.wording.say(key, **values)

    def heading(self, key: str, level: int = 2, *, small: bool = False, text: str = "", outline: str = "") -> Heading:
        """The heading `report.<key>` (or `text`); its key is the target of links."""
        return Heading(text or self.say(key), level, self.paper, key=key, small=small, outline=outline)

    def prose(self, text: str, style: Style | None = None, *, keep_next: bool = False) -> Prose:
        """A paragraph of running text."""
        return Prose(text, style or self.paper.body, self.faces, measure=MEASURE, keep_next=keep_next)

    def note(self, text: str, *, keep_next: bool = False) -> Prose:
        """A remark in small type."""
        return self.prose(text, self.paper.note, keep_next=keep_next)

    def cell(self, text: str, *, bold: bool = False, quiet: bool = False, small: bool = False) -> Prose:
        """A cell of a table."""
        style = self.paper.note.inked(self.paper.ink) if small else self.paper.table
        style = style.bold() if bold else style
        return Prose(text, style.inked(self.paper.quiet) if quiet else style, self.faces)

    def severity(self, severity: Severity, count: str = "") -> ChipSign:
        """A severity's chip."""
        return ChipSign(severity.word, self.wording.word("severity", severity.word), self.paper, count=count)

    def grid(
        self,
        widths: Sequence[float],
        heads: str,
        rows: Sequence[Sequence[Cell]],
        *,
        right: Sequence[int] = (),
        padding: float = 1.3,
        small: bool = False,
    ) -> Grid:
        """A table whose column titles are the list `report.<heads>`."""
        titles = self.wording.texts.lines(f"report.{heads}")
        return Grid(widths, rows, self.paper, head=titles, right=right, padding=padding, small=small)

    def list_or_none(
        self, widths: Sequence[float], heads: str, rows: Sequence[Sequence[Cell]], *, right: Sequence[int] = ()
    ) -> Block:
        """A table of the annex, set small and close, or the sentence that there is nothing to list."""
        if not rows:
            return self.prose(self.say("none"), self.paper.table)
        return self.grid(widths, heads, rows, right=right, padding=CLOSE, small=True)

    def table_or_none(
        self, widths: Sequence[float], heads: str, rows: Sequence[Sequence[Cell]], *, padding: float = 1.3
    ) -> Block:
        """The table, or the sentence that there is nothing to list."""
        if not rows:
            return self.prose(self.say("none"), self.paper.table)
        return self.grid(widths, heads, rows, padding=padding)

    def pairs(self, rows: Sequence[tuple[str, Cell]], *, first: float = 38, small: bool = False) -> Grid:
        """A table of names and values."""
        padding = CLOSE if small else 1.3
        return Grid([first, 165 - first], rows, self.paper, row_heads=True, padding=padding, small=small)

    def moment(self, moment: datetime) -> str:
        """A moment in the zone of the report's issue."""
        return self.wording.texts.moment(moment.astimezone(self.issued.tzinfo) if moment.tzinfo else moment)

    def control(self, control: Control) -> str:
        """C2 with its short name."""
        return f"{control.printed} {self.wording.control(control)}"

    def first_that_fits(self, versions: Iterable[Callable[[], list[Block]]]) -> list[Block]:
        """The first version whose blocks fit on one page; the last when none does."""
        blocks: list[Block] = []
        for version in versions:
            blocks = version()
            if sum(block.height(self.paper.width) for block in blocks) <= self.paper.height:
                break
        return blocks

    def gap(self, millimetres: float = 4) -> Gap:
        """White space."""
        return Gap(millimetres)
