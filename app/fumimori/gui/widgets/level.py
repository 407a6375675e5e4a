"""How far a measurement may go: the four levels, and what is to be known about the one that is chosen."""

from collections.abc import Callable

from PySide6.QtWidgets import QVBoxLayout, QWidget

from fumimori.gui.consent_state import highest, level_choices, stands
from fumimori.gui.session import Session
from fumimori.gui.theme import Theme
from fumimori.gui.widgets.choice import ChoiceGroup
from fumimori.gui.widgets.notice import Notice
from fumimori.model import ConsentLevel


class LevelBox(QWidget):
    """Levels that the hosting rules out cannot be chosen; one that was chosen before falls back, and that is said."""

    def __init__(self, session: Session, theme: Theme, picked: Callable[[str | None], None]) -> None:
        super().__init__()
        self._session = session
        t, most, chosen = session.texts, highest(session), session.open.consent.level
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(theme.px(16))
        if chosen > most:
            # What the hosting rules out does not stay chosen.
            session.edit_consent(level=most, at=None)
            title = t("ui.consent.fell_back_title", level=int(most))
            column.addWidget(Notice(theme, title=title, text=t("ui.consent.fell_back", chosen=int(chosen))))
        self._outgrown = Notice(theme, title=t("ui.consent.outgrown_title"), text=t("ui.consent.outgrown"))
        column.addWidget(self._outgrown)
        group = ChoiceGroup(
            theme,
            asked=t("ui.consent.title"),
            choices=level_choices(t),
            chosen=str(int(session.open.consent.level)),
            picked=picked,
        )
        for made in group.cards[int(most) + 1 :]:
            made.setEnabled(False)
        column.addWidget(group)
        if most < ConsentLevel.RELAY:
            hosting = session.open.scope.hosting
            kind = t(f"words.hosting.{hosting}") if hosting else ""
            text = t("ui.consent.refused" if kind else "ui.consent.refused_unknown", hosting=kind)
            column.addWidget(Notice(theme, title=t("ui.consent.refused_title"), text=text))
        self.follow()

    def follow(self) -> bool:
        """Say, as things stand now, whether what was confirmed no longer covers what is to be looked at."""
        outgrown = self._session.open.consent.at is not None and not stands(self._session)
        self._outgrown.setVisible(outgrown)
        return outgrown
