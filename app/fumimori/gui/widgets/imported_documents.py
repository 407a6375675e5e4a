"""What was taken in at one time: the documents with day and digest, and the way to remove them again."""

from functools import partial

from PySide6.QtWidgets import QFrame, QVBoxLayout

from fumimori.gui.session import Session
from fumimori.gui.theme import Theme
from fumimori.gui.widgets.controls import button, row
from fumimori.gui.widgets.table import Table
from fumimori.gui.widgets.text import Prose
from fumimori.model import Run
from fumimori.texts import sanitize
from fumimori.wording.words import Words

SHOWN = 30
DIGEST = 12
"""Hexadecimal digits of a digest that are enough to distinguish documents."""


class ImportedDocuments(QFrame):
    """One reading."""

    def __init__(self, session: Session, theme: Theme, run: Run) -> None:
        super().__init__()
        self.setObjectName("card")
        t = session.texts
        column = QVBoxLayout(self)
        column.setContentsMargins(theme.px(20), theme.px(14), theme.px(20), theme.px(14))
        column.setSpacing(theme.px(8))
        kinds = t.listed(dict.fromkeys(t(f"checks.{attempt.probe}.name") for attempt in run.attempts))
        if run.imported:
            domains = t.listed(sanitize(domain.name, 253) for domain in run.scope.domains)
            head = t("ui.documents.taken_scan", at=t.moment(run.started), domains=domains, count=len(run.attempts))
        else:
            head = t("ui.documents.taken_at", at=t.moment(run.started), count=len(run.sources), kinds=kinds)
        if run.tool is not None:
            tool, day = Words(t, session.toolkit.bank).tool(run.tool)
            head = t("ui.documents.taken_tool", head=head, tool=tool, day=day)
        remove = button(
            theme,
            t("ui.documents.remove"),
            partial(session.document_import.remove, run.id),
            kind="link",
            name=f"remove:{run.id}",
        )
        remove.setAccessibleName(f"{head} {t('ui.documents.remove')}")
        line = row(Prose(theme, head, bold=True), remove, spacing=theme.px(12))
        line.setStretch(0, 1)
        column.addLayout(line)
        if not run.sources:
            return
        rows = [(sanitize(one.name, 80), f"{one.size:,}", one.sha256[:DIGEST]) for one in run.sources[:SHOWN]]
        heads = t.lines("ui.documents.taken_heads")
        column.addWidget(Table(theme, name=head, heads=heads, rows=rows, shares=(56, 18, 26), place=f"taken:{run.id}"))
        if len(run.sources) > SHOWN:
            more = t("ui.documents.more_taken", count=len(run.sources) - SHOWN)
            column.addWidget(Prose(theme, more, quiet=True, size="small"))
