"""The window's whole way over the real network: from a new file to the PDF, with what the command line finds."""

import os
from collections.abc import Callable, Iterator
from pathlib import Path

os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")

import pytest
import shiboken6
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QApplication, QTableWidget
from pytestqt.qtbot import QtBot

from fumimori import __main__ as entry
from fumimori.engine import NetworkSettings
from fumimori.gui.program import prepare
from fumimori.gui.session import Session
from fumimori.gui.window import Window
from fumimori.model import ConsentLevel, Status
from fumimori.wizard.steps import Route
from gui.driver import Driver
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
    windows: list[Window] = []
    settings = NetworkSettings(
        resolver=world.resolver,
        ca_file=world.ca_file,
        dnssec_anchor=world.anchor,
        control_hosts=(world.control_open,),
    )

    def start(language: str) -> Driver:
        services = entry.services(tmp_path / "settings", settings)
        prepare(qapp, services)
        window = Window(Session(services, language))
        windows.append(window)
        window.resize(1160, 820)
        window.show()
        with qtbot.waitActive(window):
            window.activateWindow()
        return Driver(window, qtbot)

    yield start
    for window in windows:
        window.close()
        window.deleteLater()
        qtbot.waitUntil(lambda window=window: not shiboken6.isValid(window))


def prepare_measurement(hands: Driver, folder: Path, domain: str) -> None:
    """New file, organisation, environment, consent: up to the button that starts the measurement."""
    hands.press("start-new")
    hands.type("place", str(folder / "window.fumimori"))
    hands.press("choice:passphrase")
    hands.type("passphrase", PASSPHRASE)
    hands.type("passphrase-again", PASSPHRASE)
    hands.press("next")
    hands.type("name", "Toy Company")
    hands.press("next")
    mail, ssh = HOSTS[domain]
    hands.type("domain", f"Info@{domain}")
    hands.press("domain-add")
    hands.press("choice:vps")
    hands.type("mail_hosts", mail)
    hands.type("ssh_hosts", ssh)
    hands.press("next")
    hands.press("choice:2")
    hands.type("name", "Owner")
    hands.type("role", "CEO")
    hands.press("ours")
    hands.press("next")
    assert hands.route.page == "measuring"
    assert hands.session.open.consent.level is ConsentLevel.AUTHORISED


def measured(hands: Driver) -> set[tuple[str, str]]:
    """Code and subject of every finding that was measured."""
    return {(one.code, one.subject) for one in hands.session.result.findings if one.code.count(".") == 1}


@pytest.mark.parametrize("domain", HOSTS)
def test_a_measurement_in_the_window_finds_what_the_command_line_finds(
    world: World, started: OPEN, tmp_path: Path, domain: str
) -> None:
    hands = started("en")
    prepare_measurement(hands, tmp_path, domain)
    with hands.qtbot.waitSignal(hands.session.measuring.ended, timeout=120_000):
        hands.press("next")
    mail, ssh = HOSTS[domain]
    options = (*CONSENTED, *hosts("mail", [mail]), *hosts("ssh", [ssh]))
    there = scan(world, tmp_path / "command", domain, *options)
    assert there.code == 0, there.said
    found = {(one["code"], one["subject"]) for one in there.content["findings"]}
    assert measured(hands) == found
    assert {one.code for one in hands.session.result.good} == {one["code"] for one in there.content["good"]}


def test_from_a_new_file_to_the_saved_report(started: OPEN, tmp_path: Path) -> None:
    hands = started("ja")
    prepare_measurement(hands, tmp_path, "bad.example")
    with hands.qtbot.waitSignal(hands.session.measuring.ended, timeout=120_000):
        hands.press("next")
    assert [one for one in hands.session.open.attempts if one.status is Status.OUR_BUG] == []
    hands.press("next")
    hands.press("technician")
    table = hands.find("table:mx")
    assert isinstance(table, QTableWidget)
    assert "mail.bad.example" in table.item(0, 0).data(Qt.ItemDataRole.AccessibleTextRole)
    hands.press("next")
    assert hands.route.page == "documents"
    hands.press("next")
    assert hands.route.page == "hub"
    hands.press("open:access")
    while hands.route.page == "question":
        hands.press(f"choice:{hands.session.result.of_bank(hands.route.item).options[0].id}")
        hands.press("next")
    assert hands.route == Route("summary", "access")
    hands.go("plan")
    actions = hands.session.result.actions
    action = next(one for one in actions if any(finding.code.startswith("dmarc.") for finding in one.findings))
    hands.press(f"more:{action.id}")
    hands.press("copy:_dmarc.bad.example TXT")
    assert QApplication.clipboard().text().startswith("v=DMARC1")
    hands.press("next")
    hands.qtbot.waitUntil(lambda: hands.find("save-report").isEnabled(), timeout=60_000)
    printed = tmp_path / "report.pdf"
    hands.page.save_to(printed)
    words = squeezed(pdf_text(printed))
    for finding in hands.session.result.findings[:5]:
        if finding.code.count(".") == 1:
            title = entry.texts("ja")(f"checks.{finding.code}.title", **dict(finding.values))
            assert squeezed(title) in words
