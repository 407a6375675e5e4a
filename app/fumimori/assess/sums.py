"""The control results and the grade of one assessment: as it stands, and after repairs."""

from collections import Counter
from collections.abc import Collection, Mapping, Sequence
from functools import reduce

from fumimori.assess import scoring
from fumimori.assess.question_state import QuestionEvaluation
from fumimori.assess.scoring import Counts, Weighed
from fumimori.model import (
    Control,
    Finding,
    Grade,
    OpenPoint,
    Outlook,
    QuestionResult,
    QuestionState,
    Record,
    Rules,
    Severity,
)


class Tally(Record):
    """What is left of the findings, and what the questions earn with it, all as sums."""

    kinds: Mapping[str, Mapping[Severity, int]]
    """By code: the findings of this kind."""
    keeping: Mapping[str | None, int]
    """By question: how many findings keep it unmet."""
    found: Counts
    """The worst finding of each kind: the number of servers must not change a grade."""
    places: Counts
    """All findings."""
    weighed: Mapping[Control, Weighed]
    """The questions of each control."""
    ranges: Mapping[Control, tuple[int, int]]
    """The score that follows from them, at least and at most; without controls in which nothing applies."""
    whole: Weighed
    """All questions."""


class Sums:
    """Adds everything up once; what a repair changes is the difference, so that every action can say what it brings."""

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
        self._unknown = Counter(one.severity_if_unknown for one in table if one.severity_if_unknown >= Severity.LOW)
        self._worst = Counter([*(one.worst_case for one in table if one.worst_case >= Severity.LOW), *worse])
        self._questions = {one.question.id: (one.question.control, one.result) for one in table}
        scored = [one.result for one in table if one.result.state is not QuestionState.OUT_OF_SCOPE]
        set_aside = [one for one in scored if one.state is QuestionState.NOT_APPLICABLE]
        self._not_applicable_share = len(set_aside) / len(scored) if scored else 0.0
        by_control: dict[Control, list[QuestionResult]] = {control: [] for control in Control}
        for control, result in self._questions.values():
            if control is not None:
                by_control[control].append(result)
        waiting = Counter(self._questions[point.question][0] for point in open_points if point.question is not None)
        self.controls = tuple(
            scoring.control_result(
                control, questions, [one for one in findings if one.control is control], waiting[control], rules
            )
            for control, questions in by_control.items()
        )
        """The controls as they stand."""
        weighed = {control: scoring.weigh(questions) for control, questions in by_control.items()}
        self.tally = _tally([one for one in findings if one.severity >= Severity.LOW], weighed)
        """Everything as it stands."""
        self.grade = self.graded(self.tally)
        """The grade as it stands."""

    def without(self, repaired: Collection[Finding], tally: Tally) -> Tally:
        """What stands when of its findings `repaired` are gone, and every question that only they kept unmet is met.

        They are from LOW upwards, as those of all actions are.
        """
        kinds, keeping, found, places = dict(tally.kinds), dict(tally.keeping), tally.found.copy(), tally.places.copy()
        weighed, ranges, whole = dict(tally.weighed), dict(tally.ranges), tally.whole
        for finding in repaired:
            places[finding.severity] -= 1
            before = kinds[finding.code]
            left = kinds[finding.code] = dict(before)
            left[finding.severity] -= 1
            if not left[finding.severity]:
                del left[finding.severity]
            found[max(before)] -= 1
            if left:
                found[max(left)] += 1
            keeping[finding.question] -= 1
            control, question = self._questions.get(finding.question or "", (None, None))
            if control and question and not keeping[finding.question]:
                rest = _rest(question)
                weighed[control] += rest
                whole += rest
                ranges.update(_ranges({control: weighed[control]}))
        return Tally(
            kinds=kinds,
            keeping=keeping,
            found=found,
            places=places,
            weighed=weighed,
            ranges=ranges,
            whole=whole,
        )

    def graded(self, tally: Tally) -> Grade:
        """The grade of what stands."""
        return scoring.grade(
            tally.ranges,
            tally.whole,
            scoring.Caps(
                found=tally.found,
                places=tally.places,
                severity_if_unknown=self._unknown,
                worst_case=self._worst,
            ),
            self._rules,
            quick=self._quick,
            not_applicable_share=self._not_applicable_share,
        )

    def outlook(self, tally: Tally) -> Outlook:
        """The grade of what stands, as an Outlook."""
        grade = self.graded(tally)
        return Outlook(letter=grade.letter, score_low=grade.score_low, score_high=grade.score_high)


def _tally(findings: Sequence[Finding], weighed: Mapping[Control, Weighed]) -> Tally:
    kinds: dict[str, Counts] = {}
    for finding in findings:
        kinds.setdefault(finding.code, Counter())[finding.severity] += 1
    return Tally(
        kinds=kinds,
        keeping=Counter(finding.question for finding in findings),
        found=Counter(max(counts) for counts in kinds.values()),
        places=Counter(finding.severity for finding in findings),
        weighed=weighed,
        ranges=_ranges(weighed),
        whole=reduce(Weighed.__add__, weighed.values()),
    )


def _ranges(weighed: Mapping[Control, Weighed]) -> dict[Control, tuple[int, int]]:
    return {
        control: (scoring.percent(sums.low, sums.applicable), scoring.percent(sums.high, sums.applicable))
        for control, sums in weighed.items()
        if sums.applicable
    }


def _rest(question: QuestionResult) -> Weighed:
    """What a question adds to the sums when it is met from now on."""
    if not question.in_score:
        return Weighed()
    newly = 0 if question.low == question.high else question.weight
    return Weighed(
        definite=newly,
        verified=newly if question.verified else 0,
        low=question.weight - question.low,
        high=question.weight - question.high,
    )
