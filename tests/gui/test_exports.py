"""Branding is chosen and kept, files are exported in the background, and what is out of order leads to its place."""

import zipfile
from dataclasses import replace
from datetime import date
from pathlib import Path

import msgspec
import pypdfium2
import pytest
from PySide6.QtCore import QTimer, QUrl
from PySide6.QtGui import QDesktopServices
from PySide6.QtPrintSupport import QPrintDialog, QPrinter, QPrinterInfo
from PySide6.QtWidgets import QApplication, QFileDialog

from fumimori.__main__ import texts
from fumimori.assess.lint import LintEntry, LogoSeen, lint
from fumimori.exports import handover
from fumimori.gui.printing import print_pages
from fumimori.gui.widgets.profiles import ProfileBox
from fumimori.model import Addressee, Brand, Organisation, PlanEntry, ReportVersion
from fumimori.wizard.steps import Route
from gui import demonstration
from gui.driver import Driver, Open


def idle(driver: Driver) -> None:
    driver.qtbot.waitUntil(lambda: not driver.session.bridge.busy, timeout=60_000)


@pytest.mark.parametrize("language", ["ja", "en"])
def test_chosen_formats_lie_in_a_new_folder_and_nothing_is_overwritten(opened: Open, tmp_path: Path, language: str):
    driver = opened(language, demonstration.assessment(language))
    driver.go("exports")
    for word in ("docx", "html", "settings", "ics"):
        driver.press(f"format-{word}")
    for folder in ("fumimori-2026-11-24", "fumimori-2026-11-24-2"):
        driver.page.make_in(tmp_path)
        idle(driver)
        names = {file.relative_to(tmp_path / folder).parts[0] for file in (tmp_path / folder).rglob("*.*")}
        assert {"fumimori.xlsx", "actions.csv", "orders"} <= names
        assert not names & {"management.docx", "report.html", "fumimori.ics"}
        assert driver.shows(f"“{folder}”" if language == "en" else f"「{folder}」")
    driver.find("open-folder")


@pytest.mark.parametrize("language", ["ja", "en"])
def test_one_button_makes_the_whole_package(opened: Open, tmp_path: Path, monkeypatch, language: str):
    driver = opened(language, demonstration.assessment(language))
    driver.go("exports")
    target = tmp_path / "all.zip"
    monkeypatch.setattr(QFileDialog, "getSaveFileName", lambda *_given: (str(target), ""))
    driver.press("make-package")
    idle(driver)
    with zipfile.ZipFile(target) as archive:
        assert archive.testzip() is None
        assert {"index.html", "management/report-management.pdf", "consultant/scan.json"} <= set(archive.namelist())
    assert driver.shows("“all.zip”" if language == "en" else "「all.zip」")
    driver.find("open-file")


def test_a_package_that_is_too_large_is_told_in_words(opened: Open, tmp_path: Path, monkeypatch):
    driver = opened("ja", demonstration.assessment())
    driver.go("exports")
    monkeypatch.setattr(handover, "FILES_MOST", 3)
    driver.page.package_to(tmp_path / "all.zip")
    idle(driver)
    assert driver.shows(driver.session.texts("ui.exports.too_large"))
    assert list(tmp_path.glob("*.zip")) == []
    assert driver.find("make-package").isEnabled()


def test_a_place_that_takes_no_files_is_told_in_words_and_may_be_chosen_again(opened: Open, tmp_path: Path):
    driver = opened("ja", demonstration.assessment())
    (tmp_path / "file").write_bytes(b"")
    driver.go("exports")
    driver.page.make_in(tmp_path / "file")
    idle(driver)
    assert driver.shows(driver.session.texts("ui.report.trouble_no_folder"))
    assert driver.find("make-exports").isEnabled()
    driver.find("other-name")


def test_a_fault_while_files_are_made_is_told_and_the_button_comes_back(opened: Open, tmp_path: Path):
    driver = opened("en", demonstration.assessment("en"))

    def broken(*_given: object) -> dict[str, bytes]:
        raise ValueError

    driver.session.services = replace(driver.session.services, make_exports=broken)
    driver.go("exports")
    driver.page.make_in(tmp_path)
    idle(driver)
    assert driver.shows("ValueError")
    assert driver.find("make-exports").isEnabled()
    assert list(tmp_path.glob("fumimori*")) == []


