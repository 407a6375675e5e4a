"""From earned points to control scores, and from those to a grade that its reader can work out again by hand."""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from typing import Self

from fumimori.model import (
    Control,
    ControlResult,
    Finding,
    Grade,
    QuestionResult,
    QuestionState,
    Record,
    Rules,
    Severity,
    Verdict,
)


class Weighed(Record):
    """Raw weights of the questions in the score, of one control or of all."""

    applicable: int = 0
    definite: int = 0
    """Of questions whose points are certain."""
    verified: int = 0
    """Of certain ones that a measurement or evidence backs."""
    low: float = 0.0
    """Points with every unknown as *no*."""
    high: float = 0.0
    """Points with every unknown as *yes*."""

    def __add__(self, other: Self) -> "Weighed":
        """The weights of both together."""
        return Weighed(
            applicable=self.applicable + other.applicable,
            definite=self.definite + other.definite,
            verified=self.verified + other.verified,
            low=self.low + other.low,
            high=self.high + other.high,
        )

    @property
    def coverage(self) -> float:
        """Definite / applicable weight; 0 when nothing applies."""
        return self.definite / self.applicable if self.applicable else 0.0

    @property
    def verified_share(self) -> float:
        """Verified / definite weight; 0 when nothing is definite."""
        return self.verified / self.definite if self.definite else 0.0


Counts = Counter[Severity]
"""How many there are of each severity."""


class Caps(Record):
    """What limits the grade apart from the score: kinds of findings and open questions, counted by severity."""

    found: Counts
    """Open findings, those with the same code counted once: the number of servers must not change a grade."""
    places: Counts
    """Every one of them; only printed."""
    severity_if_unknown: Counts
    """Questions nobody could answer, one step below their worst answer."""
    worst_case: Counts
    """The same questions with their worst answer."""


def weigh(questions: Iterable[QuestionResult]) -> Weighed:
    """The weights and points of those `questions` that are in the score."""
    counted = [question for question in questions if question.in_score and question.weight]
    definite = [question for question in counted if question.low == question.high]
    return Weighed(
        applicable=sum(question.weight for question in counted),
        definite=sum(question.weight for question in definite),
        verified=sum(question.weight for question in definite if question.verified),
        low=sum(question.low for question in counted),
        high=sum(question.high for question in counted),
    )


def percent(points: float, weight: int) -> int:
    """`points` of `weight` as a whole number 0-100, halves upward; points come in halves, so this is exact."""
    doubled = round(points * 2)
    return (100 * doubled + weight) // (2 * weight)


def control_result(
    control: Control,
    questions: Sequence[QuestionResult],
    findings: Iterable[Finding],
    open_points: int,
    rules: Rules,
) -> ControlResult:
    """The result of `control`; `questions` and `findings` are its own."""
    weighed = weigh(questions)
    worst = max((finding.severity for finding in findings), default=Severity.OK)
    low = percent(weighed.low, weighed.applicable) if weighed.applicable else None
    asked = [q for q in questions if q.in_score or (q.asked and q.state is not QuestionState.OUT_OF_SCOPE)]
    return ControlResult(
        control=control,
        verdict=_verdict(low, weighed, worst, rules),
        score_low=low,
        score_high=percent(weighed.high, weighed.applicable) if weighed.applicable else None,
        coverage=weighed.coverage,
        verified=weighed.verified_share,
        worst=worst,
        questions=len(asked),
        answered=sum(question.state is not QuestionState.UNANSWERED for question in asked),
        open_points=open_points,
    )


def _verdict(low: int | None, weighed: Weighed, worst: Severity, rules: Rules) -> Verdict:
    if low is None:
        # No question applies here, but what was found all the same does.
        found = Verdict.NOT_MET if worst >= Severity.HIGH else Verdict.PARTLY_MET
        return found if worst >= Severity.LOW else Verdict.NOT_APPLICABLE
    high = percent(weighed.high, weighed.applicable)
    limit = rules.number("scoring.control_not_met")
    if worst >= Severity.HIGH or high < limit:
        return Verdict.NOT_MET
    # Too little known takes precedence over a low score: nothing is called bad before it was checked.
    if weighed.coverage < rules.number("scoring.coverage_withheld"):
        return Verdict.UNKNOWN
    if low < limit:
        return Verdict.NOT_MET
    if low >= rules.number("scoring.control_met") and worst < Severity.MEDIUM:
        return Verdict.MET
    return Verdict.PARTLY_MET


