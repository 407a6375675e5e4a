"""A register is filled like a spreadsheet: typed, pasted, read from a file, and every step can be taken back."""

import msgspec
import openpyxl
import pytest
from PySide6.QtCore import QMimeData, QPoint, QPointF, Qt, QUrl
from PySide6.QtGui import QDragEnterEvent, QDropEvent, QGuiApplication
from PySide6.QtWidgets import QApplication

from fumimori.gui.widgets.evidence import EvidenceBox
from fumimori.gui.widgets.register_table import RegisterModel
from fumimori.model import About, RegisterRow
from gui import demonstration
from gui.driver import Open

LANGUAGES = pytest.mark.parametrize("language", ["ja", "en"])


def rows(driver, register="staff"):
    return [dict(row.cells) for row in driver.session.open.register(register)]


def take(driver, path):
    """Read a file into the register, and wait until that is over."""
    reading = driver.page.reading
    reading.take(path)
    driver.qtbot.waitUntil(lambda: not reading.running, timeout=20_000)
    driver.settle()


def opened_at(opened: Open, language: str, register: str, *entries: dict[str, str]):
    made = tuple(RegisterRow(id=str(number), register=register, cells=cells) for number, cells in enumerate(entries))
    driver = opened(language, msgspec.structs.replace(demonstration.assessment(), registers=made))
    driver.go("registers", register)
    return driver


@LANGUAGES
def test_a_block_is_pasted_as_one_step_and_taken_back(opened: Open, language: str):
    driver = opened_at(opened, language, "staff", {"name": "A"})
    table = driver.find("register")
    QGuiApplication.clipboard().setText("B\t営業\nC\t経理\tパート・アルバイト\t2026/4/1\n")
    table.setFocus()
    table.setCurrentIndex(table.model().index(0, 0))
    driver.key(Qt.Key.Key_V, Qt.KeyboardModifier.ControlModifier)
    filled = [
        {"name": "B", "department": "営業"},
        {"name": "C", "department": "経理", "kind": "part_time", "joined": "2026-04-01"},
    ]
    assert rows(driver) == filled
    driver.window.undo()
    driver.settle()
    assert rows(driver) == [{"name": "A"}]
    driver.window.redo()
    driver.settle()
    assert rows(driver) == filled


@LANGUAGES
def test_a_block_with_heads_finds_its_columns(opened: Open, language: str):
    driver = opened_at(opened, language, "staff")
    QGuiApplication.clipboard().setText("退職日\t氏名\n2026-10-31\t山田\n")
    driver.find("register").paste()
    assert rows(driver) == [{"left": "2026-10-31", "name": "山田"}]


def test_what_is_typed_stands_in_the_sorted_row_and_is_saved_with_the_rest(opened: Open):
    driver = opened_at(opened, "ja", "staff", {"name": "B"}, {"name": "A"})
    table = driver.find("register")
    table.sortByColumn(0, Qt.SortOrder.AscendingOrder)
    table.model().setData(table.model().index(0, 4), "２０２６年１０月３１日")
    assert rows(driver) == [{"name": "B"}, {"name": "A", "left": "2026-10-31"}]
    driver.type("filter", "b")
    assert table.model().rowCount() == 1


@LANGUAGES
def test_rows_come_and_go_and_findings_with_them(opened: Open, language: str):
    driver = opened_at(
        opened, language, "access", {"who": "A", "what": "VPN", "until": "2020-01-01", "approved_by": "B"}
    )
    assert "register_access.overdue" in [finding.code for finding in driver.session.result.findings]
    shown = driver.find("register").model().index(0, 5).data()
    assert driver.session.texts("ui.registers.state_overdue") in shown
    driver.press("add")
    assert len(rows(driver, "access")) == 2
    table = driver.find("register")
    table.setCurrentIndex(table.model().index(0, 0))
    driver.press("drop")
    assert rows(driver, "access") == [{}]
    assert "register_access.overdue" not in [finding.code for finding in driver.session.result.findings]


@LANGUAGES
def test_what_is_typed_after_adding_a_row_goes_into_that_row(opened: Open, language: str):
    driver = opened_at(opened, language, "staff", {"name": "A"})
    driver.type("filter", "nobody")
    driver.press("add")
    table = driver.find("register")
    assert table.hasFocus()
    for letter in "B b":
        driver.qtbot.keyClick(QApplication.focusWidget(), letter)
    driver.key(Qt.Key.Key_Return)
    driver.qtbot.waitUntil(lambda: rows(driver) == [{"name": "A"}, {"name": "B b"}])


