"""What follows from what a stranger's scan says: judges, grade, words in every language, repairs, pages, logos."""

import contextlib
import csv
import io
import re
from datetime import UTC, datetime
from functools import cache
from types import SimpleNamespace
from typing import Any

import msgspec

from fumimori import __main__ as program
from fumimori import checks as probes
from fumimori import report, resources
from fumimori.assess.question_state import outcome_severity
from fumimori.checks.observations import Observations
from fumimori.engine.exchange import imported, read_scan, scan_json
from fumimori.engine.scan_limits import NotAScanError
from fumimori.model import Assessment, Basis, Finding, Repair, Severity, SnippetKind
from fumimori.report import document
from fumimori.report.attachments import attachments
from fumimori.report.blocks import Heading, Prose
from fumimori.report.brand import LogoBlock, LogoError, read_logo
from fumimori.report.canvas import PdfCanvas
from fumimori.report.code_block import CodeBlock
from fumimori.report.context import ReportContext
from fumimori.report.grid import Grid
from fumimori.report.page_style import PageStyle
from fumimori.report.pages.copying import CONTENT
from fumimori.report.paging import paged
from fumimori.report.steps import Steps
from fumimori.report.typefaces import Typefaces
from fumimori.texts import Texts, sanitize
from fumimori.wording.repairs import letter, part_words, proof_words
from fumimori.wording.report import NOTE_LIMIT, Wording
from fumimori.wording.words import Words
from loopback.witnesses import outcome_names

ISSUED = datetime(2026, 11, 25, 9, 0, tzinfo=UTC)
HARMFUL = re.compile("[\x00-\x09\x0b-\x1f\x7f-\x9f\xad\u034f\u061c\u180e\u200b-\u200f\u2028-\u202e\u2060-\u206f\ufeff]")
"""Control characters other than the line feed, and what shows nothing or turns the direction."""
SHELL = "$("
"""Begins a command inside a command; none of ours does so."""
FORMULA = tuple("=+-@\t\r")


def scan(octets: bytes) -> None:
    """A scan that somebody wants to open: every judge speaks of it, and all that is said has words and a repair."""
    assessment = _opened(octets)
    if assessment is None:
        return
    observations, rules = Observations.of_assessment(assessment), program.rules()
    for probe in (*probes.walk(), *probes.readers()):
        for outcome in probe.judge(observations, rules):
            assert outcome.code.partition(".")[2] in outcome_names(probe)
            severity = outcome_severity(outcome, rules, assessment.scope)
            rule = rules.outcomes[outcome.code]
            finding = Finding(
                code=outcome.code,
                subject=outcome.subject,
                control=rule.control,
                severity=severity,
                basis=Basis.MEASURED,
                values=outcome.values,
            )
            for wording in _wordings(assessment):
                _worded(wording, finding)
            if severity > Severity.OK:
                _repaired(finding, program.repair(finding, assessment), assessment)


def _given(octets: bytes) -> Assessment | None:
    """The assessment in `octets` if a file could hold it."""
    try:
        given = msgspec.json.decode(octets, type=Assessment)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        return None
    return given if _readable(given) else None


def assessment(octets: bytes) -> None:
    """A whole assessment: the grade, the plan, the JSON, the files beside the report, in every language."""
    given = _given(octets)
    if given is None:
        return
    tools = program.toolkit()
    result = tools.assess(given, ISSUED)
    with contextlib.suppress(NotAScanError):  # what is asked of a stranger's scan is not asked of one's own file
        read_scan(scan_json(given, result), tools)
    repair = program.repairs(result, given)
    for finding in result.findings:
        _repaired(finding, repair(finding), given)
    for texts in _texts():
        wording = Wording(given, result, texts, ISSUED)
        for finding in result.findings:
            _worded(wording, finding)
        for action in result.actions:
            assert HARMFUL.search(wording.action(action) + wording.why(action) + wording.owner(action)) is None
        for name, content in attachments(given, result, wording, repair).items():
            if name.endswith(".csv"):
                rows = csv.reader(io.StringIO(content.decode("utf-8-sig")))
                assert not [cell for row in rows for cell in row if cell.startswith(FORMULA)]


def pages(octets: bytes) -> None:
    """A whole assessment as the pages of its report, laid out and not yet drawn."""
    given = _given(octets)
    if given is None:
        return
    given = msgspec.structs.replace(given, brand=type(given.brand)())
    result = program.toolkit().assess(given, ISSUED)
    texts = _texts()[len(octets) % len(_texts())]
    paper = _paper(texts.language)
    m = ReportContext(
        assessment=given,
        result=result,
        rules=program.rules(),
        paper=paper,
        wording=Wording(given, result, texts, ISSUED),
        issued=ISSUED,
        tool_version="0",
        icons=resources.path("icons"),
        document_number="FM-1",
        repair=program.repairs(result, given),
        annexed=True,
        draft=False,
    )
    paged(document._parts(m, None, None, "all"), paper.width, paper.height)


