"""Details for those who repair and those who measure: what to copy, tables, ways to measure, folded looks."""

from datetime import timedelta

import msgspec
import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QApplication, QPlainTextEdit, QTableWidget

from fumimori.__main__ import sample, texts
from fumimori.assess.plan import totals
from fumimori.cli.arguments import outward
from fumimori.cli.parser import parser
from fumimori.engine import NetworkSettings
from fumimori.gui.measuring import ProgressRow
from fumimori.gui.widgets.progress_list import LookList
from fumimori.gui.widgets.table import Table
from fumimori.model import AcceptedRisk, Action, DomainScope, Status
from fumimori.texts import Texts
from fumimori.wizard.routes import Route
from fumimori.wording.work import cost_words, late_words, totals_words
from gui import demonstration
from gui.driver import Driver, Open


def open_action(hands: Driver, code: str) -> str:
    """Open the details of the action about `code`; its id."""
    hands.go("plan")
    action = next(one for one in hands.session.result.actions if one.findings and one.findings[0].code == code)
    hands.press(f"more:{action.id}")
    return action.id


@pytest.mark.parametrize("language", ["ja", "en"])
def test_an_action_shows_what_was_seen_and_a_record_to_copy(opened: Open, language: str):
    hands = opened(language, demonstration.assessment(language))
    open_action(hands, "dmarc.monitoring_blind")
    assert hands.shows(hands.page.t("ui.action.saw"))
    assert hands.shows(hands.page.t("repairs.proof"))
    box = next(one for one in hands.visible() if isinstance(one, QPlainTextEdit) and "DMARC1" in one.toPlainText())
    assert box.isReadOnly()
    hands.press(f"copy:_dmarc.{demonstration.DOMAIN} TXT")
    assert QApplication.clipboard().text() == box.toPlainText()
    assert hands.shows(hands.page.t("repairs.copy"))


def test_names_dates_and_accepted_risks_are_kept(opened: Open):
    hands = opened("en", demonstration.assessment("en"))
    identity = open_action(hands, "dmarc.monitoring_blind")
    hands.type(f"owner_name:{identity}", "Office")
    hands.press(f"done:{identity}")
    entry = next(one for one in hands.session.open.plan if one.action == identity)
    assert (entry.owner_name, entry.done) == ("Office", True)
    hands.press(f"risk:{identity}")
    for word in ("reason", "approver", "until"):
        hands.type(f"{word}:{identity}", word)
    hands.press(f"accept:{identity}")
    assert hands.session.open.accepted == ()
    assert hands.shows(hands.page.t("ui.action.until_unclear"))
    hands.type(f"until:{identity}", "２０３０年3月31日")
    hands.press(f"accept:{identity}")
    assert [(one.approver, one.until) for one in hands.session.open.accepted] == [("approver", "2030-03-31")]


def test_an_agreed_day_is_shown_at_once_and_one_too_late_is_told(opened: Open):
    hands = opened("en", sample())
    hands.go("plan")
    action = next(one for one in hands.session.result.actions if one.day is not None)
    t, rules = hands.page.t, hands.session.toolkit.rules
    assert hands.shows(totals_words(t, totals(hands.session.result.actions, rules), rules))
    hands.press(f"more:{action.id}")
    assert action.day is not None
    for days, late in ((2, True), (-1, False)):
        agreed = action.day + timedelta(days=days)
        hands.type(f"due:{action.id}", agreed.isoformat().replace("-", "/"))
        told = next(one for one in hands.session.result.actions if one.id == action.id)
        assert (told.due, told.late) == (agreed, late)
        assert hands.shows(t("ui.action.work", **_work(t, told)))
        assert hands.shows(late_words(t, told) or agreed.isoformat())


def _work(t: Texts, action: Action) -> dict[str, str]:
    work = action.work
    return {
        "due": f"{action.due}",
        "owner": t(f"words.owner.{work.owner}"),
        "effort": t(f"words.effort.{work.effort}"),
        "cost": cost_words(t, work),
    }


def test_a_risk_that_was_accepted_without_a_day_is_shown_and_asks_for_one(opened: Open):
    case = demonstration.assessment("en")
    code, subject = "dmarc.monitoring_blind", demonstration.DOMAIN
    risk = AcceptedRisk(code=code, subject=subject, reason="r", approver="Owner", until="next year")
    hands = opened("en", msgspec.structs.replace(case, accepted=(risk,)))
    assert hands.session.result.findings
    assert all(finding.accepted is None for finding in hands.session.result.findings)
    open_action(hands, code)
    assert hands.shows(hands.page.t("ui.action.until_unclear"))


