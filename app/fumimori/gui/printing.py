"""Printing a PDF: the dialog of the system, then page after page as a picture, outside the window's thread."""

from collections.abc import Callable
from functools import partial
from pathlib import Path

from PySide6.QtCore import QRect, Qt
from PySide6.QtGui import QPainter
from PySide6.QtPrintSupport import QPrintDialog, QPrinter
from PySide6.QtWidgets import QDialog, QWidget

from fumimori.gui.pages.page import Page
from fumimori.gui.widgets.notice import Notice
from fumimori.gui.widgets.preview import drawn

FINEST = 300
"""Dots per inch that a page is drawn at, at most: text is sharp, and a page takes 35 MB."""


class PrintError(Exception):
    """The printer took no page."""


def asked_printer(parent: QWidget, pages: int, name: str) -> QPrinter | None:
    """The printer and the pages that somebody chose; None when they changed their mind.

    `name` is what the work is called in the printer's queue, and its file where there is no printer.
    """
    printer = QPrinter(QPrinter.PrinterMode.HighResolution)
    printer.setFullPage(True)
    printer.setDocName(name)
    if printer.outputFormat() is QPrinter.OutputFormat.PdfFormat:
        printer.setOutputFileName(str(Path.home() / f"{name}.pdf"))
    printer.setFromTo(1, pages)
    dialog = QPrintDialog(printer, parent)
    dialog.setMinMax(1, pages)
    return printer if dialog.exec() == QDialog.DialogCode.Accepted else None


def print_pages(pdf: bytes, printer: QPrinter) -> int:
    """Print the pages of `pdf` that `printer` is set to, all when it names none; how many. PrintError."""
    printer.setFullPage(True)
    painter = QPainter()
    if not painter.begin(printer):
        raise PrintError
    try:
        count = drawn(pdf, 0, 8).count
        first, last = printer.fromPage() or 1, printer.toPage() or count
        numbers = range(first - 1, min(last, count))
        for number in numbers:
            if number != numbers[0] and not printer.newPage():
                raise PrintError
            sheet = QRect(0, 0, *printer.pageLayout().fullRectPixels(printer.resolution()).size().toTuple())
            wide = round(sheet.width() * min(1.0, FINEST / printer.resolution()))
            image = drawn(pdf, number, wide).image
            fitted = image.size().scaled(sheet.size(), Qt.AspectRatioMode.KeepAspectRatio)
            target = QRect((sheet.width() - fitted.width()) // 2, 0, fitted.width(), fitted.height())
            painter.drawImage(target, image)
    finally:
        painter.end()
    return len(numbers)


def ask_and_print(page: Page, pdf: bytes, pages: int, told: Callable[[Notice], None]) -> None:
    """Ask for the printer and print on it outside the window's thread; `told` is called with messages for the user."""
    printer = asked_printer(page, pages, page.t("ui.report.file_name"))
    if printer is None:
        return

    def say(key: str, icon: str, text: str = "", **values: object) -> None:
        title = page.t(f"ui.report.{key}", **values)
        told(Notice(page.theme, title=title, text=text, icon=icon))

    say("printing", "printer")
    page.session.bridge.compute(
        partial(print_pages, pdf, printer),
        done=lambda count: say("printed", "circle-check", count=count),
        failed=lambda _error: say("not_printed", "triangle-alert", page.t("ui.report.not_printed_next")),
    )
