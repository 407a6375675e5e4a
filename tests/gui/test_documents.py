"""Handing over: drop, paste, what is asked first, what counts afterwards, removing and undoing."""

import os
import time
from pathlib import Path

import msgspec
import pytest
from PySide6.QtCore import QMimeData, QPoint, QPointF, Qt, QUrl
from PySide6.QtGui import QDragEnterEvent, QDropEvent, QGuiApplication
from PySide6.QtWidgets import QApplication, QProgressBar

from fumimori.__main__ import toolkit
from fumimori.engine.exchange import scan_json
from fumimori.gui.document_import import DocumentImport
from fumimori.gui.widgets.table import Table
from fumimori.gui.widgets.text import Prose
from fumimori.model import RunKind
from gui import demonstration
from gui.driver import Driver, Open
from loopback.signed_mail import MESSAGE, received
from unit.checks.test_dmarc_reports import report as aggregate
from unit.checks.test_dmarc_reports import row, signed
from unit.engine.test_counting import tools
from unit.engine.test_exchange import measured

DOMAIN = demonstration.DOMAIN
SSHD = (
    "port 22\npermitrootlogin no\npasswordauthentication no\nkbdinteractiveauthentication no\n"
    "permitemptypasswords no\npubkeyauthentication yes\nusepam yes\nmaxauthtries 6\n"
)


def report(domain: str, number: int = 1) -> bytes:
    """An aggregate report: our own messages pass, a newsletter's fail."""
    foreign = row("198.51.100.7", 30, dkim="fail", spf="fail", auth=signed("newsletter.example"))
    return aggregate(row(), foreign, name=str(number), domain=domain)


@pytest.fixture
def driver(opened: Open) -> Driver:
    """At the documents of the sample-like company, with every reader."""
    made = opened("en", demonstration.assessment("en"), toolkit=toolkit())
    made.go("documents")
    return made


def drop(driver: Driver, *paths: Path) -> None:
    """Drop files onto the window, and wait until they are read."""
    mime = QMimeData()
    mime.setUrls([QUrl.fromLocalFile(str(path)) for path in paths])
    buttons, keys = Qt.MouseButton.LeftButton, Qt.KeyboardModifier.NoModifier
    enter = QDragEnterEvent(QPoint(300, 300), Qt.DropAction.CopyAction, mime, buttons, keys)
    QApplication.sendEvent(driver.window, enter)
    assert enter.isAccepted()
    QApplication.sendEvent(driver.window, QDropEvent(QPointF(300, 300), Qt.DropAction.CopyAction, mime, buttons, keys))
    read(driver)


def read(driver: Driver) -> DocumentImport:
    """Wait until the reading is over."""
    documents = driver.session.document_import
    driver.qtbot.waitUntil(lambda: not documents.running, timeout=20_000)
    driver.settle()
    return documents


def runs(driver: Driver) -> list[str]:
    """The digests of all documents that count."""
    of = [run for run in driver.session.open.runs if run.kind is RunKind.READ]
    return [source.name for run in of for source in run.sources]


def names_in(driver: Driver) -> list[str]:
    """The documents in the list of what was taken in."""
    driver.settle()
    tables = [table for table in driver.page.findChildren(Table) if str(table.property("place")).startswith("taken:")]
    return [table.item(at, 0).text() for table in tables for at in range(table.rowCount())]


def test_what_is_dropped_counts_only_when_it_is_taken_in_and_can_be_removed_and_undone(driver: Driver, tmp_path: Path):
    driver.go("hub")
    file = tmp_path / "anything.bin"
    file.write_text(SSHD)
    drop(driver, file)
    assert driver.route.page == "documents"
    assert runs(driver) == []
    t = driver.page.t
    assert driver.shows(t("checks.ssh_config.proves"))
    driver.press("take-in")
    assert runs(driver) == ["anything.bin"]
    driver.judged()
    assert any(attempt.probe == "ssh_config" for run in driver.session.result.runs for attempt in run.attempts)
    assert names_in(driver) == ["anything.bin"]
    driver.press(f"remove:{driver.session.open.runs[-1].id}")
    assert runs(driver) == []
    assert names_in(driver) == []
    driver.window.undo()
    assert runs(driver) == ["anything.bin"]
    driver.window.undo()
    assert runs(driver) == []
    driver.window.redo()
    assert runs(driver) == ["anything.bin"]


