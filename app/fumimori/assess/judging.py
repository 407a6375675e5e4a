"""From what was seen and said to everything that follows: findings, scores, contradictions, plan and grade."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import date, datetime

import msgspec

from fumimori.assess.combinations import combinations
from fumimori.assess.disputes import in_force, not_refuted, settled
from fumimori.assess.plan import plan
from fumimori.assess.question_state import (
    QuestionEvaluation,
    evaluations,
    on_the_day,
    option_severity,
    outcome_severity,
)
from fumimori.assess.same_facts import told_once
from fumimori.assess.sums import Sums
from fumimori.checks.observations import Observations
from fumimori.grammar.bank_files import bank_version
from fumimori.grammar.order import natural
from fumimori.model import (
    Action,
    Assessment,
    Basis,
    Contradiction,
    Dispute,
    Effect,
    Finding,
    Hosting,
    OpenPoint,
    Outcome,
    Owner,
    Question,
    QuestionState,
    Record,
    Result,
    Rules,
    RunKind,
    Severity,
    Status,
    Work,
)


def assess(
    assessment: Assessment, bank: Sequence[Question], rules: Rules, outcomes: Sequence[Outcome], moment: datetime
) -> Result:
    """All that follows from `assessment` and from the `outcomes` that the probes' judges named, at `moment`.

    The runs of `assessment` hold only attempts that count under its scope.

    Pure: the same input gives the same result. KeyError when an outcome has no rule, because that is a bug of our own.
    """
    known = reconciled(assessment, bank, rules, outcomes, moment)
    unique, disputes, counted, table = known.unique, known.disputes, known.counted, known.table
    observations = Observations.of_assessment(assessment)
    together = combinations(table, rules, counted, observations)
    severities = {_key(one): _severity(one, assessment, rules, moment.date()) for one in unique}
    beside, silent = told_once(counted, rules, severities, disputes)
    told = [(one, severities[_key(one)], beside.get(_key(one), ())) for one in unique if _key(one) not in silent]
    found = [
        *_measured(assessment, table, rules, told),
        *_by_tool(together, counted),
        *_said(assessment, table),
    ]
    findings = tuple(sorted((settled(finding, disputes) for finding in found), key=_order))
    at_worst = combinations(table, rules, counted, observations, worst_case=True)
    worse = [finding.severity for finding in at_worst if finding not in together]
    contradictions = tuple(_contradictions(assessment, table, rules))
    open_points = _open_points(assessment, table, contradictions, observations)
    sums = Sums(table, findings, open_points, rules, worse, quick=assessment.quick)
    todo = plan(findings, table, assessment.plan, rules, moment.date())
    foremost = [finding for action in todo.first for finding in action.findings]
    return Result(
        rules_version=rules.version,
        bank=tuple(bank),
        bank_version=bank_version(bank),
        questions=tuple(evaluation.result for evaluation in table),
        controls=sums.controls,
        findings=findings,
        good=tuple(o for o, *_ in told if outcome_severity(o, rules, assessment.scope) is Severity.OK),
        contradictions=contradictions,
        open_points=open_points,
        actions=_with_outlook(todo.actions, sums),
        grade=sums.grade,
        expected=sums.graded(sums.without(foremost, sums.tally)),
        runs=assessment.runs,
    )


class Reconciled(Record):
    """What answers the questions, and how each of them stands."""

    unique: tuple[Outcome, ...]
    """Of outcomes with the same code and subject the first."""
    disputes: Mapping[tuple[str, str], Dispute]
    """Those in force, by code and subject."""
    counted: tuple[Outcome, ...]
    """The outcomes that nobody refuted."""
    table: tuple[QuestionEvaluation, ...]


def reconciled(
    assessment: Assessment, bank: Sequence[Question], rules: Rules, outcomes: Iterable[Outcome], moment: datetime
) -> Reconciled:
    """Where every question stands at `moment`: the beginning of `assess`, for who wants to know no more."""
    first_of: dict[tuple[str, str], Outcome] = {}
    for outcome in _dated(outcomes, rules, moment):
        first_of.setdefault((outcome.code, outcome.subject), outcome)
    unique = tuple(first_of.values())
    disputes = in_force(assessment.disputes, moment.date())
    counted = not_refuted(unique, disputes)
    table = evaluations(assessment, bank, rules, counted)
    return Reconciled(unique=unique, disputes=disputes, counted=counted, table=table)


def _with_outlook(actions: Iterable[Action], sums: Sums) -> tuple[Action, ...]:
    """Every action with what it changes, alone and together with those before it."""
    told, left, together = [], sums.tally, sums.outlook(sums.tally)
    for action in actions:
        alone = None
        if action.findings:
            left = sums.without(action.findings, left)
            alone, together = sums.outlook(sums.without(action.findings, sums.tally)), sums.outlook(left)
        told.append(msgspec.structs.replace(action, alone=alone, together=together))
    return tuple(told)


# --- findings -----------------------------------------------------------------------------------------------------


def _order(finding: Finding) -> tuple[int, int, str, object]:
    """The printed order: worst first, then by control; places as people count them."""
    return -finding.severity, finding.control.number, finding.code, natural(finding.subject)


def _severity(outcome: Outcome, assessment: Assessment, rules: Rules, today: date) -> Severity:
    return on_the_day(outcome_severity(outcome, rules, assessment.scope), outcome, rules, today)


def _key(outcome: Outcome) -> tuple[str, str]:
    return outcome.code, outcome.subject


def _measured(
    assessment: Assessment,
    table: Iterable[QuestionEvaluation],
    rules: Rules,
    told: Iterable[tuple[Outcome, Severity, tuple[Outcome, ...]]],
) -> Iterable[Finding]:
    by_question = {evaluation.question.id: evaluation for evaluation in table}
    readings = (run for run in assessment.runs if run.kind is RunKind.READ and run.tool is None)
    read = {attempt.probe for run in readings for attempt in run.attempts}
    for outcome, severity, also in told:
        rule = rules.outcomes[outcome.code]
        evaluation = by_question.get(rule.question or "")
        compared = evaluation.compared if evaluation else None
        clashes = compared is not None and outcome in compared.clash
        seen = Basis.READ if outcome.code.partition(".")[0] in read else Basis.MEASURED
        seen = Basis.RECORDED if outcome.recorded else Basis.IMPORTED if outcome.tool else seen
        if severity < Severity.INFO:
            continue
        counted = severity
        if compared and compared.settled == "answer" and (clashes or rule.effect is Effect.ANSWERS):
            # Somebody showed that the measurement errs: the fact stays on record, and costs nothing.
            counted = Severity.INFO
        yield Finding(
            code=outcome.code,
            subject=outcome.subject,
            control=rule.control,
            severity=counted,
            basis=Basis.CONTRADICTION if clashes and compared and compared.contradicted else seen,
            question=rule.question,
            values=outcome.values,
            tool=outcome.tool,
            stale=outcome.stale,
            work=_work_here(rule.work, assessment.scope.hosting),
            also=also,
        )


def _dated(outcomes: Iterable[Outcome], rules: Rules, moment: datetime) -> Iterable[Outcome]:
    """The outcomes; those that rest on a tool which ran too long ago are marked so, and show nothing good any more."""
    for outcome in outcomes:
        if outcome.tool is None:
            yield outcome
            continue
        at = outcome.tool.at
        stale = at is not None and (moment - at).days > rules.number("other_tools.stale_days")
        if not stale or rules.outcomes[outcome.code].severity is not Severity.OK:
            yield msgspec.structs.replace(outcome, stale=stale)


def _by_tool(together: Iterable[Finding], outcomes: Iterable[Outcome]) -> list[Finding]:
    """The combinations; one in which another tool's result meets is marked with it."""
    imported = {(one.code, one.subject): one for one in outcomes if one.tool is not None}

    def marked(finding: Finding) -> Finding:
        one = next((imported[join] for join in finding.joins if join in imported), None)
        if one is None:
            return finding
        basis = Basis.IMPORTED if finding.basis is Basis.MEASURED else finding.basis
        return msgspec.structs.replace(finding, basis=basis, tool=one.tool, stale=one.stale)

    return [marked(finding) for finding in together]


