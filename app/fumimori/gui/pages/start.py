"""The first page: begin, continue, or try the sample company."""

from functools import partial
from pathlib import Path

from PySide6.QtCore import QSize, Qt
from PySide6.QtWidgets import QLabel

from fumimori.gui.opening import ask_for_file, open_path
from fumimori.gui.pages.page import Page
from fumimori.gui.widgets.controls import button, card, row
from fumimori.gui.widgets.flow import Flow
from fumimori.gui.widgets.notice import Notice
from fumimori.gui.widgets.text import Elided, Prose
from fumimori.wizard.steps import Route

RECENT_SHOWN = 4


class StartPage(Page):
    """Welcome: what this is, three ways to begin, what to have at hand."""

    def build(self) -> None:
        """The mark, the three ways to begin, the recent files, what is needed."""
        theme = self.theme
        mark = QLabel()
        mark.setPixmap(theme.picture("mark", "seal", QSize(theme.px(56), theme.px(56))))
        mark.setAccessibleName(self.t("ui.app.name"))
        self.column.insertWidget(0, mark, 0, Qt.AlignmentFlag.AlignLeft)
        self.prose("lead")
        begin = button(
            theme, self.say("new"), partial(self.go, Route("new")), kind="primary", icon="plus", name="start-new"
        )
        choose = partial(ask_for_file, self, self.session, self.navigator)
        opening = button(theme, self.say("open"), choose, icon="folder-open", name="start-open")
        sample = button(theme, self.say("sample"), self._sample, icon="flask-conical", name="start-sample")
        self.add(Flow(begin, opening, sample, spacing=theme.px(12)))
        if self.session.assessment is not None:
            resume = self.navigator.resume
            going_on = button(theme, self.say("resume"), resume, kind="primary", name="start-resume")
            name = self.session.open.organisation.name or self.say("unnamed")
            self.add(Notice(theme, title=self.say("resume_title", name=name), icon="book-open", buttons=(going_on,)))
        self._recent()
        frame, inside = card(theme)
        inside.addWidget(Prose(theme, self.say("need_title"), bold=True))
        for line in self.t.lines("ui.start.need"):
            inside.addWidget(Prose(theme, self.t.style.bullet.format(text=line)))
        self.add(frame)
        self.prose("promise", quiet=True)

    def _recent(self) -> None:
        known = [Path(name) for name in self.session.settings.recent]
        # A file that was deleted may still have its automatic copies.
        there = [path for path in known if path.exists() or path.with_name(f"{path.name}.snapshots").is_dir()]
        there = there[:RECENT_SHOWN]
        if not there:
            return
        frame, inside = card(self.theme)
        inside.addWidget(Prose(self.theme, self.say("recent"), bold=True))
        for path in there:
            name = Elided(self.theme, path.stem)
            going_on = button(
                self.theme,
                self.say("go_on"),
                partial(open_path, path, self.session, self.navigator),
                name=f"recent:{path.name}",
            )
            going_on.setAccessibleName(f"{path.stem} {self.say('go_on')}")
            line = row(name, going_on, spacing=self.theme.px(12))
            line.setStretch(0, 1)
            inside.addLayout(line)
        self.add(frame)

    def _sample(self) -> None:
        self.go(Route("new", "sample"))

    @property
    def next_label(self) -> str:
        """There are three ways to go on, none is *the* next."""
        return ""

    @property
    def back_label(self) -> str:
        """Nothing lies before."""
        return ""