def total(scores: Mapping[Control, int], rules: Rules) -> int:
    """The weighted mean of the controls' printed scores, halves upward; `scores` holds only controls that have one."""
    points = sum_of_weights = 0
    for control, score in scores.items():
        weight = int(rules.number("scoring.control_" + control))
        points += weight * score
        sum_of_weights += weight
    if not sum_of_weights:
        return 0
    return (2 * points + sum_of_weights) // (2 * sum_of_weights)


def band(score: int, rules: Rules) -> str:
    """The letter of a score alone."""
    return next((letter for letter in "ABCD" if score >= rules.number(f"scoring.band_{letter.lower()}")), "E")


def cap(counts: Counts, rules: Rules) -> tuple[str, str]:
    """The best letter that so many of each severity allow, and the reason's code; `A` and nothing without a limit."""
    worst = max((severity for severity, count in counts.items() if count), default=Severity.OK)
    if worst is Severity.CRITICAL:
        return "E", "cap_critical"
    if counts[Severity.HIGH] >= rules.number("scoring.many_high"):
        return "D", "cap_high_many"
    return {Severity.HIGH: ("C", "cap_high"), Severity.MEDIUM: ("B", "cap_medium")}.get(worst, ("A", ""))


def grade(
    scores: Mapping[Control, tuple[int, int]],
    weighed: Weighed,
    caps: Caps,
    rules: Rules,
    *,
    quick: bool,
    not_applicable_share: float = 0.0,
) -> Grade:
    """The grade of the controls' score ranges: the worse of band and caps, withheld while too little is known.

    The lower bound takes every unknown as *no*; neither it nor `score_low` can rise by a bad answer.
    """
    low = total({control: score for control, (score, _) in scores.items()}, rules)
    high = total({control: score for control, (_, score) in scores.items()}, rules)
    by_score = band(low, rules)
    by_findings, why = cap(caps.found, rules)
    with_unknown = max(by_findings, cap(caps.found + caps.severity_if_unknown, rules)[0])
    limits = [
        (by_findings, why),
        (by_score, "band"),
        (with_unknown, "cap_unknown"),
        ("B" if weighed.coverage < rules.number("scoring.coverage_cap_b") else "A", "coverage_cap"),
        ("B" if weighed.verified_share < rules.number("scoring.verified_for_a") else "A", "verified"),
        ("B" if quick else "A", "quick"),
    ]
    letter: str | None = max(limit for limit, _ in limits)
    reason = "band" if letter == "A" else next(reason for limit, reason in limits if limit == letter)
    if weighed.coverage < rules.number("scoring.coverage_withheld") and by_findings != "E":
        letter, reason = None, "coverage"
    return Grade(
        letter=letter,
        lower_bound=_lower_bound(by_score, weighed, caps, rules, quick=quick),
        reason=reason,
        score_low=low,
        score_high=high if scores else 100,
        band=by_score,
        coverage=weighed.coverage,
        verified=weighed.verified_share,
        counts=_printed(caps.found),
        places=_printed(caps.places),
        quick=quick,
        not_applicable_share=not_applicable_share,
    )


def _printed(counts: Counts) -> tuple[int, int, int, int]:
    return counts[Severity.CRITICAL], counts[Severity.HIGH], counts[Severity.MEDIUM], counts[Severity.LOW]


def _lower_bound(by_score: str, weighed: Weighed, caps: Caps, rules: Rules, *, quick: bool) -> str:
    by_findings, _ = cap(caps.found + caps.worst_case, rules)
    # The limits of A in a form that no bad answer can loosen: earned and backed weight of everything that applies.
    short = (
        weighed.low < weighed.applicable * rules.number("scoring.coverage_cap_b")
        or weighed.verified < weighed.applicable * rules.number("scoring.verified_for_a")
        or quick
        or not weighed.applicable
    )
    return max(by_score, by_findings, "B" if short else "A")
