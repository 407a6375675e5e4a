"""The window's whole way over the real network: from a new file to the PDF, with what the command line finds."""

import os
from collections.abc import Callable, Iterator
from pathlib import Path

os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QApplication, QTableWidget
from pytestqt.qtbot import QtBot

from fumimori import __main__ as entry
from fumimori.model import ConsentLevel, Status
from fumimori.wizard.steps import Route
from gui.driver import Driver, windows
from loopback.world import World
from servers.command import PASSPHRASE, hosts, pdf_text, scan, squeezed

OPEN = Callable[[str], Driver]
CONSENTED = ("--consent", "2", "--authorised-by", "Owner, CEO")
HOSTS = {
    "good.example": ("mail.good.example", "ssh.good.example"),
    "bad.example": ("mail.bad.example", "mail.bad.example"),
    "subtle.example": ("mail.subtle.example", "mail.subtle.example"),
}


@pytest.fixture
def started(world: World, qapp: QApplication, qtbot: QtBot, tmp_path: Path) -> Iterator[OPEN]:
    """`started(language)`: a window with the program's own parts, whose runs look into the test world."""
    with windows(qapp, qtbot) as show:
        yield lambda language: show(entry.services(tmp_path / "settings", world.settings()), language)


def prepare_measurement(driver: Driver, folder: Path, domain: str) -> None:
    """New file, organisation, environment, consent: up to the button that starts the measurement."""
    driver.press("start-new")
    driver.type("place", str(folder / "window.fumimori"))
    driver.press("choice:passphrase")
    driver.type("passphrase", PASSPHRASE)
    driver.type("passphrase-again", PASSPHRASE)
    driver.press("next")
    driver.type("name", "Toy Company")
    driver.press("next")
    mail, ssh = HOSTS[domain]
    driver.type("domain", f"Info@{domain}")
    driver.press("domain-add")
    driver.press("choice:vps")
    driver.type("mail_hosts", mail)
    driver.type("ssh_hosts", ssh)
    driver.press("next")
    driver.press("choice:2")
    driver.type("name", "Owner")
    driver.type("role", "CEO")
    driver.press("ours")
    driver.press("next")
    assert driver.route.page == "measuring"
    assert driver.session.open.consent.level is ConsentLevel.AUTHORISED


def measured(driver: Driver) -> set[tuple[str, str]]:
    """Code and subject of every finding that was measured."""
    return {(one.code, one.subject) for one in driver.session.result.findings if one.code.count(".") == 1}


@pytest.mark.parametrize("domain", HOSTS)
def test_a_measurement_in_the_window_finds_what_the_command_line_finds(
    world: World, started: OPEN, tmp_path: Path, domain: str
) -> None:
    driver = started("en")
    prepare_measurement(driver, tmp_path, domain)
    with driver.qtbot.waitSignal(driver.session.measuring.ended, timeout=120_000):
        driver.press("next")
    mail, ssh = HOSTS[domain]
    options = (*CONSENTED, *hosts("mail", [mail]), *hosts("ssh", [ssh]))
    there = scan(world, tmp_path / "command", domain, *options)
    assert there.code == 0, there.said
    found = {(one["code"], one["subject"]) for one in there.content["findings"]}
    assert measured(driver) == found
    assert {one.code for one in driver.session.result.good} == {one["code"] for one in there.content["good"]}


def test_from_a_new_file_to_the_saved_report(started: OPEN, tmp_path: Path) -> None:
    driver = started("ja")
    prepare_measurement(driver, tmp_path, "bad.example")
    with driver.qtbot.waitSignal(driver.session.measuring.ended, timeout=120_000):
        driver.press("next")
    assert [one for one in driver.session.open.attempts if one.status is Status.OUR_BUG] == []
    driver.press("next")
    driver.press("technician")
    table = driver.find("table:mx")
    assert isinstance(table, QTableWidget)
    assert "mail.bad.example" in table.item(0, 0).data(Qt.ItemDataRole.AccessibleTextRole)
    driver.press("next")
    assert driver.route.page == "documents"
    driver.press("next")
    assert driver.route.page == "hub"
    driver.press("open:access")
    while driver.route.page == "question":
        driver.press(f"choice:{driver.session.result.of_bank(driver.route.item).options[0].id}")
        driver.press("next")
    assert driver.route == Route("summary", "access")
    driver.go("plan")
    actions = driver.session.result.actions
    action = next(one for one in actions if any(finding.code.startswith("dmarc.") for finding in one.findings))
    driver.press(f"more:{action.id}")
    driver.press("copy:_dmarc.bad.example TXT")
    assert QApplication.clipboard().text().startswith("v=DMARC1")
    driver.press("next")
    driver.qtbot.waitUntil(lambda: driver.find("save-report").isEnabled(), timeout=60_000)
    printed = tmp_path / "report.pdf"
    driver.page.save_to(printed)
    words = squeezed(pdf_text(printed))
    for finding in driver.session.result.findings[:5]:
        if finding.code.count(".") == 1:
            title = entry.texts("ja")(f"checks.{finding.code}.title", **dict(finding.values))
            assert squeezed(title) in words
