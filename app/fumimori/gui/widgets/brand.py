"""The report's brand: logo, colour, sender, contact, confidentiality; all of it may stay empty."""

import re
from functools import partial

from PySide6.QtGui import QColor
from PySide6.QtWidgets import QColorDialog, QFrame, QLabel, QVBoxLayout

from fumimori.grammar.brand_profile import LINE_MOST, TEXT_MOST
from fumimori.gui.session import Session
from fumimori.gui.theme import Theme
from fumimori.gui.widgets.choice import Choice, ChoiceGroup, tick
from fumimori.gui.widgets.controls import Field, button, row
from fumimori.gui.widgets.logo import LogoBox
from fumimori.gui.widgets.text import Heading, Prose
from fumimori.model.brand import SEALS_MOST


class BrandBox(QFrame):
    """What the report looks like, in one card."""

    def __init__(self, session: Session, theme: Theme) -> None:
        super().__init__()
        self.setObjectName("card")
        self._session, self._theme, self._t = session, theme, session.texts
        self._column = QVBoxLayout(self)
        self._column.setContentsMargins(theme.px(20), theme.px(12), theme.px(20), theme.px(20))
        self._column.setSpacing(theme.px(12))
        self._column.addWidget(Heading(theme, self._say("title"), level=2))
        self._column.addWidget(Prose(theme, self._say("lead"), quiet=True))
        self.logo = LogoBox(session, theme)
        self._column.addWidget(self.logo)
        self._colour = Field(
            theme,
            label=self._say("colour"),
            hint=self._say("colour_hint"),
            text=session.open.brand.colour,
            changed=self._coloured,
            name="colour",
            placeholder="#264B6E",
            limit=7,
        )
        pick = button(theme, self._say("colour_choose"), self._choose_colour, name="colour-choose")
        self._swatch = QLabel()
        self._swatch.setFixedSize(theme.px(56), theme.px(28))
        self._column.addWidget(self._colour)
        self._column.addLayout(row(self._swatch, pick, None))
        for word in ("sender", "contact", "legal", "footer", "numbering"):
            self._column.addWidget(
                Field(
                    theme,
                    label=self._say(word),
                    hint=self._say(f"{word}_hint"),
                    text=getattr(session.open.brand, word),
                    changed=partial(self._noted, word),
                    name=word,
                    limit=TEXT_MOST if word == "legal" else LINE_MOST,
                )
            )
        seals = session.open.brand.seals
        self._column.addWidget(tick(theme, self._say("seals"), on=seals != (), changed=self._with_seals, name="seals"))
        self._titles = Field(
            theme,
            label=self._say("seal_titles"),
            hint=self._say("seal_titles_hint"),
            text=self._t.listed(seals or ()),
            changed=self._titled,
            name="seal-titles",
        )
        self._titles.setVisible(seals != ())
        self._column.addWidget(self._titles)
        self._column.addWidget(Heading(theme, self._say("confidentiality"), level=3))
        choices = [
            Choice(value=value, label=self._say(f"confidentiality_{value or 'usual'}"))
            for value in ("", "internal", "named")
        ]
        self._column.addWidget(
            ChoiceGroup(
                theme,
                asked=self._say("confidentiality"),
                choices=choices,
                chosen=session.open.brand.confidentiality,
                picked=lambda value: session.edit_brand(confidentiality=value or ""),
                columns=3,
            )
        )
        self._show_colour()

    def _say(self, word: str, **values: object) -> str:
        return self._t(f"ui.brand.{word}", **values)

    def _noted(self, word: str, text: str) -> None:
        self._session.edit_brand(**{word: text})

    def _with_seals(self, on: bool) -> None:  # noqa: FBT001 - as the card tells it
        self._titles.setVisible(on)
        self._session.edit_brand(seals=_titles(self._titles.edit.text()) if on else ())

    def _titled(self, text: str) -> None:
        self._session.edit_brand(seals=_titles(text))

    def _coloured(self, text: str) -> None:
        good = bool(re.fullmatch(r"#[0-9A-Fa-f]{6}", text))
        self._colour.show_error("" if good or not text else self._say("colour_wrong"))
        if good or not text:
            self._session.edit_brand(colour=text)
            self._show_colour()

    def _choose_colour(self) -> None:
        start = QColor(self._session.open.brand.colour or self._theme.printed("accent"))
        chosen = QColorDialog.getColor(start, self, self._say("colour"))
        if chosen.isValid():
            self._colour.edit.setText(chosen.name())
            self._coloured(chosen.name())

    def _show_colour(self) -> None:
        colour = self._session.open.brand.colour or self._theme.printed("accent")
        self._swatch.setStyleSheet(f"background: {colour}; border-radius: {self._theme.px(4)}px;")
        self._swatch.setAccessibleName(colour)


def _titles(text: str) -> tuple[str, ...] | None:
    """The titles that were typed, parted by commas of either script; None, for the usual ones, when there is none."""
    found = [part.strip() for part in re.split(r"[,、，]", text) if part.strip()]
    return tuple(found[:SEALS_MOST]) or None
