"""The window never waits for judging: it goes on meanwhile, keeps what is said, and reports no stale letter."""

import threading
import time
from collections.abc import Sequence
from dataclasses import replace

import msgspec
import pytest
from PySide6.QtCore import Qt, QTimer

from fumimori.checks.observations import Observations
from fumimori.engine import Toolkit
from fumimori.engine import toolkit as toolkit_module
from fumimori.gui.pages.judging import JudgingPage
from fumimori.gui.widgets.choice import ChoiceCard
from fumimori.model import Assessment, DomainScope, Outcome, Result, Rules
from fumimori.wizard.steps import Route
from gui import demonstration
from gui.driver import Driver, Open

TAKES = 3.0
"""Seconds that the slow judge takes."""
FLUID = 50
"""Turns of the event loop, of 10 ms each, that there are at the least in that time, also on a busy machine."""


class Slow:
    """A probe that judges as another does, after a while; it keeps in which threads it was asked."""

    def __init__(self, probe: object) -> None:
        self._probe = probe
        self.seconds = 0.0
        self.threads: list[threading.Thread] = []

    def __getattr__(self, name: str) -> object:
        return getattr(self._probe, name)

    def judge(self, observations: Observations, rules: Rules) -> Sequence[Outcome]:
        """What the other says, later."""
        self.threads.append(threading.current_thread())
        time.sleep(self.seconds)
        said: Sequence[Outcome] = self._probe.judge(observations, rules)  # type: ignore[attr-defined]
        return said

    @property
    def in_the_window(self) -> bool:
        """Whether the window's own thread ever had to judge."""
        return threading.main_thread() in self.threads


@pytest.fixture
def slow() -> tuple[Slow, Toolkit]:
    """A judge that can be made slow, and toolkit with it."""
    toolkit = demonstration.offline_instruments()
    probe = Slow(toolkit.probes[3])
    probes = (*toolkit.probes[:3], probe, *toolkit.probes[4:])
    return probe, replace(toolkit, probes=probes)  # type: ignore[arg-type]


def turns_until_judged(driver: Driver) -> int:
    """How often the event loop comes round to a timer of 10 ms while something is judged."""
    count = [0]
    timer = QTimer(driver.window)
    timer.timeout.connect(lambda: count.__setitem__(0, count[0] + 1))
    timer.start(10)
    driver.judged()
    timer.stop()
    return count[0]


def test_opening_shows_a_calm_line_and_then_the_page(opened: Open, slow: tuple[Slow, Toolkit]):
    judge, toolkit = slow
    judge.seconds = TAKES
    driver = opened("ja", None, toolkit)
    driver.session.show(demonstration.assessment("ja"))
    driver.window.go(Route("hub"))
    page = driver.window.page
    assert isinstance(page, JudgingPage)
    assert not page.heading.isVisible()
    driver.qtbot.waitUntil(page.heading.isVisible)
    assert page.heading.text() == page.t("ui.app.judging")
    assert turns_until_judged(driver) > FLUID
    assert driver.route.page == "hub"
    assert driver.page.heading.text() == driver.page.say("title")
    assert driver.page.heading.hasFocus()
    assert len(judge.threads) == 1
    assert not judge.in_the_window


def test_an_answer_is_kept_and_counted_while_something_is_judged(opened: Open, slow: tuple[Slow, Toolkit]):
    judge, toolkit = slow
    driver = opened("ja", demonstration.assessment("ja"), toolkit)
    driver.go("question", "updates.responsible")
    driver.judged()
    judge.seconds = TAKES
    driver.session.edit_scope(ssh_hosts=())
    driver.session.judging.now()
    before = driver.session.result.question("updates.responsible")
    card = next(one for one in driver.window.findChildren(ChoiceCard) if one.choice.value == "yes")
    driver.qtbot.mouseClick(card, Qt.MouseButton.LeftButton)
    after = driver.session.result.question("updates.responsible")
    assert before != after
    assert driver.session.judging.busy
    assert turns_until_judged(driver) > FLUID
    assert driver.session.judging.exact
    assert driver.session.result.question("updates.responsible") == after
    assert len(judge.threads) == 2
    assert not judge.in_the_window


