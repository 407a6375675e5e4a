"""Whatever is answered, no bad answer helps, nothing is better left unknown, and the printed sum is the sum."""

from collections.abc import Sequence

import msgspec
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from fumimori import resources
from fumimori.__main__ import bank as real_bank
from fumimori.assess.judging import assess
from fumimori.grammar.rule_files import parse_rules
from fumimori.model import (
    Answer,
    Attempt,
    Confidence,
    Control,
    Credit,
    Hosting,
    Question,
    QuestionState,
    Result,
    Rules,
    Severity,
    Status,
)
from loopback.recorded_runs import run_of
from unit.assess.small import BANK as SMALL
from unit.assess.small import NOW, RULES, assessment, outcome

LETTERS = "ABCDE"
REAL_RULES = parse_rules("real", resources.rule_files(), {})
UNKNOWN, SET_ASIDE = "<unknown>", "<not applicable>"
REAL = real_bank()
BANKS = pytest.mark.parametrize("bank", [SMALL, REAL], ids=["small", "real"])
FEW = settings(max_examples=25, deadline=None, derandomize=True, database=None)


def rules_of(bank: Sequence[Question]) -> Rules:
    return RULES if bank is SMALL else REAL_RULES


def answer(question: Question, value: str, *, confirmed: bool = False) -> Answer:
    confidence = Confidence.CONFIRMED if confirmed else Confidence.STATED
    if value == SET_ASIDE:
        return Answer(question=question.id, value="not_applicable", reason="other", at=NOW)
    return Answer(question=question.id, value=None if value == UNKNOWN else value, at=NOW, confidence=confidence)


def result_of(bank, answers, outcomes=(), **fields) -> Result:
    return assess(assessment(tuple(answers.values()), **fields), bank, rules_of(bank), tuple(outcomes), NOW)


def worst(question: Question) -> str:
    """The worst answer: nothing earned, and the most severe."""
    return min(question.options, key=lambda option: (option.credit.share, -option.severity)).id


def may_be_bad(bank) -> list[Question]:
    return [question for question in bank if question.scored and question.options and question.control]


@st.composite
def cases(draw, bank):
    """Some answers, some outcomes of the bank's rules, a hosting, and the kind of assessment."""
    answers = {}
    for question in draw(st.lists(st.sampled_from(bank), unique=True, max_size=len(bank))):
        values = [option.id for option in question.options] + [UNKNOWN]
        values += [SET_ASIDE] if question.may_be_not_applicable else []
        answers[question.id] = answer(question, draw(st.sampled_from(values)), confirmed=draw(st.booleans()))
    known = sorted(rules_of(bank).outcomes)
    codes = draw(st.lists(st.sampled_from(known), unique=True, max_size=6)) if known else []
    hosting = draw(st.sampled_from([None, *Hosting]))
    return answers, [outcome(code) for code in codes], {"hosting": hosting, "quick": draw(st.booleans())}


def no_better(after: Result, before: Result) -> bool:
    worse_letter = LETTERS.index(after.grade.lower_bound) >= LETTERS.index(before.grade.lower_bound)
    return after.grade.score_low <= before.grade.score_low and worse_letter


@BANKS
def test_a_bad_answer_never_raises_score_or_lower_bound(bank):
    @FEW
    @given(case=cases(bank), question=st.sampled_from(may_be_bad(bank)))
    def holds(case, question):
        answers, outcomes, fields = case
        without = {name: given for name, given in answers.items() if name != question.id}
        before = result_of(bank, without, outcomes, **fields)
        after = result_of(bank, {**without, question.id: answer(question, worst(question))}, outcomes, **fields)
        assert no_better(after, before)

    holds()


@BANKS
def test_not_knowing_never_beats_no(bank):
    @FEW
    @given(case=cases(bank), question=st.sampled_from(may_be_bad(bank)))
    def holds(case, question):
        answers, outcomes, fields = case
        no = result_of(bank, {**answers, question.id: answer(question, worst(question))}, outcomes, **fields)
        unknown = result_of(bank, {**answers, question.id: answer(question, UNKNOWN)}, outcomes, **fields)
        # What a probe answered is known, whatever people know about it.
        assume(unknown.question(question.id).state is not QuestionState.MEASURED)
        assert unknown.grade.coverage <= no.grade.coverage
        assert no_better(unknown, no)

    holds()


