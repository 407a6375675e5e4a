"""What is to be copied, letter by letter: a record, a file, a setting or a command, with a button that takes it."""

from collections.abc import Sequence
from functools import partial

from PySide6.QtCore import QSize, Qt
from PySide6.QtGui import QGuiApplication, QResizeEvent, QTextOption
from PySide6.QtWidgets import QFrame, QPlainTextEdit, QPushButton, QVBoxLayout, QWidget

from fumimori.gui.theme import Theme
from fumimori.gui.widgets.controls import button, row
from fumimori.gui.widgets.text import Prose
from fumimori.model import Repair, Snippet
from fumimori.texts import Texts, sanitize

MOST_LINES = 12


class _Verbatim(QPlainTextEdit):
    """Text that can be read and marked but not changed; as high as it needs, up to a limit."""

    def __init__(self, theme: Theme, text: str, *, name: str) -> None:
        super().__init__(text)
        self.setObjectName("verbatim")
        self.setReadOnly(True)
        self.setFont(theme.font("small", mono=True))
        self.setTabChangesFocus(True)
        self.setWordWrapMode(QTextOption.WrapMode.WrapAnywhere)
        self.setAccessibleName(name)
        self.setProperty("place", f"verbatim:{name}")
        self._frame = 2 * theme.px(10)
        self._fit()

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Long lines go on below, so the height follows the width."""
        super().resizeEvent(event)
        self._fit()

    def _fit(self) -> None:
        lines = min(max(round(self.document().size().height()), 1), MOST_LINES)
        self.setFixedHeight(lines * self.fontMetrics().lineSpacing() + self._frame)

    def minimumSizeHint(self) -> QSize:
        """Any width will do."""
        return QSize(80, self.height())


def _clean(text: str) -> str:
    """`text` as it is shown and copied: its own line breaks, and in each line nothing but harmless signs."""
    return "\n".join(sanitize(line, 4000) for line in text.split("\n"))


class SnippetBox(QFrame):
    """One piece of text: what it is, where it belongs, the text, *copy*."""

    def __init__(self, theme: Theme, t: Texts, snippet: Snippet) -> None:
        super().__init__()
        self._theme, self._t, self._content = theme, t, _clean(snippet.content)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(theme.px(4))
        kind, place = t(f"repairs.kind.{snippet.kind}"), sanitize(snippet.place)
        name = t("ui.snippet.place", kind=kind, place=place) if place else kind
        self._copy: QPushButton = button(theme, t("repairs.copy"), self.copy, icon="copy", name=f"copy:{place}")
        self._copy.setAccessibleName(f"{t('repairs.copy')} {name}")
        text = _Verbatim(theme, self._content.rstrip("\n"), name=name)
        first: QWidget = Prose(theme, name, size="small") if place else text
        line = row(first, self._copy, spacing=theme.px(12))
        line.setStretch(0, 1)
        line.setAlignment(self._copy, Qt.AlignmentFlag.AlignTop)
        column.addLayout(line)
        if place:
            column.addWidget(text)

    def copy(self) -> None:
        """Put the text into the clipboard, and say so on the button."""
        QGuiApplication.clipboard().setText(self._content)
        self._copy.setText(self._t("repairs.copied"))
        self._copy.setIcon(self._theme.icon("check"))


class RepairBox(QWidget):
    """Everything to copy for an action, and the commands that prove it; nothing where the steps in words are all."""

    def __init__(self, theme: Theme, t: Texts, repairs: Sequence[Repair]) -> None:
        super().__init__()
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(theme.px(10))
        for heading, pieces in (
            ("repairs.heading", tuple(dict.fromkeys(piece for one in repairs for piece in one.snippets))),
            ("repairs.proof", tuple(dict.fromkeys(piece for one in repairs for piece in one.proof))),
        ):
            if not pieces:
                continue
            column.addWidget(Prose(theme, t(heading), bold=True))
            if heading == "repairs.heading":
                column.addWidget(Prose(theme, t("repairs.explained"), quiet=True, size="small"))
            for box in map(partial(SnippetBox, theme, t), pieces):
                column.addWidget(box)
        self.empty = not column.count()
