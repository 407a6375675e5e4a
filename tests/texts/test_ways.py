"""How to find an answer out: a way for every kind of hosting that is asked; where the ways part, each has its own."""

import re

import pytest

from fumimori.__main__ import bank
from fumimori.model import Hosting, Question
from fumimori.wording.window import OWN_SERVER, PLACES, ways
from loopback.written_texts import WHOLE

TEXTS = WHOLE
BANK = bank()
NAMED = {
    OWN_SERVER: r"自社のサーバー|(?i:own server|the VPN)",
    "rental": r"レンタルサーバー|さくら|(?i:rental server|Sakura)",
    "google": "Google Workspace",
    "microsoft": "Microsoft 365",
    "workmail": "Amazon WorkMail",
    "other_hosted": "Rackspace",
}
"""What the first line for a place names."""


def place(hosting: Hosting) -> str:
    return OWN_SERVER if hosting.own_server else hosting.value


def parted(question: Question, language: str) -> dict[str, tuple[str, ...]]:
    """The lines for one place only, by place."""
    keys = {name: f"controls.{question.id}.at.{name}.find" for name in PLACES}
    return {name: TEXTS[language].lines(key) for name, key in keys.items() if TEXTS[language].has(key)}


PARTED = [question for question in BANK if parted(question, "en")]


@pytest.mark.parametrize("language", TEXTS)
@pytest.mark.parametrize("question", BANK, ids=lambda question: question.id)
def test_there_is_a_way_for_every_hosting_that_is_asked(question: Question, language: str):
    assert [hosting for hosting in question.hosting if not ways(TEXTS[language], question.id, hosting)] == []


@pytest.mark.parametrize("language", TEXTS)
@pytest.mark.parametrize("question", PARTED, ids=lambda question: question.id)
def test_where_the_ways_part_each_hosting_has_its_own_and_no_other_place_has_one(question: Question, language: str):
    lines = parted(question, language)
    assert lines.keys() == {place(hosting) for hosting in question.hosting}
    assert [name for name, said in lines.items() if not re.search(NAMED[name], said[0])] == []


@pytest.mark.parametrize("language", TEXTS)
@pytest.mark.parametrize("question", PARTED, ids=lambda question: question.id)
def test_nobody_reads_the_way_of_another_service(question: Question, language: str):
    lines = parted(question, language)
    for hosting in question.hosting:
        shown = ways(TEXTS[language], question.id, hosting)
        others = {line for name, said in lines.items() if name != place(hosting) for line in said}
        assert set(shown) & others == set()
        assert set(lines[place(hosting)]) <= set(shown)


def test_while_the_hosting_is_unknown_every_way_is_shown():
    question = PARTED[0]
    shown = ways(TEXTS["en"], question.id, None)
    assert {line for said in parted(question, "en").values() for line in said} <= set(shown)


def test_the_services_that_the_product_promises_have_their_own_words():
    for hosting in (Hosting.WORKMAIL, Hosting.OTHER_HOSTED):
        assert len([question for question in PARTED if hosting in question.hosting]) >= 15


def test_the_end_of_amazon_workmail_is_told_with_its_day_to_its_customers_only():
    for language, day in (("ja", "2027年3月31日"), ("en", "31 March 2027")):
        told = {h: any(day in line for line in ways(TEXTS[language], "updates.service_end", h)) for h in Hosting}
        assert {hosting for hosting, said in told.items() if said} == {Hosting.WORKMAIL}
