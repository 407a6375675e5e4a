"""Evidence is handed in on a question's page; it verifies the answer once it says what it shows."""

import hashlib
import io
import os
from pathlib import Path

import pytest
from PIL import Image, ImageDraw
from PIL.PngImagePlugin import PngInfo
from PySide6.QtCore import QObject, QPoint, Qt, QUrl, Slot
from PySide6.QtGui import QColor, QDesktopServices, QGuiApplication, QImage
from PySide6.QtWidgets import QComboBox
from reportlab.graphics.barcode.qr import QrCodeWidget

from fumimori.gui.widgets.evidence import EvidenceBox
from fumimori.gui.widgets.redactor import Redactor
from fumimori.model import About
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


def picture_of(driver) -> Redactor:
    """The picture that is shown, once it is."""
    driver.qtbot.waitUntil(lambda: bool(driver.window.findChildren(Redactor)), timeout=20_000)
    driver.settle()
    return driver.window.findChildren(Redactor)[-1]


def keep_picture(driver) -> None:
    picture_of(driver)
    driver.press("evidence-keep")


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
    redactor = picture_of(driver)
    middle = redactor.rect().center()
    driver.qtbot.mousePress(redactor, Qt.MouseButton.LeftButton, pos=QPoint(5, 5))
    driver.qtbot.mouseMove(redactor, middle)
    driver.qtbot.mouseRelease(redactor, Qt.MouseButton.LeftButton, pos=middle)
    keep_picture(driver)
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


def test_a_picture_pasted_anywhere_on_the_page_is_its_evidence(opened: Open):
    driver = at_question(opened)
    image = QImage(40, 30, QImage.Format.Format_RGB32)
    image.fill(QColor(200, 30, 30))
    QGuiApplication.clipboard().setImage(image)
    driver.window.page.heading.take_focus()
    driver.key(Qt.Key.Key_V, Qt.KeyboardModifier.ControlModifier)
    keep_picture(driver)
    wait(driver, 1)
    assert (driver.route.page, driver.session.open.evidence[0].subject) == ("question", QUESTION)
    driver.go("hub")
    driver.key(Qt.Key.Key_V, Qt.KeyboardModifier.ControlModifier)
    assert driver.route.page == "hub"


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


XMP = (
    b'<x:xmpmeta xmlns:x="adobe:ns:meta/"><rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#">'
    b'<rdf:Description xmlns:tiff="http://ns.adobe.com/tiff/1.0/" tiff:Orientation="6"/></rdf:RDF></x:xmpmeta>'
)


def _turned(form: str, where: str) -> bytes:
    """A photo taken sideways, which says so in `where`."""
    exif = Image.Exif()
    exif[0x0112] = 6
    words = PngInfo()
    if where == "text":
        words.add_text("Raw profile type exif", f"\nexif\n{len(exif.tobytes()):8}\n{exif.tobytes().hex()}\n")
    if where == "xmp" and form == "PNG":
        words.add_itxt("XML:com.adobe.xmp", XMP.decode())
    said = {"exif": {"exif": exif}, "xmp": {"xmp": XMP}, "text": {}}[where]
    octets = io.BytesIO()
    Image.new("RGB", (400, 200), (200, 30, 30)).save(
        octets, form, **({"pnginfo": words} if form == "PNG" else {}), **said
    )
    return octets.getvalue()


