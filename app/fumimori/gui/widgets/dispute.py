"""How a person settles a finding: the measurement errs, something else protects, or it is accepted until a day."""

from collections.abc import Callable, Sequence
from functools import partial

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QVBoxLayout, QWidget

from fumimori.gui.session import Session
from fumimori.gui.theme import Theme
from fumimori.gui.widgets.choice import tick
from fumimori.gui.widgets.controls import Field, button, card, clear, row
from fumimori.gui.widgets.flow import Flow
from fumimori.gui.widgets.text import Prose
from fumimori.model import Dispute, DisputeKind, Finding
from fumimori.model.days import typed_day
from fumimori.wording.words import Words

FIELDS = {
    DisputeKind.WRONG: ("reason", "evidence", "approver"),
    DisputeKind.COMPENSATED: ("reason", "approver", "until"),
    DisputeKind.ACCEPTED: ("reason", "approver", "until"),
}
"""What each kind must say."""
NAMED = 30
"""Findings of one kind that can be chosen one by one; the others share a choice."""


class DisputeBox(QWidget):
    """About all or some findings of one kind: three ways to settle them, the form of one of them, what was recorded."""

    def __init__(self, session: Session, theme: Theme, findings: Sequence[Finding]) -> None:
        super().__init__()
        self._session, self._theme, self._t = session, theme, session.texts
        self._code = findings[0].code
        self._mine = sorted({(finding.code, finding.subject) for finding in findings})
        self._left_out: set[tuple[str, str]] = set()
        self._kinds = [kind for kind in FIELDS if kind is not DisputeKind.WRONG or findings[0].measured]
        self._column = QVBoxLayout(self)
        self._column.setContentsMargins(0, 0, 0, 0)
        self._column.setSpacing(theme.gap)
        known = next((one for one in session.open.disputes if (one.code, one.subject) in self._mine), None)
        if known is not None:
            self._form(known.kind, known)
        else:
            self._column.addLayout(self._ways())

    def _ways(self) -> Flow:
        buttons = [
            button(
                self._theme,
                self._t(f"ui.dispute.{kind}"),
                partial(self._form, kind),
                kind="link",
                name=f"{kind}:{self._code}",
            )
            for kind in self._kinds
        ]
        return Flow(*buttons, spacing=self._theme.gap)

    def _form(self, kind: DisputeKind, known: Dispute | None = None) -> None:
        t, theme = self._t, self._theme
        clear(self._column)
        self._column.addLayout(self._ways())
        self._said = {word: str(getattr(known, word, "")) for word in FIELDS[kind]}
        self._column.addWidget(Prose(theme, t(f"ui.dispute.{kind}"), bold=True))
        self._column.addWidget(Prose(theme, t(f"ui.dispute.lead_{kind}"), quiet=True, size="small"))
        fields = [
            Field(
                theme,
                label=t(f"ui.dispute.reason_{kind}" if word == "reason" else f"ui.dispute.{word}"),
                text=text,
                changed=partial(self._said.__setitem__, word),
                name=f"{word}:{self._code}",
            )
            for word, text in self._said.items()
        ]
        self._choose()
        for field in fields:
            self._column.addWidget(field)
        nowhere = known is not None and "until" in self._said and known.last_day is None
        self._answer = Prose(theme, t("ui.dispute.until_unclear") if nowhere else "", bold=True, size="small")
        record = button(theme, t("ui.dispute.record"), partial(self._record, kind), name=f"record:{self._code}")
        self._column.addLayout(row(record, None))
        self._column.addWidget(self._answer)
        if known is None:  # somebody asked for the form; the button that was pressed is gone
            fields[0].edit.setFocus(Qt.FocusReason.OtherFocusReason)

    def _choose(self) -> None:
        """Which of several findings are meant: all, unless somebody takes some out."""
        self._left_out.clear()
        if len(self._mine) < 2:
            return
        self._column.addWidget(Prose(self._theme, self._t("ui.dispute.about"), bold=True, size="small"))
        groups: dict[str, list[tuple[str, str]]] = {}
        for one in self._mine[:NAMED]:
            groups.setdefault(one[1], []).append(one)
        if more := self._mine[NAMED:]:
            groups[self._t("ui.dispute.others", count=len(more))] = more
        for name, group in groups.items():
            place, chosen = f"about:{self._code} {name}", partial(self._include, group)
            self._column.addWidget(tick(self._theme, name, on=True, changed=chosen, name=place))

    def _include(self, group: Sequence[tuple[str, str]], on: bool) -> None:  # noqa: FBT001 - a card that is ticked
        (self._left_out.difference_update if on else self._left_out.update)(group)

    def _record(self, kind: DisputeKind) -> None:
        meant = [one for one in self._mine if one not in self._left_out]
        if not meant:
            self._answer.say(self._t("ui.dispute.none"))
            return
        if not all(text.strip() for text in self._said.values()):
            self._answer.say(self._t("ui.dispute.missing"))
            return
        if "until" in self._said:
            until = typed_day(self._said["until"])
            if until is None:
                self._answer.say(self._t("ui.dispute.until_unclear"))
                return
            self._said["until"] = until.isoformat()
        others = tuple(one for one in self._session.open.disputes if (one.code, one.subject) not in meant)
        new = tuple(Dispute(code=code, subject=subject, kind=kind, **self._said) for code, subject in meant)
        self._session.edit(disputes=(*others, *new))
        self._answer.say(self._t("ui.dispute.recorded"))


def settled(session: Session, theme: Theme, again: Callable[[], None]) -> QWidget | None:
    """Every finding that somebody settled and that is settled today, each with the way to take that back."""
    findings = [finding for finding in session.result.findings if finding.dispute is not None]
    if not findings:
        return None
    t, words = session.texts, Words(session.texts, session.result.bank)
    frame, inside = card(theme)
    for finding in findings:
        dispute = finding.dispute
        if dispute is None:
            continue
        told = t(
            "ui.dispute.told" if dispute.until else "ui.dispute.told_for_good",
            kind=t(f"words.dispute.{dispute.kind}"),
            approver=dispute.approver,
            until=dispute.until,
            reason=dispute.reason,
        )
        title = " ".join([words.title(finding), *([f"({finding.subject})"] if finding.subject else [])])
        withdraw = button(
            theme,
            t("ui.dispute.withdraw"),
            partial(_withdraw, session, dispute, again),
            kind="link",
            name=f"withdraw:{finding.code} {finding.subject}",
        )
        withdraw.setAccessibleName(f"{title} {t('ui.dispute.withdraw')}")
        line = row(Prose(theme, f"{title}\n{told}", size="small"), withdraw, spacing=theme.px(12))
        line.setStretch(0, 1)
        inside.addLayout(line)
    return frame


def _withdraw(session: Session, dispute: Dispute, again: Callable[[], None]) -> None:
    mine = (dispute.code, dispute.subject)
    session.edit(disputes=tuple(one for one in session.open.disputes if (one.code, one.subject) != mine))
    again()
