"""The round trip of two messages that people send themselves, led step by step, and what each of them proved."""

from pathlib import Path

from PySide6.QtWidgets import QFileDialog

from fumimori.checks.mail_message.facts import Direction
from fumimori.gui.pages.page import Page
from fumimori.gui.widgets.controls import button, card, row
from fumimori.gui.widgets.round_trip_result import RoundTripResult, newest
from fumimori.gui.widgets.text import Prose
from fumimori.wizard.steps import Route

PROGRAMS = ("gmail", "outlook_web", "outlook_classic", "thunderbird", "apple", "other")


class RoundTripPage(Page):
    """Out and back: what to do, whether it was read, what it showed; the program itself sends nothing."""

    @property
    def widest(self) -> int:
        """The table of hops needs more room than running text."""
        return self.theme.px(900)

    def build(self) -> None:
        """The two directions, how to save a message, and what was read."""
        self.prose("lead")
        self.prose("nothing_sent", quiet=True)
        for direction in Direction:
            self._direction(direction)
        self.section(self.say("saving"))
        frame, inside = card(self.theme)
        for program in PROGRAMS:
            inside.addWidget(Prose(self.theme, self.say(f"program_{program}"), bold=True))
            inside.addWidget(Prose(self.theme, self.say(f"save_{program}")))
        self.add(frame)

    def _direction(self, direction: Direction) -> None:
        theme = self.theme
        self.section(self.say(f"title_{direction}"))
        domain = next((domain.name for domain in self.session.open.scope.domains), "example.jp")
        frame, inside = card(theme)
        for number, line in enumerate(self.t.lines(f"ui.round_trip.steps_{direction}", domain=domain), 1):
            inside.addWidget(Prose(theme, f"{number}. {line}"))
        choose = button(theme, self.say("choose"), self._choose, icon="file-text", name=f"choose:{direction}")
        inside.addLayout(row(choose, None))
        self.add(frame)
        message = newest(self.session, direction)
        if message is None:
            self.prose("not_yet", quiet=True)
            return
        at = message[1].at
        self.prose("read", at=self.t.moment(at) if at else "-").setFont(theme.font("body", bold=True))
        self.add(RoundTripResult(self.session, theme, message))

    def _choose(self) -> None:
        name, _ = QFileDialog.getOpenFileName(self, self.say("choose"), str(Path.home()))
        if name:
            self.session.document_import.add([Path(name)])
            self.go(Route("documents"))
