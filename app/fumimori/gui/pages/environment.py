"""What is to be looked at: the domain, who runs its mail server, and the hosts that people know of."""

from functools import partial

import msgspec
from PySide6.QtCore import Qt
from PySide6.QtGui import QKeyEvent

from fumimori.grammar.domain_names import BadDomainError, ascii_domain
from fumimori.gui.pages.page import Page
from fumimori.gui.widgets.choice import Choice, ChoiceGroup
from fumimori.gui.widgets.controls import Field, button, row
from fumimori.gui.widgets.domain import DomainCard
from fumimori.gui.widgets.hosts import HostFields
from fumimori.model import DomainScope, Hosting
from fumimori.wizard.steps import Route

UNKNOWN = "unknown"


class EnvironmentPage(Page):
    """The scope, in words that need no knowledge of mail."""

    def build(self) -> None:
        """Domains, hosting, hosts."""
        theme = self.theme
        self.prose("lead", quiet=True)
        self._typed = ""
        self._field = Field(
            theme,
            label=self.say("domain"),
            hint=self.say("domain_hint"),
            text="",
            changed=self._typing,
            name="domain",
            placeholder="example.co.jp",
        )
        self.add(self._field)
        adding = button(theme, self.say("add"), self._add, icon="plus", name="domain-add")
        self.add(row(adding, None))
        self.growing.add(
            [
                partial(DomainCard, self.session, theme, number, removed=partial(self._remove, number))
                for number in range(len(self.session.open.scope.domains))
            ]
        )
        if self.session.open.scope.domains:
            self._ask_hosting()
        self.section(self.say("hosts"))
        self.prose("hosts_lead", quiet=True)
        self._hosts = HostFields(self.session, theme)
        self.add(self._hosts)

    def _ask_hosting(self) -> None:
        self.section(self.say("hosting"))
        self.prose("hosting_lead", quiet=True)
        choices = [
            Choice(value=one, label=self.t(f"words.hosting.{one}"), explanation=self.t(f"words.hosting_sentence.{one}"))
            for one in (*(hosting.value for hosting in Hosting), UNKNOWN)
        ]
        hosting = self.session.open.scope.hosting
        self.add(
            ChoiceGroup(
                self.theme,
                asked=self.say("hosting"),
                choices=choices,
                chosen=hosting.value if hosting else UNKNOWN,
                picked=self._hosted,
                columns=2,
            )
        )

    def accept(self) -> bool:
        """On, when there is a domain and every host can be read; what was typed but not added is added first."""
        if self._typed.strip():
            self._add()
            return False
        if not self.session.open.scope.domains:
            self._field.show_error(self.say("domain_missing"))
            self._field.edit.setFocus()
            return False
        return self._hosts.settled()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Enter in the domain's field adds it instead of leaving the page."""
        if event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter) and self._field.edit.hasFocus() and self._typed.strip():
            self._add()
            return
        super().keyPressEvent(event)

    def _typing(self, text: str) -> None:
        self._typed = text
        self._field.show_error("")

    def _add(self) -> None:
        try:
            name = ascii_domain(self._typed)
        except BadDomainError:
            self._field.show_error(self.say("domain_wrong"))
            self._field.edit.setFocus()
            return
        scope = self.session.open.scope
        if name not in [domain.name for domain in scope.domains]:
            self.session.edit_scope(domains=(*scope.domains, DomainScope(name=name)))
        # The next domain can be typed at once.
        self.go(Route("environment", at="domain"))

    def _remove(self, number: int) -> None:
        domains = self.session.open.scope.domains
        self.session.edit_scope(domains=(*domains[:number], *domains[number + 1 :]))
        self.go(self.route)

    def _hosted(self, value: str | None) -> None:
        hosting = Hosting(value) if value and value != UNKNOWN else None
        confirmed = hosting is not None
        domains = tuple(
            msgspec.structs.replace(domain, hosting=hosting, hosting_confirmed=confirmed) if number == 0 else domain
            for number, domain in enumerate(self.session.open.scope.domains)
        )
        self.session.edit_scope(domains=domains)