@LANGUAGES
@pytest.mark.parametrize("kind", ["csv", "xlsx"])
def test_what_is_exported_is_read_again(opened: Open, language: str, kind: str, tmp_path):
    cells = {"who": "A", "what": "=1+1", "kind": "ssh_key", "until": "2020-01-01"}
    driver = opened_at(opened, language, "access", cells)
    driver.page.give(tmp_path / f"access.{kind}", kind)
    take(driver, tmp_path / f"access.{kind}")
    assert rows(driver, "access") == [cells, cells]
    assert driver.shows(driver.session.texts("ui.registers.pasted", count=1))


@pytest.mark.parametrize(
    ("content", "key"), [(b"\x00", "encoding"), (b"PK\x03\x04", "unreadable"), (None, "unreadable")]
)
def test_a_file_that_is_no_table_says_so_and_changes_nothing(opened: Open, tmp_path, content, key):
    driver = opened_at(opened, "ja", "staff", {"name": "A"})
    path = tmp_path / "x.csv"
    if content is not None:
        path.write_bytes(content)
    take(driver, path)
    assert driver.shows(driver.session.texts(f"ui.registers.unread_{key}"))
    assert rows(driver) == [{"name": "A"}]


@LANGUAGES
def test_the_hub_leads_to_all_registers_and_each_opens(opened: Open, language: str):
    driver = opened(language, demonstration.assessment())
    driver.go("hub")
    driver.press("registers")
    assert driver.route.page == "registers"
    driver.press("devices")
    assert driver.page.title() == driver.session.texts("registers.devices.name")
    driver.press("all")
    assert driver.route.item == ""


def paste(driver, words, row, column):
    table = driver.find("register")
    table.setCurrentIndex(table.model().index(row, column))
    QGuiApplication.clipboard().setText(words)
    table.paste()
    driver.settle()
    return table


def test_a_block_goes_into_the_rows_as_they_are_sorted_and_filtered(opened: Open):
    driver = opened_at(opened, "ja", "staff", {"name": "C"}, {"name": "A"}, {"name": "X"}, {"name": "B"})
    table = driver.find("register")
    table.sortByColumn(0, Qt.SortOrder.AscendingOrder)
    paste(driver, "a\nb\nc", 0, 1)
    assert {row["name"]: row.get("department") for row in rows(driver)} == {"A": "a", "B": "b", "C": "c", "X": None}
    driver.type("filter", "c")
    assert table.model().rowCount() == 1
    paste(driver, "経理\n営業", 0, 1)
    assert rows(driver)[0] == {"name": "C", "department": "経理"}
    assert rows(driver)[-1] == {"department": "営業"}
    assert len(rows(driver)) == 5


def test_one_value_fills_all_that_is_chosen_and_cut_empties_it(opened: Open):
    driver = opened_at(opened, "ja", "staff", {"name": "A"}, {"name": "B"}, {"name": "C"})
    table = driver.find("register")
    for number in range(2):
        index = table.model().index(number, 1)
        table.selectionModel().select(index, table.selectionModel().SelectionFlag.Select)
    QGuiApplication.clipboard().setText("営業")
    table.paste()
    assert [row.get("department") for row in rows(driver)] == ["営業", "営業", None]
    table.setFocus()
    table.clearSelection()
    table.setCurrentIndex(table.model().index(0, 1))
    driver.key(Qt.Key.Key_X, Qt.KeyboardModifier.ControlModifier)
    assert QGuiApplication.clipboard().text() == "営業"
    assert [row.get("department") for row in rows(driver)] == [None, "営業", None]


def test_what_is_copied_is_no_formula_elsewhere_and_comes_back_as_it_was(opened: Open):
    driver = opened_at(opened, "ja", "staff", {"name": "=HYPERLINK(1)\ncmd"}, {})
    table = driver.find("register")
    table.setCurrentIndex(table.model().index(0, 0))
    table.copy()
    assert QGuiApplication.clipboard().text() == "'=HYPERLINK(1) cmd"
    table.setCurrentIndex(table.model().index(1, 0))
    table.paste()
    assert rows(driver)[1] == {"name": "=HYPERLINK(1) cmd"}