@pytest.mark.parametrize(
    ("form", "where"),
    [
        *(("JPEG", "exif"), ("JPEG", "xmp"), ("PNG", "exif"), ("PNG", "xmp"), ("PNG", "text")),
        *(("WEBP", "exif"), ("WEBP", "xmp")),
    ],
)
def test_what_is_covered_on_a_photo_taken_sideways_lies_where_it_was_seen(opened: Open, tmp_path, form, where):
    driver = at_question(opened)
    (tmp_path / "photo").write_bytes(_turned(form, where))
    box(driver).take(tmp_path / "photo")
    redactor = picture_of(driver)
    assert redactor.height() > redactor.width()
    assert redactor.grab().toImage().pixelColor(redactor.rect().center()).red() > 150
    end = QPoint(redactor.width() - 2, redactor.height() // 4)
    driver.qtbot.mousePress(redactor, Qt.MouseButton.LeftButton, pos=QPoint(1, 1))
    driver.qtbot.mouseMove(redactor, end)
    driver.qtbot.mouseRelease(redactor, Qt.MouseButton.LeftButton, pos=end)
    keep_picture(driver)
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


# --- opened and saved ----------------------------------------------------------------------------------------------


class Viewer(QObject):
    """The system's own viewer: notes what it is asked to show."""

    def __init__(self) -> None:
        super().__init__()
        self.shown: list[Path] = []

    @Slot(QUrl)
    def show(self, url: QUrl) -> None:
        """Note the file."""
        self.shown.append(Path(url.toLocalFile()))


@pytest.fixture
def viewer():
    """Files are shown by this instead of a program of the machine."""
    made = Viewer()
    QDesktopServices.setUrlHandler("file", made, "show")
    yield made
    QDesktopServices.unsetUrlHandler("file")


def picture(form: str) -> bytes:
    octets = io.BytesIO()
    Image.new("RGB", (40, 30), (200, 30, 30)).save(octets, form)
    return octets.getvalue()


@pytest.mark.parametrize(
    ("name", "content", "suffix"),
    [
        ("list.exe", b"%PDF-1.7\n", ".pdf"),
        ("photo.html", picture("JPEG"), ".jpg"),
        ("photo.html", picture("PNG"), ".png"),
        ("m.eml", b"From: a@example.jp\r\n\r\n<img src=//example.jp/x>", ".txt"),
        ("x.bat", b"echo", ".txt"),
    ],
)
def test_what_is_kept_is_opened_as_a_copy_that_goes_with_the_file(
    opened: Open, tmp_path, viewer, name, content, *, suffix
):
    driver = at_question(opened)
    driver.session.create(tmp_path / "a.fumimori", "a passphrase", driver.session.open)
    driver.go("question", QUESTION)
    (tmp_path / name).write_bytes(content)
    box(driver).take(tmp_path / name)
    if suffix in (".jpg", ".png"):
        keep_picture(driver)
    wait(driver, 1)
    (one,) = driver.session.open.evidence
    driver.press("evidence-open:1")
    driver.qtbot.waitUntil(lambda: bool(viewer.shown), timeout=20_000)
    (copy,) = viewer.shown
    assert (copy.suffix, hashlib.sha256(copy.read_bytes()).hexdigest()) == (suffix, one.sha256)
    if os.name == "posix":
        assert copy.parent.stat().st_mode & 0o077 == 0
    driver.session.close()
    assert not copy.parent.exists()


def test_a_program_is_saved_and_never_opened(opened: Open, tmp_path):
    driver = at_question(opened)
    content = b"MZ\x00\x01\x00"
    (tmp_path / "x.pdf").write_bytes(content)
    box(driver).take(tmp_path / "x.pdf")
    wait(driver, 1)
    with pytest.raises(AssertionError):
        driver.find("evidence-open:1")
    box(driver).give(driver.session.open.evidence[0], tmp_path / "out")
    words = driver.session.texts("ui.evidence.saved", number="E-001", name="out")
    driver.qtbot.waitUntil(lambda: driver.shows(words), timeout=20_000)
    assert (tmp_path / "out").read_bytes() == content


def test_what_the_file_does_not_hold_any_more_is_said(opened: Open, tmp_path, monkeypatch: pytest.MonkeyPatch):
    driver = at_question(opened)
    (tmp_path / "x.txt").write_text("words")
    box(driver).take(tmp_path / "x.txt")
    wait(driver, 1)
    monkeypatch.setattr(driver.session, "octets", lambda _piece: None)
    driver.press("evidence-open:1")
    words = driver.session.texts("ui.evidence.no_open", number="E-001")
    driver.qtbot.waitUntil(lambda: driver.shows(words), timeout=20_000)


# --- QR codes ------------------------------------------------------------------------------------------------------


def screen(text: str) -> Image.Image:
    """A picture of a screen with the QR code of `text`; without one when that is empty."""
    made = Image.new("RGB", (1280, 720), (240, 240, 245))
    if text:
        code = QrCodeWidget(text).qr
        code.make()
        pen = ImageDraw.Draw(made)
        pen.rectangle((380, 180, 800, 600), fill="white")
        for down in range(code.getModuleCount()):
            for across in range(code.getModuleCount()):
                if code.isDark(down, across):
                    x, y = 400 + 6 * across, 200 + 6 * down
                    pen.rectangle((x, y, x + 5, y + 5), fill="black")
    return made


SETUP = "otpauth://totp/Example:a@example.jp?secret=JBSWY3DPEHPK3PXP&issuer=Example"


def test_a_qr_code_is_warned_about_before_and_after_it_is_kept_and_not_once_it_is_black(opened: Open, tmp_path):
    driver = at_question(opened)
    t = driver.session.texts
    screen(SETUP).save(tmp_path / "screen.png")
    box(driver).take(tmp_path / "screen.png")
    driver.qtbot.waitUntil(lambda: driver.shows(t("ui.evidence.code")), timeout=20_000)
    keep_picture(driver)
    wait(driver, 1)
    assert driver.shows(t("ui.evidence.kept_code", number="E-001"))
    box(driver).take(tmp_path / "screen.png")
    redactor = picture_of(driver)
    middle, end = QPoint(redactor.width() // 4, redactor.height() // 5), QPoint(redactor.width() * 4 // 5, 400)
    driver.qtbot.mousePress(redactor, Qt.MouseButton.LeftButton, pos=middle)
    driver.qtbot.mouseMove(redactor, end)
    driver.qtbot.mouseRelease(redactor, Qt.MouseButton.LeftButton, pos=end)
    keep_picture(driver)
    wait(driver, 2)
    assert driver.shows(t("ui.evidence.kept", number="E-002"))


# --- findings ------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("language", ["ja", "en"])
def test_evidence_is_handed_in_for_a_finding_on_the_plan(opened: Open, language: str, tmp_path):
    driver = opened(language, demonstration.assessment(language))
    driver.go("plan")
    action = next(one for one in driver.session.result.actions if any(finding.measured for finding in one.findings))
    driver.press(f"more:{action.id}")
    finding = action.findings[0]
    place = f"show-evidence:{finding.code}"
    assert driver.find(place).text() == driver.session.texts("ui.evidence.show_none")
    driver.press(place)
    (tmp_path / "x.txt").write_text("v=DMARC1; p=reject", encoding="utf-8")
    box(driver).take(tmp_path / "x.txt")
    wait(driver, 1)
    (one,) = driver.session.open.evidence
    assert (one.about, one.subject) == (About.FINDING, f"{finding.code} {finding.subject}".rstrip())
    driver.type("evidence-shows:1", "the record")
    driver.judged()
    assert driver.find(place).text() == driver.session.texts("ui.evidence.hide")
    driver.press(place)
    assert driver.find(place).text() == driver.session.texts("ui.evidence.show", count=1)


def test_of_several_subjects_the_person_says_which_one_it_is_about(opened: Open, tmp_path):
    driver = at_question(opened)
    made = EvidenceBox(driver.session, driver.window.theme, About.FINDING, {"a.b one": "one", "a.b two": "two"})
    driver.qtbot.addWidget(made)
    (tmp_path / "x.txt").write_text("words")
    made.findChild(QComboBox).setCurrentIndex(1)
    made.take(tmp_path / "x.txt")
    wait(driver, 1)
    assert driver.session.open.evidence[0].subject == "a.b two"
