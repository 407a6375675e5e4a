"""Evidence is handed in on a question's page; it verifies the answer once it says what it shows."""

import io

import pytest
from PIL import Image
from PySide6.QtCore import QPoint, Qt
from PySide6.QtGui import QColor, QGuiApplication, QImage

from fumimori.gui.widgets.evidence import EvidenceBox
from fumimori.gui.widgets.redactor import Redactor
from fumimori.store import AssessmentFile
from gui import demonstration
from gui.driver import Open

QUESTION = "access.admin_list"


def at_question(opened: Open, language: str = "ja"):
    driver = opened(language, demonstration.assessment())
    driver.session.answer(QUESTION, "yes")
    driver.go("question", QUESTION)
    return driver


def box(driver):
    driver.settle()
    return driver.window.findChildren(EvidenceBox)[-1]


def wait(driver, count):
    driver.qtbot.waitUntil(lambda: len(driver.session.open.evidence) == count, timeout=20_000)


@pytest.mark.parametrize("language", ["ja", "en"])
def test_a_file_verifies_the_answer_once_it_says_what_it_shows(opened: Open, language: str, tmp_path):
    driver = at_question(opened, language)
    (tmp_path / "list.txt").write_text("admin: A, B", encoding="utf-8")
    box(driver).take(tmp_path / "list.txt")
    wait(driver, 1)
    (one,) = driver.session.open.evidence
    assert (one.printed, one.name, one.subject) == ("E-001", "list.txt", QUESTION)
    assert not driver.session.result.question(QUESTION).verified
    driver.type("evidence-shows:1", "the list of 24 November")
    assert driver.session.result.question(QUESTION).verified
    driver.press("evidence-remove:1")
    assert driver.session.open.evidence == ()
    driver.window.undo()
    assert driver.session.open.evidence[0].shows == "the list of 24 November"
    box(driver).take(tmp_path / "list.txt")
    wait(driver, 2)
    assert [one.number for one in driver.session.open.evidence] == [1, 2]


def test_a_pasted_picture_is_blacked_out_before_it_is_kept(opened: Open, tmp_path):
    driver = at_question(opened)
    driver.session.create(tmp_path / "a.fumimori", "a passphrase", driver.session.open)
    driver.go("question", QUESTION)
    image = QImage(400, 300, QImage.Format.Format_RGB32)
    image.fill(QColor(200, 30, 30))
    QGuiApplication.clipboard().setImage(image)
    driver.press("evidence-paste")
    redactor = driver.window.findChildren(Redactor)[-1]
    middle = redactor.rect().center()
    driver.qtbot.mousePress(redactor, Qt.MouseButton.LeftButton, pos=QPoint(5, 5))
    driver.qtbot.mouseMove(redactor, middle)
    driver.qtbot.mouseRelease(redactor, Qt.MouseButton.LeftButton, pos=middle)
    driver.press("evidence-keep")
    wait(driver, 1)
    driver.session.close()
    with AssessmentFile.open(tmp_path / "a.fumimori", "a passphrase") as file:
        (one,) = file.assessment.evidence
        octets = file.octets(one.sha256)
    assert one.covered == 1
    with Image.open(io.BytesIO(octets)) as kept:
        assert kept.size == (400, 300)
        assert kept.convert("RGB").getpixel((100, 75)) == (0, 0, 0)
        assert kept.convert("RGB").getpixel((300, 250)) == (200, 30, 30)


@pytest.mark.parametrize(
    ("content", "key"),
    [
        (b"", "no_empty"),
        (b"-----BEGIN RSA PRIVATE KEY-----\n", "no_private_key"),
        (b"\x89PNG\r\n\x1a\nx", "no_picture"),
    ],
)
def test_what_is_refused_says_why(opened: Open, tmp_path, content, key):
    driver = at_question(opened)
    (tmp_path / "x").write_bytes(content)
    box(driver).take(tmp_path / "x")
    words = driver.session.texts(f"ui.evidence.{key}")
    driver.qtbot.waitUntil(lambda: driver.shows(words), timeout=20_000)
    assert driver.session.open.evidence == ()


def test_what_is_covered_on_a_photo_taken_sideways_lies_where_it_was_seen(opened: Open, tmp_path):
    driver = at_question(opened)
    exif = Image.Exif()
    exif[0x0112] = 6
    Image.new("RGB", (400, 200), (200, 30, 30)).save(tmp_path / "photo.jpg", exif=exif)
    box(driver).take(tmp_path / "photo.jpg")
    driver.settle()
    redactor = driver.window.findChildren(Redactor)[-1]
    assert redactor.height() > redactor.width()
    end = QPoint(redactor.width() - 2, redactor.height() // 4)
    driver.qtbot.mousePress(redactor, Qt.MouseButton.LeftButton, pos=QPoint(1, 1))
    driver.qtbot.mouseMove(redactor, end)
    driver.qtbot.mouseRelease(redactor, Qt.MouseButton.LeftButton, pos=end)
    driver.press("evidence-keep")
    wait(driver, 1)
    ((_, octets),) = driver.session.kept()
    with Image.open(io.BytesIO(octets)) as kept:
        assert kept.size == (200, 400)
        assert sum(kept.getpixel((100, 50))) < 40
        assert kept.getpixel((100, 300))[0] > 150


def test_words_like_a_password_are_warned_about(opened: Open, tmp_path):
    driver = at_question(opened)
    (tmp_path / "x.txt").write_text("password: hunter2", encoding="utf-8")
    box(driver).take(tmp_path / "x.txt")
    wait(driver, 1)
    assert driver.shows(driver.session.texts("ui.evidence.secret"))
