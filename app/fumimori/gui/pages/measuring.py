"""The measurement as it goes: every look with its state, one bar, a way to stop."""

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QHBoxLayout, QLabel, QProgressBar, QVBoxLayout

from fumimori.core.model import Control, Status
from fumimori.gui.course import Route
from fumimori.gui.measuring import Look
from fumimori.gui.pages.page import Page
from fumimori.gui.widgets.controls import button, card, clear, row
from fumimori.gui.widgets.notice import Notice
from fumimori.gui.widgets.text import Elided, Prose

SIGNS = {"waiting": "circle-dashed", "running": "play", "done": "circle-check", "not": "circle-question-mark"}


class MeasuringPage(Page):
    """What is measured now, what is done, what could not be looked at and why."""

    def build(self) -> None:
        """The words above the bar, the bar, the list."""
        theme, measuring = self.theme, self.desk.measuring
        self.prose("lead", quiet=True)
        self._words = Prose(theme, "", bold=True)
        self._bar = QProgressBar()
        self._bar.setTextVisible(False)
        self._stop = button(theme, self.say("stop"), measuring.stop, icon="square", name="stop")
        self._again = button(theme, self.say("again"), self._start, icon="rotate-ccw", name="again")
        self.add(self._words, self._bar, row(self._stop, self._again, None))
        self._notes = QVBoxLayout()
        self._list = QVBoxLayout()
        self._list.setSpacing(theme.px(12))
        self.add(self._notes, self._list)
        self._shown: dict[tuple[str, str], tuple[Look, QLabel, Elided, Prose]] = {}
        measuring.changed.connect(self._show)
        self._show()

    @property
    def next_label(self) -> str:
        """Start first, then go on."""
        if self.desk.measuring.running or self.desk.open.attempts:
            return super().next_label
        return self.say("start")

    @property
    def later(self) -> bool:
        """Everything but measuring works without it."""
        return not self.desk.measuring.running and not self.desk.open.attempts

    def next(self) -> Route | None:
        """Start when nothing was measured yet; else go on, to the hub while it still runs."""
        if self.desk.measuring.running:
            return Route("hub")
        if self.desk.open.attempts:
            return super().next()
        self._start()
        return None

    def skip(self) -> Route:
        """Answer first, measure later."""
        return Route("hub")

    def leave(self) -> None:
        """The measurement goes on without this page."""
        self.desk.measuring.changed.disconnect(self._show)

    def _start(self) -> None:
        self.desk.measuring.start()
        self.go(self.route)

    def _show(self) -> None:
        measuring = self.desk.measuring
        running, attempts = measuring.running, self.desk.open.attempts
        self._stop.setVisible(running)
        self._stop.setEnabled(not measuring.stopping)
        self._again.setVisible(not running and bool(attempts))
        self._bar.setVisible(running or bool(attempts))
        if running:
            self._bar.setRange(0, max(measuring.total, 1))
            self._bar.setValue(measuring.done)
            key = "stopping" if measuring.stopping else "running"
            self._words.say(self.say(key, done=measuring.done, total=measuring.total))
            looks = list(measuring.looks.values())
        else:
            self._bar.setRange(0, 1)
            self._bar.setValue(1)
            looks = [
                Look(probe=one.probe, subject=one.subject, state="done", status=one.status, reason=one.reason)
                for one in attempts
            ]
            missed = sum(look.status is not Status.COMPLETED for look in looks)
            self._words.say(self.say("over", done=len(looks) - missed, missed=missed) if looks else self.say("ready"))
        self._bar.setAccessibleName(self._words.words)
        self._show_notes()
        self._show_looks(looks)

    def _show_notes(self) -> None:
        clear(self._notes)
        measuring = self.desk.measuring
        vantage = self.desk.open.vantages[-1] if self.desk.open.vantages else None
        keys = []
        if measuring.fault:
            keys.append("fault")
        if measuring.cancelled:
            keys.append("cancelled")
        if vantage is not None and not measuring.running:
            keys += ["offline"] if not vantage.online else []
            keys += ["port25"] if vantage.online and vantage.port25 == "blocked" else []
            keys += ["captive"] if vantage.captive_portal else []
            keys += ["intercepted"] if vantage.intercepted else []
            keys += ["inside"] if vantage.inside else []
        for key in keys:
            self._notes.addWidget(Notice(self.theme, title=self.say(key), text=self.say(f"{key}_next")))

    def _show_looks(self, looks: list[Look]) -> None:
        if set(self._shown) != {(look.probe, look.subject) for look in looks}:
            self._lay_out(looks)
        for look in looks:
            known, sign, _, state = self._shown[(look.probe, look.subject)]
            if known != look or not state.words:
                missed = look.state == "done" and look.status is not Status.COMPLETED
                sign.setPixmap(
                    self.theme.icon(SIGNS["not" if missed else look.state], "accent").pixmap(self.theme.px(18))
                )
                state.say(self._state(look, missed=missed))
                self._shown[(look.probe, look.subject)] = (look, *self._shown[(look.probe, look.subject)][1:])

    def _state(self, look: Look, *, missed: bool) -> str:
        if missed:
            key = f"words.reason.{look.reason}"
            return self.t(key) if self.t.has(key) else self.t(f"words.status.{look.status}")
        return self.say(f"state_{look.state}")

    def _lay_out(self, looks: list[Look]) -> None:
        clear(self._list)
        self._shown = {}
        controls = {probe.id: probe.control for probe in self.desk.instruments.probes}
        for control in Control:
            mine = [look for look in looks if controls.get(look.probe) is control]
            if not mine:
                continue
            frame, inside = card(self.theme)
            name = f"{control.printed}  {self.t(f'controls.{control}.name')}"
            inside.addWidget(Prose(self.theme, name, bold=True))
            for look in mine:
                sign = QLabel()
                title = Elided(self.theme, f"{self.t(f'probes.{look.probe}.name')}　{look.subject}")
                state = Prose(self.theme, "", quiet=True, size="small")
                words = QVBoxLayout()
                words.setSpacing(0)
                words.addWidget(title)
                words.addWidget(state)
                line = QHBoxLayout()
                line.setSpacing(self.theme.px(10))
                line.addWidget(sign, 0, Qt.AlignmentFlag.AlignTop)
                line.addLayout(words, 1)
                inside.addLayout(line)
                self._shown[(look.probe, look.subject)] = (look, sign, title, state)
            self._list.addWidget(frame)