def test_what_does_not_fit_is_said(opened: Open):
    driver = opened_at(opened, "ja", "staff", {"name": "A"})
    t = driver.session.texts
    last = driver.find("register").model().columnCount() - 1
    paste(driver, "x\ty\tz", 0, last)
    assert driver.shows(t("ui.registers.pasted_beyond", count=1, columns=2))
    before = rows(driver)
    paste(driver, "x\n" * 2_001, 0, 0)
    assert driver.shows(t("ui.registers.unread_too_many"))
    paste(driver, t("registers.staff.column.name") + "\n" + "x\n" * 1_999, 0, 0)
    assert len(rows(driver)) == 2_000
    paste(driver, "氏名\nA\n", 0, 0)
    assert driver.shows(t("ui.registers.unread_too_many"))
    assert len(rows(driver)) == 2_000
    assert rows(driver)[0] == before[0]


def test_numbers_are_sorted_by_size_and_a_third_press_gives_the_rows_their_old_order(opened: Open):
    driver = opened_at(opened, "en", "training", {"click_rate": "9"}, {"click_rate": "10"}, {}, {"click_rate": "2.5"})
    table = driver.find("register")
    columns = [column.key for column in table._source.words.register.columns]
    place = columns.index("click_rate")
    table.sortByColumn(place, Qt.SortOrder.AscendingOrder)
    shown = [table.model().index(number, place).data() for number in range(4)]
    assert shown == ["", "2.5", "9", "10"]
    table.horizontalHeader().setSortIndicator(-1, Qt.SortOrder.AscendingOrder)
    assert [table.model().index(number, place).data() for number in range(4)] == ["9", "10", "", "2.5"]


def test_enter_keeps_what_was_typed_and_goes_to_the_cell_below(opened: Open):
    driver = opened_at(opened, "ja", "staff", {"name": "A"}, {"name": "B"})
    table = driver.find("register")
    table.setFocus()
    table.setCurrentIndex(table.model().index(0, 0))
    driver.key(Qt.Key.Key_Return)
    driver.qtbot.keyClicks(QApplication.focusWidget(), "Z")
    driver.qtbot.keyClick(QApplication.focusWidget(), Qt.Key.Key_Return)
    driver.settle()
    assert rows(driver)[0]["name"].endswith("Z")
    assert (table.currentIndex().row(), table.currentIndex().column()) == (1, 0)


def test_a_file_dropped_on_the_table_is_read_into_it(opened: Open, tmp_path):
    driver = opened_at(opened, "ja", "staff", {"name": "A"})
    (tmp_path / "x.csv").write_text("氏名,退職日\n山田,2026/10/31\n", encoding="cp932")
    mime = QMimeData()
    mime.setUrls([QUrl.fromLocalFile(str(tmp_path / "x.csv"))])
    buttons, keys = Qt.MouseButton.LeftButton, Qt.KeyboardModifier.NoModifier
    target = driver.find("register").viewport()
    for made in (QDragEnterEvent(QPoint(9, 9), Qt.DropAction.CopyAction, mime, buttons, keys),):
        QApplication.sendEvent(target, made)
        assert made.isAccepted()
    QApplication.sendEvent(target, QDropEvent(QPointF(9, 9), Qt.DropAction.CopyAction, mime, buttons, keys))
    driver.qtbot.waitUntil(lambda: not driver.page.reading.running, timeout=20_000)
    assert rows(driver) == [{"name": "A"}, {"name": "山田", "left": "2026-10-31"}]
    assert driver.route.page == "registers"


def test_a_reading_that_is_stopped_adds_nothing_and_says_so(opened: Open, tmp_path):
    driver = opened_at(opened, "ja", "staff", {"name": "A"})
    book = openpyxl.Workbook()
    book.worksheets[0].append(["氏名"])
    for number in range(1_900):
        book.worksheets[0].append([f"{number}"] + ["x" * 200] * 50)
    book.save(tmp_path / "x.xlsx")
    driver.page.reading.take(tmp_path / "x.xlsx")
    driver.press("stop-import")
    driver.qtbot.waitUntil(lambda: not driver.page.reading.running, timeout=20_000)
    assert driver.shows(driver.session.texts("ui.registers.stopped"))
    assert rows(driver) == [{"name": "A"}]


