"""How many questions what was seen, read and recorded answers, before anybody is asked."""

import asyncio
import sys
from collections import Counter
from datetime import UTC, datetime
from pathlib import Path

import msgspec
import pytest

from fumimori.engine import Toolkit, confirmed, measure
from fumimori.engine.input_files import documents_in, files_in
from fumimori.engine.reading import DocumentResult, ReadResult, read_documents
from fumimori.model import (
    Assessment,
    Consent,
    ConsentLevel,
    DomainScope,
    Hosting,
    Organisation,
    QuestionState,
    Result,
    Scope,
)
from fumimori.wizard.progress import seen_or_read
from loopback import readings
from loopback.signed_mail import Authority
from loopback.witnesses import witnessed
from loopback.world import World
from servers import cloud, own_server

NOW = datetime.now(UTC)
ASKED = "asked"
NOT_HERE = "not applicable"
FOLLOWS = "follows"
"""A parent question is not met; that is said there."""
LEAST, LEAST_CLOUD = 0.8, 0.63
"""What part of the questions that apply is answered at the least."""
LEAST_WHOLLY, LEAST_WHOLLY_CLOUD = 0.61, 0.53
"""The same of those of which nothing is left to ask."""


def assessment(
    name: str, hosting: Hosting, level: ConsentLevel = ConsentLevel.RELAY, **fields: tuple[str, ...]
) -> Assessment:
    parked = DomainScope(name="nullmx.example", hosting=hosting, sends_mail=False)
    scope = Scope(domains=(DomainScope(name=name, hosting=hosting, hosting_confirmed=True), parked), **fields)
    consent = Consent(level=level, name="Owner", role="CEO", own_server=hosting.own_server)
    before = Assessment(id="1", created=NOW, organisation=Organisation(name="Good"), scope=scope, consent=consent)
    return msgspec.structs.replace(before, consent=confirmed(before, NOW))


def of_own_server() -> Assessment:
    """The assessment of a server on the premises, before anything was looked at."""
    return assessment(
        "good.example",
        Hosting.ON_PREMISES,
        mail_hosts=("mail.good.example",),
        ssh_hosts=("ssh.good.example",),
        own_hosts=(own_server.HOST,),
        webmail_hosts=("webmail.good.example",),
    )


def of_cloud() -> Assessment:
    """The same of a domain at Microsoft 365."""
    return assessment("cloud.example", Hosting.MICROSOFT, ConsentLevel.PUBLIC)


def measured(tools: Toolkit, before: Assessment, world: World) -> Assessment:
    settings = world.settings(from_outside=True)

    async def run() -> Assessment:
        return (await measure(tools, before, tools.open_network(settings), settings)).added_to(before)

    return asyncio.run(run())


def read(tools: Toolkit, before: Assessment, folder: Path, about: str = "") -> tuple[Assessment, ReadResult]:
    """The folder through the one door; the person says that the messages in it are their own."""
    skipped: list[DocumentResult] = []
    documents = documents_in(files_in([folder]), tools.readers, NOW, skipped=skipped)
    result = read_documents(tools, before, documents, NOW, about=about).vouched()
    return result.added_to(before), result


def who_answered(tools: Toolkit, after: Assessment, result: Result) -> dict[str, str]:
    """Of each question, what answers it: `seen`, `read`, `register`, with `, in part` where a person may know more."""
    readers = {reader.id for reader in tools.readers}
    by_question: dict[str, set[str]] = {}
    for one in tools.outcomes(after):
        rule = tools.rules.outcomes[one.code]
        if rule.question and (rule.at_least or rule.effect.value in ("answers", "lowers")):
            by_question.setdefault(rule.question, set()).add(one.code.partition(".")[0])
    found = {}
    for standing in result.questions:
        checks = by_question.get(standing.question, set())
        if standing.state is QuestionState.MEASURED:
            word = "read" if checks and checks <= readers else "seen"
        else:
            word = {QuestionState.RECORDED: "register", QuestionState.OUT_OF_SCOPE: NOT_HERE}.get(standing.state, ASKED)
        word = word if standing.state is not QuestionState.PARENT_UNMET else FOLLOWS
        in_part = (word != ASKED and standing.high > standing.low) or (word in ("seen", "read") and standing.asked)
        found[standing.question] = f"{word}, in part" if in_part and word in ("seen", "read", "register") else word
    return found


def table(name: str, found: dict[str, str], result: Result) -> str:
    lines = [f"\n{name}"]
    credits_of = {one.question: one.credit for one in result.questions}
    for question, word in found.items():
        lines.append(f"  {question:34} {word:18} {credits_of[question] or ''}")
    counts = Counter(found.values())
    answered, here = counted(found)
    lines.append(f"  {dict(counts)}")
    lines.append(f"  answered: {answered} of {here} ({answered / here:.0%}), of these wholly {wholly(found)}")
    return "\n".join(lines)


def wholly(found: dict[str, str]) -> int:
    """How many are answered with nothing left to ask."""
    return sum(word in ("seen", "read", "register") for word in found.values())


def counted(found: dict[str, str]) -> tuple[int, int]:
    """How many are answered, and how many apply; what follows from another answer is not counted."""
    here = [word for word in found.values() if word not in (NOT_HERE, FOLLOWS)]
    return sum(word != ASKED for word in here), len(here)


@pytest.fixture(scope="module")
def own(world: World, tmp_path_factory: pytest.TempPathFactory) -> tuple[Toolkit, Assessment, ReadResult]:
    folder = tmp_path_factory.mktemp("own")
    authority = Authority(folder)
    tools = readings.tools(authority.roots)
    before = of_own_server()
    handed_over = own_server.folder_of(world, folder, NOW, authority)
    after, handed = read(tools, measured(tools, before, world), handed_over, own_server.HOST)
    return tools, msgspec.structs.replace(after, registers=own_server.registers(NOW)), handed


def test_everything_in_the_folder_is_read(own: tuple[Toolkit, Assessment, ReadResult]) -> None:
    assert {one.name: one.problem for one in own[2].documents if one.problem} == {}


def test_most_questions_about_an_own_server_are_answered_before_anybody_is_asked(
    own: tuple[Toolkit, Assessment, ReadResult], capsys: pytest.CaptureFixture[str]
) -> None:
    tools, after, _ = own
    witnessed(tools.outcomes(after))
    result = tools.assess(after, NOW)
    found = who_answered(tools, after, result)
    with capsys.disabled():
        sys.stdout.write(table("own server", found, result))
    answered, here = counted(found)
    assert answered / here >= LEAST
    assert wholly(found) / here >= LEAST_WHOLLY
    assert seen_or_read(result) == (answered, here)


def test_many_questions_about_microsoft_365_are_answered_before_anybody_is_asked(
    world: World, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    authority = Authority(tmp_path)
    tools = readings.tools(authority.roots)
    before = of_cloud()
    folder = cloud.folder_of(tmp_path, NOW, authority)
    after, handed = read(tools, measured(tools, before, world), folder)
    assert {one.name: one.problem for one in handed.documents if one.problem} == {}
    after = msgspec.structs.replace(
        after, registers=own_server.registers(NOW, "cloud.example", "selector1", cloud.ADMINS)
    )
    result = tools.assess(after, NOW)
    found = who_answered(tools, after, result)
    with capsys.disabled():
        sys.stdout.write(table("Microsoft 365", found, result))
    answered, here = counted(found)
    assert answered / here >= LEAST_CLOUD
    assert wholly(found) / here >= LEAST_WHOLLY_CLOUD
    assert seen_or_read(result) == (answered, here)