def test_a_profile_is_kept_and_used_for_the_next_client(opened: Open, tmp_path: Path):
    driver = opened("en", demonstration.assessment("en"))
    driver.go("branding")
    driver.type("sender", "Sample Consulting")
    driver.type("footer", "1-1-1 Tokyo")
    driver.type("recipients", "Ms Sato")
    driver.type("seal-titles", "Rechecked, Approved")
    driver.type("profile-name", "Usual")
    driver.press("profile-keep")
    assert driver.session.open.brand.recipients == ("Ms Sato",)
    other = demonstration.assessment("en")
    driver.session.show(other)
    driver.session.edit_brand(recipients=("Mr Suzuki",))
    driver.go("branding")
    driver.press("profile-0")
    assert driver.session.open.brand == Brand(
        sender="Sample Consulting", footer="1-1-1 Tokyo", seals=("Rechecked", "Approved"), recipients=("Mr Suzuki",)
    )
    assert driver.find("sender").text() == "Sample Consulting"
    box = driver.page.findChildren(ProfileBox)[0]
    box.save_to(tmp_path / "usual.brand.json")
    driver.press("profile-drop-0")
    assert not driver.shows("Usual”")
    (tmp_path / "bad.json").write_bytes(b"[]")
    box.take(tmp_path / "bad.json")
    assert box.words.words == driver.session.texts("ui.profiles.no_profile")
    driver.type("profile-name", "Second")
    box.save_to(tmp_path / "second.brand.json")
    box.take(tmp_path / "second.brand.json")
    driver.find("profile-0")


def test_versions_are_recorded_with_their_day_and_can_be_taken_back(opened: Open):
    driver = opened("en", demonstration.assessment("en"))
    driver.go("branding")
    for version, changed in (("0.9", "First version"), ("1.0", "Final")):
        driver.type("document-version", version)
        driver.type("version-changed", changed)
        driver.press("version-add")
    told = [(one.number, one.day, one.changed) for one in driver.session.open.versions]
    assert told == [("0.9", "2026-11-24", "First version"), ("1.0", "2026-11-24", "Final")]
    driver.press("version-drop-0")
    assert [one.number for one in driver.session.open.versions] == ["1.0"]


def test_a_version_that_is_half_typed_outlives_another_language(opened: Open):
    driver = opened("en", demonstration.assessment("en"))
    driver.go("branding")
    driver.type("document-version", "0.9")
    driver.type("version-changed", "half ty")
    driver.window.page.heading.take_focus()
    driver.window.other_language()
    assert driver.find("version-changed").text() == "half ty"
    assert driver.find("document-version").text() == "0.9"


def test_boxes_for_signatures_can_be_left_out(opened: Open):
    driver = opened("ja", demonstration.assessment())
    driver.go("branding")
    driver.press("seals")
    assert driver.session.open.brand.seals == ()
    driver.press("seals")
    assert driver.session.open.brand.seals is None


def test_what_is_out_of_order_makes_a_draft_and_leads_to_its_place(opened: Open):
    driver = opened("ja", demonstration.assessment())
    versions: list[str] = []

    def make(*given: object) -> bytes:
        versions.append(str(given[5]))
        return demonstration.one_sheet(*given)  # type: ignore[arg-type]

    found = [LintEntry(code="organisation_missing", page="organisation", stops=True)]
    driver.session.services = replace(
        driver.session.services, make_report=make, lint_report=lambda _about, _result: tuple(found)
    )
    driver.go("report")
    idle(driver)
    assert versions == ["draft"]
    assert driver.shows(driver.session.texts("lint.organisation_missing"))
    driver.press("lint-0")
    assert driver.route.page == "organisation"
    found.clear()
    driver.go("report")
    idle(driver)
    driver.press("choice:draft")
    idle(driver)
    assert versions == ["draft", "final", "draft"]
    assert not driver.shows(driver.session.texts("ui.lint.title"))


