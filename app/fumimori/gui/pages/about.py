"""About the program: what leaves this computer, the keys, the terms of the trade, what it is made of."""

from collections.abc import Callable, Sequence

from PySide6.QtWidgets import QVBoxLayout

from fumimori import __version__
from fumimori.gui import shortcuts
from fumimori.gui.pages.page import Page
from fumimori.gui.widgets.controls import button, row
from fumimori.gui.widgets.table import Table
from fumimori.gui.widgets.text import Prose
from fumimori.model import ConsentLevel
from fumimori.wording.terms import TERMS, entry


class AboutPage(Page):
    """What people ask of a program before they trust it; long lists open when they are asked for."""

    def build(self) -> None:
        """Version and licence, then a section each."""
        self.prose("version", version=__version__)
        self.prose("licence", quiet=True)
        self.section(self.say("leaves"))
        self.prose("leaves_lead")
        for level in ConsentLevel:
            seen = self.t(f"words.consent.{int(level)}.server_sees")
            name = self.t("ui.consent.level", number=int(level), name=self.t(f"words.consent.{int(level)}.name"))
            self.add(Prose(self.theme, name, bold=True), Prose(self.theme, seen, size="small"))
        self.prose("leaves_never")
        self.section(self.say("keys"))
        self._table(
            "keys",
            [(keys, self._entry(name)) for name in shortcuts.SHORTCUTS if (keys := shortcuts.shown(name))],
            (3, 7),
        )
        self._fold("terms", self._terms, (3, 7))
        self._fold("components", self._components, (6, 4))

    @property
    def next_label(self) -> str:
        """There is only a way back."""
        return ""

    def _entry(self, name: str) -> str:
        """What a menu entry says, without the mark of its letter: `終了(&Q)`, `&Quit`."""
        return self.t(f"ui.menu.{name}").split("(&")[0].replace("&", "").rstrip("…")

    def _terms(self) -> list[tuple[str, ...]]:
        return [entry(self.t, term) for term in TERMS]

    def _components(self) -> list[tuple[str, ...]]:
        text = (self.session.services.resources / "components.tsv").read_text(encoding="utf-8")
        return [tuple(line.split("\t")) for line in text.splitlines()[2:]]

    def _fold(self, word: str, rows: Callable[[], list[tuple[str, ...]]], shares: tuple[int, ...]) -> None:
        """A section whose table is made when its button is pressed."""
        self.section(self.say(word))
        self.prose(f"{word}_lead", quiet=True)
        place = QVBoxLayout()

        def show() -> None:
            opening.hide()
            made = self._made(word, rows(), shares)
            place.addWidget(made)
            made.setFocus()

        opening = button(self.theme, self.say(f"{word}_show"), show, kind="link", icon="chevron-down", name=word)
        self.add(row(opening, None), place)

    def _table(self, word: str, rows: Sequence[tuple[str, ...]], shares: tuple[int, ...]) -> None:
        self.add(self._made(word, rows, shares))

    def _made(self, word: str, rows: Sequence[tuple[str, ...]], shares: tuple[int, ...]) -> Table:
        heads = self.t.lines(f"ui.about.{word}_heads")
        return Table(self.theme, name=self.say(word), heads=heads, rows=rows, shares=shares, place=f"table:{word}")