def _work_here(work: Work, hosting: Hosting | None) -> Work:
    """The work with the owner that this kind of hosting has: nobody waits for a provider of one's own server."""
    if hosting is None:
        return work
    usual, here = (Owner.PROVIDER, Owner.MAINTENANCE) if hosting.own_server else (Owner.MAINTENANCE, Owner.PROVIDER)
    return msgspec.structs.replace(work, owner=here) if work.owner is usual else work


def _said(assessment: Assessment, table: Iterable[QuestionEvaluation]) -> Iterable[Finding]:
    for evaluation in table:
        question, compared = evaluation.question, evaluation.compared
        control = question.control
        if control is None or compared.option is None or not compared.speaks or evaluation.silent:
            continue
        severity = option_severity(question, compared.option, assessment.scope.hosting)
        answer = assessment.answer(question.id)
        if severity >= Severity.LOW:
            yield Finding(
                code=f"{question.id}.{compared.option.id}",
                subject="",
                control=control,
                severity=severity,
                basis=Basis.CONTRADICTION if compared.contradicted else Basis.ANSWERED,
                question=question.id,
                confidence=answer.confidence if answer else None,
                work=question.work_for(compared.option),
            )


# --- what is not settled ------------------------------------------------------------------------------------------


def _contradictions(
    assessment: Assessment, table: Iterable[QuestionEvaluation], rules: Rules
) -> Iterable[Contradiction]:
    for evaluation in table:
        if not evaluation.result.contradicted:
            continue
        option = evaluation.compared.option
        outcome = max(evaluation.compared.clash, key=lambda o: outcome_severity(o, rules, assessment.scope))
        said = option_severity(evaluation.question, option, assessment.scope.hosting) if option else Severity.OK
        yield Contradiction(
            question=evaluation.question.id,
            answer=_value(assessment, evaluation.question),
            outcome=outcome,
            severity=max(said, outcome_severity(outcome, rules, assessment.scope)),
        )


