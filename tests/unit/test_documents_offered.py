"""Which documents are offered instead of an answer: what says something there, with what somebody types to get it."""

import pytest

from fumimori import resources
from fumimori.__main__ import bank, toolkit
from fumimori.checks.other_tools.reader import CLOUD_MET
from fumimori.model import Hosting, Question
from fumimori.texts import Texts
from fumimori.wording.answering_documents import command_for, documents_for, told_by

TOOLS = {Hosting.MICROSOFT: ("ScubaGear", "Invoke-SCuBA"), Hosting.GOOGLE: ("ScubaGoggles", "scubagoggles")}
BY_CLOUD_TOOL = {toolkit().rules.outcomes[f"other_tools.{word}"].question for word in CLOUD_MET}
QUESTIONS = [question for question in bank() if question.id in BY_CLOUD_TOOL]


def offered(question: Question, hosting: Hosting | None) -> set[str]:
    tools = toolkit()
    return {reader.id for reader in documents_for(question, tools.rules, tools.readers, hosting)}


@pytest.mark.parametrize("language", ["ja", "en"])
@pytest.mark.parametrize("hosting", TOOLS)
@pytest.mark.parametrize("question", QUESTIONS, ids=lambda question: question.id)
def test_where_a_clouds_tool_answers_it_is_named_with_its_command(question: Question, hosting: Hosting, language: str):
    if hosting not in question.hosting:
        return
    name, command = TOOLS[hosting]
    assert "other_tools" in offered(question, hosting)
    assert command_for("other_tools", hosting).startswith(command)
    assert name in Texts(resources.root(), language)(told_by("other_tools", hosting))


@pytest.mark.parametrize("hosting", [one for one in (None, *Hosting) if one not in TOOLS])
@pytest.mark.parametrize("question", QUESTIONS, ids=lambda question: question.id)
def test_elsewhere_nobody_is_told_of_it(question: Question, hosting: Hosting | None):
    assert "other_tools" not in offered(question, hosting)


@pytest.mark.parametrize("hosting", [None, *Hosting])
def test_what_only_a_server_prints_is_offered_where_somebody_can_ask_the_server(hosting: Hosting | None):
    there = {reader for question in bank() for reader in offered(question, hosting)}
    commands = {reader for reader in there if command_for(reader, hosting)}
    if hosting in (None, Hosting.ON_PREMISES, Hosting.VPS):
        assert {"mail_config", "packages", "firewall", "ssh_config", "system_accounts", "upkeep"} <= commands
    else:
        assert commands == ({"other_tools"} if hosting in TOOLS else set())
