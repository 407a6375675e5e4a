"""What is said about a finding that an answer leads to: an action for every one, and own words only where they fit."""

import pytest

from fumimori.__main__ import bank
from fumimori.model import Question, Severity
from loopback.written_texts import WHOLE

TEXTS = WHOLE
BANK = bank()
PARTS = {"finding", "risk", "action", "fix", "confirm"}
FINDS = [question for question in BANK if any(option.severity > Severity.OK for option in question.options)]


def own(question: Question, language: str) -> dict[str, set[str]]:
    """By option: the parts of the finding's text that are its own."""
    head = f"controls.{question.id}.for."
    found: dict[str, set[str]] = {}
    for key in sorted(TEXTS[language].keys()):
        if key.startswith(head):
            option, _, part = key.removeprefix(head).partition(".")
            found.setdefault(option, set()).add(part)
    return found


@pytest.mark.parametrize("language", TEXTS)
@pytest.mark.parametrize("question", FINDS, ids=lambda question: question.id)
def test_what_an_answer_finds_has_an_action(question: Question, language: str) -> None:
    assert TEXTS[language](f"controls.{question.id}.action").strip("。.") != ""


@pytest.mark.parametrize("question", BANK, ids=lambda question: question.id)
def test_own_words_belong_to_an_answer_that_finds_something_and_are_the_same_parts_in_every_language(
    question: Question,
) -> None:
    said = [own(question, language) for language in TEXTS]
    assert all(words == said[0] for words in said)
    severe = {option.id for option in question.options if option.severity > Severity.OK}
    assert said[0].keys() <= severe
    assert all(parts <= PARTS for parts in said[0].values())


@pytest.mark.parametrize("language", TEXTS)
@pytest.mark.parametrize("question", BANK, ids=lambda question: question.id)
def test_own_words_differ_from_the_common_ones(question: Question, language: str) -> None:
    texts = TEXTS[language]
    for option, parts in own(question, language).items():
        chosen = question.option(option)
        assert chosen is not None
        for part in parts:
            common = f"controls.{question.id}.{part}"
            if part == "finding" and chosen.credit == "partly" and texts.has(f"{common}_partly"):
                common = f"{common}_partly"
            assert texts.lines(f"controls.{question.id}.for.{option}.{part}") != texts.lines(common)
