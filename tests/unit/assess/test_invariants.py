"""Whatever is answered, no bad answer helps, nothing is better left unknown, and the printed sum is the sum."""

from collections.abc import Sequence

import msgspec
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from fumimori import resources
from fumimori.__main__ import bank as real_bank
from fumimori.__main__ import registers
from fumimori.assess import registers as joins
from fumimori.assess.judging import assess
from fumimori.checks.observations import Observations
from fumimori.grammar.rule_files import parse_rules
from fumimori.model import (
    About,
    Answer,
    Attempt,
    ColumnKind,
    Confidence,
    Control,
    Credit,
    Evidence,
    EvidenceKind,
    Hosting,
    Question,
    QuestionState,
    RegisterRow,
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


def shown(*questions: str) -> tuple[Evidence, ...]:
    """A piece of evidence for each of these questions."""
    return tuple(
        Evidence(
            number=number,
            kind=EvidenceKind.PICTURE,
            name="screen.png",
            sha256="0" * 64,
            size=1,
            added=NOW,
            about=About.QUESTION,
            subject=question,
            shows="the setting",
        )
        for number, question in enumerate(questions, start=1)
    )


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
    evidence = shown(*draw(st.lists(st.sampled_from([question.id for question in bank]), unique=True, max_size=9)))
    fields = {"hosting": hosting, "quick": draw(st.booleans()), "evidence": evidence}
    return answers, [outcome(code) for code in codes], fields


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
        )
        for question in REAL
        if question.options
    }
    grade = result_of(REAL, best, evidence=shown(*best)).grade
    assert (grade.letter, grade.score_low, grade.lower_bound) == ("A", 100, "A")


def test_saying_that_one_has_seen_it_verifies_nothing():
    best = {
        question.id: answer(question, max(question.options, key=lambda option: option.credit.share).id, confirmed=True)
        for question in REAL
        if question.options
    }
    grade = result_of(REAL, best).grade
    assert (grade.letter, grade.reason, grade.verified) == ("B", "verified", 0.0)
    silent = tuple(msgspec.structs.replace(one, shows=" ") for one in shown(*best))
    assert result_of(REAL, best, evidence=silent).grade.verified == 0.0


REGISTERED = {register.id: register for register in registers()}
DAYS = ("", "2020-01-01", "2026-11-01", "2026-11-23", "2026-11-24", "2027-06-01", "someday")


@st.composite
def register_rows(draw):
    """Rows of all registers about a few people and things, with days on either side of today."""
    rows = []
    for register in REGISTERED.values():
        for _ in range(draw(st.integers(0, 3))):
            cells = {}
            for column in register.columns:
                values = {
                    ColumnKind.TEXT: ("", "A", "B"),
                    ColumnKind.DAY: DAYS,
                    ColumnKind.YES_NO: ("", "yes", "no"),
                    ColumnKind.CHOICE: ("", *column.options),
                    ColumnKind.NUMBER: ("", "12"),
                }[column.kind]
                cells[column.key] = draw(st.sampled_from(values))
            rows.append(RegisterRow(id=f"r{len(rows)}", register=register.id, cells=cells))
    return tuple(rows)


def recorded(rows):
    about = assessment(registers=rows)
    return joins.outcomes(about, Observations(about.scope, ()), REAL_RULES, NOW.date())


WORSE = (
    ("accounts", "mfa", "no"),
    ("access", "until", "2026-11-23"),
    ("access", "until", ""),
    ("access", "approved_by", ""),
    ("access", "enabled", "always"),
    ("contracts", "in_our_name", "no"),
    ("contracts", "reach", ""),
    ("devices", "updates", ""),
    ("credentials", "changed", "no"),
    ("devices", "support_ends", "2026-11-23"),
    ("training", "held", "2020-01-01"),
    ("accounts", "closed", ""),
)
"""Cells of which the value is the worst there is, whatever stood there."""


@settings(max_examples=60, deadline=None, derandomize=True, database=None)
@given(rows=register_rows(), case=cases(REAL), worse=st.sampled_from(WORSE), number=st.integers(0, 2))
def test_a_worse_cell_of_a_register_never_raises_score_or_lower_bound(rows, case, worse, number):
    answers, outcomes, fields = case
    register, column, value = worse
    mine = [row for row in rows if row.register == register]
    assume(number < len(mine))
    row = mine[number]
    # An account that nobody holds any more, or that is open again, is one more to protect: only leavers count there.
    assume(column != "closed" or row.cells["mfa"] == "no")
    # A day in the past where there was none shows for the first time that an exercise was held at all.
    assume(column != "held" or not row.cells["click_rate"] or "2020-01-01" <= row.cells["held"] <= "2026-11-24")
    # No last day is worse than one that is to come; one that is past is the worst there is.
    assume((column, value) != ("until", "") or not row.cells["until"] or row.cells["until"] >= "2026-11-24")
    changed = msgspec.structs.replace(row, cells={**row.cells, column: value})
    after_rows = tuple(changed if one.id == row.id else one for one in rows)
    before = result_of(REAL, answers, [*outcomes, *recorded(rows)], **fields)
    after = result_of(REAL, answers, [*outcomes, *recorded(after_rows)], **fields)
    assert no_better(after, before)
