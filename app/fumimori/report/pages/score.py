"""T11: every weight and every point, so that the grade can be computed again by hand."""

from collections.abc import Iterable, Mapping

from fumimori.assess.scoring import Weighed, weigh
from fumimori.model import ControlResult, QuestionResult
from fumimori.report.blocks import Block, Gap, Prose, Stack
from fumimori.report.context import ReportContext
from fumimori.report.grid import Cell, Grid
from fumimori.report.questions import answered, control_of, counts, inside, question_key, weighed

TIGHT = 0.2
"""Millimetres above and below the rows of the long table."""


def score(m: ReportContext) -> list[Block]:
    """The questions of each control with weight and points below its sums; the total, band and limit."""
    links = answered(m)
    rows: list[tuple[str, list[Cell]]] = []
    uncounted: list[QuestionResult] = []
    for control in m.result.controls:
        mine = [result for result in m.result.questions if control_of(m, result) is control.control]
        asked = [result for result in mine if inside(result)]
        weighty = [result for result in asked if weighed(m, result)]
        if asked:
            sums = _sums(m, control, [result for result in mine if counts(result)])
            rows.append((question_key(control.control.printed), sums))
            printed = [m.wording.questions[result.question].printed for result in weighty]
            rows += [(question_key(name), _row(m, one, links)) for name, one in zip(printed, weighty, strict=True)]
            uncounted += [result for result in asked if result not in weighty]
    return [
        m.heading("t11.heading"),
        m.prose(m.say("t11.intro", **_weights(m)), m.paper.table),
        m.prose(m.say("t11.control"), m.paper.table, keep_next=True),
        Gap(2),
        Grid(
            [11, 75, 43, 12, 12, 12],
            [row for _, row in rows],
            m.paper,
            head=m.wording.texts.lines("report.t11.heads"),
            right=(3, 4, 5),
            padding=TIGHT,
            small=True,
            keys=[key for key, _ in rows],
        )
        if rows
        else m.prose(m.say("none"), m.paper.table),
        *_uncounted(m, uncounted),
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
    sums = Weighed()
    for control in m.result.controls:
        if control.score_low is None or control.score_high is None:
            continue
        mine = weigh(result for result in m.result.questions if control_of(m, result) is control.control)
        sums += mine
        weight = m.rules.number(f"scoring.control_{control.control}")
        weights += weight
        low += weight * control.score_low
        high += weight * control.score_high
        product = m.wording.range(int(weight * control.score_low), int(weight * control.score_high))
        score_range = m.wording.range(control.score_low, control.score_high)
        rows.append([m.control(control.control), *_shares(mine), score_range, _points(weight), product])
    total = [*_shares(sums), "", _points(weights), m.wording.range(int(low), int(high))]
    rows.append([m.cell(text, bold=True, small=True) for text in (m.say("t11.sum"), *total)])
    grade = m.result.grade
    lines = [m.say("t11.total", score=m.wording.range(grade.score_low, grade.score_high))]
    lines.append(m.say("t11.band", band=grade.band, **_bands(m)))
    critical, serious, medium, minor = grade.counts
    lines.append(
        m.say("t11.cap", critical=critical, high=serious, medium=medium, low=minor, many=_number(m, "many_high"))
    )
    shares = {"definite": sums.definite, "applicable": sums.applicable, "verified": sums.verified}
    percents = {"coverage": m.wording.percent(grade.coverage), "share": m.wording.percent(grade.verified)}
    lines.append(m.say("t11.coverage", **shares, **percents))
    letter = grade.letter or m.wording.word("grade", "withheld")
    reason = m.wording.word("grade_reason", grade.reason)
    lines.append(m.say("t11.grade", letter=letter, reason=reason, lower=grade.lower_bound))
    return [
        m.heading("t11.total_heading", 3),
        Stack([m.list_or_none([53, 17, 20, 18, 17, 14, 26], "t11.total_heads", rows, right=(1, 2, 3, 4, 5, 6))]),
        Gap(2),
        *[m.prose(line, m.paper.table) for line in lines],
    ]


def _row(m: ReportContext, result: QuestionResult, links: Mapping[str, str]) -> list[Cell]:
    question = m.wording.questions[result.question]
    label = m.wording.texts(f"controls.{question.id}.label")
    numbers = [f"{result.weight}", _points(result.low), _points(result.high)]
    state = m.wording.state(result)
    if result.verified and result.low == result.high:
        state += m.wording.bracketed(m.say("t11.verified"))
    link = links.get(question.printed, "")
    number = Prose(question.printed, m.paper.note.inked(m.paper.ink), m.faces, link=link)
    return [number, label, state, *numbers]


def _uncounted(m: ReportContext, results: Iterable[QuestionResult]) -> list[Block]:
    """The questions without points, a paragraph for each state."""
    by_state: dict[str, list[str]] = {}
    for result in results:
        question = m.wording.questions[result.question]
        named = f"{question.printed} {m.wording.texts(f'controls.{question.id}.label')}"
        by_state.setdefault(m.wording.state(result), []).append(named)
    told = [m.say("t11.uncounted", state=state, names=m.wording.listed(names)) for state, names in by_state.items()]
    return [Gap(1.5), *(m.note(one) for one in told)] if told else []


def _shares(weighed: Weighed) -> tuple[str, str, str]:
    """The weight of all that applies, of what is certain, and of what of it is verified."""
    return f"{weighed.applicable}", f"{weighed.definite}", f"{weighed.verified}"


def _points(points: float) -> str:
    return f"{points:g}"


def _number(m: ReportContext, name: str) -> str:
    return f"{m.rules.number(f'scoring.{name}'):g}"


def _weights(m: ReportContext) -> dict[str, str]:
    return {word: _number(m, f"weight_{word}") for word in ("critical", "high", "medium", "low")}


def _bands(m: ReportContext) -> dict[str, str]:
    return {letter: _number(m, f"band_{letter}") for letter in "abcd"}
