"""What one message of the round trip proved, hop by hop, and what it leaves unproved."""

from datetime import datetime

from PySide6.QtWidgets import QVBoxLayout, QWidget

from fumimori.checks.mail_message.facts import MAIL_MESSAGE, Direction, Facts
from fumimori.checks.observations import Observations
from fumimori.gui.session import Session
from fumimori.gui.theme import Theme
from fumimori.gui.widgets.controls import card, row
from fumimori.gui.widgets.signs import Chip
from fumimori.gui.widgets.table import Table
from fumimori.gui.widgets.text import Prose
from fumimori.model import Attempt, Outcome
from fumimori.wording.round_trip import hop_rows, unproved, verdict_words
from fumimori.wording.words import Words

Message = tuple[Attempt, Facts]


def newest(session: Session, direction: Direction) -> Message | None:
    """The newest message that went this way and is the assessment's; None when none was taken in."""
    found = session.judging.observations().all(MAIL_MESSAGE)
    there = (one for one in found if one[1].direction is direction)
    return max(there, key=_at, default=None)


def _at(message: Message) -> datetime:
    attempt, facts = message
    return facts.at or attempt.ended


def proved(session: Session, message: Message) -> tuple[Outcome, ...]:
    """What follows from this message alone, with the keys that were measured."""
    seen = session.judging.observations()
    alone = Observations(session.open.scope, (message[0], *seen.attempts("dkim")))
    judge = next(reader.judge for reader in session.toolkit.readers if reader.id == MAIL_MESSAGE.check)
    return tuple(judge(alone, session.toolkit.rules))


class RoundTripResult(QWidget):
    """The hops as a table, what they and the signatures prove, and what remains open."""

    def __init__(self, session: Session, theme: Theme, message: Message) -> None:
        super().__init__()
        t, facts = session.texts, message[1]
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(theme.px(12))
        hops = hop_rows(t, facts)
        if hops:
            name, heads = t(f"ui.round_trip.hops_{facts.direction}"), t.lines("ui.round_trip.heads")
            place = f"hops:{facts.direction}"
            shares = (6, 44, 20, 18, 12)
            column.addWidget(Table(theme, name=name, heads=heads, rows=hops, shares=shares, place=place))
        frame, inside = card(theme)
        column.addWidget(frame)
        outcomes = proved(session, message)
        words, rules = Words(t, session.toolkit.bank), session.toolkit.rules
        inside.addWidget(Prose(theme, t("ui.round_trip.proved"), bold=True))
        for outcome in sorted(outcomes, key=lambda one: -rules.outcomes[one.code].severity):
            severity = rules.outcomes[outcome.code].severity.word
            chip = Chip(theme, severity, t(f"words.severity.{severity}"))
            line = row(chip, Prose(theme, words.title(outcome)), spacing=theme.px(12))
            line.setStretch(1, 1)
            inside.addLayout(line)
        for told in (verdict_words(t, facts), "" if outcomes else t("ui.round_trip.proved_nothing")):
            if told:
                inside.addWidget(Prose(theme, told, quiet=True, size="small"))
        inside.addWidget(Prose(theme, t("ui.round_trip.unproved"), bold=True))
        for open_point in unproved(t, facts, {one.code.partition(".")[2] for one in outcomes}):
            inside.addWidget(Prose(theme, t.style.bullet.format(text=open_point)))
