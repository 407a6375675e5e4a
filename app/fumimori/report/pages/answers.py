"""T5 who answered what, with the result."""

from collections import Counter
from collections.abc import Iterable

from fumimori.assess.evidence import evidence_of, question_of
from fumimori.model import Answer, Contradiction, Question, QuestionResult, QuestionState
from fumimori.report.blocks import Block, Gap, Prose, Stack
from fumimori.report.context import ReportContext
from fumimori.report.grid import Cell, Grid
from fumimori.report.questions import answer_key, scored
from fumimori.wording.report import runs

SILENT = (QuestionState.UNANSWERED, QuestionState.PARENT_UNMET)
"""States that say nothing but that there is no answer."""


def answers(m: ReportContext) -> list[Block]:
    """T5: every question that was answered or measured, in printed order, then the numbers of the others."""
    results = {result.question: result for result in m.result.questions}
    contradictions = {entry.question: entry for entry in m.result.contradictions}
    usual, points = _usual(m), scored(m)
    rows: list[tuple[str, list[Cell]]] = []
    outside: list[str] = []
    unanswered: list[str] = []
    measured: list[str] = []
    for question in m.result.bank:
        result, answer = results.get(question.id), m.assessment.answer(question.id)
        if result is None and answer is None:
            continue
        if result is not None and result.state is QuestionState.OUT_OF_SCOPE:
            outside.append(question.printed)
        elif answer is None and (result is None or result.state in SILENT):
            unanswered.append(question.printed)
        elif answer is None and result is not None and contradictions.get(question.id) is None:
            measured.append(f"{question.printed}{m.wording.bracketed(m.wording.state(result))}")
        else:
            # The number leads on to the question's points, as the number beside the points leads back here.
            link = points.get(question.printed, "")
            number = Prose(question.printed, m.paper.note.inked(m.paper.ink), m.faces, link=link)
            told = _row(m, question, result, answer, contradictions.get(question.id))
            rows.append((question.printed, [number, *told, _source(m, question, answer, usual)]))
    blocks: list[Block] = [m.heading("t5.heading")]
    if usual:
        blocks += [m.note(m.say("t5.usual", who=m.wording.listed(usual)), keep_next=True), Gap(1)]
    if rows:
        head, keys = m.wording.texts.lines("report.t5.heads"), [answer_key(printed) for printed, _ in rows]
        table = [row for _, row in rows]
        blocks.append(Grid([11, 70, 57, 27], table, m.paper, head=head, padding=0.3, small=True, keys=keys))
    else:
        blocks.append(m.prose(m.say("none"), m.paper.table))
    for key, numbers in (
        ("t5.measured", measured),
        ("t5.unanswered", _drawn_together(unanswered)),
        ("t5.outside", _drawn_together(outside)),
    ):
        if numbers:
            blocks += [Gap(1.5), m.note(m.say(key, questions=m.wording.listed(numbers)))]
    return [*blocks, Gap(5)]


def _drawn_together(printed: Iterable[str]) -> list[str]:
    """The numbers of questions, neighbours of one control drawn together: C1-2, C1-4–9."""
    by_control: dict[str, set[int]] = {}
    for one in printed:
        control, _, number = one.rpartition("-")
        by_control.setdefault(control, set()).add(int(number))
    return [run for control, numbers in by_control.items() for run in runs(control, 1, numbers)]


def _who(m: ReportContext, answer: Answer) -> tuple[str, str]:
    return m.wording.free(answer.respondent, 60) or m.say("t2.unnamed"), f"{answer.at:%Y-%m-%d}"


def _usual(m: ReportContext) -> tuple[str, str] | None:
    """Who answered on which day most often; None unless it was more than once."""
    asked = (m.assessment.answer(question.id) for question in m.result.bank)
    counted = Counter(_who(m, answer) for answer in asked if answer is not None).most_common(1)
    return counted[0][0] if counted and counted[0][1] > 1 else None


def _row(
    m: ReportContext,
    question: Question,
    result: QuestionResult | None,
    answer: Answer | None,
    contradiction: Contradiction | None,
) -> list[Cell]:
    w = m.wording
    asked: list[Block] = [m.cell(w.texts(f"controls.{question.id}.question"), small=True)]
    if answer is not None and answer.note:
        asked.append(m.cell(m.say("t5.note", note=w.free(answer.note)), small=True, quiet=True))
    if contradiction is not None:
        asked.append(m.cell(m.say("t5.contradiction", saw=w.title(contradiction.outcome)), small=True))
    if answer is not None and answer.settled:
        asked.append(m.cell(w.word("settled", answer.settled), small=True))
    came = [m.cell(w.answer(question, answer), small=True)] if answer is not None else []
    if result is not None and result.state in (QuestionState.MEASURED, QuestionState.RECORDED):
        came.append(m.cell(w.bracketed(f"{w.word('state', result.state)}: {w.state(result)}").strip(), small=True))
    if not came:
        state = w.word("state", result.state) if result else w.word("answer", "unanswered")
        came.append(m.cell(state, quiet=True, small=True))
    return [Stack(asked), Stack(came)]


def _source(m: ReportContext, question: Question, answer: Answer | None, usual: tuple[str, str] | None) -> Block:
    """Who said it when, unless it is the usual one, how well it is confirmed, by what, and the findings of it."""
    if answer is None:
        return m.cell("－", small=True)
    w = m.wording
    who = _who(m, answer)
    parts = [] if who == usual else [*who]
    if answer.value is not None:
        parts.append(w.word("confidence", answer.confidence))
    parts += [one.printed for one in evidence_of(m.assessment, answer.question)[:5]]
    if answer.history:
        parts.append(m.say("t5.changed", count=len(answer.history)))
    found = [finding for finding in m.result.findings if question_of(finding.code, m.rules) == question.id]
    return m.cell(w.listed([*parts, *([f"→ {w.numbers(found)}"] if found else [])]) or "－", small=True)
