"""The same work in many places is one line of the plan, on every page that shows it."""

import msgspec
import pytest

from fumimori.model import Outcome, PlanEntry
from fumimori.wording.report import Wording
from report import example
from report.test_contents import text


def planned(count: int, **changes):
    about = example.assessment(answers=(), runs=(), disputes=(), **changes)
    return about, example.result(about, at_hosts(count))


def at_hosts(count: int) -> tuple[Outcome, ...]:
    hosts = [f"mx{n}.example.jp" for n in range(count)]
    return tuple(Outcome(code="mail_behaviour.vrfy_tells", subject=f"{h}:25", values=(("host", h),)) for h in hosts)


def management(about, result, language):
    made = text(example.pdf(about, language=language, following=result, parts="management"), "-raw")
    return ["".join(page.split()) for page in made.split("\f")]


@pytest.mark.parametrize("language", ["ja", "en"])
def test_neighbours_with_the_same_work_share_one_line(language):
    about, result = planned(20)
    texts = example.texts(language)
    first = Wording(about, result, texts, example.ISSUED).action(result.actions[0])
    places = texts("words.action.and_others", place="mx0.example.jp", count=19)
    wanted = "".join(first.replace("mx0.example.jp", places).split())
    said = management(about, result, language)
    assert len(result.actions) >= 20
    assert wanted in said[1]
    assert wanted in said[2]
    assert "1–20" in said[1]
    assert "1–20" in said[2]
    assert said[1].count(wanted) >= 2, "asked of management as one decision"
    assert "mx1.example.jp" not in said[1]


def test_what_somebody_planned_stands_by_itself():
    about, result = planned(3)
    entry = PlanEntry(action=result.actions[1].id, owner_name="佐藤")
    about = msgspec.structs.replace(about, plan=(entry,))
    result = example.result(about, at_hosts(3))
    said = management(about, result, "ja")
    assert "佐藤" in said[2]
    assert "1–3" not in said[2]


def test_an_action_in_several_places_says_in_how_many():
    about = example.assessment(answers=(), runs=(), disputes=())
    said = tuple(
        Outcome(code="reverse_dns.missing_listed", subject=f"192.0.2.{n}", values=(("address", f"192.0.2.{n}"),))
        for n in (8, 9)
    )
    result = example.result(about, said)
    action = next(one for one in result.actions if len(one.findings) == 2)
    for language in ("ja", "en"):
        texts = example.texts(language)
        words = Wording(about, result, texts, example.ISSUED).action(action)
        assert texts("words.action.and_others", place="192.0.2.8", count=1) in words
