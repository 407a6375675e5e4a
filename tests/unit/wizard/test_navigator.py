"""The way through the assistant: on, back to where one came from, away for one thing and back again; no window."""

from dataclasses import dataclass, field

import msgspec
import pytest

from fumimori.assess.judging import assess
from fumimori.model import Assessment, Attempt, Organisation, Result, Scope, Status
from fumimori.wizard.navigator import REMEMBERED, Navigator
from fumimori.wizard.steps import BLOCK, HUB, ROW, START, Needs, Route, step
from loopback.recorded_runs import run_of
from unit.assess.small import BANK, NOW, RULES, assessment, said

OPEN_POINTS, PLAN, REPORT = Route("open_points"), Route("plan"), Route("report")
SPF, DKIM = Route("question", "sender_auth.spf"), Route("question", "sender_auth.dkim")


@dataclass
class Work:
    """An assessment with the result that follows from it."""

    assessment: Assessment | None = field(default_factory=assessment)
    judged: bool = True
    measuring_now: bool = False

    @property
    def result(self) -> Result:
        assert self.judged, "nobody asks for a result that is not there yet"
        return assess(self.assessment, BANK, RULES, (), NOW)

    def answer(self, **answers: object) -> None:
        self.assessment = assessment((*self.assessment.answers, *said(**answers)))


def at(*routes: Route, work: Work | None = None) -> Navigator:
    """Somebody who jumped from one of these places to the next."""
    made = Navigator(work or Work())
    made.resume()
    for route in routes:
        made.go(route)
    return made


def on(navigator: Navigator) -> Route:
    """Where Next leads, which is what was announced."""
    announced = navigator.ahead
    navigator.next()
    assert navigator.route == announced
    return navigator.route


def back(navigator: Navigator) -> Route:
    navigator.back()
    return navigator.route


def everything() -> tuple:
    """An answer to every question of the ten controls."""
    plain = {one.id.replace(".", "__"): one.options[0].id for one in BANK if one.options and one.control}
    return (*said(**plain), *said(protocols__inventory={"value": None, "items": ("Outlook",)}))


# --- on ---------------------------------------------------------------------------------------------------------------


def test_the_steps_follow_each_other_to_the_hub():
    navigator = at(Route(ROW[1].id))
    before = [one.id for one in ROW[: [one.id for one in ROW].index("hub") + 1]]
    assert [ROW[1].id, *(on(navigator).page for _ in before[2:])] == before[1:]


def test_the_last_step_leads_to_the_hub():
    assert on(at(Route(ROW[-1].id))) == HUB


def test_the_hub_opens_the_next_useful_control_at_its_first_open_question():
    work = Work(assessment(said(defaults__admin_passwords="yes")))
    assert on(at(HUB, work=work)) == Route("question", "defaults.banner")


def test_questions_follow_each_other_to_the_summary_and_on_to_the_next_control():
    navigator = at(SPF)
    assert [on(navigator), on(navigator)] == [DKIM, Route("summary", "sender_auth")]
    assert on(navigator).item.startswith("updates.")


def test_the_last_control_leads_to_the_surroundings_and_these_to_what_follows_the_hub():
    navigator = at(Route("summary", "signing"))
    assert on(navigator) == Route("question", "surroundings.mail_at_rest")
    assert [on(navigator), on(navigator)] == [Route("summary", "surroundings"), OPEN_POINTS]


def test_when_every_control_is_answered_the_surroundings_follow_and_then_what_is_open():
    work = Work(assessment((*everything(), *said(surroundings__mail_at_rest=None))))
    navigator = at(HUB, work=work)
    assert work.result.open_points
    assert [on(navigator), on(navigator), on(navigator)] == [OPEN_POINTS, PLAN, REPORT]


def test_the_hub_leads_past_open_points_that_are_none():
    work = Work(assessment(everything()))
    navigator = at(HUB, work=work)
    assert navigator.ahead == Route("question", "surroundings.mail_at_rest")
    work.answer(surroundings__mail_at_rest="yes")
    assert not work.result.open_points
    assert navigator.ahead == PLAN


