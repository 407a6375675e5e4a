"""What the evidence of an assessment shows: which questions it backs."""

from collections.abc import Sequence

from fumimori.model import About, Assessment, Evidence, Question, RegisterRow, Rules
from fumimori.model.registers import CODE_PREFIX


def shown_questions(assessment: Assessment, bank: Sequence[Question], rules: Rules) -> frozenset[str]:
    """The questions that evidence was handed in for: to the question, to a finding of it, or to a row that answers it.

    Evidence without a word about what it shows backs nothing.
    """
    found: set[str] = set()
    rows = {row.id: row for row in assessment.registers}
    for one in assessment.evidence:
        if not one.shows.strip():
            continue
        if one.about is About.QUESTION:
            found.add(one.subject)
        elif one.about is About.FINDING:
            found.add(question_of(one.subject.partition(" ")[0], rules))
        else:
            found.update(_backed(rows.get(one.subject), bank, rules))
    return frozenset(found)


def _backed(row: RegisterRow | None, bank: Sequence[Question], rules: Rules) -> set[str]:
    """What a row of a register can back: its kind's question where it has one, else all that the register answers."""
    if row is None:
        return set()
    rule = rules.outcomes.get(f"{CODE_PREFIX}{row.register}.{row.text('kind')}")
    if rule is not None:
        return {rule.question or ""}
    return {question.id for question in bank if question.register == row.register}


def question_of(code: str, rules: Rules) -> str:
    """The question that a finding's code is about; empty when it is about none."""
    rule = rules.outcomes.get(code)
    return (rule.question or "") if rule is not None else code.rpartition(".")[0]


def evidence_of(assessment: Assessment, subject: str) -> tuple[Evidence, ...]:
    """The evidence that belongs to this question, finding (`code subject`) or register row."""
    return tuple(one for one in assessment.evidence if one.subject == subject)
