"""Before printing each thing out of order is named with its place; only what would mislead stops a final version."""

from datetime import UTC, date, datetime
from functools import cache

import msgspec
import pytest

from fumimori import resources
from fumimori.assess.lint import LintEntry, LogoSeen, lint
from fumimori.model import (
    Addressee,
    Assessment,
    Brand,
    Consent,
    ConsentLevel,
    Contradiction,
    Mode,
    Organisation,
    Outcome,
    PlanEntry,
    QuestionState,
    ReportVersion,
    Result,
    Severity,
)
from fumimori.texts import Texts, languages
from fumimori.wording.lint import lint_line
from fumimori.wording.report import Wording
from report import example


def entries(about: Assessment | None = None, result: Result | None = None, **how: object) -> tuple[LintEntry, ...]:
    given = about or example.assessment()
    usual = {"missing": lambda _text: (), **how}
    return lint(given, result or judged(), **usual)  # type: ignore[arg-type]


def codes(about: Assessment | None = None, result: Result | None = None, **how: object) -> set[str]:
    return {entry.code for entry in entries(about, result, **how)}


@cache
def judged() -> Result:
    """What follows from it; what people typed changes nothing in it but the plan's entries."""
    return example.result(named())


@cache
def named() -> Assessment:
    """The example with an owner for each of the first actions."""
    about = example.assessment()
    first = example.result(about).actions[:5]
    return msgspec.structs.replace(about, plan=tuple(PlanEntry(action=one.id, owner_name="担当") for one in first))


def test_an_assessment_in_order_has_nothing_to_tell():
    result = judged()
    answered = tuple(
        msgspec.structs.replace(one, state=QuestionState.UNKNOWN) if one.state is QuestionState.UNANSWERED else one
        for one in result.questions
    )
    assert not entries(named(), msgspec.structs.replace(result, questions=answered, contradictions=()))


@pytest.mark.parametrize(
    ("changes", "code", "page", "stops"),
    [
        ({"organisation": Organisation()}, "organisation_missing", "organisation", True),
        ({"consent": Consent(level=ConsentLevel.CONNECTIONS)}, "consent_unconfirmed", "consent", True),
        ({"mode": Mode.CONSULTANT}, "recipients_missing", "branding", False),
        ({"mode": Mode.CONSULTANT}, "sender_missing", "branding", False),
        ({"brand": Brand(recipients=("A",) * 6)}, "recipients_many", "branding", False),
        ({"versions": (ReportVersion(number="0.9", day="", changed=""),)}, "version_unexplained", "branding", False),
        ({"brand": Brand(contact="info@example.com")}, "placeholder", "branding", True),
        ({"brand": Brand(sender="（置き換える）")}, "placeholder", "branding", True),
        ({"brand": Brand(legal="ＴＯＤＯ")}, "placeholder", "branding", True),
        ({"organisation": Organisation(name="株式会社〇〇")}, "placeholder", "organisation", True),
        ({"plan": (PlanEntry(action="x", note="REPLACE this"),)}, "placeholder", "plan", True),
        ({"brand": Brand(footer="W" * 150)}, "text_long", "branding", False),
        ({"brand": Brand(seals=("とても長い題名のついた確認の欄",))}, "text_long", "branding", False),
    ],
)
def test_each_thing_out_of_order_is_named_with_its_place(changes, code, page, stops):
    about = msgspec.structs.replace(named(), **changes)
    found = [entry for entry in entries(about) if entry.code == code]
    assert [(entry.page, entry.stops) for entry in found] == [(page, stops)]
    assert all(entry.at for entry in found) or code == "consent_unconfirmed"
    assert code not in codes(named())


@pytest.mark.parametrize("text", ["Exemplar Ltd", "exemplary", "見本株式会社", "〇×商店"])
def test_a_name_that_only_looks_like_a_placeholder_is_left_alone(text):
    about = msgspec.structs.replace(named(), organisation=Organisation(name=text, addressee=Addressee.ORGANISATION))
    assert "placeholder" not in codes(about)


