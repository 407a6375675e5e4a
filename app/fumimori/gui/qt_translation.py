"""Qt's own words, in its file dialogs and menus of fields, in the window's language."""

from PySide6.QtCore import QLibraryInfo, QLocale, QTranslator
from PySide6.QtWidgets import QApplication


def install_translation(translator: QTranslator, language: str) -> None:
    """Have Qt speak `language` through `translator`; its English needs none."""
    application = QApplication.instance()
    if application is None:
        return
    application.removeTranslator(translator)
    folder = QLibraryInfo.path(QLibraryInfo.LibraryPath.TranslationsPath)
    if translator.load(QLocale(language), "qtbase", "_", folder):
        application.installTranslator(translator)
