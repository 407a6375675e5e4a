"""A window for every test that asks, offscreen, with a session whose services are real but for the network."""

import os
from collections.abc import Iterator
from pathlib import Path

os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")

import pytest
import shiboken6
from pytestqt.qtbot import QtBot

from fumimori.engine import Toolkit
from fumimori.gui.program import prepare
from fumimori.gui.session import Session
from fumimori.gui.window import Window
from fumimori.model import Assessment
from gui import demonstration
from gui.driver import Driver, Open


@pytest.fixture
def opened(qapp: object, qtbot: QtBot, tmp_path: Path) -> Iterator[Open]:
    """`opened(language=…, assessment=…, toolkit=…)`: a driver of a window that is shown and closed again."""
    windows: list[Window] = []

    def make(language: str = "ja", assessment: Assessment | None = None, toolkit: Toolkit | None = None) -> Driver:
        services = demonstration.services(tmp_path / f"settings{len(windows)}", toolkit)
        prepare(qapp, services)
        window = Window(Session(services, language))
        windows.append(window)
        window.resize(1160, 820)
        window.show()
        with qtbot.waitActive(window):
            window.activateWindow()
        if assessment is not None:
            window.session.show(assessment)
        return Driver(window, qtbot)

    yield make
    for window in windows:
        window.close()
        window.deleteLater()
        # A window that goes later would take the keyboard away from the next test's.
        qtbot.waitUntil(lambda window=window: not shiboken6.isValid(window))