def report_text(octets: bytes) -> None:
    """Hostile text as prose, heading, steps, cell and copy, as long as the report lets it be, laid out and drawn."""
    paper = _paper("ja")
    text = octets.decode("utf-8", "replace")
    harmless, text = sanitize(text, NOTE_LIMIT), text[:CONTENT]
    assert HARMFUL.search(harmless) is None
    blocks = [
        Prose(text[:NOTE_LIMIT], paper.body, paper.faces),
        Prose(harmless, paper.note, paper.faces, align="right"),
        Heading(harmless, 1, paper, key="k"),
        Heading(harmless, 2, paper, key="l"),
        Steps((text[:NOTE_LIMIT], harmless), paper.card, paper),
        CodeBlock(text, paper, ground=paper.wash),
        Grid([23, 142], [[harmless, text[:NOTE_LIMIT]]], paper, row_heads=True, small=True, part_rows=True),
    ]
    canvas = PdfCanvas(paper, title=harmless, tag="ja")
    for block in blocks:
        height = block.height(paper.width)
        assert height >= 0
        block.split(paper.width, height / 2)
        block.draw(canvas, paper.left, 700, paper.width, canvas.root)
    report.missing_glyphs(text, resources.path("fonts"))


def logo(octets: bytes) -> None:
    """A logo that a customer hands in, as PNG and as SVG."""
    for kind in ("png", "svg"):
        with contextlib.suppress(LogoError):
            block = LogoBlock(read_logo(octets, kind), width=60, height=20, alt="")
            canvas = PdfCanvas(_paper("ja"), title="", tag="ja")
            block.draw(canvas, 100, 700, 200, canvas.root)


def _readable(given: Assessment) -> bool:
    """Whether the facts are what their probes record, as those of every file of ours are."""
    kinds = {probe.id: probe.facts.kind for probe in (*probes.walk(), *probes.readers())}
    try:
        for attempt in (one for run in given.runs for one in run.attempts):
            if attempt.facts is not None and attempt.probe in kinds:
                msgspec.json.decode(attempt.facts, type=kinds[attempt.probe])
    except msgspec.DecodeError:
        return False
    return True


def _opened(octets: bytes) -> Assessment | None:
    try:
        read = read_scan(octets, program.toolkit())
    except NotAScanError:
        return None
    return imported(read, Assessment(id="1", created=ISSUED))


def _wordings(given: Assessment) -> list[Wording]:
    nothing: Any = SimpleNamespace(bank=program.bank(), findings=())
    return [Wording(given, nothing, texts, ISSUED) for texts in _texts()]


def _worded(wording: Wording, finding: Finding) -> None:
    for said in (
        *(wording.title(finding), wording.saw(finding), wording.risk(finding), wording.confirm(finding)),
        *wording.fix(finding),
    ):
        assert HARMFUL.search(said) is None, f"{finding.code} says {said!r}"


def _repaired(finding: Finding, repair: Repair, given: Assessment) -> None:
    for snippet in repair.snippets:
        for said in (snippet.content, snippet.place, snippet.current):
            assert HARMFUL.search(said) is None, f"{finding.code} hands out {said!r}"
    commands = [one.content for one in repair.snippets if one.kind is SnippetKind.COMMAND]
    for command in (*commands, *(proof.command for proof in repair.proof)):
        assert HARMFUL.search(command) is None, f"{finding.code} hands out {command!r}"
        assert SHELL not in command, f"{finding.code} lets a stranger write into {command!r}"
    for texts in _texts():
        said = [note for part in ("before", "after", "risks", "back") for note in part_words(texts, repair, part)]
        said += [words for proof in repair.proof for words in proof_words(texts, proof)]
        said.append(letter(Words(texts, program.bank()), [finding], [repair.ask] if repair.ask else [], given))
        assert HARMFUL.search("".join(said)) is None, f"{finding.code} says {said!r}"


@cache
def _texts() -> tuple[Texts, ...]:
    return tuple(program.texts(language) for language in program.texts("en").known)


@cache
def _paper(language: str) -> PageStyle:
    faces = Typefaces(resources.path("fonts"))
    step = program.texts(language).style.body_size_step
    return PageStyle(resources.toml("brand/tokens.toml"), faces, paper="a4", body_size_step=step, colour="")
