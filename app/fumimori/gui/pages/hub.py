"""The ten controls at a glance: the state of each, and what to do next."""

from functools import partial

import msgspec
from PySide6.QtCore import QSize, Qt
from PySide6.QtWidgets import QLabel, QVBoxLayout, QWidget

from fumimori.gui.pages.page import Page
from fumimori.gui.widgets.choice import Choice, ChoiceGroup
from fumimori.gui.widgets.controls import button, card, held, row
from fumimori.gui.widgets.sidebar import STATUS_SIGNS
from fumimori.gui.widgets.signs import ScoreBar
from fumimori.gui.widgets.text import Prose
from fumimori.model import Control, QuestionState
from fumimori.wizard import progress
from fumimori.wizard.steps import BLOCK, SURROUNDINGS, Route, blocks, code_of
from fumimori.wording.window import range_words


class HubPage(Page):
    """Ten rows and the surroundings, each a link; nothing is hidden, what does not apply is marked."""

    def build(self) -> None:
        """How far it is, quick or full, the rows; what to do next is the button at the foot."""
        session, theme = self.session, self.theme
        self.prose("lead", quiet=True)
        minutes = progress.minutes_left(session.open, session.result)
        if minutes is not None and minutes[1] > 0:
            self.prose("minutes", quiet=True, low=minutes[0], high=minutes[1])
        choices = [
            Choice(value=word, label=self.say(word), explanation=self.say(f"{word}_why", count=self._count(word)))
            for word in ("quick", "full")
        ]
        self.add(
            ChoiceGroup(
                theme,
                asked=self.say("extent"),
                choices=choices,
                chosen="quick" if session.open.quick else "full",
                picked=self._extent,
                columns=2,
            )
        )
        self.growing.add([self._to_registers, *(partial(self._row, block) for block in blocks()), self._to_open_points])

    @property
    def next_label(self) -> str:
        """What to do next, by name."""
        return self.say("next", what=self.named(self.navigator.ahead))

    def _to_registers(self) -> QWidget:
        go = partial(self.go, Route("registers"))
        return held(row(button(self.theme, self.say("to_registers"), go, icon="table", name="registers"), None))

    def _to_open_points(self) -> QWidget:
        go = partial(self.go, Route("open_points"))
        return held(row(button(self.theme, self.say("to_open_points"), go, name="open-points"), None))

    def _row(self, block: str) -> QWidget:
        theme, t, session = self.theme, self.t, self.session
        frame, inside = card(theme)
        inside.setContentsMargins(theme.px(16), theme.px(12), theme.px(16), theme.px(12))
        status = progress.status(session.open, session.result, block)
        asked = [session.result.question(one.id) for one in progress.asked(session.result, block)]
        answered = sum(one.state is not QuestionState.UNANSWERED for one in asked)
        scored = block != SURROUNDINGS
        code = code_of(block)
        drawing = QLabel()
        drawing.setPixmap(theme.picture(f"controls/{block}", "accent", QSize(theme.px(72), theme.px(48))))
        drawing.setFixedWidth(theme.px(72))
        words = QVBoxLayout()
        words.setSpacing(theme.px(2))
        name = t(f"controls.{block}.name")
        words.addWidget(Prose(theme, f"{code}　{name}", bold=True))
        sign = STATUS_SIGNS[status].strip()
        state = f"{sign} {t(f'words.control_status.{status}')}".strip()
        count = self.say("count", done=answered, total=len(asked)) if asked else self.say("nothing_asked")
        words.addWidget(Prose(theme, f"{state}　・　{count}" if status != "out_of_scope" else state, size="small"))
        if scored and status != "out_of_scope":
            control = session.result.control(Control(block))
            score = range_words(t, control.score_low, control.score_high)
            bar = ScoreBar(theme, control.score_low, control.score_high, name=f"{name} {score}")
            bar.setMaximumWidth(theme.px(220))
            points = Prose(theme, score, quiet=True, size="small")
            line = row(bar, points, spacing=theme.px(10))
            line.setStretch(0, 1)
            line.setStretch(1, 1)
            words.addLayout(line)
        word = {"not_started": "begin", "in_progress": "go_on"}.get(status, "review")
        opening = button(theme, self.say(word), partial(self.go, Route(BLOCK, block)), name=f"open:{block}")
        opening.setAccessibleName(f"{name} {self.say(word)}")
        opening.setMinimumWidth(theme.px(96))
        line = row(drawing, spacing=theme.px(16))
        line.addLayout(words, 1)
        line.addWidget(opening, 0, Qt.AlignmentFlag.AlignVCenter)
        inside.addLayout(line)
        return frame

    def _count(self, word: str) -> int:
        questions, quick = self.session.result.questions, word == "quick"
        if quick is not self.session.open.quick:
            questions = self.session.judging.questions(msgspec.structs.replace(self.session.open, quick=quick))
        return sum(one.asked or one.contradicted for one in questions)

    def _extent(self, value: str | None) -> None:
        self.session.edit(quick=value != "full")
        self.go(self.route)
