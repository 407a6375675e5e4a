"""The report is closed and signed from the window, beside its thread; what is wrong is said at its field."""

import subprocess
import threading
from dataclasses import replace
from pathlib import Path

import pytest

from fumimori.__main__ import make_report
from gui import demonstration
from gui.driver import Driver, Open
from report.test_protection import DAY, KEY_WORD, NOW, WORD, key_file


def ready(opened: Open, language: str = "ja") -> Driver:
    driver = opened(language, demonstration.assessment(language))
    driver.session.services = replace(driver.session.services, make_report=make_report)
    driver.go("report")
    idle(driver)
    return driver


def idle(driver: Driver) -> None:
    driver.qtbot.waitUntil(lambda: not driver.session.bridge.busy, timeout=60_000)


def checked(place: Path, word: str = "") -> int:
    return subprocess.run(["qpdf", "--check", f"--password={word}", place], capture_output=True, check=False).returncode


@pytest.mark.parametrize("language", ["ja", "en"])
def test_a_passphrase_closes_the_report_and_is_gone_afterwards(opened: Open, tmp_path: Path, language: str):
    driver = ready(opened, language)
    assert not driver.shows(driver.session.texts("ui.protection.archival"))
    driver.press("close-report")
    assert driver.shows(driver.session.texts("ui.protection.archival"))
    driver.type("pdf-passphrase", WORD)
    driver.type("pdf-passphrase-again", "another")
    driver.page.save_to(tmp_path / "closed.pdf")
    assert driver.shows(driver.session.texts("ui.new.differs"))
    driver.type("pdf-passphrase-again", WORD)
    driver.page.save_to(tmp_path / "closed.pdf")
    idle(driver)
    assert (checked(tmp_path / "closed.pdf"), checked(tmp_path / "closed.pdf", WORD)) == (2, 0)
    assert driver.find("pdf-passphrase").text() == ""
    driver.find("open-file")
    assert WORD.encode() not in b"".join(one.read_bytes() for one in tmp_path.rglob("*") if one.is_file())


def test_a_key_signs_the_report_beside_the_window(opened: Open, tmp_path: Path, monkeypatch):
    (tmp_path / "key.p12").write_bytes(key_file("ec"))
    driver = ready(opened)
    threads: list[threading.Thread] = []
    signs = "fumimori.report.protection._signed"
    real = __import__("fumimori.report.protection", fromlist=["_signed"])._signed

    def watched(*given: object) -> bytes:
        threads.append(threading.current_thread())
        return real(*given)

    monkeypatch.setattr(signs, watched)
    driver.press("sign-report")
    driver.page.save_to(tmp_path / "signed.pdf")
    assert driver.shows(driver.session.texts("ui.protection.key_missing"))
    assert not (tmp_path / "signed.pdf").exists()
    driver.page.findChild(type(driver.page._protection)).use_key(tmp_path / "key.p12")
    driver.type("key-passphrase", KEY_WORD)
    driver.page.save_to(tmp_path / "signed.pdf")
    idle(driver)
    told = subprocess.run(["pdfsig", "-nocert", tmp_path / "signed.pdf"], capture_output=True, text=True, check=False)
    assert "Signature is Valid." in told.stdout
    assert threads
    assert threading.main_thread() not in threads
    assert driver.find("key-passphrase").text() == ""


@pytest.mark.parametrize(
    ("content", "word", "code"),
    [
        (b"", "", "not_a_key"),
        (None, "", "key_unreadable"),
        (key_file("ec"), "wrong", "key_passphrase"),
        (key_file("ec", start=NOW - 9 * DAY, end=NOW - DAY), KEY_WORD, "key_expired"),
    ],
)
def test_a_key_that_does_not_sign_is_told_in_words(opened: Open, tmp_path: Path, content, word: str, code: str):
    if content is not None:
        (tmp_path / "key.p12").write_bytes(content)
    driver = ready(opened, "en")
    driver.press("sign-report")
    driver.page._protection.use_key(tmp_path / "key.p12")
    if word:
        driver.type("key-passphrase", word)
    driver.page.save_to(tmp_path / "signed.pdf")
    idle(driver)
    assert driver.shows(driver.session.texts(f"words.protection.{code}"))
    assert not (tmp_path / "signed.pdf").exists()
    assert driver.find("save-report").isEnabled()


def test_what_is_ticked_outlives_another_language(opened: Open, tmp_path: Path):
    (tmp_path / "key.p12").write_bytes(key_file("ec"))
    driver = ready(opened)
    driver.press("sign-report")
    driver.page._protection.use_key(tmp_path / "key.p12")
    driver.type("key-passphrase", "half typed")
    driver.window.other_language()
    idle(driver)
    assert driver.find("key-passphrase").text() == "half typed"
    assert driver.shows("key.p12")