@BANKS
def test_not_applicable_never_changes_another_control(bank):
    @FEW
    @given(case=cases(bank), question=st.sampled_from([q for q in bank if q.may_be_not_applicable and q.control]))
    def holds(case, question):
        answers, outcomes, fields = case
        before = result_of(bank, answers, outcomes, **fields)
        after = result_of(bank, {**answers, question.id: answer(question, SET_ASIDE)}, outcomes, **fields)
        others = [control for control in Control if control is not question.control]
        assert [after.control(control) for control in others] == [before.control(control) for control in others]

    holds()


@BANKS
def test_grade_lower_bound_range_and_printed_sum_agree(bank):
    @FEW
    @given(case=cases(bank))
    def holds(case):
        answers, outcomes, fields = case
        result = result_of(bank, answers, outcomes, **fields)
        grade = result.grade
        assert grade.letter is None or LETTERS.index(grade.letter) <= LETTERS.index(grade.lower_bound)
        assert 0 <= grade.score_low <= grade.score_high <= 100
        if any(finding.severity is Severity.CRITICAL for finding in result.findings):
            assert grade.letter == "E"
        assert no_better(result, msgspec.structs.replace(result, grade=result.expected))
        sums = {control: [0.0, 0] for control in Control}
        controls = {question.id: question.control for question in bank}
        for question in result.questions:
            if question.in_score and question.weight:
                sums[controls[question.question]][0] += question.low
                sums[controls[question.question]][1] += question.weight
        weights = {control: rules_of(bank).number(f"scoring.control_{control}") for control in Control}
        scored = {control: int(100 * low / weight + 0.5) for control, (low, weight) in sums.items() if weight}
        assert {c.control: c.score_low for c in result.controls if c.score_low is not None} == scored
        total = sum(weights[control] * score for control, score in scored.items())
        assert grade.score_low == (int(total / sum(weights[control] for control in scored) + 0.5) if scored else 0)

    holds()


@BANKS
def test_points_stay_between_nothing_and_the_weight(bank):
    @FEW
    @given(case=cases(bank))
    def holds(case):
        answers, outcomes, fields = case
        for question in result_of(bank, answers, outcomes, **fields).questions:
            assert 0 <= question.low <= question.high <= question.weight
            if question.state is QuestionState.OUT_OF_SCOPE:
                assert (question.weight, question.asked, question.in_score) == (0, False, False)
            if question.state is QuestionState.PARENT_UNMET:
                assert (question.low, question.credit) == (0.0, Credit.NOT_MET)

    holds()


@BANKS
@pytest.mark.parametrize("quick", [True, False])
@pytest.mark.parametrize("hosting", [None, *Hosting])
def test_nothing_answered_withholds_the_grade(bank, quick, hosting):
    grade = result_of(bank, {}, quick=quick, hosting=hosting).grade
    assert (grade.letter, grade.reason, grade.lower_bound, grade.coverage) == (None, "coverage", "E", 0.0)


@BANKS
def test_what_could_not_be_tested_changes_no_score(bank):
    attempts = tuple(
        Attempt(probe=probe, subject="example.jp", status=status, started=NOW, ended=NOW, reason="dns_timeout")
        for probe, status in zip(("spf", "dmarc", "mx", "ssh"), list(Status)[1:], strict=False)
    )
    untested, unlooked = result_of(bank, {}, runs=(run_of(*attempts),)), result_of(bank, {})
    assert untested.grade == unlooked.grade
    assert untested.controls == unlooked.controls


@BANKS
def test_the_same_input_gives_the_same_result(bank):
    answers = {question.id: answer(question, worst(question)) for question in may_be_bad(bank)}
    assert result_of(bank, answers) == result_of(bank, answers)


def test_the_best_answers_with_evidence_earn_the_best_letter():
    best = {
        question.id: answer(
            question,
            max(question.options, key=lambda option: (option.credit.share, -option.severity)).id,
            confirmed=True,
        )
        for question in REAL
        if question.options
    }
    grade = result_of(REAL, best).grade
    assert (grade.letter, grade.score_low, grade.lower_bound) == ("A", 100, "A")
