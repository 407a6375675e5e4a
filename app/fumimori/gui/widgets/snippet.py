"""What is to be copied, letter by letter: a record, a file, a setting or a command, with a button that takes it."""

from PySide6.QtCore import QSize, Qt
from PySide6.QtGui import QGuiApplication, QResizeEvent, QTextOption
from PySide6.QtWidgets import QFrame, QPlainTextEdit, QPushButton, QVBoxLayout, QWidget

from fumimori.gui.theme import Theme
from fumimori.gui.widgets.controls import button, row
from fumimori.gui.widgets.text import Prose
from fumimori.model import Repair
from fumimori.texts import Texts, sanitize
from fumimori.wording.repairs import note_words, part_words, proof_words, snippet_title

MOST_LINES = 12


class _CodeView(QPlainTextEdit):
    """Text that can be read and marked but not changed; as high as it needs, up to a limit."""

    def __init__(self, theme: Theme, text: str, *, name: str) -> None:
        super().__init__(text)
        self.setObjectName("code")
        self.setReadOnly(True)
        self.setFont(theme.font("small", mono=True))
        self.setTabChangesFocus(True)
        self.setWordWrapMode(QTextOption.WrapMode.WrapAnywhere)
        self.setAccessibleName(name)
        self.setProperty("place", f"code:{name}")
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


class CopyBox(QFrame):
    """One piece of text: what it is and what is said about it, what is there now, the text, *copy*."""

    def __init__(self, theme: Theme, t: Texts, content: str, *, name: str, place: str = "", current: str = "") -> None:
        super().__init__()
        self._theme, self._t, self._content = theme, t, _clean(content)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(theme.px(4))
        if current:
            old = _clean(current).rstrip("\n")
            label = t("repairs.current" if content else "repairs.delete")
            column.addWidget(Prose(theme, f"{name}　{label}", size="small"))
            column.addWidget(_CodeView(theme, old, name=f"{name} {label}"))
        if not content:
            return
        self._copy: QPushButton = button(theme, t("repairs.copy"), self.copy, icon="copy", name=f"copy:{place or name}")
        self._copy.setAccessibleName(f"{t('repairs.copy')} {name}")
        text = _CodeView(theme, self._content.rstrip("\n"), name=name)
        alone = not place and not current and "\n" not in self._content.rstrip("\n")
        first: QWidget = text if alone else Prose(theme, t("repairs.wanted") if current else name, size="small")
        line = row(first, self._copy, spacing=theme.px(12))
        line.setStretch(0, 1)
        line.setAlignment(self._copy, Qt.AlignmentFlag.AlignTop)
        column.addLayout(line)
        if not alone:
            column.addWidget(text)

    def copy(self) -> None:
        """Put the text into the clipboard, and say so on the button."""
        QGuiApplication.clipboard().setText(self._content)
        self._copy.setText(self._t("repairs.copied"))
        self._copy.setIcon(self._theme.icon("check"))


class RepairBox(QWidget):
    """Everything to copy for an action in its order, what may break, the way back, the commands that prove it.

    `request` is the letter to a provider. There is nothing where the steps in words are all.
    """

    def __init__(self, theme: Theme, t: Texts, repair: Repair, request: str = "") -> None:
        super().__init__()
        self._theme, self._t = theme, t
        self._column = QVBoxLayout(self)
        self._column.setContentsMargins(0, 0, 0, 0)
        self._column.setSpacing(theme.px(10))
        self._sentences(repair, "before")
        if repair.snippets:
            self._column.addWidget(Prose(theme, t("repairs.heading"), bold=True))
            self._column.addWidget(Prose(theme, t("repairs.explained"), quiet=True, size="small"))
        for snippet in repair.snippets:
            if snippet.note is not None:
                self._column.addWidget(Prose(theme, note_words(t, snippet.note), size="small"))
            self._box(snippet.content, snippet_title(t, snippet), sanitize(snippet.place), snippet.current)
        for part in ("after", "risks", "back"):
            self._sentences(repair, part)
        if request:
            self._box(request.strip(), t("repairs.letter_heading"))
        if repair.proof:
            self._column.addWidget(Prose(theme, t("repairs.proof"), bold=True))
        for proof in repair.proof:
            self._box(proof.command, t("repairs.kind.command"))
            for words in proof_words(t, proof):
                self._column.addWidget(Prose(theme, words, quiet=True, size="small"))
        self.empty = not self._column.count()

    def _box(self, content: str, name: str, place: str = "", current: str = "") -> None:
        self._column.addWidget(CopyBox(self._theme, self._t, content, name=name, place=place, current=current))

    def _sentences(self, repair: Repair, part: str) -> None:
        said = part_words(self._t, repair, part)
        if said:
            self._column.addWidget(Prose(self._theme, self._t(f"repairs.{part}"), bold=True))
        for words in said:
            self._column.addWidget(Prose(self._theme, words))
