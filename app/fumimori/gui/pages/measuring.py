"""The measurement as it goes: every attempt with its state, one bar, a way to stop."""

from pathlib import Path

from PySide6.QtCore import QTimer
from PySide6.QtWidgets import QFileDialog, QProgressBar, QVBoxLayout

from fumimori.engine import Progress
from fumimori.gui.consent_state import begun
from fumimori.gui.pages.page import Page
from fumimori.gui.widgets.controls import button, clear
from fumimori.gui.widgets.flow import Flow
from fumimori.gui.widgets.progress_list import ProgressList, missed
from fumimori.gui.widgets.remarks import Remarks
from fumimori.gui.widgets.scan_import import import_scan
from fumimori.gui.widgets.text import Prose, announce
from fumimori.model import Attempt, Result, RunKind

ANNOUNCE_EVERY_MS = 10_000


def _looks(result: Result) -> tuple[Attempt, ...]:
    """What was measured; what was read from files is not included."""
    return tuple(attempt for run in result.runs if run.kind is not RunKind.READ for attempt in run.attempts)


class MeasuringPage(Page):
    """What is measured now, what is done, what could not be looked at and why."""

    def build(self) -> None:
        """The words above the bar, the bar, the list."""
        theme, measuring = self.theme, self.session.measuring
        self.prose("lead", quiet=True)
        self._words = Prose(theme, "", bold=True)
        self._bar = QProgressBar()
        self._bar.setTextVisible(False)
        self._stop = button(theme, self.say("stop"), measuring.stop, icon="square", name="stop")
        self._again = button(theme, self.say("again"), self._start, icon="rotate-ccw", name="again")
        self._elsewhere = button(theme, self.say("import"), self._choose, icon="folder-open", name="import")
        self.add(self._words, self._bar, Flow(self._stop, self._again, self._elsewhere, spacing=theme.gap))
        self._silence = QTimer(self, singleShot=True, interval=ANNOUNCE_EVERY_MS)
        self._was_running = False
        self._notes, self._asked = Remarks(self.session, theme), QVBoxLayout()
        self._list = ProgressList(self.session, theme)
        self.add(self._asked, self._notes, self._list)
        measuring.changed.connect(self._show)
        self._show()

    @property
    def next_label(self) -> str:
        """Start first, then go on."""
        if self.session.measuring.running or begun(self.session.open):
            return super().next_label
        return self.say("start")

    @property
    def later(self) -> bool:
        """Everything but measuring works without it."""
        return not self.session.measuring.running and not begun(self.session.open)

    def accept(self) -> bool:
        """Start, and stay, when nothing was measured yet."""
        if self.session.measuring.running or begun(self.session.open):
            return True
        self._start()
        return False

    def leave(self) -> None:
        """The measurement continues without this page."""
        self.session.measuring.changed.disconnect(self._show)

    def _choose(self) -> None:
        if name := QFileDialog.getOpenFileName(self, self.say("import"), str(Path.home()), "JSON (*.json)")[0]:
            self.take(Path(name))

    def take(self, path: Path, *, widen: bool = False) -> None:
        """Take over a measurement that was made elsewhere, say why it cannot be one, or ask whose it is."""
        clear(self._asked)
        notice = import_scan(
            self.session,
            self.theme,
            path,
            widen=widen,
            again=lambda: self.take(path, widen=True),
            leave=lambda: clear(self._asked),
        )
        if notice is None:
            self.go(self.route)
        else:
            self._asked.addWidget(notice)

    def _start(self) -> None:
        self.session.measuring.start()
        self.go(self.route)

    def _show(self) -> None:
        measuring = self.session.measuring
        running, attempts = measuring.running, _looks(self.session.result) if begun(self.session.open) else ()
        self._stop.setVisible(running)
        self._stop.setEnabled(not measuring.stopping)
        self._elsewhere.setVisible(not running)
        self._again.setVisible(not running and bool(attempts))
        if running:
            key = "stopping" if measuring.stopping else "running" if measuring.total else "starting"
            self._words.say(self.say(key, done=measuring.done, total=measuring.total))
            progress = list(measuring.progress.values())
        else:
            progress = [
                Progress(probe=one.probe, subject=one.subject, state="done", status=one.status, reason=one.reason)
                for one in attempts
            ]
            self._words.say(self._over(progress) if progress else self.say("ready"))
        self._bar.setAccessibleName(self.say("bar"))
        self._bar.setVisible(running or bool(attempts))
        self._bar.setRange(0, max(measuring.total, 1) if running else 1)
        self._bar.setValue(measuring.done if running else 1)  # Qt paints at once here, so the words stand already
        self._announce(running=running)
        self._notes.renew()
        self._list.show_progress(progress)

    def _over(self, progress: list[Progress]) -> str:
        """What the last run did, with its day and hour: this program's own run, else all that is kept in the file."""
        mine = [entry for entry in self.session.measuring.progress.values() if entry.state == "done"]
        count = sum(missed(entry) for entry in mine or progress)
        moment = self.t.moment(max(one.ended for one in self.session.open.attempts).astimezone())
        key = "over" if mine else "over_before"
        return self.say(key, moment=moment, done=len(mine or progress) - count, missed=count)

    def _announce(self, *, running: bool) -> None:
        """Have a screen reader say how far it is: seldom while it runs, and once when it is over."""
        if running and self.session.measuring.total and not self._silence.isActive():
            self._silence.start()
            announce(self._bar, self._words.words)
        elif self._was_running and not running:
            announce(self._bar, self._words.words)
        self._was_running = running
