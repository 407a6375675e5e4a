"""The question bank hangs together: numbers, options, severities, gates, parents, and the outcomes that touch it."""

import pytest

from fumimori.__main__ import bank, rules, toolkit
from fumimori.assess.judging import assess
from fumimori.assess.question_state import evaluations, option_severity, unknown_severity, worst_severity
from fumimori.model import (
    NOT_APPLICABLE,
    Answer,
    Control,
    Credit,
    Effect,
    Hosting,
    Measured,
    Question,
    QuestionKind,
    Severity,
)
from unit.assess.small import NOW, assessment

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


# --- what answers lead to -----------------------------------------------------------------------------------------


def answered(hosting, chosen):
    """The result of a full assessment in which each question has the answer that `chosen` picks; None for none."""
    said = {question.id: chosen(question) for question in BANK if question.kind is QuestionKind.CHOICE}
    answers = tuple(Answer(question=name, at=NOW, value=option) for name, option in said.items() if option is not None)
    about = assessment(answers, hosting=hosting)
    return evaluations(about, BANK, rules(), ()), assess(about, BANK, rules(), (), NOW)


def best(question):
    return next(option.id for option in question.options if option.credit is Credit.MET)


def worst_of(question):
    return max(question.options, key=lambda option: (option.severity, option.credit is Credit.NOT_MET)).id


@pytest.mark.parametrize("hosting", Hosting)
def test_who_does_everything_has_full_marks_and_no_finding(hosting):
    table, result = answered(hosting, best)
    assert [finding.code for finding in result.findings if finding.severity > Severity.INFO] == []
    assert [one.question.id for one in table if one.result.in_score and one.result.low < one.result.weight] == []


@pytest.mark.parametrize("hosting", Hosting)
def test_who_does_nothing_hears_of_everything_that_can_be_done_and_earns_nothing(hosting):
    table, result = answered(hosting, worst_of)
    found = {finding.code.rpartition(".")[0]: finding.severity for finding in result.findings}
    spoken = {one.question.id: one for one in table if one.result.asked and not one.silent and one.question.scored}
    bad = {name: one for name, one in spoken.items() if worst_severity(one.question, hosting) >= Severity.LOW}
    assert found.keys() >= bad.keys()
    assert [name for name, one in bad.items() if found[name] != worst_severity(one.question, hosting)] == []
    assert sum(one.result.low for one in table) == 0


@pytest.mark.parametrize("hosting", Hosting)
def test_nobody_is_asked_nor_told_about_what_another_hosting_is_asked(hosting):
    table, result = answered(hosting, worst_of)
    elsewhere = {one.question.id for one in table if hosting not in one.question.hosting}
    assert [one.question.id for one in table if one.question.id in elsewhere and one.result.asked] == []
    assert elsewhere & {finding.code.rpartition(".")[0] for finding in result.findings} == set()


OPENING = [(question, c) for question, c in GATED if BY_ID[c.question].kind is QuestionKind.CHOICE]


@pytest.mark.parametrize(("question", "condition"), OPENING, ids=[f"{q.id}-{c.question}" for q, c in OPENING])
def test_a_gate_asks_its_question_after_some_answers_and_not_after_the_others(question, condition):
    asked = {}
    for value in (option.id for option in BY_ID[condition.question].options):
        opened = {c.question: c.values[0] for c in question.ask_if} | {condition.question: value}
        table, _ = answered(question.hosting[0], lambda one, opened=opened: opened.get(one.id))
        asked[value] = next(one.result.asked for one in table if one.question is question)
    assert {value for value, yes in asked.items() if yes} == set(condition.values) & asked.keys()
    assert len(set(asked.values())) == 2


@pytest.mark.parametrize("question", CHILDREN, ids=ids(CHILDREN))
def test_a_child_finds_something_only_when_its_parent_is_met(question):
    parent = BY_ID[question.parent]
    hosting = question.hosting[0]
    heard = {}
    for value in (best(parent), worst_of(parent)):
        chosen = {parent.id: value, question.id: worst_of(question)}
        _, result = answered(hosting, lambda one, chosen=chosen: chosen.get(one.id))
        heard[value] = question.id in {finding.code.rpartition(".")[0] for finding in result.findings}
    assert heard == {best(parent): True, worst_of(parent): False}


@pytest.mark.parametrize(("question", "entry"), EXPLICIT, ids=[f"{q.id}.{e.option}-found" for q, e in EXPLICIT])
def test_a_severity_for_a_hosting_type_is_what_is_found_there(question, entry):
    if entry.option == "unknown":
        assert unknown_severity(question, entry.hosting[0]) is entry.severity
        return
    for hosting in entry.hosting:
        opened = {c.question: c.values[0] for c in question.ask_if} | {question.id: entry.option}
        _, result = answered(hosting, lambda one, opened=opened: opened.get(one.id))
        found = {finding.code: finding.severity for finding in result.findings}
        assert found[f"{question.id}.{entry.option}"] == entry.severity


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
