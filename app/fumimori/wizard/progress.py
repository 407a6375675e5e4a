"""Progress: which questions are asked, how they are numbered, the state of each block, what is left."""

from collections.abc import Sequence
from datetime import timedelta
from enum import StrEnum
from itertools import pairwise

from fumimori.assess.question_state import quick_questions
from fumimori.model import Assessment, Control, Question, QuestionResult, QuestionState, Result
from fumimori.wizard.steps import SURROUNDINGS, block_of


class ControlStatus(StrEnum):
    """The state of a block, in one word of the hub."""

    NOT_STARTED = "not_started"
    IN_PROGRESS = "in_progress"
    OPEN_POINTS = "open_points"
    DONE = "done"
    NOT_ASKED = "not_asked"
    """Nobody is asked anything here in this kind of assessment, and nothing was measured."""
    OUT_OF_SCOPE = "out_of_scope"


def questions_of(bank: Sequence[Question], block: str) -> tuple[Question, ...]:
    """The bank's questions of a block, in printed order."""
    begin = f"{block}."
    return tuple(question for question in bank if question.id.startswith(begin))


def counted(assessment: Assessment, result: Result, block: str) -> tuple[Question, ...]:
    """The questions of a block that this kind of assessment has."""
    quick = quick_questions(result.bank) if assessment.quick and block != SURROUNDINGS else None
    return tuple(one for one in questions_of(result.bank, block) if quick is None or one.id in quick)


def asked(result: Result, block: str) -> tuple[Question, ...]:
    """The questions of a block that a person gets to see one by one: those to answer, and contradictions to settle.

    What was measured without contradiction, what does not exist here, and what depends on something unmet is left out.
    """
    states = _states(result)
    return tuple(
        question
        for question in questions_of(result.bank, block)
        if states[question.id].asked or states[question.id].contradicted
    )


def position(assessment: Assessment, result: Result, identity: str) -> tuple[int, int]:
    """*Question 3 of 8*: the place of a question among those that hosting and kind of assessment select, and how many.

    Answers and measurements never change it. A question outside that selection is counted in the whole block;
    ValueError for one that is not in the bank.
    """
    block, hosting = block_of(identity), assessment.scope.hosting
    selected = [one.id for one in counted(assessment, result, block) if hosting is None or hosting in one.hosting]
    whole = [one.id for one in questions_of(result.bank, block)]
    chosen = selected if identity in selected else whole
    return chosen.index(identity) + 1, len(chosen)


def results(assessment: Assessment, result: Result, block: str) -> tuple[QuestionResult, ...]:
    """The states of a block's counted questions."""
    states = _states(result)
    return tuple(states[one.id] for one in counted(assessment, result, block))


def status(assessment: Assessment, result: Result, block: str) -> ControlStatus:
    """How far a block is."""
    states = _states(result)
    own = [states[one.id] for one in questions_of(result.bank, block)]
    if all(one.state is QuestionState.OUT_OF_SCOPE for one in own):
        return ControlStatus.OUT_OF_SCOPE
    to_ask = [states[one.id] for one in asked(result, block)]
    if any(one.state is QuestionState.UNANSWERED for one in to_ask):
        said = {answer.question for answer in assessment.answers}
        return ControlStatus.IN_PROGRESS if said & {one.question for one in own} else ControlStatus.NOT_STARTED
    if any(one.contradicted or one.state is QuestionState.UNKNOWN for one in to_ask):
        return ControlStatus.OPEN_POINTS
    silent = (QuestionState.UNANSWERED, QuestionState.OUT_OF_SCOPE)
    if not to_ask and all(one.state in silent for one in own):
        return ControlStatus.NOT_ASKED
    return ControlStatus.DONE


def next_block(assessment: Assessment, result: Result) -> str | None:
    """What to work on next: controls that were begun, then new ones, each in printed order, then the surroundings."""
    states = {control.value: status(assessment, result, control.value) for control in Control}
    around = status(assessment, result, SURROUNDINGS)
    for wanted in (ControlStatus.IN_PROGRESS, ControlStatus.NOT_STARTED):
        for block, state in states.items():
            if state is wanted:
                return block
    return SURROUNDINGS if around in (ControlStatus.IN_PROGRESS, ControlStatus.NOT_STARTED) else None


def open_questions(result: Result, block: str) -> int:
    """How many questions of a block wait for an answer."""
    states = _states(result)
    return sum(states[one.id].state is QuestionState.UNANSWERED for one in asked(result, block))


def unsettled(assessment: Assessment, result: Result, block: str) -> int:
    """How many questions of a block are neither answered nor measured, whether somebody is asked or not."""
    waiting = (QuestionState.UNANSWERED, QuestionState.UNKNOWN)
    return sum(one.state in waiting for one in results(assessment, result, block))


def seen_or_read(result: Result) -> tuple[int, int]:
    """How many questions are answered or confirmed without asking anybody, and how many there are here.

    That is by what was measured or read, by a register, or by evidence. What follows from another answer is left out.
    """
    gone = (QuestionState.OUT_OF_SCOPE, QuestionState.NOT_APPLICABLE, QuestionState.PARENT_UNMET)
    there = [one for one in result.questions if one.state not in gone]
    known = (QuestionState.MEASURED, QuestionState.RECORDED)
    return sum(one.state in known or one.verified for one in there), len(there)


def minutes_left(assessment: Assessment, result: Result) -> tuple[int, int] | None:
    """About how many minutes the open questions take, as a range; None before five answers have been given."""
    from statistics import median

    moments = sorted(answer.at for answer in assessment.answers)
    if len(moments) < 5:
        return None
    # A pause is not thinking time, so no gap counts for more than five minutes.
    gaps = [min(later - earlier, timedelta(minutes=5)) for earlier, later in pairwise(moments)]
    seconds = max(median(gap.total_seconds() for gap in gaps), 10.0)
    waiting = sum(state.asked and state.state is QuestionState.UNANSWERED for state in result.questions)
    if not waiting:
        return (0, 0)
    return (max(1, int(waiting * seconds * 0.7 // 60)), max(2, int(waiting * seconds * 1.5 // 60) + 1))


def _states(result: Result) -> dict[str, QuestionResult]:
    return {state.question: state for state in result.questions}
