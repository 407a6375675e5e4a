"""What is typed and not taken over yet, kept while a page is rebuilt."""

from PySide6.QtWidgets import QLineEdit, QWidget

Draft = dict[str, tuple[str, int]]
"""The contents of a page's fields, by their places, with the cursor's position."""


class KeepsTyped(QWidget):
    """A page whose half-typed text outlives another language, size or brightness."""

    def draft(self) -> Draft:
        """What is typed, for the page that takes this one's place in another language, size or brightness."""
        return {
            edit.property("place"): (edit.text(), edit.cursorPosition())
            for edit in self.findChildren(QLineEdit)
            if edit.property("place")
        }

    def resume(self, draft: Draft) -> None:
        """Type again what the page before held; fields that show the session hold it already."""
        for edit in self.findChildren(QLineEdit):
            text, cursor = draft.get(edit.property("place") or "", (edit.text(), 0))
            if text != edit.text():
                edit.setText(text)
                edit.textEdited.emit(text)
            edit.setCursorPosition(cursor)
