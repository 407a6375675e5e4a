"""The wizard's way: what comes next, what is asked, how it is numbered, and how one returns."""

from datetime import timedelta

import msgspec
import pytest

from fumimori.assess.judging import assess
from fumimori.assess.reconcile import may_be_final
from fumimori.model import Attempt, Control, Organisation, Scope, Severity, Status
from fumimori.wizard import flow
from fumimori.wizard.flow import ControlStatus, Page, PageKind, Walk
from loopback.recorded_runs import run_of
from unit.assess.small import BANK, NOW, RENTAL, RULES, assessment, outcome, said


def view(answers=(), outcomes=(), **fields):
    case = assessment(answers, **fields)
    return case, assess(case, BANK, RULES, tuple(outcomes), NOW)


def question(name):
    control = next(entry.control for entry in BANK if entry.id == name)
    return Page(kind=PageKind.QUESTION, control=control, question=name)


def summary(control):
    return Page(kind=PageKind.CONTROL_SUMMARY, control=control)


def test_the_pages_lead_from_the_start_to_the_hub():
    walk, seen = Walk(BANK), view()
    kinds = [walk.next(*seen).kind for _ in range(6)]
    assert kinds == list(flow.LINE[1:7])


def test_the_hub_opens_the_next_useful_control_at_its_first_open_question():
    walk = Walk(BANK, flow.HUB)
    assert walk.next(*view(said(defaults__admin_passwords="yes"))) == question("defaults.banner")


def test_one_that_was_begun_comes_before_one_that_was_not():
    assert flow.next_control(BANK, *view(said(firewall__alerts="yes"))) is Control.FIREWALL


def test_questions_follow_each_other_to_the_summary_and_on_to_the_next_control():
    seen = view()
    walk = Walk(BANK, question("sender_auth.spf"))
    assert walk.next(*seen) == question("sender_auth.dkim")
    assert walk.next(*seen) == summary(Control.SENDER_AUTH)
    following = list(Control)[list(Control).index(Control.SENDER_AUTH) + 1]
    assert walk.next(*seen) == flow.entry(BANK, seen[1], following)


def test_the_last_control_leads_to_the_surroundings_and_these_to_the_open_points():
    seen = view()
    walk = Walk(BANK, summary(list(Control)[-1]))
    assert walk.next(*seen) == flow.entry(BANK, seen[1], None)
    assert Walk(BANK, Page(kind=PageKind.CONTROL_SUMMARY)).next(*seen) == Page(kind=PageKind.OPEN_POINTS)


def test_what_was_measured_is_not_asked_unless_it_is_contradicted():
    _, result = view((), [outcome("spf.valid")])
    assert [entry.id for entry in flow.asked(BANK, result, Control.SENDER_AUTH)] == ["sender_auth.dkim"]
    _, result = view(said(sender_auth__spf="yes"), [outcome("spf.none")])
    assert [entry.id for entry in flow.asked(BANK, result, Control.SENDER_AUTH)] == [
        "sender_auth.spf",
        "sender_auth.dkim",
    ]


def test_an_answer_can_open_the_questions_behind_a_gate():
    assert flow.asked(BANK, view()[1], Control.SSH)[-1].id == "ssh.used"
    assert flow.asked(BANK, view(said(ssh__used="yes"))[1], Control.SSH)[-1].id == "ssh.password_login"


@pytest.mark.parametrize(
    ("name", "fields", "expected"),
    [
        ("mta_sts.policy_certificate", {}, (3, 3)),
        ("mta_sts.published", {"quick": True}, (1, 1)),
        ("firewall.alerts", {}, (2, 2)),
        ("firewall.alerts", {"hosting": RENTAL}, (1, 1)),
        ("defaults.banner", {"quick": True}, (2, 2)),
        ("ssh.password_login", {}, (2, 2)),
    ],
)
def test_the_number_depends_on_hosting_and_kind_of_assessment_alone(name, fields, expected):
    for answers in ((), said(ssh__used="no", mta_sts__published="no")):
        place = flow.place(BANK, assessment(answers, **fields), name)
        assert (place.number, place.total) == expected


@pytest.mark.parametrize(
    ("answers", "outcomes", "fields", "control", "expected"),
    [
        ({}, [], {}, Control.SENDER_AUTH, ControlStatus.NOT_STARTED),
        ({}, ["spf.valid"], {}, Control.SENDER_AUTH, ControlStatus.NOT_STARTED),
        ({"sender_auth__dkim": "yes"}, [], {}, Control.SENDER_AUTH, ControlStatus.IN_PROGRESS),
        ({"sender_auth__dkim": "yes"}, ["spf.valid"], {}, Control.SENDER_AUTH, ControlStatus.DONE),
        ({"sender_auth__dkim": None}, ["spf.valid"], {}, Control.SENDER_AUTH, ControlStatus.OPEN_POINTS),
        (
            {"sender_auth__dkim": "yes", "sender_auth__spf": "yes"},
            ["spf.none"],
            {},
            Control.SENDER_AUTH,
            ControlStatus.OPEN_POINTS,
        ),
        ({"ssh__used": "no"}, [], {}, Control.SSH, ControlStatus.DONE),
        ({}, [], {"quick": True}, None, ControlStatus.NOT_ASKED),
        ({}, [], {"hosting": RENTAL}, Control.SSH, ControlStatus.OUT_OF_SCOPE),
        ({}, [], {}, None, ControlStatus.NOT_STARTED),
    ],
)
def test_the_status_of_a_control_in_one_word(answers, outcomes, fields, control, expected):
    seen = view(said(**answers), [outcome(code) for code in outcomes], **fields)
    assert flow.status(BANK, *seen, control) is expected


