"""What every page is: a heading, a column of content, and what the buttons at the foot do on it."""

from collections.abc import Callable, Mapping, Sequence

from PySide6.QtWidgets import QLayout, QVBoxLayout, QWidget

from fumimori.gui.drafts import KeepsTyped
from fumimori.gui.growing import Growing
from fumimori.gui.session import Session
from fumimori.gui.theme import Theme
from fumimori.gui.widgets.choice import Choice, ChoiceGroup
from fumimori.gui.widgets.text import Heading, Prose
from fumimori.wizard.navigator import Navigator
from fumimori.wizard.steps import Route, block_of, step


class Page(KeepsTyped):
    """A page shows the session as it is when it is made; another language or size rebuilds it."""

    begin: QWidget | None = None
    """What gets the keyboard when the page appears; None is the heading."""

    def __init__(self, session: Session, theme: Theme, navigator: Navigator) -> None:
        super().__init__()
        self.session = session
        self.theme = theme
        self.navigator = navigator
        self.route = navigator.route
        self.go = navigator.go
        self.t = session.texts
        self.setObjectName("paper")
        self.column = QVBoxLayout(self)
        self.column.setContentsMargins(0, theme.px(28), 0, theme.px(32))
        self.column.setSpacing(theme.px(16))
        self.heading = Heading(theme, self.title())
        if caption := self.caption():
            self.column.addWidget(Prose(theme, caption, quiet=True, size="small"))
            self.column.setSpacing(theme.px(14))
        self.column.addWidget(self.heading)
        self.growing = Growing(self.column, self)
        self.build()
        self.column.addStretch(1)

    def say(self, key: str, **values: object) -> str:
        """The text `key` of this page."""
        return self.t(f"ui.{self.route.page}.{key}", **values)

    def title(self) -> str:
        """The heading."""
        return self.say("title")

    def caption(self) -> str:
        """The small line above the heading; empty for none."""
        return ""

    def build(self) -> None:
        """Fill the column."""

    @property
    def widest(self) -> int:
        """Pixels beyond which the column does not grow."""
        return self.theme.size("content")

    @property
    def next_label(self) -> str:
        """The label of the button at the right of the foot; empty hides it."""
        return self.t("ui.foot.next")

    @property
    def back_label(self) -> str:
        """The label of the button at the left of the foot; empty hides it."""
        return self.t("ui.foot.back")

    @property
    def later(self) -> bool:
        """Whether *answer later* is offered."""
        return False

    @property
    def help_prefix(self) -> str:
        """Where the help panel's texts of this page lie: a question's, or empty for the page's own."""
        return ""

    def further_help(self) -> Sequence[QWidget]:
        """The text in the help panel under how to find out."""
        return ()

    def accept(self) -> bool:
        """Take over the page's input before Next; False stays on the page, after it has shown what is missing."""
        return True

    def named(self, route: Route) -> str:
        """What people call a place: the control that it belongs to, or its name in the sidebar."""
        if route.page in ("question", "summary"):
            return self.t(f"controls.{block_of(route.item)}.name")
        return self.t(step(route.page).label)

    @property
    def onward(self) -> str:
        """Where Next leads, by name."""
        return self.t("ui.foot.to", what=self.named(self.navigator.ahead))

    def leave(self) -> None:
        """The page goes: stop what it started."""

    def prose(self, key: str, *, quiet: bool = False, **values: object) -> Prose:
        """Add this page's text `key` as running text."""
        made = Prose(self.theme, self.say(key, **values), quiet=quiet)
        self.column.addWidget(made)
        return made

    def section(self, text: str) -> Heading:
        """Add a section's title."""
        made = Heading(self.theme, text, level=2)
        self.column.addWidget(made)
        return made

    def choice(
        self,
        word: str,
        values: Sequence[str],
        chosen: str,
        picked: Callable[[str | None], None],
        *,
        columns: int = 2,
        shared: bool = False,
        labels: Mapping[str, str] | None = None,
    ) -> QVBoxLayout:
        """Cards titled `word`, one a value; their texts: `labels`, or the page's, or those `shared` with the report."""
        key = f"words.{word}." if shared else f"ui.{self.route.page}.{word}_"
        choices = [Choice(value=value, label=labels[value] if labels else self.t(key + value)) for value in values]
        asked = self.say(word)
        group = ChoiceGroup(self.theme, asked=asked, choices=choices, chosen=chosen, picked=picked, columns=columns)
        part = QVBoxLayout()
        part.setSpacing(self.theme.gap)
        part.addWidget(Heading(self.theme, asked, level=3))
        part.addWidget(group)
        part.addStretch(1)
        return part

    def add(self, *parts: QWidget | QLayout) -> None:
        """Add widgets and layouts to the column."""
        for part in parts:
            if isinstance(part, QLayout):
                self.column.addLayout(part)
            else:
                self.column.addWidget(part)