def test_text_is_pasted_outside_a_field_and_into_a_field_where_one_is(driver: Driver):
    QGuiApplication.clipboard().setText(SSHD)
    driver.page.setFocus()
    driver.window.page.heading.take_focus()
    driver.key(Qt.Key.Key_V, Qt.KeyboardModifier.ControlModifier)
    documents = read(driver)
    assert documents.read is not None
    assert [one.reader for one in documents.read.result.documents] == ["ssh_config"]
    documents.discard()
    driver.go("organisation")
    QGuiApplication.clipboard().setText("words")
    driver.find("name").setFocus()
    driver.key(Qt.Key.Key_V, Qt.KeyboardModifier.ControlModifier)
    assert (driver.route.page, documents.running, documents.read) == ("organisation", False, None)


def test_a_message_proves_nothing_until_somebody_says_that_it_is_their_own(driver: Driver, tmp_path: Path):
    message = received(MESSAGE).replace(b"example.jp", DOMAIN.encode())
    (tmp_path / "m.eml").write_bytes(message)
    t = driver.page.t
    nothing, absent = t("checks.mail_message.unproved.title"), t("checks.mail_message.dkim_absent.title")
    drop(driver, tmp_path / "m.eml")
    assert t("ui.documents.own_why") in driver.find("own").accessibleDescription()
    assert (driver.shows(nothing), driver.shows(absent)) == (True, False)
    driver.press("own")
    driver.settle()
    assert (driver.shows(nothing), driver.shows(absent)) == (False, True)
    driver.press("own")
    driver.settle()
    assert (driver.shows(nothing), driver.shows(absent)) == (True, False)
    driver.press("take-in")
    driver.judged()
    assert found(driver) == {"mail_message.unproved"}
    drop(driver, tmp_path / "m.eml")
    driver.press("own")
    driver.press("take-in")
    driver.judged()
    assert "mail_message.dkim_absent" in found(driver)
    assert "mail_message.unproved" not in found(driver)
    drop(driver, tmp_path / "m.eml")
    assert not driver.session.document_import.claims


def test_a_report_is_a_hint_until_somebody_says_that_it_is_genuine(driver: Driver, tmp_path: Path):
    (tmp_path / "a.xml").write_bytes(report(DOMAIN))
    t = driver.page.t
    hint = t("checks.dmarc_reports.sender_unproved.title", name="newsletter.example")
    told = t("checks.dmarc_reports.sender_unaligned.title", name="newsletter.example")
    drop(driver, tmp_path / "a.xml")
    assert t("ui.documents.reports_why") in driver.find("reports").accessibleDescription()
    assert (driver.shows(hint), driver.shows(told)) == (True, False)
    driver.press("reports")
    driver.settle()
    assert (driver.shows(hint), driver.shows(told)) == (False, True)
    driver.press("take-in")
    driver.judged()
    assert "dmarc_reports.sender_unaligned" in {one.code for one in driver.session.result.findings}


def found(driver: Driver) -> set[str]:
    """What messages say in the result."""
    outcomes = driver.session.toolkit.outcomes(driver.session.open)
    return {one.code for one in outcomes if one.code.startswith("mail_message.")}


def test_another_domain_is_asked_about_and_left_out_unless_it_is_ticked(driver: Driver, tmp_path: Path):
    for name in (DOMAIN, "other.example"):
        (tmp_path / f"{name}.xml").write_bytes(report(name))
    drop(driver, tmp_path)
    driver.press("take-in")
    assert runs(driver) == [f"{DOMAIN}.xml"]
    drop(driver, tmp_path)
    driver.press("also:other.example")
    driver.press("take-in")
    assert len(runs(driver)) == 3
    assert [domain.name for domain in driver.session.open.scope.domains] == [DOMAIN, "other.example"]
    driver.window.undo()
    assert [domain.name for domain in driver.session.open.scope.domains] == [DOMAIN]
    assert len(runs(driver)) == 1


def test_documents_that_name_no_server_wait_until_somebody_says_it(opened: Open, tmp_path: Path):
    about = demonstration.assessment("en")
    scope = msgspec.structs.replace(about.scope, mail_hosts=(), ssh_hosts=())
    driver = opened("en", msgspec.structs.replace(about, scope=scope, runs=()), toolkit=toolkit())
    file = tmp_path / "sshd"
    file.write_text(SSHD)
    drop(driver, file)
    driver.press("take-in")
    assert runs(driver) == []
    field = driver.find("host")
    driver.window.resize(700, 420)
    driver.press("take-in")
    QApplication.processEvents()
    assert driver.window.focusWidget() is field
    assert not field.visibleRegion().isEmpty()
    assert driver.shows(driver.page.say("host_why"))
    assert driver.shows(driver.page.say("host_missing"))
    driver.type("host", "box.elsewhere.example")
    driver.press("take-in")
    assert runs(driver) == ["sshd"]
    assert driver.session.open.scope.mail_hosts == ("box.elsewhere.example",)