def test_each_thing_out_of_order_leads_to_the_very_field(opened: Open):
    case = demonstration.assessment("en")
    wrong = "（置き換える）"
    version = ReportVersion(number="0.9", day="2026-11-20", changed=wrong)
    long = Brand(
        sender=wrong,
        contact=wrong,
        footer=wrong,
        legal=wrong,
        seals=(wrong,),
        recipients=(wrong,) * 9,
    )
    told = Organisation(
        name=wrong,
        addressee=Addressee.PERSON,
        addressee_name=wrong,
        addressee_title=wrong,
        responsible=wrong,
        sector=wrong,
    )
    driver = opened(
        "en",
        msgspec.structs.replace(case, organisation=told, brand=long, versions=(version,), document_number=wrong),
    )
    result = driver.session.result
    last = result.actions[-1]
    agreed = PlanEntry(action=last.id, owner_name=wrong)
    driver.session.edit(plan=(agreed,))
    logos = (LogoSeen(at="logo", pixels=9), LogoSeen(at="client-logo", pixels=9))
    late = msgspec.structs.replace(
        last, day=date(2026, 11, 29), entry=PlanEntry(action=last.id, owner_name="A", due="2026-12-24")
    )
    found = lint(
        driver.session.open,
        msgspec.structs.replace(result, actions=(*result.actions[:-1], late)),
        missing=lambda _text: (),
        logos=logos,
    )
    places = {
        (entry.page, entry.item, entry.at) for entry in found if entry.page in ("organisation", "branding", "plan")
    }
    assert len(places) > 18
    for page, item, at in sorted(places):
        driver.window.navigator.visit(Route(page, item, at))
        focused = driver.window.focusWidget()
        assert focused is not None
        assert focused.property("place") == at, (page, at)


def test_what_is_out_of_order_alike_shares_a_line(opened: Open):
    driver = opened("en", demonstration.assessment())
    owners = tuple(LintEntry(code="owner_missing", page="plan", about=f"action {number}") for number in range(5))
    driver.session.services = replace(driver.session.services, lint_report=lambda _about, _result: owners)
    driver.go("report")
    idle(driver)
    said = f"Please check: {driver.session.texts('lint.owner_missing', about='action 0')}"
    assert driver.shows(driver.session.texts("ui.lint.alike", text=said, count=4))
    driver.press("lint-0")
    assert driver.route.page == "plan"


@pytest.mark.usefixtures("qapp")
def test_the_pages_that_were_chosen_are_printed(tmp_path: Path):
    pdf = demonstration.one_sheet(None, None, texts("en"), "a4", "all", "final")
    for chosen, expected in (((0, 0), 2), ((2, 2), 1), ((1, 9), 2)):
        printer = QPrinter()
        printer.setOutputFormat(QPrinter.OutputFormat.PdfFormat)
        printer.setOutputFileName(str(tmp_path / "out.pdf"))
        printer.setFromTo(*chosen)
        assert print_pages(pdf, printer) == expected
        made = pypdfium2.PdfDocument(tmp_path / "out.pdf")
        assert len(made) == expected
        assert min(bytes(made[0].render(scale=1).buffer)) < 128
        made.close()


@pytest.mark.parametrize("language", ["ja", "en"])
def test_the_dialog_prints_the_report_where_there_is_no_printer(opened: Open, tmp_path: Path, monkeypatch, language):
    monkeypatch.setattr(Path, "home", lambda: tmp_path)
    driver = opened(language, demonstration.assessment(language))
    driver.go("report")
    idle(driver)
    asked: list[tuple[int, int]] = []

    def accept() -> None:
        (dialog,) = [one for one in QApplication.topLevelWidgets() if isinstance(one, QPrintDialog)]
        asked.append((dialog.minPage(), dialog.maxPage()))
        dialog.accept()

    QTimer.singleShot(500, accept)
    driver.press("print-report")
    idle(driver)
    assert asked == [(1, 2)]
    if not QPrinterInfo.availablePrinterNames():
        made = pypdfium2.PdfDocument(tmp_path / f"{driver.session.texts('ui.report.file_name')}.pdf")
        assert len(made) == 2
        made.close()
    assert driver.shows(driver.session.texts("ui.report.printed", count=2))


def test_what_was_saved_is_opened_or_its_place_is_told(opened: Open, tmp_path: Path, monkeypatch):
    places: list[str] = []
    answers = iter([True, False, False])

    def ask(url: QUrl) -> bool:
        places.append(url.toLocalFile())
        return next(answers)

    monkeypatch.setattr(QDesktopServices, "openUrl", ask)
    driver = opened("ja", demonstration.assessment())
    driver.go("report")
    idle(driver)
    driver.page.save_to(tmp_path / "報告 書#1%20.pdf")
    told = driver.session.texts("ui.report.not_opened", place=str(tmp_path / "報告 書#1%20.pdf"))
    driver.press("open-file")
    assert not driver.shows(told)
    driver.press("open-file")
    assert driver.shows(told)
    driver.press("open-folder")
    assert places == [*[str(tmp_path / "報告 書#1%20.pdf")] * 2, str(tmp_path)]
