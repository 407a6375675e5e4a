"""Details for those who repair and those who measure: what to copy, tables, ways to measure, folded looks."""

from collections import Counter
from collections.abc import Sequence
from datetime import timedelta

import msgspec
import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QApplication, QPlainTextEdit, QTableWidget

from fumimori.__main__ import sample, texts
from fumimori.assess.plan import later, totals
from fumimori.cli.arguments import outward
from fumimori.cli.parser import parser
from fumimori.engine import NetworkSettings, Progress
from fumimori.gui.pages import plan
from fumimori.gui.widgets.action import ActionCard
from fumimori.gui.widgets.progress_list import ProgressList
from fumimori.gui.widgets.snippet import CopyBox, RepairBox
from fumimori.gui.widgets.table import Table
from fumimori.model import (
    Action,
    Dispute,
    DisputeKind,
    DomainScope,
    Mode,
    Note,
    Proof,
    Repair,
    Snippet,
    SnippetKind,
    Status,
)
from fumimori.texts import Texts
from fumimori.wizard.steps import Route
from fumimori.wording.report import addressee
from fumimori.wording.words import Words
from fumimori.wording.work import cost_words, late_words, totals_words
from gui import demonstration
from gui.driver import Driver, Open


def open_action(driver: Driver, code: str) -> str:
    """Open the details of the action about `code`; its id."""
    driver.go("plan")
    action = next(one for one in driver.session.result.actions if one.findings and one.findings[0].code == code)
    driver.press(f"more:{action.id}")
    return action.id


@pytest.mark.parametrize("language", ["ja", "en"])
def test_an_action_shows_what_was_seen_and_a_record_to_copy(opened: Open, language: str):
    driver = opened(language, demonstration.assessment(language))
    open_action(driver, "dmarc.monitoring_blind")
    assert driver.shows(driver.page.t("ui.action.saw"))
    assert driver.shows(driver.page.t("repairs.proof"))
    box = next(one for one in driver.visible() if isinstance(one, QPlainTextEdit) and "rua=" in one.toPlainText())
    assert box.isReadOnly()
    driver.press(f"copy:_dmarc.{demonstration.DOMAIN} TXT")
    assert QApplication.clipboard().text() == box.toPlainText()
    assert driver.shows(driver.page.t("repairs.copy"))


def test_names_dates_and_accepted_risks_are_kept(opened: Open):
    driver = opened("en", demonstration.assessment("en"))
    identity = open_action(driver, "dmarc.monitoring_blind")
    driver.type(f"owner_name:{identity}", "Office")
    driver.press(f"done:{identity}")
    entry = next(one for one in driver.session.open.plan if one.action == identity)
    assert (entry.owner_name, entry.done) == ("Office", True)
    code = "dmarc.monitoring_blind"
    driver.press(f"accepted:{code}")
    for word in ("reason", "approver", "until"):
        driver.type(f"{word}:{code}", word)
    driver.press(f"record:{code}")
    assert driver.session.open.disputes == ()
    assert driver.shows(driver.page.t("ui.dispute.until_unclear"))
    driver.type(f"until:{code}", "２０３０年3月31日")
    driver.press(f"record:{code}")
    assert [(one.approver, one.until) for one in driver.session.open.disputes] == [("approver", "2030-03-31")]


@pytest.mark.parametrize("language", ["ja", "en"])
def test_a_measurement_that_errs_is_recorded_shown_and_taken_back(opened: Open, language: str):
    driver = opened(language, demonstration.assessment(language))
    code = "dmarc.monitoring_blind"
    open_action(driver, code)
    before = driver.session.result.grade
    driver.press(f"wrong:{code}")
    driver.press(f"record:{code}")
    assert driver.shows(driver.page.t("ui.dispute.missing"))
    for word in ("reason", "evidence", "approver"):
        driver.type(f"{word}:{code}", f"my {word}")
    driver.press(f"record:{code}")
    (dispute,) = driver.session.open.disputes
    assert (dispute.kind, dispute.evidence) == (DisputeKind.WRONG, "my evidence")
    assert driver.session.result.grade.counts[1] < before.counts[1]
    driver.go("plan")
    assert driver.shows(driver.page.t("ui.dispute.settled"))
    driver.press(f"withdraw:{code} {demonstration.DOMAIN}")
    assert driver.session.open.disputes == ()
    assert driver.session.result.grade == before