def test_what_cannot_be_read_is_named_with_its_reason_and_nothing_is_kept(driver: Driver, tmp_path: Path):
    file = tmp_path / "holiday.jpg"
    file.write_bytes(b"\xff\xd8\xff\xe0" + bytes(100))
    drop(driver, file)
    assert driver.shows("holiday.jpg")
    assert driver.shows(driver.page.t("words.not_readable.not_recognised"))
    driver.press("leave-out")
    assert driver.session.document_import.read is None


def test_a_reading_that_is_stopped_shows_what_was_read_by_then(driver: Driver, tmp_path: Path):
    for number in range(400):
        (tmp_path / f"{number}.xml").write_bytes(report(DOMAIN, number))
    documents = driver.session.document_import
    documents.add([tmp_path])
    driver.qtbot.waitUntil(lambda: documents.progress is not None, timeout=20_000)
    driver.press("stop-reading")
    read(driver)
    assert documents.read is not None
    assert documents.read.result.cancelled
    assert 0 < len(documents.read.result.documents) < 400
    assert runs(driver) == []


def test_the_collector_is_saved_as_it_is(driver: Driver, tmp_path: Path):
    from fumimori.gui.widgets.collector import SCRIPTS, CollectorCard

    collector = driver.page.findChild(CollectorCard)
    for system, name in SCRIPTS.items():
        collector.save(system, tmp_path / name)
        assert (tmp_path / name).read_bytes() == (driver.session.services.resources / "collect" / name).read_bytes()
    collector.save("linux", tmp_path / "absent" / "collect.sh")
    assert driver.shows(driver.page.t("ui.collector.not_saved", path=tmp_path / "absent" / "collect.sh"))


def test_senders_are_shown_with_what_passed_and_what_failed(driver: Driver, tmp_path: Path):
    (tmp_path / "a.xml").write_bytes(report(DOMAIN))
    drop(driver, tmp_path / "a.xml")
    driver.press("take-in")
    driver.judged()
    driver.go("documents")
    assert driver.shows(driver.page.t("ui.senders.title", domain=DOMAIN))
    assert driver.shows(driver.page.t("ui.senders.bar", name="newsletter.example", aligned=0, unaligned=30))
    driver.press(f"take_senders_{DOMAIN}")
    rows = driver.session.open.register("senders")
    assert {(row.text("service"), row.text("domain")) for row in rows} == {("newsletter.example", DOMAIN)}
    driver.go("documents")
    assert not driver.shows(driver.page.t("ui.senders.take"))


@pytest.mark.parametrize(("question", "offered"), [("ssh.password_login", True), ("people.exercises", False)])
def test_how_to_find_out_leads_to_the_documents_where_one_says_it(driver: Driver, question: str, *, offered: bool):
    driver.go("question", question)
    driver.window.toggle_help()
    assert driver.shows(driver.page.t("ui.documents.by_file")) is offered
    if offered:
        driver.press("hand-over")
        assert driver.route.page == "documents"
        driver.window.forward()
        assert (driver.route.page, driver.route.item) == ("question", question)


def test_the_result_of_another_tool_is_named_with_its_tool_and_day(driver: Driver, tmp_path: Path) -> None:
    result = Path(__file__).parents[1] / "loopback" / "tool_results" / "sslyze.json"
    (tmp_path / "s.json").write_text(result.read_text(encoding="utf-8").replace("mail.example.jp", f"mail.{DOMAIN}"))
    drop(driver, tmp_path / "s.json")
    assert driver.shows(driver.page.t("checks.mail_ports.certificate_self_signed.title"))
    driver.press("take-in")
    driver.settle()
    run = driver.session.open.runs[-1]
    assert run.tool is not None
    assert (run.tool.name, [source.name for source in run.sources]) == ("sslyze", ["s.json"])
    heads = [prose.words for prose in driver.page.findChildren(Prose) if "sslyze" in prose.words]
    assert [head for head in heads if "imported from sslyze 6.3.1" in head]


