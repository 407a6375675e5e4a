"""Chips, counts and summaries say what is so: open is not *no problem*, not asked is not answered."""

import msgspec
import pytest

from fumimori.checks.mx import facts as mx
from fumimori.gui.widgets.signs import Chip
from fumimori.model import DomainScope, Severity
from fumimori.network.dns import DnsAnswer, DnsStatus
from fumimori.wizard import course
from fumimori.wording.window import grouped, subject_words
from gui import demonstration
from gui.driver import Open


@pytest.mark.parametrize("language", ["ja", "en"])
def test_no_open_point_is_called_no_problem(opened: Open, language: str):
    about = msgspec.structs.replace(demonstration.assessment(language), answers=())
    hands = opened(language, about)
    hands.go("open_points")
    t = hands.page.t
    assert any(point.severity < Severity.LOW for point in hands.desk.result.open_points)
    chips = {one.accessibleName() for one in hands.page.findChildren(Chip)}
    assert t("words.severity.ok") not in chips
    assert t("words.verdict.unknown") in chips


def test_what_was_never_asked_is_not_called_answered(opened: Open):
    about = msgspec.structs.replace(demonstration.assessment(), answers=(), quick=True)
    hands = opened("ja", about)
    assert course.status(hands.desk.open, hands.desk.result, "surroundings") == "not_asked"
    hands.go("summary", "surroundings")
    assert not hands.shows(hands.page.say("complete"))
    count = course.unsettled(hands.desk.open, hands.desk.result, "surroundings")
    assert hands.shows(hands.page.say("unsettled", count=count))


def test_findings_with_one_cause_are_one_line_that_names_the_places(opened: Open):
    hands = opened("en", demonstration.assessment("en"))
    finding = hands.desk.result.findings[0]
    places = [msgspec.structs.replace(finding, subject=f"mail.example:{port}") for port in range(6)]
    (group,) = grouped(places)
    words = subject_words(hands.desk.texts, group)
    assert "mail.example:0" in words
    assert "2" in words
    assert "mail.example:5" not in words


def test_a_kept_measurement_says_when_it_was_made(opened: Open):
    hands = opened("ja", demonstration.assessment())
    hands.go("measuring")
    moment = max(one.ended for one in hands.desk.open.attempts).astimezone()
    assert any(f"{moment:%Y-%m-%d %H:%M}" in one.accessibleName() for one in hands.visible())


@pytest.mark.parametrize("language", ["ja", "en"])
@pytest.mark.parametrize("page", ["environment", "measuring"])
def test_a_domain_that_does_not_exist_asks_for_its_spelling(opened: Open, page: str, language: str):
    about = demonstration.assessment(language)
    gone = DnsAnswer(name="exmaple.co.jp", rdtype="MX", status=DnsStatus.NXDOMAIN)
    looked = demonstration.attempt("mx", "exmaple.co.jp", mx.Facts(answer=gone))
    run = msgspec.structs.replace(about.runs[-1], attempts=(looked,))
    scope = msgspec.structs.replace(about.scope, domains=(DomainScope(name="exmaple.co.jp"),))
    hands = opened(language, msgspec.structs.replace(about, scope=scope, runs=(run,)))
    hands.go(page)
    t = hands.page.t
    assert hands.shows(t("ui.environment.absent", domain="exmaple.co.jp"))
    assert hands.shows(t("ui.environment.absent_next"))
    assert {"ja": "つづりを確認", "en": "check the spelling"}[language] in t("ui.environment.absent_next")


@pytest.mark.parametrize("page", ["environment", "measuring"])
def test_a_domain_that_exists_is_not_doubted(opened: Open, page: str):
    hands = opened("ja", demonstration.assessment())
    hands.go(page)
    assert not hands.shows(hands.page.t("ui.environment.absent_next"))
