"""What happened to others: told in every language with who says so and when, about the question that it stands by."""

import re

import pytest

from fumimori.__main__ import bank
from loopback.written_texts import WHOLE

TEXTS = WHOLE
TOLD = [question.id for question in bank() if TEXTS["en"].has(f"controls.{question.id}.lesson")]
YEAR = re.compile(r"20[0-2]\d")


def test_what_unpatched_servers_cost_others_is_told():
    assert {"updates.fix_delay", "updates.firmware"} <= set(TOLD)


@pytest.mark.parametrize("language", TEXTS)
@pytest.mark.parametrize("question", TOLD)
def test_a_lesson_says_when_it_happened_and_who_tells_it(language: str, question: str):
    told = TEXTS[language](f"controls.{question}.lesson")
    source = TEXTS[language](f"controls.{question}.lesson_source")
    happened = min(int(year) for year in YEAR.findall(told))
    assert happened <= max(int(year) for year in YEAR.findall(source))
    assert len(told) <= {"ja": 260, "en": 520}[language]


@pytest.mark.parametrize("question", TOLD)
def test_the_years_of_a_lesson_are_the_same_in_every_language(question: str):
    for part in ("lesson", "lesson_source"):
        years = [sorted(set(YEAR.findall(texts(f"controls.{question}.{part}")))) for texts in TEXTS.values()]
        assert all(found == years[0] for found in years), part
