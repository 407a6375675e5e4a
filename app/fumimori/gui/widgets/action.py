"""One action of the plan: what, why, how, by whom, by when; and the ways to settle its findings otherwise."""

from collections.abc import Callable, Sequence
from functools import partial

import msgspec
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QFrame, QVBoxLayout

from fumimori.assess.plan import due
from fumimori.gui.session import Session
from fumimori.gui.theme import Theme
from fumimori.gui.widgets.choice import tick
from fumimori.gui.widgets.controls import Field, button, clear, row
from fumimori.gui.widgets.dispute import DisputeBox
from fumimori.gui.widgets.evidence import FoldedEvidence
from fumimori.gui.widgets.signs import Chip
from fumimori.gui.widgets.snippet import RepairBox
from fumimori.gui.widgets.text import Prose
from fumimori.model import About, Action, Finding, PlanEntry, Repair, Result
from fumimori.wording.repairs import letter
from fumimori.wording.window import SUBJECTS, ways
from fumimori.wording.words import Words, kinds
from fumimori.wording.work import cost_words, due_words, gain_words, late_words

Again = Callable[[Sequence[Finding]], None]
"""Has these findings measured again."""


class ActionCard(QFrame):
    """Closed it shows what and by when; opened also why, the steps, the proof, and the fields."""

    def __init__(
        self, session: Session, theme: Theme, action: Action, *, number: int, result: Result, again: Again
    ) -> None:
        super().__init__()
        self.setObjectName("card")
        self._session, self._theme, self._action, self._t = session, theme, action, session.texts
        self._words = Words(session.texts, result.bank)
        self._grade, self._again = result.grade, again
        self._repair = session.services.repairs(result, session.open)
        t = self._t
        column = QVBoxLayout(self)
        column.setContentsMargins(theme.px(20), theme.px(14), theme.px(20), theme.px(14))
        column.setSpacing(theme.px(6))
        chip = Chip(theme, action.severity.word, t(f"words.severity.{action.severity.word}"))
        title = Prose(theme, f"{number}　{self._words.action(action)}", bold=True)
        self._more = button(theme, t("ui.action.show"), self.toggle, kind="link", name=f"more:{action.id}")
        self._more.setAccessibleName(f"{title.words} {t('ui.action.show')}")
        line = row(chip, title, self._more, spacing=theme.px(12))
        line.setStretch(1, 1)
        column.addLayout(line)
        names = self._words.subjects(action.findings, SUBJECTS)
        if names:
            column.addWidget(Prose(theme, names, quiet=True, size="small"))
        self._work, self._gain = (Prose(theme, "", size="small") for _ in range(2))
        self._late = Prose(theme, "", bold=True, size="small")
        column.addWidget(self._work)
        column.addWidget(self._gain)
        column.addWidget(self._late)
        self._show_work()
        self._inside = QVBoxLayout()
        self._inside.setSpacing(theme.px(14))
        column.addLayout(self._inside)
        self._open = False

    def _show_work(self) -> None:
        """By when, who, how much; and when the agreed day comes too late."""
        t, action, work = self._t, self._action, self._action.work
        self._work.say(
            t(
                "ui.action.work",
                due=due_words(action, t("words.due.renewal")),
                owner=t(f"words.owner.{work.owner}"),
                effort=t(f"words.effort.{work.effort}"),
                cost=cost_words(t, work),
            )
        )
        gain = gain_words(t, action, self._grade)
        self._gain.say(t("ui.action.gain", gain=gain) if gain else "")
        self._late.say(late_words(t, action))

    def mends(self, finding: Finding) -> bool:
        """Whether this action is about the finding."""
        return finding in self._action.findings

    def open_for(self, place: str) -> None:
        """Open the card if the field at `place` is one of this action."""
        if place.partition(":")[2] == self._action.id and not self._open:
            self.toggle()

    def reveal(self) -> None:
        """Open the card, and give it the keyboard, which brings it into view."""
        if not self._open:
            self.toggle()
        self._more.setFocus(Qt.FocusReason.OtherFocusReason)

    def toggle(self) -> None:
        """Open or close the card."""
        self._open = not self._open
        clear(self._inside)
        self._more.setText(self._t("ui.action.hide" if self._open else "ui.action.show"))
        if self._open:
            self._show()

    def _show(self) -> None:
        t, theme = self._t, self._theme
        question = self._words.asked(self._action)
        if question is not None:
            self._part("fix", "\n".join(ways(t, question.id, self._session.open.scope.hosting)))
        groups = kinds(self._action.findings)
        for findings in groups.values():
            if len(groups) > 1:
                self._inside.addWidget(Prose(theme, self._words.title(findings[0]), bold=True))
            self._kind(findings)
        entry = self._action.entry or PlanEntry(action=self._action.id)
        for word in ("owner_name", "due"):
            self._inside.addWidget(
                Field(
                    theme,
                    label=t(f"ui.action.{word}"),
                    text=getattr(entry, word),
                    changed=partial(self._plan, word),
                    name=f"{word}:{self._action.id}",
                )
            )
        measured = [finding for finding in self._action.findings if finding.measured]
        if measured and not self._session.measuring.targets(measured):
            self._inside.addWidget(Prose(theme, t("ui.action.again_read"), size="small", quiet=True))
        elif measured:
            again = button(
                theme,
                t("ui.action.again"),
                partial(self._again, self._action.findings),
                icon="rotate-ccw",
                name=f"again:{self._action.id}",
            )
            again.setEnabled(not self._session.measuring.running)
            self._inside.addLayout(row(again, None))
        done = t("ui.action.done")
        self._inside.addWidget(
            tick(theme, done, on=entry.done, changed=partial(self._plan, "done"), name=f"done:{self._action.id}")
        )

    def _kind(self, findings: Sequence[Finding]) -> None:
        """What was seen, why it matters, what to do, what to copy and how to prove it: of one kind of finding."""
        words, first = self._words, findings[0]
        self._part("saw", "\n".join(self._seen(findings)))
        self._part("risk", words.risk(first))
        self._part("fix", "\n".join(f"{number}. {step}" for number, step in enumerate(words.fix(first), start=1)))
        repairs = [self._repair(finding) for finding in findings[:SUBJECTS]]
        whole, asks = Repair.joined(repairs), dict.fromkeys(one.ask for one in repairs if one.ask is not None)
        box = RepairBox(self._theme, self._t, whole, letter(words, findings, asks, self._session.open))
        if not box.empty:
            self._inside.addWidget(box)
        self._part("confirm", words.confirm(first))
        about = {f"{one.code} {one.subject}".rstrip(): one.subject or words.title(one) for one in findings}
        self._inside.addWidget(FoldedEvidence(self._session, self._theme, About.FINDING, about, first.code))
        self._inside.addWidget(DisputeBox(self._session, self._theme, findings))

    def _seen(self, findings: Sequence[Finding]) -> list[str]:
        """What was measured, one line for each different fact, or what was answered."""
        facts = {(one.subject, self._words.saw(one)) for one in findings}
        several = len({subject for subject, _ in facts}) > 1
        lines = [f"{subject}: {fact}" if several and subject else fact for subject, fact in sorted(facts)]
        more = [self._t("ui.facts.more", count=len(lines) - SUBJECTS)] if len(lines) > SUBJECTS else []
        return [*lines[:SUBJECTS], *more]

    def _part(self, word: str, text: str) -> None:
        if not text:
            return
        part = QVBoxLayout()
        part.setSpacing(self._theme.px(2))
        part.addWidget(Prose(self._theme, self._t(f"ui.action.{word}"), bold=True))
        part.addWidget(Prose(self._theme, text))
        self._inside.addLayout(part)

    def _plan(self, word: str, value: object) -> None:
        plan = self._session.open.plan
        # What earlier files said by code is kept under the cause from now on.
        begun = self._action.entry or PlanEntry(action=self._action.id)
        known = next((one for one in plan if one.action == self._action.id), begun)
        others = tuple(one for one in plan if one.action != self._action.id)
        entry = msgspec.structs.replace(known, **{word: value})
        self._session.edit(plan=(*others, entry))
        if word == "due":
            self._agree(entry)

    def _agree(self, entry: PlanEntry) -> None:
        """Show by when it is to be done now that `entry` is what people agreed."""
        action, rules = self._action, self._session.toolkit.rules
        by = due(action.severity, action.findings, rules, self._session.services.now().date(), entry)
        self._action = msgspec.structs.replace(action, entry=entry, due=by)
        self._show_work()
