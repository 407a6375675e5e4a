"""What was just read, before it counts: what documents are and prove, what becomes of them, and what is asked."""

from collections.abc import Sequence
from functools import partial

from PySide6.QtCore import QTimer
from PySide6.QtWidgets import QScrollArea, QVBoxLayout, QWidget

from fumimori.checks.other_tools.facts import OTHER_TOOLS
from fumimori.engine.scan_import import SCAN
from fumimori.gui.document_import import NAMELESS, Read
from fumimori.gui.mail_receivers import receivers
from fumimori.gui.session import Session
from fumimori.gui.theme import Theme
from fumimori.gui.widgets.choice import Choice, ChoiceGroup, tick
from fumimori.gui.widgets.controls import Field, button, card, clear, row
from fumimori.gui.widgets.flow import Flow
from fumimori.gui.widgets.notice import Notice
from fumimori.gui.widgets.signs import Chip
from fumimori.gui.widgets.text import Heading, Prose, announce
from fumimori.model import Outcome
from fumimori.texts import sanitize
from fumimori.wording.words import Words

NAMES_MOST = 5
OUTCOMES_MOST = 8
UNREAD_MOST = 50
OTHERS_MOST = 20
NAME_MOST = 80


class ImportResultBox(QWidget):
    """A card for each kind of document, what was not readable, the questions that are asked, *take in*."""

    def __init__(self, session: Session, theme: Theme, read: Read) -> None:
        super().__init__()
        self._session, self._theme, self._t, self._read = session, theme, session.texts, read
        self._words = Words(session.texts, session.toolkit.bank)
        self._column = QVBoxLayout(self)
        self._column.setContentsMargins(0, 0, 0, 0)
        self._column.setSpacing(theme.px(14))
        good = [one for one in read.result.documents if not one.problem]
        self._column.addWidget(Heading(theme, self._say("read", count=len(good)), level=2))
        if read.result.cancelled:
            self._column.addWidget(Notice(theme, title=self._say("cancelled")))
        self._ask_claims()
        self._kinds = QVBoxLayout()
        self._kinds.setSpacing(theme.px(14))
        self._column.addLayout(self._kinds)
        self._show_kinds()
        self._unread()
        if not good:
            self._column.addLayout(
                Flow(
                    button(theme, self._say("close"), session.document_import.discard, name="leave-out"),
                    spacing=theme.gap,
                )
            )
            return
        self._host: tuple[QWidget, QWidget, Field] | None = self._ask_host() if read.result.nameless else None
        """The card that asks for the host, what its keyboard begins at, and its field."""
        self._ask_others()
        self._trouble = Prose(theme, "", bold=True)
        self._trouble.hide()
        self._column.addWidget(self._trouble)
        take = button(theme, self._say("take"), self._take, kind="primary", icon="check", name="take-in")
        leave = button(theme, self._say("leave"), session.document_import.discard, icon="x", name="leave-out")
        self._column.addLayout(Flow(take, leave, spacing=theme.gap))

    def _say(self, key: str, **values: object) -> str:
        return self._t(f"ui.documents.{key}", **values)

    def _listed(self, names: Sequence[str]) -> str:
        shown = self._t.listed(sanitize(name, NAME_MOST) for name in names[:NAMES_MOST])
        return shown if len(names) <= NAMES_MOST else self._say("more", names=shown, count=len(names) - NAMES_MOST)

    def _ask_claims(self) -> None:
        """Whether people vouch for what anybody could have written: without that, little follows from it."""
        for claim in self._read.result.claims:
            frame, inside = card(self._theme, wash=True)
            asked, why = self._say(claim), self._say(f"{claim}_why")
            on = claim in self._session.document_import.claims
            said = partial(self._vouch, claim)
            inside.addWidget(tick(self._theme, asked, on=on, changed=said, name=claim, explanation=why))
            self._column.addWidget(frame)

    def _vouch(self, claim: str, on: bool) -> None:  # noqa: FBT001 - a card that is ticked says it so
        self._session.document_import.vouch(claim, on)
        self._show_kinds()

    def _show_kinds(self) -> None:
        clear(self._kinds)
        good = [one for one in self._read.result.documents if not one.problem]
        for reader in dict.fromkeys(one.reader for one in good):
            self._kind(reader, [one.name for one in good if one.reader == reader])

    def _kind(self, reader: str, names: Sequence[str]) -> None:
        """What these are, what they prove, and what would follow from them."""
        theme, t = self._theme, self._t
        frame, inside = card(theme)
        base = "words.scan" if reader == SCAN else f"checks.{reader}"
        inside.addWidget(Prose(theme, self._say("kind", kind=t(f"{base}.name"), count=len(names)), bold=True))
        inside.addWidget(Prose(theme, self._listed(names), quiet=True, size="small"))
        inside.addWidget(Prose(theme, self._say("proves", what=t(f"{base}.proves"))))
        shown: dict[str, Outcome] = {}
        for outcome in self._read.measured if reader == SCAN else self._session.document_import.outcomes:
            tools = reader == OTHER_TOOLS.check and outcome.tool is not None
            if tools or reader in (SCAN, outcome.code.partition(".")[0]):
                shown.setdefault(self._words.title(outcome), outcome)
        rules = self._session.toolkit.rules
        ordered = sorted(shown.items(), key=lambda one: -rules.outcomes[one[1].code].severity)
        if ordered:
            inside.addWidget(Prose(theme, self._say("shows"), bold=True, size="small"))
        for title, outcome in ordered[:OUTCOMES_MOST]:
            severity = rules.outcomes[outcome.code].severity
            chip = Chip(theme, severity.word, t(f"words.severity.{severity.word}"))
            words = Prose(theme, title.replace(NAMELESS, self._say("this_server")))
            line = row(chip, words, spacing=theme.px(12))
            line.setStretch(1, 1)
            inside.addLayout(line)
        if len(ordered) > OUTCOMES_MOST:
            inside.addWidget(Prose(theme, self._say("more_shown", count=len(ordered) - OUTCOMES_MOST), quiet=True))
        becomes = "becomes" if ordered else "becomes_nothing"
        inside.addWidget(Prose(theme, self._say(becomes), quiet=True, size="small"))
        self._kinds.addWidget(frame)

    def _unread(self) -> None:
        unread = self._read.unread
        if not unread:
            return
        frame, inside = card(self._theme)
        inside.addWidget(Prose(self._theme, self._say("unread", count=len(unread)), bold=True))
        for one in unread[:UNREAD_MOST]:
            inside.addWidget(Prose(self._theme, sanitize(one.name, NAME_MOST), size="small", bold=True))
            inside.addWidget(Prose(self._theme, self._t(f"words.not_readable.{one.problem}"), quiet=True, size="small"))
        if len(unread) > UNREAD_MOST:
            inside.addWidget(Prose(self._theme, self._say("more_unread", count=len(unread) - UNREAD_MOST), quiet=True))
        self._column.addWidget(frame)

    def _ask_host(self) -> tuple[QWidget, QWidget, Field]:
        """Ask which server documents that do not name one come from, and say why: a known server or another."""
        documents, theme = self._session.document_import, self._theme
        known = self._hosts()
        if not documents.host and len(known) == 1:
            documents.of_host(known[0])
        frame, inside = card(theme, wash=True)
        asked = self._say("host", names=self._listed(self._read.result.nameless))
        inside.addWidget(Prose(theme, asked, bold=True))
        inside.addWidget(Prose(theme, self._say("host_why"), quiet=True, size="small"))
        first: QWidget | None = None
        field = Field(
            theme,
            label=self._say("host_other" if known else "host_name"),
            text="" if documents.host in known else documents.host,
            changed=documents.of_host,
            name="host",
            placeholder="mail.example.jp",
        )
        if known:

            def chosen(host: str | None) -> None:
                documents.of_host(host or "")
                field.edit.clear()

            choices = [Choice(value=host, label=host) for host in known]
            group = ChoiceGroup(theme, asked=asked, choices=choices, chosen=documents.host, picked=chosen, columns=2)
            first = group.tab_stop
            inside.addWidget(group)
        inside.addWidget(field)
        self._column.addWidget(frame)
        return frame, first or field.edit, field

    def _lead_to_host(self, card: QWidget, first: QWidget, field: Field) -> None:
        """Say what is missing where it is asked, and bring the keyboard and the view there."""
        field.show_error(self._say("host_missing"))
        first.setFocus()
        announce(first, field.trouble.text())
        area = self.parentWidget()
        while area is not None and not isinstance(area, QScrollArea):
            area = area.parentWidget()
        if area is not None:
            # What was just said gets its height in the turn after.
            QTimer.singleShot(0, self, lambda: area.ensureWidgetVisible(card))

    def _hosts(self) -> list[str]:
        """The servers that the assessment knows by now, not those of a provider."""
        scope = self._session.open.scope
        own = {domain.name for domain in scope.domains}
        seen = [host for one in receivers(self._session.open) for host in one.untrusted_hosts]
        inside = [host for host in seen if any(host.endswith(f".{domain}") for domain in own)]
        return list(dict.fromkeys([*scope.named_hosts, *(sanitize(host) for host in inside)]))[:6]

    def _ask_others(self) -> None:
        """Domains and servers that the assessment is not about: each is added when somebody says so."""
        others = [one for one in self._read.result.others if one.subject]
        if not others:
            return
        theme, documents = self._theme, self._session.document_import
        frame, inside = card(theme, wash=True)
        ours = self._t.listed(domain.name for domain in self._session.open.scope.domains)
        inside.addWidget(Prose(theme, self._say("others", ours=ours), bold=True))
        for other in others[:OTHERS_MOST]:
            subject = sanitize(other.subject, 253)
            inside.addWidget(
                tick(
                    theme,
                    self._say(f"other_{other.about}", subject=subject),
                    on=other.subject in documents.also,
                    changed=partial(documents.include, other.subject),
                    name=f"also:{other.subject}",
                    explanation=self._listed(other.documents),
                )
            )
        if len(others) > OTHERS_MOST:
            inside.addWidget(Prose(theme, self._say("more_others", count=len(others) - OTHERS_MOST), quiet=True))
        self._column.addWidget(frame)

    def _take(self) -> None:
        documents = self._session.document_import
        if documents.needs_host and self._host is not None:
            self._lead_to_host(*self._host)
        elif not documents.accept():
            self._trouble.say(self._say("nothing_left"))
            self._trouble.show()