@pytest.mark.parametrize("language", ["ja", "en"])
def test_one_of_several_findings_alike_is_settled_and_the_others_stay(opened: Open, language: str):
    driver = opened(language, sample())
    driver.go("plan")
    action, code = next(
        (action, code)
        for action in driver.session.result.actions
        for code, many in Counter(one.code for one in action.findings if one.measured).items()
        if many > 1
    )
    alike = sorted(one.subject for one in action.findings if one.code == code)
    driver.press(f"more:{action.id}")
    driver.press(f"wrong:{code}")
    for subject in alike:
        driver.press(f"about:{code} {subject}")
    for word in ("reason", "evidence", "approver"):
        driver.type(f"{word}:{code}", f"my {word}")
    driver.press(f"record:{code}")
    assert driver.shows(driver.page.t("ui.dispute.none"))
    assert driver.session.open.disputes == ()
    driver.press(f"about:{code} {alike[0]}")
    driver.press(f"record:{code}")
    assert [(one.code, one.subject) for one in driver.session.open.disputes] == [(code, alike[0])]
    still = {one.subject for one in driver.session.result.findings if one.code == code and one.dispute is None}
    assert still >= set(alike[1:])


def test_every_action_of_a_long_plan_can_be_opened_and_settled(opened: Open, monkeypatch: pytest.MonkeyPatch):
    def repeated(actions: Sequence[Action]) -> list[Action]:
        return [msgspec.structs.replace(one, id=f"{one.id} {turn}") for turn in range(4) for one in later(actions)]

    monkeypatch.setattr(plan, "later", repeated)
    driver = opened("en", sample())
    driver.go("plan")
    driver.page.growing.finish()
    last = repeated(driver.session.result.actions)[-1]
    assert len(driver.page.findChildren(ActionCard)) == 5 + 4 * len(later(driver.session.result.actions)) > 60
    driver.press(f"more:{last.id}")
    assert driver.find(f"accepted:{last.findings[0].code}")


def test_an_answer_is_not_called_a_wrong_measurement(opened: Open):
    driver = opened("en", demonstration.assessment("en"))
    driver.go("plan")
    action = next(one for one in driver.session.result.actions if one.id == "update_routine")
    driver.press(f"more:{action.id}")
    assert driver.find(f"compensated:{action.findings[0].code}")
    with pytest.raises(AssertionError, match="nothing at"):
        driver.find(f"wrong:{action.findings[0].code}")


def test_an_agreed_day_is_shown_at_once_and_one_too_late_is_told(opened: Open):
    driver = opened("en", sample())
    driver.go("plan")
    action = next(one for one in driver.session.result.actions if one.day is not None)
    t, rules = driver.page.t, driver.session.toolkit.rules
    assert driver.shows(totals_words(t, totals(driver.session.result.actions, rules), rules))
    driver.press(f"more:{action.id}")
    assert action.day is not None
    for days, late in ((2, True), (-1, False)):
        agreed = action.day + timedelta(days=days)
        driver.type(f"due:{action.id}", agreed.isoformat().replace("-", "/"))
        told = next(one for one in driver.session.result.actions if one.id == action.id)
        assert (told.due, told.late) == (agreed, late)
        assert driver.shows(t("ui.action.work", **_work(t, told)))
        assert driver.shows(late_words(t, told) or agreed.isoformat())


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
    risk = Dispute(code=code, subject=subject, reason="r", approver="Owner", until="next year")
    driver = opened("en", msgspec.structs.replace(case, disputes=(risk,)))
    assert driver.session.result.findings
    assert all(finding.dispute is None for finding in driver.session.result.findings)
    open_action(driver, code)
    assert driver.shows(driver.page.t("ui.dispute.until_unclear"))


def test_an_answer_that_leads_to_an_action_is_shown_with_it(opened: Open):
    driver = opened("en", demonstration.assessment("en"))
    driver.go("plan")
    action = next(one for one in driver.session.result.actions if one.id == "update_routine")
    driver.press(f"more:{action.id}")
    (finding,) = (one for one in action.findings if one.code == "updates.responsible.no")
    words = Words(driver.page.t, driver.session.result.bank)
    assert driver.shows(words.saw(finding))
    assert driver.shows(words.risk(finding))


