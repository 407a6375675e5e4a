"""Whose name and looks the report carries: the sender's profile, the client's logo, versions and recipients."""

from functools import partial

from PySide6.QtWidgets import QWidget

from fumimori.gui.pages.page import Page
from fumimori.gui.widgets.brand import BrandBox
from fumimori.gui.widgets.controls import card, note_box
from fumimori.gui.widgets.logo import LogoBox
from fumimori.gui.widgets.profiles import ProfileBox
from fumimori.gui.widgets.text import Heading, Prose
from fumimori.gui.widgets.versions import VersionsBox


class BrandingPage(Page):
    """All of it may stay empty; the assessment keeps its own copy of whatever profile was used."""

    def build(self) -> None:
        """Profiles, the sender's part, the client's part, the versions."""
        theme, session = self.theme, self.session
        self.prose("lead", quiet=True)
        self.add(ProfileBox(session, theme, lambda: self.go(self.route)), BrandBox(session, theme))
        self.growing.add([self._client, partial(VersionsBox, session, theme)], at_once=0)

    def _client(self) -> QWidget:
        """The client's logo, and who receives the report."""
        theme, session = self.theme, self.session
        frame, column = card(theme)
        column.addWidget(Heading(theme, self.say("client"), level=2))
        column.addWidget(Prose(theme, self.say("client_logo"), bold=True))
        column.addWidget(LogoBox(session, theme, "client_logo"))
        recipients = note_box(
            theme,
            label=self.say("recipients"),
            text="\n".join(session.open.brand.recipients),
            changed=self._listed,
            name="recipients",
        )
        column.addWidget(recipients)
        return frame

    def _listed(self, text: str) -> None:
        names = tuple(line.strip()[:200] for line in text.splitlines()[:50] if line.strip())
        self.session.edit_brand(recipients=names)