def test_an_answer_that_leads_to_an_action_is_shown_with_it(opened: Open):
    hands = opened("en", demonstration.assessment("en"))
    hands.go("plan")
    action = next(one for one in hands.session.result.actions if one.id.startswith("updates.responsible"))
    hands.press(f"more:{action.id}")
    label = hands.page.t("controls.updates.responsible.label")
    said = hands.page.t("words.answer.no")
    assert hands.shows(hands.page.t("ui.action.answered", label=label, answer=said))


def test_the_tables_are_walked_by_the_keyboard(opened: Open):
    hands = opened("en", demonstration.assessment("en"))
    hands.go("confirm")
    hands.press("technician")
    assert hands.route == Route("technician")
    table = hands.find("table:mx")
    assert isinstance(table, QTableWidget)
    table.setFocus()
    hands.key(Qt.Key.Key_Right)
    assert table.currentColumn() == 1
    hands.key(Qt.Key.Key_Tab)
    assert not table.hasFocus()
    assert hands.window.area.widget().width() <= hands.window.area.viewport().width()
    assert table.viewport().width() >= sum(table.columnWidth(column) for column in range(table.columnCount())) - 1


def test_the_ways_to_measure_reach_the_run(opened: Open):
    hands = opened("ja", demonstration.assessment())
    hands.go("consent")
    hands.press("thorough")
    hands.press("from_outside")
    hands.press("blocklists")
    settings = hands.session.measuring.settings()
    assert (settings.thorough, settings.from_outside) == (True, True)
    zones = hands.session.open.scope.blocklists
    assert zones
    assert hands.shows(zones[0])
    hands.press("blocklists")
    assert not hands.session.open.scope.blocklists


def test_more_domains_and_addresses(opened: Open):
    base = demonstration.assessment()
    scope = msgspec.structs.replace(base.scope, domains=(*base.scope.domains, DomainScope(name="shop.example.jp")))
    hands = opened("ja", msgspec.structs.replace(base, scope=scope))
    hands.go("environment")
    hands.press("choice:silent")
    assert hands.session.open.scope.domains[1].sends_mail is False
    hands.press("choice:silent")
    assert hands.session.open.scope.domains[1].sends_mail is False
    hands.type("addresses", "Info@Example.jp, nobody")
    hands.press("next")
    assert hands.route.page == "environment"
    assert hands.shows(hands.page.say("address_wrong"))
    hands.type("addresses", "Info@Example.jp")
    hands.press("next")
    assert hands.route.page == "consent"
    assert hands.session.open.scope.addresses == ("Info@example.jp",)


def test_every_look_is_named_before_it_is_done(opened: Open):
    hands = opened("en", demonstration.assessment("en"))
    hands.go("consent")
    what = hands.page.t("checks.dmarc.what")
    assert not hands.shows(what)
    hands.press("looks")
    assert hands.shows(what)
    assert hands.find("looks").hasFocus()


def test_many_looks_are_one_line_for_each_control_and_reasons_are_seen(opened: Open):
    hands = opened("en", demonstration.assessment("en"))
    hands.go("measuring")
    shown = hands.page.findChild(LookList)
    assert shown is not None
    hosts = [f"mail{number}.example.jp:25" for number in range(60)]
    progress = [ProgressRow(probe="mail_ports", subject=host, state="done", status=Status.COMPLETED) for host in hosts]
    progress[0] = ProgressRow(
        probe="mail_ports", subject=hosts[0], state="done", status=Status.TIMED_OUT, reason="dns_timeout"
    )
    shown.show_progress(progress)
    assert hands.shows(hands.page.say("counted_missed", done=59, missed=1))
    assert hands.shows(hands.page.t("words.reason.dns_timeout"))
    assert shown.sizeHint().height() < 200
    hands.press("group:protocols")
    assert hands.shows(hosts[3])
    hands.press("group:protocols")
    assert not hands.shows(hosts[3])


def test_the_window_s_command_takes_the_way_outward():
    line = parser(texts("en")).parse_args(["window", "--resolver", "127.0.0.1:53", "--control-host", "mx.example"])
    assert outward(line, texts("en")) == NetworkSettings(resolver="127.0.0.1:53", control_hosts=("mx.example",))


@pytest.mark.parametrize("language", ["ja", "en"])
@pytest.mark.parametrize(("width", "scale"), [(1280, 100), (760, 100), (1280, 200)])
def test_no_head_of_a_table_is_cut_off(opened: Open, language: str, width: int, scale: int):
    hands = opened(language, demonstration.assessment(language))
    hands.window.resize(width, 720)
    while hands.session.settings.scale < scale:
        hands.window.resize_text(1)
    hands.go("technician")
    tables = hands.page.findChildren(Table)
    assert tables
    for table in tables:
        metrics = table.horizontalHeader().fontMetrics()
        for column in range(table.columnCount()):
            for line in table.horizontalHeaderItem(column).text().split("\n"):
                assert metrics.horizontalAdvance(line) <= table.columnWidth(column), line
