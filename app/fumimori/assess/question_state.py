"""Where every question stands: does it exist here, who answers it, and what did it earn."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from enum import IntEnum

from fumimori.assess.evidence import shown_questions
from fumimori.assess.reconcile import Compared, compare
from fumimori.model import (
    NOT_APPLICABLE,
    Assessment,
    Condition,
    Credit,
    Effect,
    Hosting,
    Measured,
    Option,
    Outcome,
    Question,
    QuestionKind,
    QuestionResult,
    QuestionState,
    Record,
    Rules,
    Scope,
    Severity,
)
from fumimori.model.days import iso_day

_ANSWERED_BY_PEOPLE = (
    QuestionState.ANSWERED,
    QuestionState.UNKNOWN,
    QuestionState.UNANSWERED,
    QuestionState.NOT_APPLICABLE,
)


class Precondition(IntEnum):
    """What gates and parent say about a question, the strongest last."""

    MET = 0
    GATE_UNKNOWN = 1
    """A gate that only decides whether the question exists was not answered."""
    UNCERTAIN = 2
    """A precondition was not answered: counts as not met for now; may still be met."""
    UNMET = 3
    NOT_APPLICABLE = 4
    CLOSED = 5


class QuestionEvaluation(Record):
    """A question's result, with what it rests on."""

    question: Question
    result: QuestionResult
    compared: Compared
    premise: Precondition
    severity_if_unknown: Severity = Severity.OK
    """What the question counts for the grade's cap while it is open; OK when it is not."""
    worst_case: Severity = Severity.OK
    """The same with the worst answer, for the pessimistic bound."""

    @property
    def silent(self) -> bool:
        """Whether the question finds nothing of its own, because something before it is not met or not known."""
        return self.premise in (
            Precondition.UNCERTAIN,
            Precondition.UNMET,
            Precondition.NOT_APPLICABLE,
            Precondition.CLOSED,
        )


def outcome_severity(outcome: Outcome, rules: Rules, scope: Scope) -> Severity:
    """How bad `outcome` is, under the hosting of the domain that it is about (else of the first domain)."""
    rule = rules.outcomes[outcome.code]
    hosting = next((domain.hosting for domain in scope.domains if domain.name == outcome.subject), scope.hosting)
    return next((entry.severity for entry in rule.hosting_severities if hosting in entry.hosting), rule.severity)


def on_the_day(severity: Severity, outcome: Outcome, rules: Rules, today: date) -> Severity:
    """`severity`, or worse where what ends on the outcome's day is near by `today`."""
    event, day = rules.outcomes[outcome.code].event, iso_day(str(dict(outcome.values).get("day", "")))
    if event is None or day is None or severity < Severity.INFO:
        return severity
    limits = {level: rules.thresholds.get(f"calendar.{event}_{level.word}_days") for level in Severity}
    near = (level for level, limit in limits.items() if limit and (day - today).days < limit.value)
    return max(severity, *near, Severity.OK)


def option_severity(question: Question, option: Option, hosting: Hosting | None) -> Severity:
    """How bad the answer `option` is under this hosting."""
    return _explicit(question, option.id, hosting, option.severity)


def unknown_severity(question: Question, hosting: Hosting | None) -> Severity:
    """What not knowing counts for the cap: one step below the worst answer, unless the bank says it for the hosting."""
    return _explicit(question, "unknown", hosting, worst_severity(question, hosting).one_step_lower())


def worst_severity(question: Question, hosting: Hosting | None) -> Severity:
    """The worst answer's severity under this hosting."""
    return max((option_severity(question, option, hosting) for option in question.options), default=Severity.OK)


def weight(question: Question, rules: Rules, worst: Mapping[str | None, Severity]) -> int:
    """10, 6, 3 or 1 by the worst severity among the question's answers and outcomes; 0 when it is not scored.

    `worst` is what `worst_outcomes` says of the rules. The hosting never changes the weight, so that scores of
    different organisations weigh the same things alike.
    """
    if not question.scored or question.control is None:
        return 0
    measured = worst.get(question.id, Severity.OK)
    severity = max((*(option.severity for option in question.options), measured), default=Severity.OK)
    return int(rules.number(f"scoring.weight_{severity.word}")) if severity >= Severity.LOW else 0


def worst_outcomes(rules: Rules) -> dict[str | None, Severity]:
    """By question: the worst severity among the outcomes that answer it or lower its answer."""
    found: dict[str | None, Severity] = {}
    for rule in rules.outcomes.values():
        if rule.effect in (Effect.ANSWERS, Effect.LOWERS):
            found[rule.question] = max(rule.severity, found.get(rule.question, Severity.OK))
    return found


