"""T11: every weight and every point, so that the grade can be computed again by hand."""

from fumimori.model import Control, ControlResult, QuestionResult, QuestionState
from fumimori.report.blocks import Block, Gap, Stack
from fumimori.report.context import ReportContext
from fumimori.report.grid import Cell


def score(m: ReportContext) -> list[Block]:
    """The questions of each control with weight and points below its sums; the total, band and limit."""
    rows: list[list[Cell]] = []
    for control in m.result.controls:
        mine = [result for result in m.result.questions if _control(m, result) is control.control]
        inside = [result for result in mine if result.state is not QuestionState.OUT_OF_SCOPE]
        weighed = [result for result in inside if _counts(result) and result.weight > 0]
        if inside:
            rows.append(_sums(m, control, [result for result in mine if _counts(result)]))
            rows += [_row(m, result) for result in weighed]
            rows += _uncounted(m, [result for result in inside if result not in weighed])
    return [
        m.heading("t11.heading"),
        m.prose(m.say("t11.intro", **_weights(m)), m.paper.table),
        m.prose(m.say("t11.control"), m.paper.table, keep_next=True),
        Gap(2),
        m.list_or_none([14, 78, 37, 12, 12, 12], "t11.heads", rows, right=(3, 4, 5)),
        Gap(4),
        *_total(m),
        Gap(5),
    ]


def _sums(m: ReportContext, control: ControlResult, counted: list[QuestionResult]) -> list[Cell]:
    """A control's row: its score, then the sums from which it follows."""
    weight = sum(result.weight for result in counted)
    low, high = sum(result.low for result in counted), sum(result.high for result in counted)
    points = m.say("controls.points", score=m.wording.range(control.score_low, control.score_high))
    cells = [control.control.printed, m.wording.control(control.control), points if weight else "–"]
    return [m.cell(text, bold=True, small=True) for text in (*cells, f"{weight}", _points(low), _points(high))]


def _total(m: ReportContext) -> list[Block]:
    rows: list[list[Cell]] = []
    weights = low = high = 0.0
    for control in m.result.controls:
        if control.score_low is None or control.score_high is None:
            continue
        weight = m.rules.number(f"scoring.control_{control.control}")
        weights += weight
        low += weight * control.score_low
        high += weight * control.score_high
        product = m.wording.range(int(weight * control.score_low), int(weight * control.score_high))
        score_range = m.wording.range(control.score_low, control.score_high)
        rows.append([m.control(control.control), score_range, _points(weight), product])
    rows.append(
        [m.cell(m.say("t11.sum"), bold=True, small=True), "", _points(weights), m.wording.range(int(low), int(high))]
    )
    grade = m.result.grade
    lines = [m.say("t11.total", score=m.wording.range(grade.score_low, grade.score_high))]
    lines.append(m.say("t11.band", band=grade.band, **_bands(m)))
    critical, serious, medium, minor = grade.counts
    lines.append(
        m.say("t11.cap", critical=critical, high=serious, medium=medium, low=minor, many=_number(m, "many_high"))
    )
    lines.append(m.say("t11.coverage", coverage=m.wording.percent(grade.coverage)))
    letter = grade.letter or m.wording.word("grade", "withheld")
    reason = m.wording.word("grade_reason", grade.reason)
    lines.append(m.say("t11.grade", letter=letter, reason=reason, lower=grade.lower_bound))
    return [
        m.heading("t11.total_heading", 3),
        Stack([m.list_or_none([85, 26, 22, 32], "t11.total_heads", rows, right=(1, 2, 3))]),
        Gap(2),
        *[m.prose(line, m.paper.table) for line in lines],
    ]


def _control(m: ReportContext, result: QuestionResult) -> Control | None:
    question = m.wording.questions.get(result.question)
    return question.control if question else None


def _counts(result: QuestionResult) -> bool:
    return result.in_score and result.state not in (QuestionState.NOT_APPLICABLE, QuestionState.OUT_OF_SCOPE)


def _row(m: ReportContext, result: QuestionResult) -> list[Cell]:
    question = m.wording.questions[result.question]
    label = m.wording.texts(f"controls.{question.id}.label")
    numbers = [f"{result.weight}", _points(result.low), _points(result.high)]
    return [question.printed, label, m.wording.state(result), *numbers]


def _uncounted(m: ReportContext, results: list[QuestionResult]) -> list[list[Cell]]:
    """The questions without points, a row for each state."""
    by_state: dict[str, list[str]] = {}
    for result in results:
        question = m.wording.questions[result.question]
        named = f"{question.printed} {m.wording.texts(f'controls.{question.id}.label')}"
        by_state.setdefault(m.wording.state(result), []).append(named)
    return [
        ["–", m.cell(m.wording.listed(names), small=True, quiet=True), state, "–", "–", "–"]
        for state, names in by_state.items()
    ]


def _points(points: float) -> str:
    return f"{points:g}"


def _number(m: ReportContext, name: str) -> str:
    return f"{m.rules.number(f'scoring.{name}'):g}"


def _weights(m: ReportContext) -> dict[str, str]:
    return {word: _number(m, f"weight_{word}") for word in ("critical", "high", "medium", "low")}


def _bands(m: ReportContext) -> dict[str, str]:
    return {letter: _number(m, f"band_{letter}") for letter in "abcd"}
