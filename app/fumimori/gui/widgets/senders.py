"""Who sends in the name of each domain, as the aggregate reports of others say: numbers, and bars beside them."""

import secrets
from collections.abc import Callable, Sequence
from functools import partial

from PySide6.QtCore import QRectF
from PySide6.QtGui import QColor, QPainter, QPaintEvent
from PySide6.QtWidgets import QGridLayout, QPushButton, QSizePolicy, QVBoxLayout, QWidget

from fumimori.assess.senders import proposed
from fumimori.checks.dmarc_reports.senders import Sender, reports_of, senders
from fumimori.grammar.dmarc_report import DmarcReport
from fumimori.gui.session import Session
from fumimori.gui.theme import Theme
from fumimori.gui.widgets.controls import button, card, held, row
from fumimori.gui.widgets.text import Heading, Prose, announce
from fumimori.model import RegisterRow
from fumimori.model.registers import ROWS_MOST
from fumimori.texts import sanitize

SHOWN = 25
NETWORKS = 3


class VolumeBar(QWidget):
    """How many messages passed (full) and failed (outlined) of the busiest sender's."""

    def __init__(self, theme: Theme, aligned: int, unaligned: int, most: int, *, name: str) -> None:
        super().__init__()
        self._theme, self._shares = theme, (aligned / max(most, 1), unaligned / max(most, 1))
        self.setAccessibleName(name)
        self.setFixedHeight(theme.px(14))
        self.setMinimumWidth(theme.px(96))
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)

    def paintEvent(self, event: QPaintEvent) -> None:
        """The two parts side by side; whatever there is has at least two pixels."""
        del event
        theme, painter = self._theme, QPainter(self)
        passed, failed = (max(share * (self.width() - 4), 2.0) if share else 0.0 for share in self._shares)
        painter.fillRect(QRectF(0, 1, passed, self.height() - 2), QColor(theme.colour("accent")))
        if failed:
            painter.setPen(QColor(theme.colour("ink")))
            painter.drawRect(QRectF(passed + 0.5, 1.5, failed, self.height() - 3))
        painter.end()


def sender_tables(session: Session, theme: Theme, *, spacing: int) -> list[Callable[[], QWidget]]:
    """What makes a table for each domain that reports were handed over about; `spacing` stands between its parts."""
    observations = session.judging.observations()
    found = {domain.name: reports_of(observations, domain.name) for domain in session.open.scope.domains}
    return [
        partial(_sender_table, session, theme, domain, reports, spacing) for domain, reports in found.items() if reports
    ]


def _sender_table(session: Session, theme: Theme, domain: str, reports: Sequence[DmarcReport], spacing: int) -> QWidget:
    column = QVBoxLayout()
    column.setSpacing(spacing)
    title = session.texts("ui.senders.title", domain=domain)
    column.addWidget(Heading(theme, title, level=2))
    lead = session.texts(
        "ui.senders.lead",
        count=len(reports),
        first=reports[0].begin.date().isoformat(),
        last=max(report.end for report in reports).date().isoformat(),
    )
    column.addWidget(Prose(theme, lead, quiet=True))
    column.addWidget(_Senders(session, theme, senders(reports, domain), title))
    if made := _taking_over(session, theme, domain, session.texts("ui.senders.take")):
        column.addLayout(row(made, None))
    return held(column)


def _taking_over(session: Session, theme: Theme, domain: str, words: str) -> QPushButton | None:
    """A button that writes what is not in the register of senders yet into it, if anything; it can be undone."""

    def take() -> None:
        fresh = proposed(session.judging.observations(), domain, session.open.registers)
        rows = [RegisterRow(id=secrets.token_hex(8), register="senders", cells=cells) for cells in fresh]
        kept = session.open.register("senders")
        made.setEnabled(False)
        session.edit(registers=(*session.open.registers, *rows[: max(0, ROWS_MOST - len(kept))]))
        announce(made, session.texts("ui.senders.taken", count=len(rows)))

    if not proposed(session.judging.observations(), domain, session.open.registers):
        return None
    made = button(theme, words, take, name=f"take_senders_{domain}")
    return made


def take_senders(session: Session, theme: Theme) -> list[QPushButton]:
    """A button for each domain whose reports show senders that the register does not hold yet."""
    names = [domain.name for domain in session.open.scope.domains]
    words = {name: session.texts("ui.registers.from_reports", domain=name) for name in names}
    made = [_taking_over(session, theme, name, words[name]) for name in names]
    return [one for one in made if one]


class _Senders(QWidget):
    """One row for each sender, busiest first."""

    def __init__(self, session: Session, theme: Theme, found: tuple[Sender, ...], title: str) -> None:
        super().__init__()
        self.setAccessibleName(title)
        t = session.texts
        whole = QVBoxLayout(self)
        whole.setContentsMargins(0, 0, 0, 0)
        frame, inside = card(theme)
        whole.addWidget(frame)
        grid = QGridLayout()
        grid.setHorizontalSpacing(theme.px(14))
        grid.setVerticalSpacing(theme.px(10))
        for place, share in enumerate((5, 2, 2, 4)):
            grid.setColumnStretch(place, share)
        for place, head in enumerate(t.lines("ui.senders.heads")):
            grid.addWidget(Prose(theme, head, bold=True, size="small"), 0, place)
        most = max((one.aligned + one.unaligned for one in found), default=0)
        for at, one in enumerate(found[:SHOWN], 1):
            name = sanitize(one.name, 80) or t("ui.senders.nameless")
            where = t.listed(one.networks[:NETWORKS])
            passed, failed = f"{one.aligned:,}", f"{one.unaligned:,}"
            if one.refused:
                failed = t("ui.senders.refused", failed=failed, refused=f"{one.refused:,}")
            who = Prose(theme, f"{name}\n{where}", size="small")
            bar = VolumeBar(
                theme,
                one.aligned,
                one.unaligned,
                most,
                name=t("ui.senders.bar", name=name, aligned=one.aligned, unaligned=one.unaligned),
            )
            for place, widget in enumerate(
                (who, Prose(theme, passed, size="small"), Prose(theme, failed, size="small"), bar)
            ):
                grid.addWidget(widget, at, place)
        inside.addLayout(grid)
        if len(found) > SHOWN:
            inside.addWidget(Prose(theme, t("ui.senders.more", count=len(found) - SHOWN), quiet=True, size="small"))
        inside.addWidget(Prose(theme, t("ui.senders.legend"), quiet=True, size="small"))