@LANGUAGES
def test_evidence_is_handed_in_for_the_row_that_the_keyboard_is_on(opened: Open, language: str, tmp_path):
    driver = opened_at(opened, language, "access", {"who": "A", "what": "VPN"}, {"who": "B", "what": "NAS"})
    table = driver.find("register")
    table.setCurrentIndex(table.model().index(1, 0))
    assert driver.shows(driver.session.texts("ui.registers.row", name="B"))
    driver.press("show-evidence:row")
    (tmp_path / "form.pdf").write_bytes(b"%PDF-1.7\n")
    driver.window.findChildren(EvidenceBox)[-1].take(tmp_path / "form.pdf")
    driver.qtbot.waitUntil(lambda: len(driver.session.open.evidence) == 1, timeout=20_000)
    (one,) = driver.session.open.evidence
    assert (one.about, one.subject) == (About.REGISTER, "1")
    table.setCurrentIndex(table.model().index(0, 0))
    assert driver.find("show-evidence:row").text() == driver.session.texts("ui.evidence.show_none")
    table.setCurrentIndex(table.model().index(1, 0))
    assert driver.find("show-evidence:row").text() == driver.session.texts("ui.evidence.show", count=1)


def test_a_long_register_is_shown_without_looking_at_every_cell(opened: Open, monkeypatch: pytest.MonkeyPatch):
    many = [{"name": f"name {number}", "department": "A"} for number in range(500)]
    driver = opened_at(opened, "ja", "staff", *many)
    asked = []
    real = RegisterModel.data
    monkeypatch.setattr(
        RegisterModel, "data", lambda self, index, *role: (asked.append(1), real(self, index, *role))[1]
    )
    for do in (
        lambda: driver.go("registers", "staff"),
        lambda: driver.window.use_theme("dark"),
        lambda: driver.window.resize_text(1),
    ):
        asked.clear()
        do()
        driver.settle()
        assert 0 < len(asked) < 3000
    table = driver.find("register")
    assert table.model().rowCount() == 500
    assert [table.model().index(row, 0).data() for row in (0, 1, 499)] == ["name 0", "name 1", "name 499"]


@LANGUAGES
def test_an_empty_register_says_what_to_do_first_and_its_table_is_as_high_as_its_rows(opened: Open, language: str):
    driver = opened_at(opened, language, "staff")
    first = driver.session.texts("ui.registers.first_how")
    assert driver.shows(first)
    empty = driver.find("register").height()
    driver.press("add")
    assert not driver.shows(first)
    for _ in range(5):
        driver.press("add")
    assert empty < driver.find("register").height() < driver.window.height() * 2 // 3
    for _ in range(6):
        driver.window.undo()
    driver.settle()
    assert driver.shows(first)
    assert driver.find("register").height() == empty


@LANGUAGES
def test_the_list_of_registers_says_how_many_rows_are_overdue(opened: Open, language: str):
    driver = opened_at(opened, language, "access", {"until": "2020-01-01"}, {"until": "2999-01-01"})
    driver.go("registers")
    assert driver.shows(driver.session.texts("ui.registers.overdue", count=1))
    assert not driver.shows(driver.session.texts("ui.registers.overdue", count=2))


@LANGUAGES
def test_the_list_of_registers_says_which_periodic_checks_are_due_again(opened: Open, language: str):
    done = {"kind": "restore_test", "held": "2020-01-01", "by": "B"}
    driver = opened_at(opened, language, "reviews", done)
    driver.go("registers")
    assert driver.shows(driver.session.texts("ui.registers.overdue", count=1))
    found = {one.code for one in driver.session.result.findings}
    assert "register_reviews.restore_test_overdue" in found


def test_a_register_is_left_for_the_list_and_the_list_for_a_register(opened: Open):
    driver = opened("ja", demonstration.assessment())
    for item in ("", "accounts", "", "senders"):
        driver.go("registers", item)
        assert driver.route.item == item


def test_a_short_register_shows_all_its_rows(opened: Open):
    driver = opened_at(opened, "ja", "accounts", *({"account": f"{number}"} for number in range(5)))
    driver.window.resize(1280, 720)
    driver.settle()
    table = driver.find("register")
    assert not table.verticalScrollBar().isVisible()
    assert table.verticalScrollBar().maximum() == 0


@LANGUAGES
def test_the_list_says_which_questions_each_register_answers_and_how_many_it_does_now(opened: Open, language: str):
    admin = {"account": "admin", "holder": "A", "kind": "admin", "mfa": "yes"}
    driver = opened_at(opened, language, "accounts", admin)
    driver.go("registers")
    t = driver.session.texts
    asked = [one for one in driver.session.toolkit.bank if one.register == "accounts"]
    named = t.listed(f"{one.printed} {t(f'controls.{one.id}.label')}" for one in asked)
    assert driver.shows(t("ui.registers.answers", count=len(asked), now=2, questions=named))
    driver.session.edit(registers=())
    driver.settle()
    driver.go("registers")
    assert driver.shows(t("ui.registers.answers", count=len(asked), now=0, questions=named))
