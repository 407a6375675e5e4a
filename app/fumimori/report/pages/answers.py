"""T5 who answered what and what came of it."""

from fumimori.assess.evidence import evidence_of
from fumimori.model import Answer, Contradiction, Question, QuestionResult, QuestionState
from fumimori.report.blocks import Block, Gap, Stack
from fumimori.report.context import ReportContext
from fumimori.report.grid import Cell

SILENT = (QuestionState.UNANSWERED, QuestionState.PARENT_UNMET)
"""States of which nothing can be told but that there is no answer."""


def answers(m: ReportContext) -> list[Block]:
    """T5: every question that was answered or measured, in printed order, then the numbers of the others."""
    results = {result.question: result for result in m.result.questions}
    contradictions = {entry.question: entry for entry in m.result.contradictions}
    rows: list[list[Cell]] = []
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
            rows.append(_row(m, question, result, answer, contradictions.get(question.id)))
    blocks: list[Block] = [m.heading("t5.heading"), m.list_or_none([14, 72, 43, 36], "t5.heads", rows)]
    for key, numbers in (("t5.measured", measured), ("t5.unanswered", unanswered), ("t5.outside", outside)):
        if numbers:
            blocks += [Gap(1.5), m.note(m.say(key, questions=m.wording.listed(numbers)))]
    return [*blocks, Gap(5)]


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
    return [question.printed, Stack(asked), Stack(came), _source(m, answer)]


def _source(m: ReportContext, answer: Answer | None) -> Block:
    if answer is None:
        return m.cell("－", small=True)
    w = m.wording
    lines = [w.free(answer.respondent, 60) or m.say("t2.unnamed"), f"{answer.at:%Y-%m-%d}"]
    if answer.value is not None:
        lines.append(w.word("confidence", answer.confidence))
    lines = [w.listed(lines)]
    handed_in = [one.printed for one in evidence_of(m.assessment, answer.question)]
    if handed_in:
        lines.append(w.listed(handed_in[:5]))
    if answer.history:
        lines.append(m.say("t5.changed", count=len(answer.history)))
    return m.cell("\n".join(lines), small=True)
