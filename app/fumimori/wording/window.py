"""What only the window says: short answers on cards and sheets, the signs of options, a score in a list."""

from collections.abc import Collection, Iterable

from fumimori.model import (
    NOT_APPLICABLE,
    Answer,
    Credit,
    Finding,
    Hosting,
    Outcome,
    Question,
    QuestionResult,
    QuestionState,
    Result,
    Rules,
)
from fumimori.model.registers import CODE_PREFIX
from fumimori.texts import Texts
from fumimori.wording.words import Words, kinds

SUBJECTS = 4
"""How many places of one finding are named before the rest is counted."""

USUAL = ("yes", "partly", "no")
SIGNS = {Credit.MET: "○", Credit.PARTLY: "△", Credit.NOT_MET: "×"}


OWN_SERVER = "own_server"
PLACES = (OWN_SERVER, *(hosting.value for hosting in Hosting if not hosting.own_server))
"""Where a way to find out may differ, as the texts name it."""


def ways(t: Texts, question: str, hosting: Hosting | None) -> tuple[str, ...]:
    """How to find the answer out: everywhere, then under `hosting`; everything while the hosting is unknown."""
    places = PLACES if hosting is None else (OWN_SERVER if hosting.own_server else hosting.value,)
    keys = (f"controls.{question}.find", *(f"controls.{question}.at.{place}.find" for place in places))
    return tuple(line for key in keys if t.has(key) for line in t.lines(key))


def grouped(findings: Iterable[Finding]) -> list[tuple[Finding, ...]]:
    """Findings of one kind together, the worst of each kind first, and the worst kind first."""
    groups = [tuple(sorted(group, key=lambda one: -one.severity)) for group in kinds(findings).values()]
    return sorted(groups, key=lambda group: -group[0].severity)


def answer_words(t: Texts, question: Question, answer: Answer) -> str:
    """What was answered, in a few words."""
    if answer.value == NOT_APPLICABLE and not answer.items:
        return t("words.answer.not_applicable")
    if answer.value is not None and not answer.items and _usual(question):
        return t(f"words.answer.{answer.value}")
    return Words(t, (question,)).answer(question, answer)


def option_words(t: Texts, question: Question, option: str) -> tuple[str, str]:
    """Label and explanation of an option's card."""
    meaning = t(f"controls.{question.id}.option.{option}")
    return (t(f"words.answer.{option}"), meaning) if _usual(question) else (meaning, "")


def option_sign(question: Question, option: str) -> str:
    """○ △ × by what the option earns; nothing where nothing is earned."""
    chosen = question.option(option)
    return SIGNS[chosen.credit] if chosen is not None and question.scored else ""


def standing_words(t: Texts, question: Question, standing: QuestionResult, answer: Answer | None) -> str:
    """Where a question stands, for lists."""
    said = (QuestionState.ANSWERED, QuestionState.NOT_APPLICABLE)
    if standing.state in said and answer is not None:
        return answer_words(t, question, answer)
    return t(f"words.state.{standing.state}")


def facts_of(result: Result, rules: Rules, question: str) -> tuple[Finding | Outcome, ...]:
    """Everything measured, read and recorded that touches a question, worst first."""
    findings = [
        one for one in result.findings if one.code in rules.outcomes and rules.outcomes[one.code].question == question
    ]
    good = [one for one in result.good if rules.outcomes[one.code].question == question]
    return (*findings, *good)


def source_of(facts: Iterable[Finding | Outcome], readers: Collection[str]) -> str:
    """Where facts come from, as a word of `ui.facts`: `measured`, `read`, `register`, or `several` of these."""
    checks = {fact.code.partition(".")[0] for fact in facts}
    kinds = {"register" if one.startswith(CODE_PREFIX) else "read" if one in readers else "measured" for one in checks}
    return kinds.pop() if len(kinds) == 1 else "several"


def range_words(t: Texts, low: int | None, high: int | None) -> str:
    """A score as one number or as a range."""
    if low is None or high is None:
        return "－"
    return t("ui.hub.score", score=low) if low == high else t("ui.hub.score_range", low=low, high=high)


def _usual(question: Question) -> bool:
    return tuple(option.id for option in question.options) == USUAL