@pytest.mark.parametrize(
    "note",
    [
        "Replace the switch first",
        "for example on a Sunday",
        "on our to-do list",
        "機器を置き換える",
        "ダミーのアカウントを消す",
    ],
)
def test_an_ordinary_note_is_no_placeholder(note):
    about = msgspec.structs.replace(named(), plan=(PlanEntry(action="x", note=note),))
    assert "placeholder" not in codes(about)


def test_owners_are_asked_for_in_the_first_actions_only():
    about = example.assessment(plan=())
    result = example.result(about)
    assert [entry.about for entry in entries(about, result) if entry.code == "owner_missing"] == [
        action.id for action in result.actions[:5]
    ]
    assert "owner_missing" not in codes(named())


def test_a_day_after_the_event_stops_the_final_version():
    result = judged()
    action = msgspec.structs.replace(
        result.actions[0],
        day=date(2026, 11, 29),
        entry=PlanEntry(action=result.actions[0].id, owner_name="A", due="2026-12-24"),
    )
    late = msgspec.structs.replace(result, actions=(action, *result.actions[1:]))
    assert [(one.about, one.stops) for one in entries(named(), late) if one.code == "date_late"] == [(action.id, True)]


def test_critical_questions_are_named_while_nobody_answered_and_while_two_answers_clash():
    result = judged()
    first, second, *rest = result.questions
    first = msgspec.structs.replace(first, state=QuestionState.UNANSWERED, asked=True, severity=Severity.CRITICAL)
    clash = Contradiction(
        question=second.question,
        answer="yes",
        outcome=Outcome(code="spf.none", subject="example.jp"),
        severity=Severity.CRITICAL,
    )
    open_result = msgspec.structs.replace(result, questions=(first, second, *rest), contradictions=(clash,))
    found = {(one.code, one.item, one.stops) for one in entries(named(), open_result) if one.page == "question"}
    assert found == {("critical_unanswered", first.question, True), ("contradiction", second.question, True)}


def test_missing_glyphs_and_logos_are_told_by_what_reading_them_showed():
    assert "glyph_missing" in codes(named(), missing=lambda text: ("𠮷",) if "みほん" in text else ())
    assert codes(named(), logos=(LogoSeen(pixels=120),)) - codes(named()) == {"logo_coarse"}
    assert codes(named(), logos=(LogoSeen(code="kind"),)) - codes(named()) == {"logo_unprintable"}
    assert codes(named(), logos=(LogoSeen(), LogoSeen(pixels=300))) == codes(named())


def test_what_stops_stands_first():
    about = msgspec.structs.replace(named(), organisation=Organisation(), mode=Mode.CONSULTANT)
    order = [entry.stops for entry in entries(about)]
    assert len(set(order)) == 2
    assert order == sorted(order, reverse=True)


@pytest.mark.parametrize("language", languages(resources.root()))
def test_every_entry_has_words_and_its_place_a_name(language):
    texts = Texts(resources.root(), language)
    about = msgspec.structs.replace(named(), organisation=Organisation(name="\u202e<b>{about}%s"), plan=())
    result = judged()
    wording = Wording(about, result, texts, datetime(2026, 11, 24, tzinfo=UTC))
    written = {key.removeprefix("lint.") for key in texts.keys() if key.startswith("lint.")}  # noqa: SIM118
    pages = {
        "owner_missing": "plan",
        "date_late": "plan",
        "critical_unanswered": "question",
        "contradiction": "question",
    }
    for code in written - {"line", "said", "stops", "advises"}:
        entry = LintEntry(
            code=code, page=pages.get(code, "branding"), item="ssh.used", about=result.actions[0].id, stops=True
        )
        assert texts("lint.stops") in lint_line(entry, result, wording)
    hostile = LintEntry(code="text_long", page="branding", about="\u202ea\x07{about}" * 300)
    assert "\u202e" not in lint_line(hostile, result, wording)
