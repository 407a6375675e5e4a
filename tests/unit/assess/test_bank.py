"""The question bank hangs together: numbers, options, severities, gates, parents, and the outcomes that touch it."""

import pytest

from fumimori.__main__ import bank, rules, toolkit
from fumimori.assess.question_state import option_severity, unknown_severity, worst_severity
from fumimori.model import NOT_APPLICABLE, Control, Credit, Effect, Measured, Question, QuestionKind, Severity

BANK = bank()
BY_ID = {question.id: question for question in BANK}
SCORED = [question for question in BANK if question.scored]


def ids(questions):
    return [question.id for question in questions]


def worst(question: Question, *credits_: Credit) -> Severity:
    return max((option.severity for option in question.options if option.credit in credits_), default=Severity.OK)


@pytest.mark.parametrize("control", Control)
def test_numbers_of_a_control_run_without_gaps(control):
    numbers = [question.number for question in BANK if question.control is control]
    assert numbers == list(range(numbers[0], numbers[0] + len(numbers)))


@pytest.mark.parametrize("question", BANK, ids=ids(BANK))
def test_a_choice_offers_at_most_five_answers(question):
    assert question.kind is QuestionKind.INVENTORY or 2 <= len(question.options) <= 5


@pytest.mark.parametrize("question", SCORED, ids=ids(SCORED))
def test_a_scored_question_can_be_met_and_missed(question):
    assert {Credit.MET, Credit.NOT_MET} <= {option.credit for option in question.options}


@pytest.mark.parametrize("question", BANK, ids=ids(BANK))
def test_a_met_answer_is_no_fault(question):
    assert worst(question, Credit.MET) is Severity.OK


@pytest.mark.parametrize("question", SCORED, ids=ids(SCORED))
def test_what_earns_nothing_is_at_least_as_bad_as_what_earns_half_under_every_hosting(question):
    for hosting in question.hosting:
        said = [(option.credit, option_severity(question, option, hosting)) for option in question.options]
        severities = {credit: max((bad for c, bad in said if c is credit), default=Severity.OK) for credit in Credit}
        assert severities[Credit.NOT_MET] >= severities[Credit.PARTLY] >= severities[Credit.MET] == Severity.OK


@pytest.mark.parametrize("question", SCORED, ids=ids(SCORED))
def test_not_knowing_is_no_worse_than_the_worst_answer_under_every_hosting(question):
    for hosting in question.hosting:
        assert Severity.OK < unknown_severity(question, hosting) <= worst_severity(question, hosting)


@pytest.mark.parametrize("question", SCORED, ids=ids(SCORED))
def test_every_answer_that_costs_points_is_a_finding(question):
    milder = [option.id for option in question.options if option.credit is not Credit.MET and option.severity == 0]
    assert milder == []


GATED = [(question, condition) for question in BANK for condition in question.ask_if]


@pytest.mark.parametrize(("question", "condition"), GATED, ids=[question.id for question, _ in GATED])
def test_a_question_names_every_gate_before_it(question, condition):
    assert set(BY_ID[condition.question].ask_if) <= set(question.ask_if)


@pytest.mark.parametrize(("question", "condition"), GATED, ids=[question.id for question, _ in GATED])
def test_a_gate_is_asked_wherever_its_question_is(question, condition):
    assert set(question.hosting) <= set(BY_ID[condition.question].hosting)


CHILDREN = [question for question in BANK if question.parent]


@pytest.mark.parametrize("question", CHILDREN, ids=ids(CHILDREN))
def test_a_parent_is_a_scored_question_of_the_same_control(question):
    parent = BY_ID[question.parent]
    assert (parent.control, parent.scored) == (question.control, True)
    assert set(question.hosting) <= set(parent.hosting)


EXPLICIT = [(question, entry) for question in BANK for entry in question.hosting_severities]


@pytest.mark.parametrize(("question", "entry"), EXPLICIT, ids=[f"{q.id}.{e.option}" for q, e in EXPLICIT])
def test_a_severity_for_a_hosting_type_is_for_one_where_the_question_is_asked(question, entry):
    assert set(entry.hosting) <= set(question.hosting)


@pytest.mark.parametrize(("question", "entry"), EXPLICIT, ids=[f"{q.id}.{e.option}" for q, e in EXPLICIT])
def test_a_severity_for_a_hosting_type_differs_from_the_usual_one(question, entry):
    option = question.option(entry.option)
    assert option is None or option.severity != entry.severity


def test_whoever_leaves_updates_to_the_provider_is_not_asked_how_they_are_done():
    skipped = {question.id for question in BANK if any("provider" not in c.values for c in question.ask_if)}
    assert {"updates.versions_known", "updates.fix_delay", "updates.automatic"} <= skipped
    assert "updates.supported" not in skipped


TOUCHING = [rule for rule in rules().outcomes.values() if rule.question]


def test_outcomes_touch_questions_in_the_way_the_bank_expects():
    expected = {Effect.ANSWERS: {Measured.FULL}, Effect.LOWERS: {Measured.PART}, Effect.CONTRADICTS: set(Measured)}
    expected[Effect.SHOWS] = set(Measured)
    assert [rule.code for rule in TOUCHING if BY_ID[rule.question].measured not in expected[rule.effect]] == []


def test_a_question_that_outcomes_answer_can_be_met_and_missed_by_one_of_them():
    answering = [rule for rule in TOUCHING if rule.effect is Effect.ANSWERS]
    full = {question.id for question in BANK if question.measured is Measured.FULL}
    assert {rule.question for rule in answering if rule.credit is Credit.MET} == full
    assert {rule.question for rule in answering if rule.credit is not Credit.MET} == full


def test_a_question_that_is_set_aside_by_its_own_gate_may_be_set_aside():
    aside = {condition.question for _, condition in GATED if NOT_APPLICABLE in condition.values}
    assert [name for name in sorted(aside) if not BY_ID[name].may_be_not_applicable] == []


def test_the_program_reads_the_bank_once():
    assert bank() is bank()
    assert toolkit().bank is bank()