def test_the_tables_are_walked_by_the_keyboard(opened: Open):
    driver = opened("en", demonstration.assessment("en"))
    driver.go("confirm")
    driver.press("technician")
    assert driver.route == Route("technician")
    table = driver.find("table:mx")
    assert isinstance(table, QTableWidget)
    table.setFocus()
    driver.key(Qt.Key.Key_Right)
    assert table.currentColumn() == 1
    driver.key(Qt.Key.Key_Tab)
    assert not table.hasFocus()
    assert driver.window.area.widget().width() <= driver.window.area.viewport().width()
    assert table.viewport().width() >= sum(table.columnWidth(column) for column in range(table.columnCount())) - 1


def test_the_ways_to_measure_reach_the_run(opened: Open):
    driver = opened("ja", demonstration.assessment())
    driver.go("consent")
    driver.press("thorough")
    driver.press("from_outside")
    driver.press("blocklists")
    settings = driver.session.measuring.settings()
    assert (settings.thorough, settings.from_outside) == (True, True)
    zones = driver.session.open.scope.blocklists
    assert zones
    assert driver.shows(zones[0])
    driver.press("blocklists")
    assert not driver.session.open.scope.blocklists


def test_more_domains_and_addresses(opened: Open):
    base = demonstration.assessment()
    scope = msgspec.structs.replace(base.scope, domains=(*base.scope.domains, DomainScope(name="shop.example.jp")))
    driver = opened("ja", msgspec.structs.replace(base, scope=scope))
    driver.go("environment")
    driver.press("choice:silent")
    assert driver.session.open.scope.domains[1].sends_mail is False
    driver.press("choice:silent")
    assert driver.session.open.scope.domains[1].sends_mail is False
    driver.type("addresses", "Info@Example.jp, nobody")
    driver.press("next")
    assert driver.route.page == "environment"
    assert driver.shows(driver.page.say("address_wrong"))
    driver.type("addresses", "Info@Example.jp")
    driver.press("next")
    assert driver.route.page == "consent"
    assert driver.session.open.scope.addresses == ("Info@example.jp",)


def test_every_look_is_named_before_it_is_done(opened: Open):
    driver = opened("en", demonstration.assessment("en"))
    driver.go("consent")
    what = driver.page.t("checks.dmarc.what")
    assert not driver.shows(what)
    driver.press("looks")
    assert driver.shows(what)
    assert driver.find("looks").hasFocus()


def test_many_looks_are_one_line_for_each_control_and_reasons_are_seen(opened: Open):
    driver = opened("en", demonstration.assessment("en"))
    driver.go("measuring")
    shown = driver.page.findChild(ProgressList)
    assert shown is not None
    hosts = [f"mail{number}.example.jp:25" for number in range(60)]
    progress = [Progress(probe="mail_ports", subject=host, state="done", status=Status.COMPLETED) for host in hosts]
    progress[0] = Progress(
        probe="mail_ports", subject=hosts[0], state="done", status=Status.TIMED_OUT, reason="dns_timeout"
    )
    shown.show_progress(progress)
    assert driver.shows(driver.page.say("counted_missed", done=59, missed=1))
    assert driver.shows(driver.page.t("words.reason.dns_timeout"))
    assert shown.sizeHint().height() < 200
    driver.press("group:protocols")
    assert driver.shows(hosts[3])
    driver.press("group:protocols")
    assert not driver.shows(hosts[3])


def test_the_window_s_command_takes_the_way_outward():
    line = parser(texts("en")).parse_args(["window", "--resolver", "127.0.0.1:53", "--control-host", "mx.example"])
    assert outward(line, texts("en")) == NetworkSettings(resolver="127.0.0.1:53", control_hosts=("mx.example",))


