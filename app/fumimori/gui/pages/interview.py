"""A whole control as a sheet for an interview: keys 1 to 5 answer, arrows walk, the respondent is asked once."""

from functools import partial

from fumimori.gui.pages.page import Page
from fumimori.gui.widgets.controls import Field
from fumimori.gui.widgets.interview_row import InterviewRow
from fumimori.wizard import progress


class InterviewPage(Page):
    """Every question of the control in one table, without severities or scores, so that answers are not influenced."""

    def title(self) -> str:
        """The control's name."""
        return self.say("title", name=self.t(f"controls.{self.route.item}.name"))

    def build(self) -> None:
        """The respondent, then the rows."""
        session, theme = self.session, self.theme
        self.prose("lead", quiet=True)
        self._respondent = next((one.respondent for one in reversed(session.open.answers) if one.respondent), "")
        self.add(
            Field(
                theme,
                label=self.say("respondent"),
                text=self._respondent,
                changed=lambda text: setattr(self, "_respondent", text),
                name="respondent",
            )
        )
        questions = progress.asked(session.result, self.route.item)
        self.rows = [InterviewRow(session, theme, one, picked=partial(self._picked, one.id)) for one in questions]
        for number, made in enumerate(self.rows):
            made.walked = partial(self._walk, number)
            self.add(made)
        if self.rows:
            self.begin = self.rows[0]
        else:
            self.prose("nothing", quiet=True)

    @property
    def next_label(self) -> str:
        """To the summary."""
        return self.say("done")

    def _picked(self, question: str, value: str | None) -> None:
        if value is None:
            self.session.withdraw(question)
        elif value == "unknown":
            self.session.answer(question, None, respondent=self._respondent)
        else:
            self.session.answer(question, value, respondent=self._respondent)

    def _walk(self, number: int, step: int) -> None:
        if 0 <= number + step < len(self.rows):
            self.rows[number + step].setFocus()
