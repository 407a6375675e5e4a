"""Page 3: the ten controls, each with its result, its score and what was seen, and what the severities mean."""

from fumimori.model import Control, ControlResult, Severity, Verdict
from fumimori.report.blocks import Block, Gap, Stack
from fumimori.report.context import ReportContext
from fumimori.report.grid import Cell, Grid
from fumimori.report.paging import Part
from fumimori.report.shapes import ChipSign, ScoreBar


def controls(m: ReportContext) -> Part:
    """One row per control."""
    rows = [_row(m, control) for control in m.result.controls]
    table = Grid([11, 70, 34, 30, 20], rows, m.paper, head=m.wording.texts.lines("report.controls.heads"), padding=1.0)
    blocks: list[Block] = [
        m.heading("controls.heading", 1),
        m.note(m.say("controls.intro"), keep_next=True),
        Gap(2),
        table,
        Gap(4),
        m.heading("controls.legend", small=True),
        _legend(m),
    ]
    return Part(name=m.say("part.management"), blocks=tuple(blocks))


def _row(m: ReportContext, control: ControlResult) -> list[Cell]:
    score = m.wording.range(control.score_low, control.score_high)
    bar: Block = ScoreBar(
        control.score_low,
        control.score_high,
        m.paper,
        alt=m.say("controls.bar", control=m.wording.control(control.control), score=score),
        label=m.say("controls.points", score=score),
        length=27,
    )
    if control.score_low is None:
        bar = m.cell("－")
    worst = next((f for f in m.result.findings if f.control is control.control and f.severity >= Severity.LOW), None)
    side = [m.cell(m.wording.number(worst) if worst else "－", small=True)]
    if control.verdict is not Verdict.NOT_APPLICABLE:
        side.append(m.cell(m.wording.percent(control.verified), small=True, quiet=True))
    return [
        m.cell(control.control.printed, bold=True),
        Stack([m.cell(m.wording.control(control.control), bold=True), m.cell(seen(m, control.control), small=True)]),
        ChipSign(control.verdict, m.wording.word("verdict", control.verdict), m.paper),
        bar,
        Stack(side),
    ]


def seen(m: ReportContext, control: Control) -> str:
    """One sentence of fact: the worst finding, else something good, else that nothing is known yet."""
    result = m.result.control(control)
    if result.verdict is Verdict.NOT_APPLICABLE:
        return m.say("controls.out_of_scope")
    mine = [finding for finding in m.result.findings if finding.control is control]
    faults = [finding for finding in mine if finding.severity >= Severity.LOW]
    if faults:
        titles = dict.fromkeys(m.wording.title(finding) for finding in faults)
        first, more = next(iter(titles)), len(titles) - 1
        return m.say("controls.faults", title=first, count=more) if more else first
    good = next((o for o in m.result.good if _control(m, o.code) is control), None)
    if good is not None:
        return m.wording.title(good)
    return m.say("controls.answered") if result.answered else m.say("controls.nothing")


def _control(m: ReportContext, code: str) -> Control | None:
    rule = m.rules.outcomes.get(code)
    return rule.control if rule else None


def _legend(m: ReportContext) -> Block:
    rows = [
        [m.severity(severity), m.cell(m.wording.word("severity_sentence", severity.word), small=True)]
        for severity in (Severity.CRITICAL, Severity.HIGH, Severity.MEDIUM, Severity.LOW, Severity.INFO)
    ]
    return Grid([32, 133], rows, m.paper, row_heads=True, padding=0.6)