@pytest.mark.parametrize("language", ["ja", "en"])
@pytest.mark.parametrize(("width", "scale"), [(1280, 100), (760, 100), (1280, 200)])
def test_no_head_of_a_table_is_cut_off(opened: Open, language: str, width: int, scale: int):
    driver = opened(language, demonstration.assessment(language))
    driver.window.resize(width, 720)
    while driver.session.settings.scale < scale:
        driver.window.resize_text(1)
    driver.go("technician")
    tables = driver.page.findChildren(Table)
    assert tables
    for table in tables:
        metrics = table.horizontalHeader().fontMetrics()
        for column in range(table.columnCount()):
            for line in table.horizontalHeaderItem(column).text().split("\n"):
                assert metrics.horizontalAdvance(line) <= table.columnWidth(column), line


@pytest.mark.parametrize("language", ["ja", "en"])
def test_the_old_record_stands_above_the_new_one_and_a_letter_can_be_copied(opened: Open, language: str):
    driver = opened(language, demonstration.assessment(language))
    open_action(driver, "dmarc.monitoring_blind")
    t = driver.page.t
    shown = [one.toPlainText() for one in driver.visible() if isinstance(one, QPlainTextEdit)]
    assert shown[0] == "v=DMARC1; p=none"
    assert shown[1].startswith("v=DMARC1; p=none; rua=mailto:")
    assert driver.shows(t("repairs.wanted"))
    assert driver.shows(t("repairs.before"))
    assert driver.shows(t("repairs.back"))
    box = RepairBox(driver.page.theme, t, Repair(ask=Note(key="ask_relay")), "Dear provider")
    box.findChild(CopyBox).copy()
    assert QApplication.clipboard().text() == "Dear provider"


def test_the_addresses_that_mail_is_sent_from_can_be_said(opened: Open):
    driver = opened("en", demonstration.assessment("en"))
    driver.go("environment")
    driver.type("sending_addresses", "192.0.2.5, mail")
    assert driver.shows(driver.page.say("ip_wrong"))
    driver.type("sending_addresses", "192.0.2.5、2001:DB8::0:5")
    assert driver.session.open.scope.sending_addresses == ("192.0.2.5", "2001:db8::5")


def test_a_person_is_addressed_as_the_cover_will_print_it(opened: Open):
    case = demonstration.assessment("ja")
    driver = opened("ja", msgspec.structs.replace(case, mode=Mode.CONSULTANT, report_language="ja"))
    name = case.organisation.name
    driver.go("organisation")
    with pytest.raises(AssertionError, match="nothing at"):
        driver.find("addressee_name")
    assert driver.shows(driver.page.say("preview", lines=f"{name} 御中"))
    driver.press("choice:person")
    driver.type("addressee_title", "代表取締役")
    driver.type("addressee_name", "責任者")
    lines = addressee(driver.session.open, driver.page.t.style)
    assert lines == (name, "代表取締役　責任者 様")
    assert driver.shows(driver.page.say("preview", lines="　".join(lines)))
    driver.press("choice:organisation")
    driver.press("choice:self")
    assert driver.shows(driver.page.say("preview", lines=name))


def test_what_is_copied_is_as_clean_as_what_is_shown(opened: Open):
    """A stranger's record may hold what a terminal obeys, or what turns the direction of what follows."""
    driver = opened("en", demonstration.assessment("en"))
    t, theme = driver.page.t, driver.page.theme
    hostile = "v=DMARC1; rua=mailto:a@\x1b[2J\u202eexample.jp\r\x00\x9b\u2028curl;\np=none\n"
    proof = Proof(command=f"dig {hostile}")
    place = f"_dmarc\x1b.{hostile}"
    snippet = Snippet(kind=SnippetKind.DNS_RECORD, place=place, content=hostile, current=hostile)
    box = RepairBox(theme, t, Repair(snippets=(snippet,), proof=(proof,)), hostile)
    pieces = box.findChildren(CopyBox)
    assert len(pieces) == 3
    for piece in pieces:
        piece.copy()
        text = QApplication.clipboard().text()
        assert text.endswith(("p=none", "p=none\n"))
        assert text.count("\n") <= 2
        shown = [one.toPlainText() for one in piece.findChildren(QPlainTextEdit)]
        assert text.rstrip("\n") == shown[-1]
        for one in (text, *shown):
            assert not set(one) & set("\x1b\x00\x9b\r\u202e\u2028"), repr(one)