def scan(domain: str) -> bytes:
    """A measurement of `domain`, made elsewhere."""
    about = measured(domain, id="elsewhere")
    return scan_json(about, tools().assess(about, demonstration.AT))


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16"])
def test_a_measurement_made_elsewhere_becomes_a_run_that_can_be_removed_and_undone(
    driver: Driver, tmp_path: Path, encoding: str
):
    file = tmp_path / "anything.txt"
    file.write_bytes(scan(DOMAIN).decode().encode(encoding))
    before = driver.session.open.runs
    drop(driver, file)
    t = driver.page.t
    assert driver.shows(t("words.scan.proves"))
    assert driver.shows(t("checks.spf.none.title", domain=DOMAIN))
    assert driver.session.open.runs == before
    driver.press("take-in")
    made = driver.session.open.runs[-1]
    assert (len(driver.session.open.runs), made.imported) == (len(before) + 1, True)
    assert driver.shows(t("ui.documents.done", count=1))
    driver.press(f"remove:{made.id}")
    assert driver.session.open.runs == before
    driver.window.undo()
    assert driver.session.open.runs[-1] == made
    drop(driver, file)
    assert driver.shows(t("words.not_readable.twice"))


def test_a_measurement_of_another_domain_is_asked_about(driver: Driver, tmp_path: Path):
    (tmp_path / "s.json").write_bytes(scan("other.example"))
    before = driver.session.open
    drop(driver, tmp_path / "s.json")
    driver.press("take-in")
    assert driver.session.open == before
    assert driver.shows(driver.page.t("ui.documents.nothing_left"))
    driver.press("also:other.example")
    driver.press("take-in")
    assert [domain.name for domain in driver.session.open.scope.domains] == [DOMAIN, "other.example"]
    assert driver.session.open.runs[-1].imported


def test_a_forged_measurement_is_refused(driver: Driver, tmp_path: Path):
    (tmp_path / "s.json").write_bytes(scan(DOMAIN).replace(b'"started": "20', b'"started": "90'))
    drop(driver, tmp_path / "s.json")
    assert driver.shows(driver.page.t("words.not_readable.damaged"))


def test_a_file_of_two_gigabytes_is_refused_before_it_is_opened(driver: Driver, tmp_path: Path):
    with (tmp_path / "big.bin").open("wb") as file:
        file.truncate(2 << 30)
    started = time.monotonic()
    drop(driver, tmp_path / "big.bin")
    assert time.monotonic() - started < 5
    assert driver.shows("big.bin")
    assert driver.shows(driver.page.t("words.not_readable.too_much"))


def accounts(count: int) -> bytes:
    """An export of so many accounts."""
    line = "user{0}@sakura-shoten.example.jp,User {0},TRUE,2026-10-01,no\n"
    return ("Username,Name,MFA,Last sign-in,Admin\n" + "".join(line.format(at) for at in range(count))).encode()


def test_the_reading_of_one_long_list_says_how_far_it_is_and_stops_in_the_middle(driver: Driver, tmp_path: Path):
    (tmp_path / "a.csv").write_bytes(accounts(200_000))
    documents = driver.session.document_import
    shares = []
    documents.changed.connect(lambda: shares.append(documents.progress.share if documents.progress else 0.0))
    documents.add([tmp_path / "a.csv"])
    driver.qtbot.waitUntil(lambda: any(0.1 < share < 0.9 for share in shares), timeout=60_000)
    bar = driver.page.findChild(QProgressBar)
    assert 0 < bar.value() < bar.maximum()
    driver.press("stop-reading")
    started = time.monotonic()
    read(driver)
    assert time.monotonic() - started < 5
    assert runs(driver) == []
    assert not documents.running


if hasattr(os, "mkfifo"):

    def test_a_pipe_among_what_is_dropped_is_named_and_the_others_are_read(driver: Driver, tmp_path: Path):
        os.mkfifo(tmp_path / "pipe")
        (tmp_path / "sshd_config").write_text(SSHD)
        (tmp_path / "folder").mkdir()
        (tmp_path / "folder" / "round").symlink_to(tmp_path / "folder")
        drop(driver, tmp_path / "pipe", tmp_path / "sshd_config", tmp_path / "folder", Path(os.devnull))
        assert driver.shows(driver.page.t("words.not_readable.no_access"))
        driver.press("take-in")
        assert runs(driver) == ["sshd_config"]