def test_a_sheet_leads_to_the_summary():
    assert on(at(Route("interview", "ssh"))) == Route("summary", "ssh")


def test_the_tables_lead_to_what_follows_the_step_that_they_hang_under():
    confirm = [one.id for one in ROW].index("confirm")
    assert on(at(Route("technician"))).page == ROW[confirm + 1].id


def test_a_measurement_that_is_under_way_holds_nobody_up():
    navigator = at(Route("measuring"), work=Work(measuring_now=True))
    assert on(navigator) == HUB
    navigator.go(Route("measuring"))
    navigator._work.measuring_now = False
    assert on(navigator) == Route("confirm")


def test_what_is_done_later_leads_on():
    navigator = at(Route("measuring"))
    navigator.later()
    assert navigator.route == HUB
    navigator.go(SPF)
    navigator.later()
    assert navigator.route == DKIM


# --- back -------------------------------------------------------------------------------------------------------------


def test_back_returns_to_where_one_came_from():
    navigator = at(HUB, Route("question", "firewall.alerts"), PLAN, Route("organisation"))
    assert [back(navigator) for _ in range(3)] == [PLAN, Route("question", "firewall.alerts"), HUB]


def test_back_after_next_and_next_after_back():
    navigator = at(HUB, SPF)
    assert [on(navigator), back(navigator), on(navigator), back(navigator), back(navigator)] == [
        DKIM,
        SPF,
        DKIM,
        SPF,
        HUB,
    ]


def test_the_same_place_shown_once_more_is_no_place_to_return_to():
    navigator = at(HUB, PLAN, PLAN, PLAN)
    assert back(navigator) == HUB


def test_back_passes_over_a_question_that_no_longer_exists():
    work = Work(assessment(said(ssh__used="yes")))
    navigator = at(HUB, Route("question", "ssh.password_login"), Route("question", "ssh.used"), work=work)
    work.assessment = assessment(said(ssh__used="no"))
    assert back(navigator) == HUB


@pytest.mark.parametrize(
    ("here", "before"),
    [
        (DKIM, SPF),
        (SPF, HUB),
        (Route("summary", "sender_auth"), DKIM),
        (Route("interview", "sender_auth"), SPF),
        (Route("technician"), Route("confirm")),
        (Route("key"), HUB),
        (PLAN, OPEN_POINTS),
        (START, START),
        (Route("new"), START),
    ],
)
def test_back_without_history_goes_to_what_lies_before(here: Route, before: Route):
    navigator = Navigator(Work())
    navigator.route = here
    assert back(navigator) == before


def test_the_history_is_bounded():
    navigator = at(*[PLAN, REPORT] * REMEMBERED)
    assert len(navigator._history) == REMEMBERED


# --- away for one thing -----------------------------------------------------------------------------------------------


def test_a_change_from_the_summary_returns_there_and_leaves_no_trace():
    navigator = at(HUB, Route("summary", "sender_auth"))
    navigator.visit(SPF)
    assert on(navigator) == Route("summary", "sender_auth")
    assert back(navigator) == HUB


def test_a_change_asks_what_it_newly_calls_for_before_it_returns():
    work = Work()
    navigator = at(HUB, Route("summary", "ssh"), work=work)
    navigator.visit(Route("question", "ssh.used"))
    work.answer(ssh__used="yes")
    assert on(navigator) == Route("question", "ssh.password_login")
    work.answer(ssh__password_login="yes")
    assert on(navigator) == Route("summary", "ssh")
    assert back(navigator) == HUB


def test_an_open_point_is_answered_and_the_list_is_there_again():
    navigator = at(OPEN_POINTS)
    navigator.visit(DKIM)
    assert on(navigator) == OPEN_POINTS
    assert on(navigator) == PLAN


def test_who_is_away_may_go_away_once_more():
    work = Work()
    navigator = at(OPEN_POINTS, work=work)
    navigator.visit(SPF)
    navigator.visit(Route("measuring"))
    work.measuring_now = True
    assert [on(navigator), on(navigator), on(navigator)] == [SPF, OPEN_POINTS, PLAN]


