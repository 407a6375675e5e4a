"""Which controls and questions have a row in T5 and in T11, and the targets of links to them."""

from fumimori.model import Control, QuestionResult, QuestionState
from fumimori.report.context import ReportContext


def answer_key(printed: str) -> str:
    """The target of links to a question's row in T5."""
    return f"t5.{printed}"


def question_key(printed: str) -> str:
    """The target of links to a control's or a question's row in T11."""
    return f"t11.{printed}"


def answered(m: ReportContext) -> dict[str, str]:
    """The printed numbers of the questions that have a row in T5, with its target."""
    outside = {result.question for result in m.result.questions if not inside(result)}
    asked = [one for one in m.result.bank if one.id not in outside and m.assessment.answer(one.id) is not None]
    return {question.printed: answer_key(question.printed) for question in asked}


def scored(m: ReportContext) -> dict[str, str]:
    """The printed numbers of the controls and questions that have a row in T11, with its target."""
    asked = [result for result in m.result.questions if inside(result)]
    within = {control_of(m, result) for result in asked}
    found = [control.control.printed for control in m.result.controls if control.control in within]
    found += [m.wording.questions[result.question].printed for result in asked if weighed(m, result)]
    return {printed: question_key(printed) for printed in found}


def control_of(m: ReportContext, result: QuestionResult) -> Control | None:
    """The control of a question; None for the block that is not scored."""
    question = m.wording.questions.get(result.question)
    return question.control if question else None


def inside(result: QuestionResult) -> bool:
    """Whether the question exists for this mail environment."""
    return result.state is not QuestionState.OUT_OF_SCOPE


def counts(result: QuestionResult) -> bool:
    """Whether the question is in the score."""
    return result.in_score and result.state not in (QuestionState.NOT_APPLICABLE, QuestionState.OUT_OF_SCOPE)


def weighed(m: ReportContext, result: QuestionResult) -> bool:
    """Whether the question has points of its own in T11."""
    return counts(result) and result.weight > 0 and control_of(m, result) is not None