def _value(assessment: Assessment, question: Question) -> str:
    answer = assessment.answer(question.id)
    return (answer.value or "") if answer else ""


def _open_points(
    assessment: Assessment,
    table: Iterable[QuestionEvaluation],
    contradictions: Iterable[Contradiction],
    observations: Observations,
) -> tuple[OpenPoint, ...]:
    points = [
        OpenPoint(
            kind="contradiction",
            question=contradiction.question,
            subject=contradiction.outcome.subject,
            severity=contradiction.severity,
            **_who(assessment, contradiction.question),
        )
        for contradiction in contradictions
    ]
    for evaluation in table:
        result = evaluation.result
        open_states = (QuestionState.UNKNOWN, QuestionState.UNANSWERED)
        explicit = result.state is QuestionState.UNKNOWN and not evaluation.silent
        if result.state in open_states and (result.asked or explicit):
            points.append(
                OpenPoint(
                    kind=result.state.value,
                    question=result.question,
                    subject="",
                    severity=evaluation.severity_if_unknown,
                    **_who(assessment, result.question),
                )
            )
    points += [
        OpenPoint(
            kind="not_measured",
            question=None,
            subject=attempt.subject,
            severity=Severity.INFO,
            reason=attempt.reason or attempt.status.value,
            probe=attempt.probe,
        )
        for attempt in observations.attempts()
        if attempt.status is not Status.COMPLETED
    ]
    kinds = ("contradiction", "unknown", "unanswered", "not_measured")
    return tuple(sorted(points, key=lambda point: (kinds.index(point.kind), -point.severity)))


def _who(assessment: Assessment, question: str) -> dict[str, str]:
    answer = assessment.answer(question)
    return {"who": answer.who_knows, "due": answer.due} if answer else {}