def test_answering_judges_nothing_anew(opened: Open, slow: tuple[Slow, Toolkit]):
    judge, toolkit = slow
    driver = opened("ja", demonstration.assessment("ja"), toolkit)
    driver.judged()
    times = len(judge.threads)
    driver.go("question", "updates.responsible")
    for value in ("yes", "partly", "no"):
        driver.press(f"choice:{value}")
    driver.session.edit_organisation(name="別の会社")
    for page in ("hub", "plan", "open_points", "report"):
        driver.go(page)
    assert len(judge.threads) == times == 1


def test_the_report_waits_for_the_result_that_belongs_to_the_assessment(opened: Open, slow: tuple[Slow, Toolkit]):
    judge, toolkit = slow
    made: list[tuple[Assessment, Result]] = []

    def make(assessment: Assessment, result: Result, *printing: str) -> bytes:
        made.append((assessment, result))
        return demonstration.one_sheet(assessment, result, *printing)  # type: ignore[arg-type]

    driver = opened("ja", demonstration.assessment("ja"), toolkit)
    driver.judged()
    driver.session.services = replace(driver.session.services, make_report=make)
    measured, runs = driver.session.result.attempts, driver.session.open.runs
    driver.session.edit(runs=())
    assert driver.session.result.attempts == ()
    judge.seconds = 0.5
    driver.session.edit(runs=runs)
    driver.window.go(Route("report"))
    assert driver.session.result.attempts == (), "what is shown meanwhile is the result before"
    driver.qtbot.waitUntil(lambda: bool(made), timeout=20_000)
    assert all(result.attempts == measured for _, result in made)
    assert all(assessment is driver.session.open for assessment, _ in made)


def test_every_answer_is_followed_by_one_assessment_whatever_is_shown(
    opened: Open, slow: tuple[Slow, Toolkit], monkeypatch: pytest.MonkeyPatch
):
    driver = opened("ja", demonstration.assessment("ja"), slow[1])
    driver.go("question", "updates.responsible")
    counted: list[Assessment] = []

    def assess(assessment: Assessment, *others: object) -> Result:
        counted.append(assessment)
        return whole(assessment, *others)  # type: ignore[arg-type]

    whole = toolkit_module.assess
    monkeypatch.setattr(toolkit_module, "assess", assess)
    for count, value in enumerate(("yes", "partly", "no"), start=1):
        driver.press(f"choice:{value}")
        driver.settle()
        driver.qtbot.waitUntil(lambda: not driver.window._sidebar_timer.isActive())
        assert len(counted) == count
    for page in ("hub", "plan", "open_points", "documents", "question"):
        driver.go(page, "updates.responsible" if page == "question" else "")
    assert len(counted) == 3


def test_the_other_extent_is_counted_as_a_whole_assessment_would(opened: Open, slow: tuple[Slow, Toolkit]):
    driver = opened("ja", demonstration.assessment("ja"), slow[1])
    driver.judged()
    session = driver.session
    found = []
    for quick in (True, False):
        other = msgspec.structs.replace(session.open, quick=quick)
        found.append(session.judging.questions(other))
        assert found[-1] == session.judging.result(other).questions
    assert found[0] != found[1]


def test_no_page_judges_in_the_window_while_the_scope_is_typed(opened: Open, slow: tuple[Slow, Toolkit]):
    judge, toolkit = slow
    driver = opened("ja", demonstration.assessment("ja"), toolkit)
    driver.go("environment")
    for page in ("environment", "round_trip", "documents", "registers"):
        scope = driver.session.open.scope
        domains = (*scope.domains, DomainScope(name=f"{page.replace('_', '-')}.example.jp"))
        driver.session.edit_scope(domains=domains)
        driver.window.go(Route(page))
        assert not driver.session.judging.exact
        driver.session.measuring.targets(driver.session.result.findings)
        driver.settle()
        assert driver.session.judging.exact
    assert not judge.in_the_window


def test_before_the_first_judgement_nothing_was_seen(opened: Open, slow: tuple[Slow, Toolkit]):
    judge, toolkit = slow
    judge.seconds = TAKES
    driver = opened("ja", None, toolkit)
    driver.session.show(demonstration.assessment("ja"))
    for page in ("organisation", "registers", "branding", "key", "environment"):
        driver.window.go(Route(page))
        assert driver.window.route.page == page
    assert not judge.in_the_window
    assert list(driver.session.judging.observations().attempts()) == []
    driver.judged()
    assert list(driver.session.judging.observations().attempts()) != []
    assert not judge.in_the_window
