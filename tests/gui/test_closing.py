"""Whatever is under way, two presses never end the program and the window can always be closed."""

import threading
import time
from io import BytesIO

import pytest
from PySide6.QtCore import QRect, Qt
from reportlab.pdfgen.canvas import Canvas

from fumimori.gui import bridge, settings, window_placement
from fumimori.gui.settings import Placement
from fumimori.gui.widgets import preview
from fumimori.gui.widgets.preview import Preview, drawn
from gui import demonstration
from gui.driver import Open


def paper(pages: int) -> bytes:
    output = BytesIO()
    canvas = Canvas(output)
    for number in range(pages):
        for line in range(60):
            canvas.drawString(40, 40 + 12 * line, f"page {number} line {line} " * 4)
        canvas.showPage()
    canvas.save()
    return output.getvalue()


def test_pages_are_drawn_one_at_a_time(monkeypatch: pytest.MonkeyPatch):
    pdf = paper(3)
    inside, most = 0, 0

    class Counting:
        def __enter__(self) -> None:
            nonlocal inside, most
            lock.acquire()
            inside += 1
            most = max(most, inside)

        def __exit__(self, *_: object) -> None:
            nonlocal inside
            inside -= 1
            lock.release()

    lock = preview._PDFIUM
    monkeypatch.setattr(preview, "_PDFIUM", Counting())
    found: list[int] = []
    threads = [
        threading.Thread(target=lambda number=number: found.append(drawn(pdf, number % 3, 900).page))
        for number in range(24)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(found) == sorted(number % 3 for number in range(24))
    assert most == 1


def test_hurried_presses_show_the_page_that_was_asked_for_last(opened: Open, monkeypatch: pytest.MonkeyPatch):
    driver = opened("ja", demonstration.assessment())
    shown = Preview(driver.session, driver.window.theme)
    driver.qtbot.addWidget(shown)
    shown.show()
    calls: list[int] = []

    def slowly(pdf: bytes, page: int, width: int) -> preview.Picture:
        calls.append(page)
        time.sleep(0.05)
        return drawn(pdf, page, width)

    monkeypatch.setattr(preview, "drawn", slowly)
    shown.show_pdf(paper(9))
    driver.qtbot.waitUntil(lambda: shown._count == 9)
    for _ in range(20):
        driver.qtbot.mouseClick(shown._next, Qt.MouseButton.LeftButton)
    driver.qtbot.waitUntil(lambda: shown._page == 8 and not shown._drawing)
    assert len(calls) <= 4


def test_work_that_cannot_be_stopped_does_not_keep_the_window_open(opened: Open, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(bridge, "CLOSE_WITHIN", 0.5)
    driver = opened("ja", demonstration.assessment())
    going = threading.Event()
    driver.session.bridge.compute(lambda: going.wait(20), done=lambda _done: None, failed=lambda _error: None)
    start = time.monotonic()
    assert driver.window.close()
    assert time.monotonic() - start < 5
    going.set()


def test_a_window_that_waited_for_a_measurement_forgets_it_when_it_stays(opened: Open, monkeypatch: pytest.MonkeyPatch):
    driver = opened("ja", demonstration.assessment())
    measuring = driver.session.measuring
    monkeypatch.setattr(type(measuring), "running", property(lambda self: not self.stopping))
    monkeypatch.setattr(measuring, "stop", lambda: setattr(measuring, "stopping", True))
    assert not driver.window.close()
    monkeypatch.setattr(driver.session, "close", lambda drop=False: drop)
    driver.session.fault = "disk_full"
    measuring.ended.emit()
    assert driver.window.isVisible()
    monkeypatch.undo()
    measuring.stopping = False
    measuring.ended.emit()
    assert driver.window.isVisible()


@pytest.mark.parametrize("language", ["ja", "en"])
def test_a_window_whose_work_cannot_be_written_can_be_left_all_the_same(
    opened: Open, language: str, monkeypatch: pytest.MonkeyPatch
):
    driver = opened(language, demonstration.assessment(language))
    monkeypatch.setattr(driver.session, "close", lambda drop=False: drop)
    driver.session.fault = "disk_full"
    assert not driver.window.close()
    assert driver.shows(driver.session.texts("ui.trouble.closing"))
    driver.press("close-unsaved")
    assert not driver.window.isVisible()


@pytest.mark.parametrize("free", [QRect(0, 0, 1280, 720), QRect(0, 0, 1366, 728), QRect(60, 30, 1280, 683)])
def test_the_window_lies_within_what_the_screen_has_free(free: QRect):
    known = (None, Placement(left=-900, top=5000, width=4000, height=3000), Placement(left=9, top=9, width=1, height=1))
    for one in known:
        rect = window_placement.fitted(free, one)
        assert free.contains(rect.adjusted(-8, -40, 8, 8))
        assert rect.width() >= 720
        assert rect.height() >= 480
    assert window_placement.fitted(QRect(0, 0, 640, 360), None).height() < 360


def test_the_place_of_the_window_is_remembered_for_this_screen(opened: Open):
    driver = opened("ja", demonstration.assessment())
    driver.window.setGeometry(40, 60, 760, 500)
    driver.settle()
    driver.window.close()
    kept = settings.load(driver.session.services.settings_folder)
    screen = driver.window.screen()
    assert kept.windows[window_placement.key_of(screen)] == Placement(left=40, top=60, width=760, height=500)
    again = opened("ja")
    window_placement.place(again.window, kept)
    assert again.window.size().width() == 760
