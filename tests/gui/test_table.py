"""A table to read: long names break in it, and are copied as they are."""

from PySide6.QtCore import Qt
from PySide6.QtGui import QGuiApplication

from fumimori.gui.widgets.table import Table
from gui import demonstration
from gui.driver import Open


def test_a_name_is_copied_without_the_breaks_that_it_is_shown_with(opened: Open):
    driver = opened("en", demonstration.assessment("en"))
    driver.go("technician")
    table = driver.page.findChildren(Table)[0]
    row, column = next(
        (row, column)
        for row in range(table.rowCount())
        for column in range(table.columnCount())
        if "." in table.item(row, column).text()
    )
    table.setFocus()
    table.setCurrentCell(row, column)
    driver.key(Qt.Key.Key_C, Qt.KeyboardModifier.ControlModifier)
    copied = QGuiApplication.clipboard().text()
    assert "." in copied
    assert "\u200b" not in copied
    shown = table.itemDelegate().displayText(copied, table.locale())
    assert ".\u200b" in shown