def test_back_returns_to_where_one_came_from():
    seen = view()
    walk = Walk(BANK, flow.HUB)
    walk.jump(question("firewall.alerts"))
    walk.jump(Page(kind=PageKind.PLAN))
    assert [walk.back(seen[1]), walk.back(seen[1])] == [question("firewall.alerts"), flow.HUB]


def test_back_passes_over_a_question_that_no_longer_exists():
    walk = Walk(BANK, flow.HUB)
    walk.jump(question("ssh.password_login"))
    walk.jump(question("ssh.used"))
    assert walk.back(view(said(ssh__used="no"))[1]) == flow.HUB


@pytest.mark.parametrize(
    ("page", "before"),
    [
        (question("sender_auth.dkim"), question("sender_auth.spf")),
        (question("sender_auth.spf"), flow.HUB),
        (summary(Control.SENDER_AUTH), question("sender_auth.dkim")),
        (Page(kind=PageKind.PLAN), Page(kind=PageKind.OPEN_POINTS)),
        (flow.START, flow.START),
    ],
)
def test_back_without_a_trail_goes_to_the_page_before(page, before):
    assert Walk(BANK, page).back(view()[1]) == before


def test_a_change_from_the_summary_returns_there():
    walk = Walk(BANK, summary(Control.SENDER_AUTH))
    walk.change("sender_auth.spf", Control.SENDER_AUTH)
    assert walk.next(*view()) == summary(Control.SENDER_AUTH)


def test_a_change_asks_what_it_newly_calls_for_before_it_returns():
    walk = Walk(BANK, summary(Control.SSH))
    walk.change("ssh.used", Control.SSH)
    assert walk.next(*view(said(ssh__used="yes"))) == question("ssh.password_login")
    assert walk.next(*view(said(ssh__used="yes", ssh__password_login="yes"))) == summary(Control.SSH)


def test_when_every_control_is_answered_the_surroundings_follow_and_then_the_open_points():
    case, _ = view()
    everything = tuple(
        msgspec.structs.replace(said(**{entry.id.replace(".", "__"): entry.options[0].id})[0])
        for entry in BANK
        if entry.options and entry.control
    )
    listed = said(protocols__inventory={"value": None, "items": ("Outlook",)})
    answered = view((*everything, *listed))
    walk = Walk(BANK, flow.HUB)
    assert case.answers == ()
    assert walk.next(*answered) == question("surroundings.mail_at_rest")
    around = said(surroundings__mail_at_rest="yes")
    walk.jump(flow.HUB)
    assert walk.next(*view((*everything, *listed, *around))) == Page(kind=PageKind.OPEN_POINTS)
    assert walk.next(*answered).kind is PageKind.PLAN
    assert [walk.next(*answered).kind, walk.next(*answered).kind] == [PageKind.REPORT, PageKind.REPORT]


def test_an_opened_file_goes_on_where_something_is_missing():
    case = assessment()
    named = msgspec.structs.replace(case, organisation=Organisation(name="x"))
    attempt = Attempt(probe="mx", subject="example.jp", status=Status.COMPLETED, started=NOW, ended=NOW)
    assert [
        flow.resumption(case).kind,
        flow.resumption(msgspec.structs.replace(named, scope=Scope())).kind,
        flow.resumption(named).kind,
        flow.resumption(msgspec.structs.replace(named, runs=(run_of(attempt),))).kind,
    ] == [PageKind.ORGANISATION, PageKind.ENVIRONMENT, PageKind.CONSENT, PageKind.HUB]


def test_a_critical_contradiction_keeps_the_report_a_draft():
    assert may_be_final(view()[1].contradictions)
    assert may_be_final(view(said(sender_auth__spf="yes"), [outcome("spf.none")])[1].contradictions)
    harsh = {
        **RULES.outcomes,
        "spf.none": msgspec.structs.replace(RULES.outcomes["spf.none"], severity=Severity.CRITICAL),
    }
    case = assessment(said(sender_auth__spf="yes"))
    rules = msgspec.structs.replace(RULES, outcomes=harsh)
    assert not may_be_final(assess(case, BANK, rules, (outcome("spf.none"),), NOW).contradictions)


def test_the_time_left_is_a_range_and_told_after_five_answers():
    names = [entry.id for entry in BANK if entry.options][:6]
    answers = [
        msgspec.structs.replace(said(**{name.replace(".", "__"): "yes"})[0], at=NOW + timedelta(seconds=30 * place))
        for place, name in enumerate(names)
    ]
    assert flow.minutes_left(*view(tuple(answers[:4]))) is None
    low, high = flow.minutes_left(*view(tuple(answers)))
    assert 1 <= low < high <= 15
