"""A window for every test that asks, offscreen, with a session whose services are real but for the network."""

import itertools
import os
from collections.abc import Iterator
from pathlib import Path

os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")

import pytest
from pytestqt.qtbot import QtBot

from fumimori.engine import Toolkit
from fumimori.model import Assessment
from gui import demonstration
from gui.driver import Driver, Open, windows


@pytest.fixture
def opened(qapp: object, qtbot: QtBot, tmp_path: Path) -> Iterator[Open]:
    """`opened(language=…, assessment=…, toolkit=…)`: a driver of a window that is shown and closed again."""
    folders = (tmp_path / f"settings{number}" for number in itertools.count())
    with windows(qapp, qtbot) as show:

        def make(language: str = "ja", assessment: Assessment | None = None, toolkit: Toolkit | None = None) -> Driver:
            driver = show(demonstration.services(next(folders), toolkit), language)
            if assessment is not None:
                driver.session.show(assessment)
            return driver

        yield make
