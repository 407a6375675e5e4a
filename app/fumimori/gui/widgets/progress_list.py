"""The attempts of a measurement by control: one line each, what could not be measured below it, the rest folded."""

from collections.abc import Callable, Iterable, Sequence
from itertools import groupby

from PySide6.QtCore import QSize
from PySide6.QtWidgets import QFrame, QLabel, QVBoxLayout, QWidget

from fumimori.engine import Progress
from fumimori.gui.session import Session
from fumimori.gui.theme import Theme
from fumimori.gui.widgets.controls import button, clear, row
from fumimori.gui.widgets.text import Elided, Prose
from fumimori.model import Control, Status
from fumimori.texts import Texts, sanitize

SIGNS = {"waiting": "circle-dashed", "running": "play", "done": "circle-check", "missed": "circle-question-mark"}
SUBJECTS = 6


def missed(entry: Progress) -> bool:
    """Whether the attempt is over and saw nothing."""
    return entry.state == "done" and entry.status is not Status.COMPLETED


def reason_words(t: Texts, entry: Progress) -> str:
    """Why it saw nothing."""
    key = f"words.reason.{entry.reason}"
    return t(key) if t.has(key) else t(f"words.status.{entry.status}")


class _Group(QFrame):
    """One control: sign, name and count; what is going on now; what was missed and why; the details when opened."""

    def __init__(self, theme: Theme, t: Texts, control: Control) -> None:
        super().__init__()
        self.setObjectName("card")
        self._theme, self._t, self._control = theme, t, control
        self._name = t(f"controls.{control}.name")
        self._progress: tuple[Progress, ...] = ()
        self._open = False
        column = QVBoxLayout(self)
        column.setContentsMargins(theme.px(16), theme.px(8), theme.px(16), theme.px(8))
        column.setSpacing(theme.px(4))
        self._sign = QLabel()
        self._sign.setFixedWidth(theme.px(20))
        title = Elided(theme, f"{control.printed}　{self._name}", bold=True)
        self._count = QLabel()
        self._count.setFont(theme.font("small"))
        self._toggle = button(theme, "", self.toggle, kind="link", icon="chevron-right", name=f"group:{control}")
        line = row(self._sign, title, self._count, self._toggle, spacing=theme.px(10))
        line.setStretch(1, 1)
        column.addLayout(line)
        self._now = Elided(theme, "", size="small", quiet=True)
        self._now.setContentsMargins(theme.px(30), 0, 0, 0)
        column.addWidget(self._now)
        self._below = QVBoxLayout()
        self._below.setContentsMargins(theme.px(30), 0, 0, 0)
        self._below.setSpacing(theme.px(4))
        column.addLayout(self._below)

    def toggle(self) -> None:
        """Open or fold the details."""
        self._open = not self._open
        self._toggle.setIcon(self._theme.icon("chevron-down" if self._open else "chevron-right", "accent"))
        self._show()

    def show_progress(self, progress: tuple[Progress, ...]) -> None:
        """Show the state of these attempts; nothing moves while nothing changed."""
        if progress != self._progress:
            self._progress = progress
            self._show()

    def _show(self) -> None:
        t, progress = self._t, self._progress
        over = [entry for entry in progress if entry.state == "done"]
        unseen = [entry for entry in over if missed(entry)]
        running = [entry for entry in progress if entry.state == "running"]
        finished = len(over) == len(progress)
        sign = "done" if finished else "running" if running or over else "waiting"
        if finished and len(unseen) == len(progress):
            sign = "missed"
        self._sign.setPixmap(self._theme.picture(SIGNS[sign], "accent", QSize(self._theme.px(18), self._theme.px(18))))
        if not finished:
            count = t("ui.measuring.of", done=len(over), total=len(progress))
        elif unseen:
            count = t("ui.measuring.counted_missed", done=len(progress) - len(unseen), missed=len(unseen))
        else:
            count = t("ui.measuring.counted", done=len(progress))
        self._count.setText(count)
        self._toggle.setAccessibleName(f"{self._name} {count} {t('ui.measuring.details')}")
        self._toggle.setAccessibleDescription(t("ui.measuring.unfolded" if self._open else "ui.measuring.folded"))
        now = t.listed(dict.fromkeys(t(f"checks.{entry.probe}.name") for entry in running))
        self._now.say(now)
        self._now.setVisible(bool(now))
        clear(self._below)
        if self._open:
            self._add(progress, lambda entry: "" if entry.state == "done" else t(f"ui.measuring.state_{entry.state}"))
        elif finished:
            self._add(unseen, lambda _entry: "")

    def _add(self, progress: Iterable[Progress], state: Callable[[Progress], str]) -> None:
        """A line for each probe and way that it stands, with its subjects."""
        t, theme = self._t, self._theme

        def kind(entry: Progress) -> tuple[str, str]:
            return entry.probe, reason_words(t, entry) if missed(entry) else state(entry)

        for (probe, words), same in groupby(sorted(progress, key=kind), key=kind):
            subjects = [sanitize(entry.subject) for entry in same if entry.subject]
            extra = len(subjects) - SUBJECTS
            names = t.listed(subjects[:SUBJECTS])
            if extra > 0:
                names = t("words.action.and_more", names=names, count=extra)
            self._below.addWidget(Prose(theme, f"{t(f'checks.{probe}.name')}　{names}".rstrip(), size="small"))
            if words:
                self._below.addWidget(Prose(theme, words, size="small", quiet=True))


class ProgressList(QWidget):
    """A line for each control that is looked at, in their order."""

    def __init__(self, session: Session, theme: Theme) -> None:
        super().__init__()
        self._session, self._theme = session, theme
        self._column = QVBoxLayout(self)
        self._column.setContentsMargins(0, 0, 0, 0)
        self._column.setSpacing(theme.px(8))
        self._groups: dict[Control, _Group] = {}

    def show_progress(self, progress: Sequence[Progress]) -> None:
        """Show the state of every attempt."""
        controls = {probe.id: probe.control for probe in self._session.toolkit.checks}
        for control in Control:
            mine = tuple(entry for entry in progress if controls.get(entry.probe) is control)
            if not mine:
                gone = self._groups.pop(control, None)
                if gone is not None:
                    gone.hide()
                    gone.deleteLater()
                continue
            if control not in self._groups:
                self._groups[control] = _Group(self._theme, self._session.texts, control)
                place = [known for known in Control if known in self._groups].index(control)
                self._column.insertWidget(place, self._groups[control])
            self._groups[control].show_progress(mine)
