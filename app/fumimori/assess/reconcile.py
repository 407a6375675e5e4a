"""What was said beside what was measured: which counts, and where the two differ."""

from collections.abc import Iterable, Sequence

from fumimori.model import (
    NOT_APPLICABLE,
    Answer,
    Contradiction,
    Credit,
    Effect,
    Option,
    Outcome,
    Question,
    QuestionKind,
    QuestionState,
    Record,
    Rules,
    Severity,
)


class Compared(Record):
    """One question's answer and outcomes brought together, before gates and parents are looked at."""

    state: QuestionState
    """MEASURED, ANSWERED, UNKNOWN, UNANSWERED or NOT_APPLICABLE."""
    credit: Credit | None = None
    """What counts; None while nothing definite is known."""
    best: Credit = Credit.MET
    """What is left to earn while nothing definite is known: a part-measurement can lower it."""
    option: Option | None = None
    speaks: bool = False
    """The option's own finding counts: nothing measured says the same or worse, and nobody withdrew it."""
    verified: bool = False
    measured: bool = False
    """An outcome answers the question, and nobody settled that it errs."""
    items: tuple[str, ...] = ()
    """What the list of an inventory names."""
    clash: tuple[Outcome, ...] = ()
    """The outcomes that differ from what was said."""
    settled: str = ""
    """`measurement` or `answer`; empty while a clash is open, or without one."""

    @property
    def contradicted(self) -> bool:
        """Whether answer and measurement differ and nobody has settled it."""
        return bool(self.clash) and not self.settled


def may_be_final(contradictions: Iterable[Contradiction]) -> bool:
    """Whether a report may be called final: a Critical contradiction that nobody has settled allows a draft only."""
    return all(contradiction.severity < Severity.CRITICAL for contradiction in contradictions)


def worst(credits_given: Iterable[Credit | None]) -> Credit | None:
    """The credit that earns least; None of nothing."""
    return min((credit for credit in credits_given if credit is not None), key=lambda c: c.share, default=None)


def stands(question: Question, answer: Answer | None) -> bool:
    """Whether `answer` says something definite: an option, or *not applicable* where allowed and with a reason."""
    if answer is None:
        return False
    if question.kind is QuestionKind.INVENTORY and (answer.items or answer.value):
        return True
    if answer.value == NOT_APPLICABLE:
        return question.may_be_not_applicable and bool(answer.reason.strip())
    return answer.value is not None and question.option(answer.value) is not None


def compare(question: Question, answer: Answer | None, outcomes: Sequence[Outcome], rules: Rules) -> Compared:
    """What counts for `question`: the worse of answer and measurement until a clash between them is settled.

    `outcomes` are those whose rule names the question. An outcome that *lowers* is not a clash; it always applies.
    """
    answering = [outcome for outcome in outcomes if rules.outcomes[outcome.code].effect is Effect.ANSWERS]
    measured = _worst_of(answering, rules)
    lowered = _worst_of((o for o in outcomes if rules.outcomes[o.code].effect is Effect.LOWERS), rules)
    if answer is None or not stands(question, answer):
        state = QuestionState.UNANSWERED if answer is None or answer.value is not None else QuestionState.UNKNOWN
        if measured is None:
            return Compared(state=state, best=lowered or Credit.MET)
        return Compared(state=QuestionState.MEASURED, credit=worst((measured, lowered)), verified=True, measured=True)
    if question.kind is QuestionKind.INVENTORY:
        return Compared(state=QuestionState.ANSWERED, items=answer.items)
    option = question.option(answer.value or "")
    said = option.credit if option else None
    clash = _clash(answer.value or "", said, answering, outcomes, rules)
    settled = answer.settled if clash and answer.settled in ("measurement", "answer") else ""
    counted = {"answer": said, "measurement": worst((measured, _worst_of(clash, rules)))}.get(
        settled, worst((said, measured, _worst_of(clash, rules)))
    )
    if counted is None:
        return Compared(state=QuestionState.NOT_APPLICABLE, clash=clash, settled=settled)
    by_measurement = (measured is not None and settled != "answer") or settled == "measurement" or option is None
    credit = worst((counted, lowered))
    shown = [o for o in outcomes if rules.outcomes[o.code].effect is Effect.SHOWS]
    return Compared(
        state=QuestionState.MEASURED if by_measurement else QuestionState.ANSWERED,
        credit=credit,
        option=option,
        speaks=settled == "answer" or (settled != "measurement" and _says_worse(said, measured)),
        verified=answer.confidence == "confirmed"
        or credit is not said
        or settled == "measurement"
        or said is measured
        or any(rules.outcomes[o.code].credit is credit for o in shown),
        measured=measured is not None and settled != "answer",
        clash=clash,
        settled=settled,
    )


def _worst_of(outcomes: Iterable[Outcome], rules: Rules) -> Credit | None:
    return worst(rules.outcomes[outcome.code].credit for outcome in outcomes)


def _says_worse(said: Credit | None, measured: Credit | None) -> bool:
    return said is not None and (measured is None or said.share < measured.share)


def _clash(
    value: str, said: Credit | None, answering: Sequence[Outcome], outcomes: Sequence[Outcome], rules: Rules
) -> tuple[Outcome, ...]:
    share = Credit.MET.share if said is None else said.share
    worse = [outcome for outcome in answering if rules.outcomes[outcome.code].credit.share < share]
    if not worse and said is not None:
        worse = [outcome for outcome in answering if rules.outcomes[outcome.code].credit.share > share]
        if len(worse) < len(answering):
            worse = []
    against = [
        outcome
        for outcome in outcomes
        if rules.outcomes[outcome.code].effect in (Effect.CONTRADICTS, Effect.SHOWS)
        and value in rules.outcomes[outcome.code].contradicts
    ]
    return (*worse, *against)
