"""A folder is dropped on the window of an assessment that was measured: what is taken in answers what was counted."""

from pathlib import Path

import msgspec
import pytest
from PySide6.QtCore import QMimeData, QPoint, QPointF, Qt, QUrl
from PySide6.QtGui import QDragEnterEvent, QDropEvent
from PySide6.QtWidgets import QApplication

from gui.conftest import opened  # noqa: F401 - the fixture
from gui.driver import Driver, Open
from loopback import readings
from loopback.signed_mail import Authority
from loopback.world import World
from servers import cloud, own_server
from servers.test_answered import NOW, counted, measured, of_cloud, of_own_server, who_answered


def drop(driver: Driver, folder: Path) -> None:
    """Drop a folder onto the window, and wait until all in it is read."""
    mime = QMimeData()
    mime.setUrls([QUrl.fromLocalFile(str(folder))])
    buttons, keys = Qt.MouseButton.LeftButton, Qt.KeyboardModifier.NoModifier
    enter = QDragEnterEvent(QPoint(300, 300), Qt.DropAction.CopyAction, mime, buttons, keys)
    QApplication.sendEvent(driver.window, enter)
    assert enter.isAccepted()
    QApplication.sendEvent(driver.window, QDropEvent(QPointF(300, 300), Qt.DropAction.CopyAction, mime, buttons, keys))
    driver.qtbot.waitUntil(lambda: not driver.session.document_import.running, timeout=60_000)
    driver.settle()


@pytest.mark.parametrize("language", ["ja", "en"])
@pytest.mark.parametrize("kind", ["own", "cloud"])
def test_a_dropped_folder_answers_in_the_window_what_it_answers(
    world: World,
    opened: Open,  # noqa: F811
    tmp_path: Path,
    kind: str,
    language: str,
) -> None:
    made = tmp_path / "made"
    made.mkdir()
    authority = Authority(made)
    tools = readings.tools(authority.roots)
    if kind == "own":
        before = of_own_server()
        folder, registers = own_server.folder_of(world, made, NOW, authority), own_server.registers(NOW)
    else:
        before = of_cloud()
        folder = cloud.folder_of(made, NOW, authority)
        registers = own_server.registers(NOW, "cloud.example", "selector1", cloud.ADMINS)
    driver = opened(language, measured(tools, before, world), tools)
    driver.window.resize(1280, 720)
    session = driver.session
    driver.go("documents")
    collector, cloud_tool = session.texts("ui.documents.collector"), session.texts("ui.documents.by_tool_microsoft")
    assert (driver.shows(collector), driver.shows(cloud_tool)) == (kind == "own", kind == "cloud")
    drop(driver, folder)
    assert driver.route.page == "documents"
    if kind == "own":
        driver.type("host", own_server.HOST)
    driver.press("own")
    driver.press("reports")
    driver.press("take-in")
    files = [path for path in folder.rglob("*") if path.is_file()]
    assert session.document_import.taken >= len(files) > 10
    session.put(msgspec.structs.replace(session.open, registers=registers))
    driver.judged()
    driver.go("documents")
    answered, here = counted(who_answered(tools, session.open, session.result))
    assert answered > here // 4
    assert driver.shows(session.texts("ui.documents.answered", seen=answered, count=here))
    driver.go("question", "access.contractors")
    assert driver.shows(session.texts("ui.facts.register"))
    for page, item in (
        ("round_trip", ""),
        ("hub", ""),
        ("registers", ""),
        ("registers", "accounts"),
        ("registers", "senders"),
        ("open_points", ""),
        ("plan", ""),
        ("report", ""),
        ("exports", ""),
    ):
        driver.go(page, item)
        driver.settle()
        assert driver.route.page == page
