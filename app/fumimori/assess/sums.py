"""The control results and the grade of one assessment: as it stands, and after repairs."""

from collections.abc import Collection, Mapping, Sequence

import msgspec

from fumimori.assess import scoring
from fumimori.assess.question_state import QuestionEvaluation
from fumimori.model import (
    Control,
    ControlResult,
    Credit,
    Finding,
    Grade,
    OpenPoint,
    Outlook,
    QuestionResult,
    QuestionState,
    Rules,
    Severity,
)

_Key = tuple[str, str]
"""Code and subject of a finding."""


class Sums:
    """Recomputes only what a repair touches, so that every action can say what it changes."""

    def __init__(
        self,
        table: Sequence[QuestionEvaluation],
        findings: Sequence[Finding],
        open_points: Sequence[OpenPoint],
        rules: Rules,
        worse: Sequence[Severity] = (),
        *,
        quick: bool,
    ) -> None:
        """`worse` is what else there would be if everything unknown were answered badly."""
        self._rules, self._quick = rules, quick
        self._unknown = tuple(one.severity_if_unknown for one in table if one.severity_if_unknown >= Severity.LOW)
        self._worst = (*(one.worst_case for one in table if one.worst_case >= Severity.LOW), *worse)
        self._control_of = {evaluation.question.id: evaluation.question.control for evaluation in table}
        self._keyed = [((finding.code, finding.subject), finding) for finding in findings]
        self._by_code: dict[str, list[tuple[_Key, Finding]]] = {}
        self._by_question: dict[str | None, set[_Key]] = {}
        for key, finding in self._keyed:
            if finding.severity >= Severity.LOW:
                self._by_code.setdefault(finding.code, []).append((key, finding))
                self._by_question.setdefault(finding.question, set()).add(key)
        # The worst subject of a code counts: the number of servers must not change a grade.
        self._kinds = {code: max(one.severity for _, one in found) for code, found in self._by_code.items()}
        self._open = [self._control_of[point.question] for point in open_points if point.question is not None]
        self._questions = [evaluation.result for evaluation in table]
        scored = [evaluation for evaluation in table if evaluation.result.state is not QuestionState.OUT_OF_SCOPE]
        set_aside = [evaluation for evaluation in scored if evaluation.result.state is QuestionState.NOT_APPLICABLE]
        self._not_applicable_share = len(set_aside) / len(scored) if scored else 0.0
        self.controls = tuple(
            self._control(control, [one.result for one in table if one.question.control is control], findings)
            for control in Control
        )
        """The controls as they stand."""
        self.grade = self._grade(self._questions, self._kinds, frozenset(), self.controls)
        """The grade as it stands."""
        self._of_control = {
            control: tuple(number for number, one in enumerate(table) if one.question.control is control)
            for control in Control
        }

    def after(self, repaired: Collection[Finding]) -> Grade:
        """The grade when the findings `repaired` are gone and every question that only they kept unmet is met."""
        gone = {(finding.code, finding.subject) for finding in repaired}
        kinds = dict(self._kinds)
        for code in {code for code, _ in gone} & kinds.keys():
            left = [finding.severity for key, finding in self._by_code[code] if key not in gone]
            if left:
                kinds[code] = max(left)
            else:
                del kinds[code]
        asked = {finding.question for finding in repaired if finding.question}
        met = {question for question in asked if self._by_question.get(question, set()) <= gone}
        questions = [_met(question) if question.question in met else question for question in self._questions]
        touched = {finding.control for finding in repaired} | {self._control_of.get(question) for question in met}
        remaining = [finding for key, finding in self._keyed if finding.control in touched and key not in gone]
        controls = tuple(
            self._control(known.control, [questions[number] for number in self._of_control[known.control]], remaining)
            if known.control in touched
            else known
            for known in self.controls
        )
        return self._grade(questions, kinds, gone, controls)

    def outlook(self, repaired: Collection[Finding]) -> Outlook:
        """The same as an Outlook."""
        grade = self.after(repaired)
        return Outlook(letter=grade.letter, score_low=grade.score_low, score_high=grade.score_high)

    def _control(
        self, control: Control, questions: Sequence[QuestionResult], findings: Sequence[Finding]
    ) -> ControlResult:
        return scoring.control_result(
            control,
            questions,
            [finding for finding in findings if finding.control is control],
            self._open.count(control),
            self._rules,
        )

    def _grade(
        self,
        questions: Sequence[QuestionResult],
        kinds: Mapping[str, Severity],
        gone: Collection[_Key],
        controls: Sequence[ControlResult],
    ) -> Grade:
        ranges = {
            result.control: (result.score_low, result.score_high)
            for result in controls
            if result.score_low is not None and result.score_high is not None
        }
        caps = scoring.Caps(
            found=tuple(kinds.values()),
            severity_if_unknown=self._unknown,
            worst_case=self._worst,
            places=tuple(finding.severity for key, finding in self._keyed if key not in gone),
        )
        return scoring.grade(
            ranges,
            scoring.weigh(questions),
            caps,
            self._rules,
            quick=self._quick,
            not_applicable_share=self._not_applicable_share,
        )


def _met(question: QuestionResult) -> QuestionResult:
    points = float(question.weight)
    return msgspec.structs.replace(question, low=points, high=points, credit=Credit.MET, severity=Severity.OK)
