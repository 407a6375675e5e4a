"""The ten controls, each with its result, its score and what was seen, what the severities mean, and what is good."""

from functools import partial

from fumimori.model import Control, ControlResult, Outcome, Question, Severity, Verdict
from fumimori.report.blocks import Block, Gap, Stack
from fumimori.report.context import ReportContext
from fumimori.report.glossary import Glossary
from fumimori.report.grid import Cell, Grid
from fumimori.report.page_style import MM
from fumimori.report.paging import Part
from fumimori.report.shapes import ChipSign, ScoreBar
from fumimori.report.steps import Steps


def controls(m: ReportContext, glossary: Glossary) -> list[Part]:
    """One row per control, and as many good points as the page holds."""
    versions = [partial(_page, m, glossary, good=good) for good in (8, 6, 5, 4, 3, 2)]
    return [Part(name=m.say("part.management"), blocks=tuple(m.first_that_fits(versions)))]


def _page(m: ReportContext, glossary: Glossary, *, good: int) -> list[Block]:
    rows = [_row(m, control) for control in m.result.controls]
    table = Grid([10, 76, 31, 24, 24], rows, m.paper, head=m.wording.texts.lines("report.controls.heads"), padding=0.7)
    blocks: list[Block] = [
        m.heading("controls.heading", 1),
        m.note(m.say("controls.intro"), keep_next=True),
        Gap(1.5),
        table,
        Gap(3),
        m.heading("controls.legend", small=True),
        _legend(m),
        Gap(3),
        m.heading("limits.good", small=True),
        _good(m, good),
    ]
    return [*blocks, *glossary.foot(blocks)]


def _row(m: ReportContext, control: ControlResult) -> list[Cell]:
    score = m.wording.range(control.score_low, control.score_high)
    bar: Block = ScoreBar(
        control.score_low,
        control.score_high,
        m.paper,
        alt=m.say("controls.bar", control=m.wording.control(control.control), score=score),
        label=m.say("controls.points", score=score),
        length=22,
    )
    if control.score_low is None:
        bar = m.cell("－")
    side = [m.cell(_worst(m, control.control), small=True)]
    if control.score_low is not None:
        side.append(m.cell(m.wording.percent(control.verified), small=True, quiet=True))
    return [
        m.cell(control.control.printed, bold=True),
        Stack([m.cell(m.wording.control(control.control), bold=True), m.cell(seen(m, control.control), small=True)]),
        ChipSign(control.verdict, m.wording.word("verdict", control.verdict), m.paper),
        bar,
        Stack(side),
    ]


def _worst(m: ReportContext, control: Control) -> str:
    """The number of the worst finding, and how many more kinds there are."""
    faults = [f for f in m.result.findings if f.control is control and f.severity >= Severity.LOW]
    if not faults:
        return "－"
    more = len({finding.code for finding in faults}) - 1
    number = m.wording.number(faults[0])
    return m.say("controls.faults", number=number, count=more) if more else number


def seen(m: ReportContext, control: Control) -> str:
    """One sentence of fact: the worst finding, else something good, else that nothing is known yet."""
    result = m.result.control(control)
    mine = [finding for finding in m.result.findings if finding.control is control]
    worst = next((finding for finding in mine if finding.severity >= Severity.LOW), None)
    if worst is not None:
        return m.wording.title(worst)
    good = next((o for o in m.result.good if _control(m, o.code) is control), None)
    if good is not None:
        return m.wording.title(good)
    if result.verdict is Verdict.NOT_APPLICABLE:
        return m.say("controls.out_of_scope")
    if not result.answered:
        return m.say("controls.nothing")
    return m.say("controls.answered" if result.score_low == result.score_high else "controls.partly_answered")


def _control(m: ReportContext, code: str) -> Control | None:
    rule = m.rules.outcomes.get(code)
    return rule.control if rule else None


def good(m: ReportContext) -> list[str]:
    """What was measured to be good, then what is good by the answers, by weight."""
    titles = list(dict.fromkeys(m.wording.title(outcome) for outcome in _undisputed(m)))
    return titles + [
        m.say("limits.good_answer", label=m.wording.texts(f"controls.{question.id}.label")) for question in _met(m)
    ]


def _good(m: ReportContext, most: int) -> Block:
    titles = good(m)
    if not titles:
        return m.prose(m.say("limits.no_good"), m.paper.table)
    return Steps(titles[:most], m.paper.table, m.paper, sign="○")


def _undisputed(m: ReportContext) -> list[Outcome]:
    """What is good without a fault elsewhere that touches the same question: one sound port is no sound server."""
    faulty = {finding.question for finding in m.result.findings if finding.severity >= Severity.LOW} - {None}
    return [outcome for outcome in m.result.good if m.rules.outcomes[outcome.code].question not in faulty]


def _met(m: ReportContext) -> list[Question]:
    met = [r for r in m.result.questions if r.state == "answered" and r.credit == "met" and r.weight and r.in_score]
    met.sort(key=lambda result: (not result.verified, -result.weight))
    return [m.wording.questions[result.question] for result in met if result.question in m.wording.questions]


def _legend(m: ReportContext) -> Block:
    rows = [
        (m.severity(severity), m.cell(m.wording.word("severity_sentence", severity.word), small=True))
        for severity in (Severity.CRITICAL, Severity.HIGH, Severity.MEDIUM, Severity.LOW, Severity.INFO)
    ]
    first = max(row[0].natural_width() for row in rows) / MM + 3
    table: list[list[Cell]] = [list(row) for row in rows]
    return Grid([first, 165 - first], table, m.paper, row_heads=True, padding=0.4)
