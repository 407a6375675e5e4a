"""Reconciles answers with measurements: which counts, and where the two differ."""

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
    """MEASURED, RECORDED, ANSWERED, UNKNOWN, UNANSWERED or NOT_APPLICABLE."""
    credit: Credit | None = None
    """What counts; None while nothing definite is known."""
    best: Credit = Credit.MET
    """What is left to earn while nothing definite is known: a part-measurement can lower it."""
    option: Option | None = None
    speaks: bool = False
    """The option's own finding counts: nothing measured says the same or worse, and nobody withdrew it."""
    verified: bool = False
    open_above: bool = False
    """What was seen proves `credit` and does not rule out more, which only people know."""
    measured: bool = False
    """An outcome answers the question, be it of a probe or of a register, and nobody settled that it errs."""
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


def compare(
    question: Question, answer: Answer | None, outcomes: Sequence[Outcome], rules: Rules, *, shown: bool = False
) -> Compared:
    """What counts for `question`: the worse of answer and measurement until a clash between them is settled.

    `outcomes` are those whose rule names the question. An outcome that *lowers* is not a clash; it always applies.
    What counts is verified when a measurement says the same, or when evidence shows it (`shown`): never because
    somebody says to have looked, and not by a register alone, which people fill by hand.
    """
    answering = [outcome for outcome in outcomes if rules.outcomes[outcome.code].effect is Effect.ANSWERS]
    measured = _worst_of(answering, rules)
    lowered = _worst_of((o for o in outcomes if rules.outcomes[o.code].effect is Effect.LOWERS), rules)
    if answer is None or not stands(question, answer):
        state = QuestionState.UNANSWERED if answer is None or answer.value is not None else QuestionState.UNKNOWN
        if measured is None:
            return _proved(outcomes, lowered, rules, shown=shown) or Compared(state=state, best=lowered or Credit.MET)
        credit = worst((measured, lowered))
        looked = shown or _looked(credit, outcomes, rules)
        return Compared(state=_state(answering), credit=credit, verified=looked, measured=True)
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
    not_against = [o for o in outcomes if rules.outcomes[o.code].effect is not Effect.CONTRADICTS]
    by_measurement = (measured is not None and settled != "answer") or settled == "measurement" or option is None
    credit = worst((counted, lowered))
    return Compared(
        state=_state(answering or clash) if by_measurement else QuestionState.ANSWERED,
        credit=credit,
        option=option,
        speaks=settled == "answer" or (settled != "measurement" and _says_worse(said, measured)),
        verified=shown
        or ((settled != "answer" or credit is not said) and _looked(credit, [*not_against, *clash], rules)),
        measured=measured is not None and settled != "answer",
        clash=clash,
        settled=settled,
    )


def _proved(outcomes: Sequence[Outcome], lowered: Credit | None, rules: Rules, *, shown: bool) -> Compared | None:
    """What outcomes prove of a question that nobody answered; None while they prove nothing of it.

    It is no less than the best that they show, and no more than the worst that they lower it to.
    """
    floors = {one: floor for one in outcomes if (floor := rules.outcomes[one.code].at_least) is not None}
    floor = max(floors.values(), key=lambda credit: credit.share, default=Credit.NOT_MET)
    ceiling = lowered or Credit.MET
    if floor.share >= ceiling.share:
        resting = [one for one in outcomes if rules.outcomes[one.code].effect in (Effect.LOWERS, Effect.SHOWS)]
        verified = shown or any(not one.recorded for one in resting)
        return Compared(state=_state(resting), credit=ceiling, verified=verified, measured=True)
    if floor is Credit.NOT_MET:
        return None
    resting = [one for one, least in floors.items() if least is floor]
    verified = shown or any(not one.recorded for one in resting)
    state = _state(resting)
    return Compared(state=state, credit=floor, best=ceiling, verified=verified, measured=True, open_above=True)


def _looked(credit: Credit | None, outcomes: Iterable[Outcome], rules: Rules) -> bool:
    """Whether something that was looked at, and not only recorded, comes to `credit`."""
    return any(not one.recorded and rules.outcomes[one.code].credit is credit for one in outcomes)


def _state(outcomes: Iterable[Outcome]) -> QuestionState:
    """Who answered: a probe, or registers alone."""
    return QuestionState.RECORDED if all(one.recorded for one in outcomes) else QuestionState.MEASURED


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
