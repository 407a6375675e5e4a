"""The management pages as headings, paragraphs and tables, for formats that set their own pages."""

from fumimori.exports.material import Material
from fumimori.model import Record, Severity
from fumimori.wording.rows import Cell, action_table

FIRST = 5
"""Actions on the first page, as in the print."""
FAULTS = 3
"""Facts that a control's row names."""
PLAN_COLUMNS = (0, 1, 3, 4, 5, 6, 9)
"""Of the table of actions: number, action, owner, due, effort, cost, findings."""


class Heading(Record):
    """A title of level 1 or 2."""

    text: str
    level: int


class Paragraph(Record):
    """Running text; `strong` for the sentence that is to be read first."""

    text: str
    strong: bool = False


class Rows(Record):
    """A table; `widths` are shares of the line."""

    head: tuple[str, ...]
    rows: tuple[tuple[Cell, ...], ...]
    widths: tuple[int, ...]


Block = Heading | Paragraph | Rows


def outline(material: Material) -> list[Block]:
    """Grade and what it means, the first actions, the ten controls, and the whole plan."""
    result, wording, texts = material.result, material.wording, material.texts
    grade = result.grade
    letter = grade.letter or wording.word("grade", "withheld")
    meaning = wording.word("grade", grade.letter) if grade.letter else wording.word("grade_reason", grade.reason)
    plan = action_table(result, wording)
    head = tuple(plan.head[column] for column in PLAN_COLUMNS)
    rows = tuple(tuple(row[column] for column in PLAN_COLUMNS) for row in plan.rows)
    widths = (7, 24, 15, 13, 11, 17, 13)
    said = texts(
        "exports.outline.grade",
        letter=letter,
        meaning=meaning.rstrip("。."),
        score=wording.range(grade.score_low, grade.score_high),
    )
    blocks: list[Block] = [
        Heading(text=texts("exports.outline.title", name=material.organisation), level=1),
        Paragraph(text=texts("exports.outline.issued", day=texts.day(material.issued))),
        Paragraph(text=said, strong=True),
        Paragraph(text=wording.word("grade_reason", grade.reason)),
        Heading(text=texts("report.summary.actions"), level=2),
        Rows(head=head, rows=rows[:FIRST], widths=widths),
        Heading(text=texts("report.controls.heading"), level=2),
        _controls(material),
    ]
    if len(rows) > FIRST:
        blocks += [Heading(text=texts("report.plan.heading"), level=2), Rows(head=head, rows=rows, widths=widths)]
    return [*blocks, Paragraph(text=texts("report.summary.law"))]


def _controls(material: Material) -> Rows:
    wording = material.wording
    rows = []
    for control in material.result.controls:
        mine = [finding for finding in material.result.findings if finding.control is control.control]
        faults = list(dict.fromkeys(wording.title(one) for one in mine if one.severity >= Severity.LOW))
        rows.append(
            (
                f"{control.control.printed} {wording.control(control.control)}",
                wording.word("verdict", control.verdict),
                wording.range(control.score_low, control.score_high),
                wording.some(faults, FAULTS),
            )
        )
    return Rows(head=material.texts.lines("exports.outline.controls"), rows=tuple(rows), widths=(28, 14, 12, 46))
