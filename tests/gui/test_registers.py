"""A register is filled like a spreadsheet: typed, pasted, read from a file, and every step can be taken back."""

import msgspec
import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QApplication

from fumimori.gui.widgets.register_table import RegisterModel
from fumimori.model import RegisterRow
from gui import demonstration
from gui.driver import Open

LANGUAGES = pytest.mark.parametrize("language", ["ja", "en"])


def rows(driver, register="staff"):
    return [dict(row.cells) for row in driver.session.open.register(register)]


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
    driver.page.take(tmp_path / f"access.{kind}")
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
    driver.page.take(path)
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
