"""Scores and grades come out as the published rule says, to the point."""

from collections import Counter

import pytest

from fumimori.assess import scoring
from fumimori.model import Control, QuestionResult, QuestionState, Severity, Verdict
from unit.assess.small import RULES

CRITICAL, HIGH, MEDIUM, LOW = Severity.CRITICAL, Severity.HIGH, Severity.MEDIUM, Severity.LOW


def earned(weight, low, high=None, *, verified=False, in_score=True):
    return QuestionResult(
        question="x",
        state=QuestionState.ANSWERED if high is None else QuestionState.UNKNOWN,
        asked=True,
        weight=weight,
        low=low,
        high=low if high is None else high,
        verified=verified,
        in_score=in_score,
    )


def graded(scores, found=(), severity_if_unknown=(), worst_case=(), *, coverage=1.0, verified=1.0, quick=False):
    weighed = scoring.Weighed(
        applicable=1000,
        definite=round(1000 * coverage),
        verified=round(1000 * coverage * verified),
        low=1000 * coverage,
        high=1000.0,
    )
    ranges = {control: score if isinstance(score, tuple) else (score, score) for control, score in scores.items()}
    caps = scoring.Caps(
        found=Counter(found),
        places=Counter(),
        severity_if_unknown=Counter(severity_if_unknown),
        worst_case=Counter(worst_case),
    )
    return scoring.grade(ranges, weighed, caps, RULES, quick=quick)


def by_control(*scores):
    return {control: score for control, score in zip(Control, scores, strict=True) if score is not None}


def test_one_control_of_the_first_example_scores_46_to_54():
    questions = [
        earned(3, 3.0),
        earned(6, 6.0),
        earned(6, 3.0),
        earned(6, 0.0),
        earned(3, 0.0, 3.0),
        earned(3, 0.0),
        earned(3, 0.0),
        earned(3, 3.0),
        earned(6, 3.0),
        earned(0, 0.0, in_score=False),
    ]
    result = scoring.control_result(Control.SENDER_AUTH, questions, [], 1, RULES)
    assert (result.score_low, result.score_high) == (46, 54)
    assert round(result.coverage, 2) == 0.92
    assert result.verdict is Verdict.NOT_MET


@pytest.mark.parametrize(
    ("scores", "found", "score", "letter", "reason"),
    [
        (by_control(100, 100, 100, 100, 100, 72, 100, 100, 100, 100), [CRITICAL], 97, "E", "cap_critical"),
        (by_control(70, 0, 85, 48, 80, 75, 55, 60, 40, 20), [HIGH] * 5, 58, "D", "cap_high_many"),
        (by_control(70, 0, 85, 48, 80, 75, 55, 60, 40, 20), [HIGH] * 4, 58, "C", "cap_high"),
        (by_control(90, 100, 100, 80, 95, 100, 78, None, 76, 50), [MEDIUM], 88, "B", "cap_medium"),
        (by_control(90, 0, 85, 80, 80, 75, 80, 60, 65, 20), [MEDIUM], 69, "C", "band"),
        (by_control(*[95] * 10), [LOW], 95, "A", "band"),
        (by_control(*[30] * 10), [], 30, "E", "band"),
    ],
)
def test_the_worked_examples_give_score_letter_and_reason(scores, found, score, letter, reason):
    grade = graded(scores, found, coverage=0.93)
    assert (score, letter, reason) == (grade.score_low, grade.letter, grade.reason)


def test_too_little_known_withholds_the_letter_and_still_prints_the_lower_bound():
    grade = graded(by_control(*[34] * 10), [MEDIUM], coverage=0.54)
    assert (grade.letter, grade.lower_bound, grade.reason) == (None, "E", "coverage")


def test_an_open_critical_means_act_today_even_when_little_is_known():
    grade = graded(by_control(*[34] * 10), [CRITICAL], coverage=0.1)
    assert (grade.letter, grade.reason) == ("E", "cap_critical")


@pytest.mark.parametrize(
    ("fields", "letter", "reason"),
    [
        ({"coverage": 0.79}, "B", "coverage_cap"),
        ({"coverage": 0.80}, "A", "band"),
        ({"verified": 0.49}, "B", "verified"),
        ({"verified": 0.50}, "A", "band"),
        ({"quick": True}, "B", "quick"),
    ],
)
def test_the_best_letter_asks_for_coverage_backing_and_a_full_assessment(fields, letter, reason):
    grade = graded(by_control(*[96] * 10), **fields)
    assert (letter, reason) == (grade.letter, grade.reason)


def test_an_unknown_counts_one_step_lower_for_the_letter_and_in_full_for_the_lower_bound():
    grade = graded(by_control(*[96] * 10), severity_if_unknown=[HIGH], worst_case=[CRITICAL])
    assert (grade.letter, grade.reason, grade.lower_bound) == ("C", "cap_unknown", "E")


@pytest.mark.parametrize(
    ("points", "weight", "expected"), [(1, 2, 50), (0.5, 100, 1), (1, 3, 33), (2, 3, 67), (18, 39, 46), (21, 39, 54)]
)
def test_halves_round_upward(points, weight, expected):
    assert expected == scoring.percent(points, weight)


def test_the_total_is_the_weighted_mean_of_the_printed_scores():
    assert scoring.total({Control.DEFAULTS: 50, Control.SIGNING: 100}, RULES) == round((10 * 50 + 4 * 100) / 14)


@pytest.mark.parametrize(
    ("score", "letter"), [(90, "A"), (89, "B"), (75, "B"), (74, "C"), (55, "C"), (54, "D"), (35, "D"), (34, "E")]
)
def test_the_bands_begin_where_the_rule_says(score, letter):
    assert letter == scoring.band(score, RULES)


@pytest.mark.parametrize(
    ("questions", "verdict"),
    [
        ([earned(6, 0.0, 6.0)], Verdict.UNKNOWN),
        ([earned(6, 0.0)], Verdict.NOT_MET),
        ([earned(6, 6.0)], Verdict.MET),
        ([earned(6, 3.0)], Verdict.PARTLY_MET),
        ([earned(10, 4.5), earned(3, 0.0)], Verdict.NOT_MET),
        ([], Verdict.NOT_APPLICABLE),
        ([earned(6, 0.0, in_score=False)], Verdict.NOT_APPLICABLE),
    ],
)
def test_a_verdict_says_unknown_before_it_says_not_met(questions, verdict):
    assert verdict is scoring.control_result(Control.SSH, questions, [], 0, RULES).verdict


def test_the_range_is_wide_where_nothing_is_known():
    grade = graded(by_control((0, 100), *[(0, 100)] * 9), coverage=0.0)
    assert (grade.score_low, grade.score_high, grade.letter) == (0, 100, None)


@pytest.mark.parametrize(
    ("worst", "verdict"),
    [
        (Severity.INFO, Verdict.NOT_APPLICABLE),
        (LOW, Verdict.PARTLY_MET),
        (MEDIUM, Verdict.PARTLY_MET),
        (HIGH, Verdict.NOT_MET),
    ],
)
def test_what_was_found_applies_though_no_question_does(worst, verdict):
    """A company with hosted mail and a server of its own is asked nothing about SSH, and its SSH was measured."""
    assert scoring._verdict(None, scoring.Weighed(), worst, RULES) is verdict
