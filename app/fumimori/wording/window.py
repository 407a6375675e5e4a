"""From codes to the words of the texts: findings, outcomes, answers, reasons; every page says them the same way."""

from collections.abc import Iterable, Iterator

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
from fumimori.texts import Texts, sanitize

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


def outcome_title(t: Texts, outcome: Outcome | Finding) -> str:
    """A measured fact as a title."""
    return t(f"checks.{outcome.code}.title", **dict(outcome.values))


def outcome_saw(t: Texts, outcome: Outcome | Finding) -> str:
    """A measured fact as a neutral sentence."""
    return t(f"checks.{outcome.code}.saw", **dict(outcome.values))


def measured(code: str) -> bool:
    """Whether a finding's code is an outcome's and not an answer's."""
    return code.count(".") == 1


def finding_title(t: Texts, finding: Finding, result: Result) -> str:
    """What is not as it should be."""
    if measured(finding.code):
        return outcome_title(t, finding)
    question, _, option = finding.code.rpartition(".")
    chosen = result.of_bank(question).option(option)
    partly = chosen is not None and chosen.credit is Credit.PARTLY
    key = f"controls.{question}.finding_partly"
    return t(key) if partly and t.has(key) else t(f"controls.{question}.finding")


def grouped(findings: Iterable[Finding]) -> list[tuple[Finding, ...]]:
    """Findings with one cause together, the worst of each group first, and the worst group first."""
    by_code: dict[str, list[Finding]] = {}
    for finding in findings:
        by_code.setdefault(finding.code, []).append(finding)
    groups = [tuple(sorted(group, key=lambda one: -one.severity)) for group in by_code.values()]
    return sorted(groups, key=lambda group: -group[0].severity)


def subject_words(t: Texts, findings: Iterable[Finding]) -> str:
    """Where it was found: hosts and ports, the first few by name."""
    subjects = list(dict.fromkeys(sanitize(finding.subject) for finding in findings if finding.subject))
    names = listed(t, subjects[:SUBJECTS])
    extra = len(subjects) - SUBJECTS
    return t("ui.action.and_more", names=names, count=extra) if extra > 0 else names


def finding_base(finding: Finding) -> str:
    """Where the finding's risk, fix and confirmation stand."""
    if measured(finding.code):
        return f"checks.{finding.code}"
    return f"controls.{finding.code.rpartition('.')[0]}"


def answer_words(t: Texts, question: Question, answer: Answer) -> str:
    """What was answered, in a few words."""
    if answer.items:
        return listed(t, (sanitize(item) for item in item_words(t, question, answer)))
    if answer.value is None:
        return t("words.answer.unknown")
    if answer.value == NOT_APPLICABLE:
        return t("words.answer.not_applicable")
    if _usual(question):
        return t(f"words.answer.{answer.value}")
    return t(f"controls.{question.id}.option.{answer.value}")


def listed(t: Texts, words: Iterable[str]) -> str:
    """Things of one kind, one after the other."""
    return t.listed(words)


def item_words(t: Texts, question: Question, answer: Answer) -> Iterator[str]:
    """The things of an inventory: the ticked ones by their texts, the others as they were typed."""
    for item in answer.items:
        known = question.option(item)
        yield t(f"controls.{question.id}.option.{item}") if known else item


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


def facts_of(result: Result, rules: Rules, question: str) -> tuple[Outcome, ...]:
    """Everything measured that touches a question, the worst first."""
    findings = [
        Outcome(code=one.code, subject=one.subject, values=one.values)
        for one in result.findings
        if measured(one.code) and rules.outcomes[one.code].question == question
    ]
    good = [one for one in result.good if rules.outcomes[one.code].question == question]
    return (*findings, *good)


def range_words(t: Texts, low: int | None, high: int | None) -> str:
    """A score as one number or as a range."""
    if low is None or high is None:
        return "－"
    return t("ui.hub.score", score=low) if low == high else t("ui.hub.score_range", low=low, high=high)


def _usual(question: Question) -> bool:
    return tuple(option.id for option in question.options) == USUAL
