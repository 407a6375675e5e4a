"""What the evidence of an assessment shows: which questions it backs."""

from collections.abc import Sequence

from fumimori.model import About, Assessment, Evidence, Question, Rules


def shown_questions(assessment: Assessment, bank: Sequence[Question], rules: Rules) -> frozenset[str]:
    """The questions that evidence was handed in for: to the question, to a finding of it, or to a row that answers it.

    Evidence without a word about what it shows backs nothing.
    """
    found: set[str] = set()
    registers = {row.id: row.register for row in assessment.registers}
    for one in assessment.evidence:
        if not one.shows.strip():
            continue
        if one.about is About.QUESTION:
            found.add(one.subject)
        elif one.about is About.FINDING:
            found.add(question_of(one.subject.partition(" ")[0], rules))
        else:
            register = registers.get(one.subject)
            found.update(question.id for question in bank if register and question.register == register)
    return frozenset(found)


def question_of(code: str, rules: Rules) -> str:
    """The question that a finding's code is about; empty when it is about none."""
    rule = rules.outcomes.get(code)
    return (rule.question or "") if rule is not None else code.rpartition(".")[0]


def evidence_of(assessment: Assessment, subject: str) -> tuple[Evidence, ...]:
    """The evidence that belongs to this question, finding (`code subject`) or register row."""
    return tuple(one for one in assessment.evidence if one.subject == subject)