def quick_questions(bank: Sequence[Question]) -> frozenset[str]:
    """The questions of the quick assessment: the core ones, and the gates and parents that they depend on."""
    by_id = {question.id: question for question in bank}
    chosen: set[str] = set()
    waiting = [question.id for question in bank if question.core]
    while waiting:
        question = by_id[waiting.pop()]
        if question.id not in chosen:
            chosen.add(question.id)
            waiting.extend(condition.question for condition in question.ask_if)
            waiting.extend([question.parent] if question.parent else [])
    return frozenset(chosen)


def evaluations(
    assessment: Assessment, bank: Sequence[Question], rules: Rules, outcomes: Iterable[Outcome]
) -> tuple[QuestionEvaluation, ...]:
    """Where every question of `bank` stands, in its order; LookupError for a cyclic dependency."""
    table = _Table(assessment, bank, rules, outcomes)
    return tuple(table.of(question.id) for question in bank)


class _Table:
    """The evaluations, computed on demand by those that depend on them."""

    def __init__(
        self, assessment: Assessment, bank: Sequence[Question], rules: Rules, outcomes: Iterable[Outcome]
    ) -> None:
        self.assessment = assessment
        self.hosting = assessment.scope.hosting
        self.rules = rules
        self.bank = {question.id: question for question in bank}
        self.answers = {answer.question: answer for answer in assessment.answers}
        self.quick = quick_questions(bank)
        self.shown = shown_questions(assessment, bank, rules)
        self.outcomes: dict[str | None, list[Outcome]] = defaultdict(list)
        for outcome in outcomes:
            self.outcomes[rules.outcomes[outcome.code].question].append(outcome)
        self.worst = worst_outcomes(rules)
        self.known: dict[str, QuestionEvaluation] = {}
        self.working: set[str] = set()

    def of(self, name: str) -> QuestionEvaluation:
        if name not in self.known:
            if name in self.working:
                raise LookupError(f"questions hang on each other in a circle at {name}")
            self.working.add(name)
            self.known[name] = self.work_out(self.bank[name])
            self.working.discard(name)
        return self.known[name]

    def work_out(self, question: Question) -> QuestionEvaluation:
        compared = compare(
            question,
            self.answers.get(question.id),
            self.outcomes[question.id],
            self.rules,
            shown=question.id in self.shown,
        )
        if self.hosting is not None and self.hosting not in question.hosting:
            return self.evaluation(question, compared, Precondition.CLOSED, QuestionState.OUT_OF_SCOPE)
        premise = self.premise(question, compared)
        if compared.measured and premise in (Precondition.CLOSED, Precondition.NOT_APPLICABLE):
            premise = Precondition.MET
        state = compared.state
        if premise is Precondition.CLOSED:
            state = QuestionState.OUT_OF_SCOPE
        elif premise is Precondition.NOT_APPLICABLE:
            state = QuestionState.NOT_APPLICABLE
        elif premise is Precondition.UNMET and state is not QuestionState.NOT_APPLICABLE:
            state = QuestionState.PARENT_UNMET
        return self.evaluation(question, compared, premise, state)

    def evaluation(
        self, question: Question, compared: Compared, premise: Precondition, state: QuestionState
    ) -> QuestionEvaluation:
        chosen = self.chosen(question, compared, premise)
        applies = state not in (QuestionState.OUT_OF_SCOPE, QuestionState.NOT_APPLICABLE)
        points = weight(question, self.rules, self.worst) if applies else 0
        credit = Credit.NOT_MET if state is QuestionState.PARENT_UNMET else compared.credit if applies else None
        low = 0.0 if credit is None or premise is Precondition.UNCERTAIN else points * credit.share
        settled = credit is not None and not (compared.open_above and credit is compared.credit)
        high = points * (credit if settled and credit else compared.best).share
        is_open = state is QuestionState.UNKNOWN or (state is QuestionState.UNANSWERED and chosen)
        is_open = is_open and premise in (Precondition.MET, Precondition.GATE_UNKNOWN) and question.control is not None
        by_people = state in _ANSWERED_BY_PEOPLE or (compared.open_above and state is compared.state)
        asked = by_people and premise not in (Precondition.NOT_APPLICABLE, Precondition.UNMET)
        if state is QuestionState.UNANSWERED and premise is not Precondition.MET:
            asked = False
        severity_if_unknown = unknown_severity(question, self.hosting) if is_open else Severity.OK
        result = QuestionResult(
            question=question.id,
            state=state,
            asked=asked and (chosen or not self.assessment.quick),
            weight=points,
            low=low,
            high=high,
            credit=credit,
            severity=severity_if_unknown if is_open else self.severity(question, compared, premise, applies=applies),
            verified=applies and self.verified(question, compared, state),
            contradicted=applies and compared.contradicted,
            in_score=applies and chosen,
        )
        return QuestionEvaluation(
            question=question,
            result=result,
            compared=compared,
            premise=premise,
            severity_if_unknown=severity_if_unknown,
            worst_case=max(severity_if_unknown, worst_severity(question, self.hosting)) if is_open else Severity.OK,
        )

    def chosen(self, question: Question, compared: Compared, premise: Precondition) -> bool:
        """Whether the question belongs to this kind of assessment, quick or full."""
        if not self.assessment.quick or question.id in self.quick or compared.measured:
            return True
        # What a probe would have answered is lost together with its parent: leaving it out would reward the loss.
        if premise in (Precondition.UNMET, Precondition.UNCERTAIN) and question.measured is Measured.FULL:
            before = [condition.question for condition in question.ask_if]
            before += [question.parent] if question.parent else []
            return any(self.of(name).result.in_score for name in before)
        return False

    def verified(self, question: Question, compared: Compared, state: QuestionState) -> bool:
        if state is QuestionState.PARENT_UNMET:
            return any(
                self.of(name).result.verified and self.of(name).result.credit is Credit.NOT_MET
                for name in (question.parent, *(condition.question for condition in question.ask_if))
                if name
            )
        return compared.verified

    def severity(self, question: Question, compared: Compared, premise: Precondition, *, applies: bool) -> Severity:
        found = [outcome_severity(o, self.rules, self.assessment.scope) for o in self.outcomes[question.id]]
        if applies and compared.speaks and compared.option and premise in (Precondition.MET, Precondition.GATE_UNKNOWN):
            found.append(option_severity(question, compared.option, self.hosting))
        return max(found, default=Severity.OK)

    def premise(self, question: Question, compared: Compared) -> Precondition:
        gates = [self.gate(condition, compared) for condition in question.ask_if]
        return max((*gates, self.parent(question.parent)), default=Precondition.MET)

    def parent(self, name: str | None) -> Precondition:
        if name is None:
            return Precondition.MET
        result = self.of(name).result
        if result.state is QuestionState.NOT_APPLICABLE:
            return Precondition.NOT_APPLICABLE
        if result.state is QuestionState.OUT_OF_SCOPE:
            return Precondition.MET
        if result.credit is Credit.NOT_MET:
            return Precondition.UNMET
        certain = result.credit is not None and self.of(name).premise is not Precondition.UNCERTAIN
        return Precondition.MET if certain else Precondition.UNCERTAIN

    def gate(self, condition: Condition, behind: Compared) -> Precondition:
        before = self.of(condition.question)
        if before.question.kind is QuestionKind.INVENTORY:
            return Precondition.MET if behind.option or _listed(before, condition) else Precondition.CLOSED
        terminal = {
            QuestionState.PARENT_UNMET: Precondition.UNMET,
            QuestionState.OUT_OF_SCOPE: Precondition.CLOSED,
            QuestionState.NOT_APPLICABLE: Precondition.MET
            if NOT_APPLICABLE in condition.values
            else Precondition.CLOSED,
        }
        if before.result.state in terminal:
            return terminal[before.result.state]
        opens = _opens(before, condition)
        if opens is None:
            closing = [option for option in before.question.options if option.id not in condition.values]
            bad = any(option.credit is not Credit.MET for option in closing)
            return Precondition.UNCERTAIN if bad else Precondition.GATE_UNKNOWN
        if opens:
            return Precondition.UNCERTAIN if before.premise is Precondition.UNCERTAIN else Precondition.MET
        # A bad answer must not shorten the list: what it closes stays in the score and earns nothing.
        return Precondition.CLOSED if before.result.credit is Credit.MET else Precondition.UNMET


def _listed(before: QuestionEvaluation, condition: Condition) -> bool:
    """Whether the list names something that the question is about, or something that nobody foresaw; or is not made."""
    items = before.compared.items
    known = {option.id for option in before.question.options}
    return not items or any(item in condition.values or item not in known for item in items)


def _opens(before: QuestionEvaluation, condition: Condition) -> bool | None:
    """Whether the gate is open; None while it is not known."""
    compared = before.compared
    if compared.clash and compared.settled != "answer":
        # Somebody said that there is nothing here, and something was seen: the question exists.
        return True
    if compared.option is not None:
        return compared.option.id in condition.values
    if before.result.credit is None:
        return None
    fitting = [option for option in before.question.options if option.credit is before.result.credit]
    return not fitting or any(option.id in condition.values for option in fitting)


def _explicit(question: Question, option: str, hosting: Hosting | None, otherwise: Severity) -> Severity:
    entries = (entry for entry in question.hosting_severities if hosting in entry.hosting and entry.option == option)
    return next((entry.severity for entry in entries), otherwise)
