"""The window never waits for judging: it goes on meanwhile, keeps what is said, and reports no stale letter."""

import threading
import time
from collections.abc import Sequence
from dataclasses import replace

import pytest
from PySide6.QtCore import Qt, QTimer

from fumimori.checks.observations import Observations
from fumimori.engine import Toolkit
from fumimori.gui.pages.judging import JudgingPage
from fumimori.gui.widgets.choice import ChoiceCard
from fumimori.model import Assessment, Outcome, Result, Rules
from fumimori.wizard.routes import Route
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
    """A judge that can be made slow, and instruments with it."""
    toolkit = demonstration.offline_instruments()
    probe = Slow(toolkit.probes[3])
    probes = (*toolkit.probes[:3], probe, *toolkit.probes[4:])
    return probe, replace(toolkit, probes=probes)  # type: ignore[arg-type]


def turns_until_judged(hands: Driver) -> int:
    """How often the event loop comes round to a timer of 10 ms while something is judged."""
    count = [0]
    timer = QTimer(hands.window)
    timer.timeout.connect(lambda: count.__setitem__(0, count[0] + 1))
    timer.start(10)
    hands.judged()
    timer.stop()
    return count[0]


def test_opening_shows_a_calm_line_and_then_the_page(opened: Open, slow: tuple[Slow, Toolkit]):
    judge, toolkit = slow
    judge.seconds = TAKES
    hands = opened("ja", None, toolkit)
    hands.session.show(demonstration.assessment("ja"))
    hands.window.go(Route("hub"))
    page = hands.window.page
    assert isinstance(page, JudgingPage)
    assert not page.heading.isVisible()
    hands.qtbot.waitUntil(page.heading.isVisible)
    assert page.heading.text() == page.t("ui.app.judging")
    assert turns_until_judged(hands) > FLUID
    assert hands.route.page == "hub"
    assert hands.page.heading.text() == hands.page.say("title")
    assert hands.page.heading.hasFocus()
    assert len(judge.threads) == 1
    assert not judge.in_the_window


def test_an_answer_is_kept_and_counted_while_something_is_judged(opened: Open, slow: tuple[Slow, Toolkit]):
    judge, toolkit = slow
    hands = opened("ja", demonstration.assessment("ja"), toolkit)
    hands.go("question", "updates.responsible")
    hands.judged()
    judge.seconds = TAKES
    hands.session.edit_scope(ssh_hosts=())
    hands.session.judging.now()
    before = hands.session.result.question("updates.responsible")
    card = next(one for one in hands.window.findChildren(ChoiceCard) if one.choice.value == "yes")
    hands.qtbot.mouseClick(card, Qt.MouseButton.LeftButton)
    after = hands.session.result.question("updates.responsible")
    assert before != after
    assert hands.session.judging.busy
    assert turns_until_judged(hands) > FLUID
    assert hands.session.judging.exact
    assert hands.session.result.question("updates.responsible") == after
    assert len(judge.threads) == 2
    assert not judge.in_the_window


def test_answering_judges_nothing_anew(opened: Open, slow: tuple[Slow, Toolkit]):
    judge, toolkit = slow
    hands = opened("ja", demonstration.assessment("ja"), toolkit)
    hands.judged()
    times = len(judge.threads)
    hands.go("question", "updates.responsible")
    for value in ("yes", "partly", "no"):
        hands.press(f"choice:{value}")
    hands.session.edit_organisation(name="別の会社")
    for page in ("hub", "plan", "open_points", "report"):
        hands.go(page)
    assert len(judge.threads) == times == 1


def test_the_report_waits_for_the_result_that_belongs_to_the_assessment(opened: Open, slow: tuple[Slow, Toolkit]):
    judge, toolkit = slow
    made: list[tuple[Assessment, Result]] = []

    def make(assessment: Assessment, result: Result, texts: object, paper: str, parts: str) -> bytes:
        made.append((assessment, result))
        return demonstration.one_sheet(assessment, result, texts, paper, parts)  # type: ignore[arg-type]

    hands = opened("ja", demonstration.assessment("ja"), toolkit)
    hands.judged()
    hands.session.services = replace(hands.session.services, make_report=make)
    measured, runs = hands.session.result.attempts, hands.session.open.runs
    hands.session.edit(runs=())
    assert hands.session.result.attempts == ()
    judge.seconds = 0.5
    hands.session.edit(runs=runs)
    hands.window.go(Route("report"))
    assert hands.session.result.attempts == (), "what is shown meanwhile is the result before"
    hands.qtbot.waitUntil(lambda: bool(made), timeout=20_000)
    assert all(result.attempts == measured for _, result in made)
    assert all(assessment is hands.session.open for assessment, _ in made)
