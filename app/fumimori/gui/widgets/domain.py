"""One domain of the scope: both ways to write it, what to know about it, and a way to take it out."""

from collections.abc import Callable, Sequence
from functools import partial

import msgspec
from PySide6.QtWidgets import QFrame, QVBoxLayout

from fumimori.assess.absent import absent_domains
from fumimori.grammar.domain_names import unicode_domain
from fumimori.gui.session import Session
from fumimori.gui.theme import Theme
from fumimori.gui.widgets.absent import absent_notice
from fumimori.gui.widgets.choice import Choice, ChoiceGroup
from fumimori.gui.widgets.controls import Field, button, clear, row
from fumimori.gui.widgets.selectors import SelectorList
from fumimori.gui.widgets.text import Elided, Prose


class DomainCard(QFrame):
    """The first domain decides the questions; the others may be ones that nobody sends from."""

    def __init__(self, session: Session, theme: Theme, number: int, *, removed: Callable[[], None]) -> None:
        super().__init__()
        self.setObjectName("card")
        self._session, self._number = session, number
        t = session.texts
        domain = session.open.scope.domains[number]
        column = QVBoxLayout(self)
        column.setContentsMargins(theme.px(20), theme.px(12), theme.px(20), theme.px(16))
        column.setSpacing(theme.gap)
        shown = unicode_domain(domain.name)
        gone = button(theme, t("ui.environment.remove"), removed, kind="link", name=f"remove:{number}")
        gone.setAccessibleName(f"{shown} {t('ui.environment.remove')}")
        line = row(Elided(theme, shown, bold=True), gone)
        line.setStretch(0, 1)
        column.addLayout(line)
        if shown != domain.name:
            column.addWidget(Prose(theme, t("ui.environment.idn", ascii=domain.name), quiet=True, size="small"))
        if session.judged and domain.name in absent_domains(session.result.findings):
            column.addWidget(absent_notice(theme, t, domain.name))
        if number == 0:
            column.addWidget(Prose(theme, t("ui.environment.first_domain"), quiet=True, size="small"))
        else:
            column.addWidget(self._sending(theme, domain.sends_mail))
        self._selectors = Field(
            theme,
            label=t("ui.environment.selectors"),
            hint=t("ui.environment.selectors_hint"),
            text=", ".join(domain.selectors),
            changed=self._selected,
            name=f"selectors:{number}",
        )
        column.addWidget(self._selectors)
        self._known = QVBoxLayout()
        column.addLayout(self._known)
        self._show_known(theme)

    def _show_known(self, theme: Theme) -> None:
        clear(self._known)
        name = self._session.open.scope.domains[self._number].name
        self._known.addWidget(SelectorList(self._session, theme, name, removed=partial(self._forget, theme)))

    def _forget(self, theme: Theme, selector: str) -> None:
        """Take out a selector that a message named; the keyboard goes to those that are typed."""
        known = self._session.open.scope.domains[self._number].mail_selectors
        self._change(mail_selectors=tuple(one for one in known if one != selector))
        self._selectors.edit.setFocus()
        self._show_known(theme)

    def _sending(self, theme: Theme, sends: bool | None) -> ChoiceGroup:  # noqa: FBT001 - its state, not a switch
        t = self._session.texts
        values = {"sends": True, "silent": False}
        return ChoiceGroup(
            theme,
            asked=t("ui.environment.sending"),
            choices=[Choice(value=word, label=t(f"ui.environment.{word}")) for word in values],
            chosen=next((word for word, value in values.items() if value is sends), None),
            picked=lambda word: self._change(sends_mail=values.get(word or "")),
            columns=2,
        )

    def _selected(self, text: str) -> None:
        words: Sequence[str] = text.replace("、", ",").replace(" ", ",").lower().split(",")
        self._change(selectors=tuple(dict.fromkeys(word for word in words if word)))

    def _change(self, **fields: object) -> None:
        domains = list(self._session.open.scope.domains)
        domains[self._number] = msgspec.structs.replace(domains[self._number], **fields)
        self._session.edit_scope(domains=tuple(domains))
