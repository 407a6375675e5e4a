"""One action of the plan: what, why, how, by whom, by when; and the way to accept a risk knowingly."""

from functools import partial

import msgspec
from PySide6.QtWidgets import QFrame, QVBoxLayout

from fumimori.assess.plan import due
from fumimori.gui.session import Session
from fumimori.gui.theme import Theme
from fumimori.gui.widgets.choice import tick
from fumimori.gui.widgets.controls import Field, button, clear, row
from fumimori.gui.widgets.signs import Chip
from fumimori.gui.widgets.snippet import RepairBox
from fumimori.gui.widgets.text import Prose
from fumimori.model import AcceptedRisk, Action, PlanEntry
from fumimori.model.days import typed_day
from fumimori.wording.window import (
    answer_words,
    finding_base,
    finding_title,
    measured,
    outcome_saw,
    subject_words,
    ways,
)
from fumimori.wording.work import cost_words, due_words, late_words

SUBJECTS = 4


class ActionCard(QFrame):
    """Closed it shows what and by when; opened also why, the steps, the proof, and the fields."""

    def __init__(self, session: Session, theme: Theme, action: Action, *, number: int) -> None:
        super().__init__()
        self.setObjectName("card")
        self._session, self._theme, self._action, self._t = session, theme, action, session.texts
        t = self._t
        column = QVBoxLayout(self)
        column.setContentsMargins(theme.px(20), theme.px(14), theme.px(20), theme.px(14))
        column.setSpacing(theme.px(6))
        chip = Chip(theme, action.severity.word, t(f"words.severity.{action.severity.word}"))
        title = Prose(theme, f"{number}　{self._title()}", bold=True)
        self._more = button(theme, t("ui.action.show"), self.toggle, kind="link", name=f"more:{action.id}")
        self._more.setAccessibleName(f"{title.words} {t('ui.action.show')}")
        line = row(chip, title, self._more, spacing=theme.px(12))
        line.setStretch(1, 1)
        column.addLayout(line)
        names = subject_words(t, action.findings)
        if names:
            column.addWidget(Prose(theme, names, quiet=True, size="small"))
        self._work, self._late = Prose(theme, "", size="small"), Prose(theme, "", bold=True, size="small")
        column.addWidget(self._work)
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
        self._late.say(late_words(t, action))

    def _title(self) -> str:
        if self._action.asks:
            label = self._t(f"controls.{self._question}.label")
            return self._t("ui.action.find_out", label=label)
        return finding_title(self._t, self._action.findings[0], self._session.result)

    @property
    def _question(self) -> str:
        if self._action.findings and self._action.findings[0].question:
            return self._action.findings[0].question
        return ".".join(self._action.id.split(".")[:2])

    def toggle(self) -> None:
        """Open or close the card."""
        self._open = not self._open
        clear(self._inside)
        self._more.setText(self._t("ui.action.hide" if self._open else "ui.action.show"))
        if self._open:
            self._show()

    def _show(self) -> None:
        t, theme = self._t, self._theme
        base = finding_base(self._action.findings[0]) if not self._action.asks else ""
        values = dict(self._action.findings[0].values) if self._action.findings else {}
        if base:
            self._part("saw", "\n".join(self._seen()))
            self._part("risk", t(f"{base}.risk", **values))
            steps = t.lines(f"{base}.fix", **values)
            self._part("fix", "\n".join(f"{number}. {step}" for number, step in enumerate(steps, start=1)))
            repair, findings = self._session.services.repair, self._action.findings[:SUBJECTS]
            box = RepairBox(theme, t, [repair(finding, self._session.open) for finding in findings])
            if not box.empty:
                self._inside.addWidget(box)
            self._part("confirm", t(f"{base}.confirm", **values))
        else:
            self._part("fix", "\n".join(ways(t, self._question, self._session.open.scope.hosting)))
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
        done = t("ui.action.done")
        self._inside.addWidget(
            tick(theme, done, on=entry.done, changed=partial(self._plan, "done"), name=f"done:{self._action.id}")
        )
        if not self._action.asks:
            self._acceptance = QVBoxLayout()
            self._acceptance.setSpacing(theme.gap)
            self._inside.addLayout(self._acceptance)
            if self._decided() is not None:
                self._accept()
            else:
                asking = button(theme, t("ui.action.accept"), self._accept, kind="link", name=f"risk:{self._action.id}")
                self._acceptance.addLayout(row(asking, None))

    def _seen(self) -> list[str]:
        """What was measured, one line for each different fact, or what was answered."""
        findings = self._action.findings
        if not measured(findings[0].code):
            question = self._session.result.of_bank(findings[0].code.rpartition(".")[0])
            answer = self._session.open.answer(question.id)
            said = answer_words(self._t, question, answer) if answer else self._t("words.answer.unanswered")
            return [self._t("ui.action.answered", label=self._t(f"controls.{question.id}.label"), answer=said)]
        facts = {(one.subject, outcome_saw(self._t, one)) for one in findings}
        several = len({subject for subject, _ in facts}) > 1
        lines = [f"{subject}: {fact}" if several and subject else fact for subject, fact in sorted(facts)]
        more = [self._t("ui.facts.more", count=len(lines) - SUBJECTS)] if len(lines) > SUBJECTS else []
        return [*lines[:SUBJECTS], *more]

    def _part(self, word: str, text: str) -> None:
        part = QVBoxLayout()
        part.setSpacing(self._theme.px(2))
        part.addWidget(Prose(self._theme, self._t(f"ui.action.{word}"), bold=True))
        part.addWidget(Prose(self._theme, text))
        self._inside.addLayout(part)

    def _plan(self, word: str, value: object) -> None:
        plan = self._session.open.plan
        known = next((one for one in plan if one.action == self._action.id), PlanEntry(action=self._action.id))
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

    def _accept(self) -> None:
        t, theme = self._t, self._theme
        clear(self._acceptance)
        known = self._decided()
        self._risk = {word: getattr(known, word, "") for word in ("reason", "approver", "until")}
        self._acceptance.addWidget(Prose(theme, t("ui.action.accept"), bold=True))
        self._acceptance.addWidget(Prose(theme, t("ui.action.accept_lead"), quiet=True, size="small"))
        for word in self._risk:
            self._acceptance.addWidget(
                Field(
                    theme,
                    label=t(f"ui.action.{word}"),
                    text=self._risk[word],
                    changed=partial(self._risk.__setitem__, word),
                    name=f"{word}:{self._action.id}",
                )
            )
        nowhere = known is not None and known.last_day is None
        self._said = Prose(theme, t("ui.action.until_unclear") if nowhere else "", bold=True, size="small")
        accept = button(theme, t("ui.action.record"), self._record, name=f"accept:{self._action.id}")
        self._acceptance.addLayout(row(accept, None))
        self._acceptance.addWidget(self._said)

    def _decided(self) -> AcceptedRisk | None:
        """What was decided about one of the findings, whether it still counts or not."""
        mine = {(finding.code, finding.subject) for finding in self._action.findings}
        return next((one for one in self._session.open.accepted if (one.code, one.subject) in mine), None)

    def _record(self) -> None:
        if not all(text.strip() for text in self._risk.values()):
            self._said.say(self._t("ui.action.accept_missing"))
            return
        until = typed_day(self._risk["until"])
        if until is None:
            self._said.say(self._t("ui.action.until_unclear"))
            return
        self._risk["until"] = until.isoformat()
        mine = {(finding.code, finding.subject) for finding in self._action.findings}
        others = tuple(one for one in self._session.open.accepted if (one.code, one.subject) not in mine)
        new = tuple(AcceptedRisk(code=code, subject=subject, **self._risk) for code, subject in sorted(mine))
        self._session.edit(accepted=(*others, *new))
        self._said.say(self._t("ui.action.accepted"))
