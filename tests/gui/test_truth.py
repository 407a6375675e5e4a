"""Chips, counts and summaries say what is so: open is not *no problem*, not asked is not answered."""

import msgspec
import pytest

from fumimori.checks.mx import facts as mx
from fumimori.gui.widgets.signs import Chip
from fumimori.model import DomainScope, Severity
from fumimori.network.dns import DnsAnswer, DnsStatus
from fumimori.wizard import progress
from fumimori.wording.window import SUBJECTS, grouped
from fumimori.wording.words import Words
from gui import demonstration
from gui.driver import Open


@pytest.mark.parametrize("language", ["ja", "en"])
def test_no_open_point_is_called_no_problem(opened: Open, language: str):
    about = msgspec.structs.replace(demonstration.assessment(language), answers=())
    driver = opened(language, about)
    driver.go("open_points")
    t = driver.page.t
    assert any(point.severity < Severity.LOW for point in driver.session.result.open_points)
    chips = {one.accessibleName() for one in driver.page.findChildren(Chip)}
    assert t("words.severity.ok") not in chips
    assert t("words.verdict.unknown") in chips


def test_what_was_never_asked_is_not_called_answered(opened: Open):
    about = msgspec.structs.replace(demonstration.assessment(), answers=(), quick=True)
    driver = opened("ja", about)
    assert progress.status(driver.session.open, driver.session.result, "surroundings") == "not_asked"
    driver.go("summary", "surroundings")
    assert not driver.shows(driver.page.say("complete"))
    count = progress.unsettled(driver.session.open, driver.session.result, "surroundings")
    assert driver.shows(driver.page.say("unsettled", count=count))


def test_findings_with_one_cause_are_one_line_that_names_the_places(opened: Open):
    driver = opened("en", demonstration.assessment("en"))
    finding = driver.session.result.findings[0]
    places = [msgspec.structs.replace(finding, subject=f"mail{number}.example") for number in range(6)]
    (group,) = grouped(places)
    words = Words(driver.session.texts, driver.session.result.bank).subjects(group, SUBJECTS)
    assert "mail0.example" in words
    assert "2" in words
    assert "mail5.example" not in words


def test_a_kept_measurement_says_when_it_was_made(opened: Open):
    driver = opened("ja", demonstration.assessment())
    driver.go("measuring")
    moment = max(one.ended for one in driver.session.open.attempts).astimezone()
    assert any(f"{moment:%Y-%m-%d %H:%M}" in one.accessibleName() for one in driver.visible())


@pytest.mark.parametrize("language", ["ja", "en"])
@pytest.mark.parametrize("page", ["environment", "measuring"])
def test_a_domain_that_does_not_exist_asks_for_its_spelling(opened: Open, page: str, language: str):
    about = demonstration.assessment(language)
    gone = DnsAnswer(name="exmaple.co.jp", rdtype="MX", status=DnsStatus.NXDOMAIN)
    looked = demonstration.attempt("mx", "exmaple.co.jp", mx.Facts(answer=gone))
    run = msgspec.structs.replace(about.runs[-1], attempts=(looked,))
    scope = msgspec.structs.replace(about.scope, domains=(DomainScope(name="exmaple.co.jp"),))
    driver = opened(language, msgspec.structs.replace(about, scope=scope, runs=(run,)))
    driver.go(page)
    t = driver.page.t
    assert driver.shows(t("ui.environment.absent", domain="exmaple.co.jp"))
    assert driver.shows(t("ui.environment.absent_next"))
    assert {"ja": "つづりを確認", "en": "check the spelling"}[language] in t("ui.environment.absent_next")


@pytest.mark.parametrize("page", ["environment", "measuring"])
def test_a_domain_that_exists_is_not_doubted(opened: Open, page: str):
    driver = opened("ja", demonstration.assessment())
    driver.go(page)
    assert not driver.shows(driver.page.t("ui.environment.absent_next"))