def test_back_ends_being_away():
    navigator = at(HUB, OPEN_POINTS)
    navigator.visit(DKIM)
    assert back(navigator) == OPEN_POINTS
    assert on(navigator) == PLAN


def test_showing_the_same_place_once_more_does_not_end_being_away():
    navigator = at(OPEN_POINTS)
    navigator.visit(DKIM)
    navigator.go(DKIM)
    assert on(navigator) == OPEN_POINTS


def test_a_jump_ends_being_away_but_back_still_knows_the_way():
    navigator = at(OPEN_POINTS)
    navigator.visit(DKIM)
    navigator.go(SPF)
    assert on(navigator) == DKIM
    assert [back(navigator) for _ in range(3)] == [SPF, DKIM, OPEN_POINTS]


def test_nobody_is_led_back_to_a_question_that_no_longer_exists():
    work = Work(assessment(said(ssh__used="yes")))
    navigator = at(OPEN_POINTS, work=work)
    navigator.visit(Route("question", "ssh.password_login"))
    navigator.visit(Route("question", "ssh.used"))
    work.assessment = assessment(said(ssh__used="no"))
    assert on(navigator) == OPEN_POINTS


# --- what must be there -----------------------------------------------------------------------------------------------


@pytest.mark.parametrize("identity", [one.id for one in ROW])
def test_without_a_file_only_what_needs_none_is_shown(identity: str):
    navigator = Navigator(Work(assessment=None))
    navigator.go(Route(identity))
    assert navigator.route == (Route(identity) if step(identity).needs is Needs.NOTHING else START)


def test_a_block_is_entered_at_its_first_open_question_else_at_its_summary():
    assert at(Route(BLOCK, "sender_auth")).route == SPF
    assert at(Route(BLOCK, "ssh"), work=Work(assessment(said(ssh__used="no")))).route == Route("summary", "ssh")


def test_a_block_waits_for_its_result_and_is_no_place_to_return_to():
    work = Work(judged=False)
    navigator = at(HUB, Route(BLOCK, "sender_auth"), work=work)
    assert navigator.route == Route(BLOCK, "sender_auth")
    work.judged = True
    navigator.judged()
    assert [navigator.route, back(navigator)] == [SPF, HUB]


def test_back_works_while_the_result_is_not_there():
    navigator = at(HUB, DKIM, Route("environment"), work=Work(judged=False))
    assert [back(navigator), back(navigator)] == [DKIM, HUB]
    navigator._history.clear()
    navigator.route = DKIM
    assert back(navigator) == HUB


# --- files ------------------------------------------------------------------------------------------------------------


def test_an_opened_file_goes_on_where_something_is_missing():
    case = assessment()
    named = msgspec.structs.replace(case, organisation=Organisation(name="x"))
    attempt = Attempt(probe="mx", subject="example.jp", status=Status.COMPLETED, started=NOW, ended=NOW)
    work, found = Work(), []
    for one in (
        case,
        msgspec.structs.replace(named, scope=Scope()),
        named,
        msgspec.structs.replace(named, runs=(run_of(attempt),)),
    ):
        work.assessment = one
        navigator = at(work=work)
        found.append(navigator.route.page)
    assert found == ["organisation", "environment", "consent", "hub"]


def test_what_was_shown_before_a_file_was_opened_is_left_behind():
    work = Work(assessment=None)
    navigator = Navigator(work)
    navigator.go(Route("unlock", "some.fumimori"))
    work.assessment = assessment(said(ssh__used="no"))
    navigator.file_ready()
    assert navigator.route == Route("organisation")
    assert back(navigator) == START


def test_a_copy_leads_back_to_the_work():
    navigator = at(HUB, PLAN, Route("new", "copy"))
    navigator.file_ready()
    assert navigator.route == PLAN
    assert on(navigator) == REPORT


def test_whoever_shows_the_place_is_told_of_every_move():
    shown: list[Route] = []
    navigator = Navigator(Work(), lambda: shown.append(navigator.route))
    navigator.go(PLAN)
    navigator.go(PLAN)
    navigator.visit(DKIM)
    navigator.next()
    navigator.back()
    navigator.resume()
    assert shown == [PLAN, PLAN, DKIM, PLAN, START, Route("organisation")]
