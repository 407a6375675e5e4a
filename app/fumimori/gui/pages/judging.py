"""What stands in the place of a page whose first result is still being made; nothing, while that takes a moment."""

from PySide6.QtCore import QTimer

from fumimori.gui.pages.page import Page
from fumimori.gui.widgets.text import announce

SAY_AFTER_MS = 300
"""A wait that is shorter is not spoken of."""


class JudgingPage(Page):
    """One line, and what went wrong when nothing can follow; the window shows the page itself when it is ready."""

    def build(self) -> None:
        """The line appears when the wait lasts."""
        self.heading.hide()
        self._timer = QTimer(self)
        self._timer.setSingleShot(True)
        self._timer.timeout.connect(self._say)
        self._timer.start(0 if self.session.judging.fault else SAY_AFTER_MS)
        self.session.judging.now()

    def title(self) -> str:
        """That something is being worked out, or could not be."""
        fault = self.session.judging.fault
        return self.t("ui.app.not_judged", fault=fault) if fault else self.t("ui.app.judging")

    @property
    def next_label(self) -> str:
        """There is nothing to go on with yet."""
        return ""

    @property
    def back_label(self) -> str:
        """There is nothing to go back from yet."""
        return ""

    def _say(self) -> None:
        self.heading.show()
        self.heading.take_focus()
        announce(self.heading, self.title())
