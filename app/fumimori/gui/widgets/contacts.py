"""Everybody who will be contacted, and everything that will be looked at: shown before anything is sent."""

from PySide6.QtWidgets import QFrame, QVBoxLayout

from fumimori.gui.consent_state import as_confirmed
from fumimori.gui.session import Session
from fumimori.gui.theme import Theme
from fumimori.gui.widgets.controls import button, clear, row
from fumimori.gui.widgets.text import Prose
from fumimori.model import Assessment, ConsentLevel


class ContactsCard(QFrame):
    """Who is contacted is there at once; what each probe does, one by one, opens below."""

    def __init__(self, session: Session, theme: Theme) -> None:
        super().__init__()
        self.setObjectName("card")
        self._session, self._theme, self._t = session, theme, session.texts
        self._open = False
        column = QVBoxLayout(self)
        column.setContentsMargins(theme.px(20), theme.px(16), theme.px(20), theme.px(16))
        self._who, self._progress = QVBoxLayout(), QVBoxLayout()
        for part in (column, self._who, self._progress):
            part.setSpacing(theme.gap)
        self._toggle = button(theme, "", self.toggle, kind="link", icon="chevron-right", name="looks")
        column.addLayout(self._who)
        column.addLayout(row(self._toggle, None))
        column.addLayout(self._progress)
        self.show_contacts()

    def show_contacts(self) -> None:
        """Say it for the scope and the consent as they are now."""
        # As if it were confirmed as it stands: that is what people are about to do.
        shown = as_confirmed(self._session)
        clear(self._who)
        self._line(self._t("ui.consent.contacts"), bold=True)
        self._targets(shown)
        self._others(shown)
        self._line(self._t("ui.consent.nothing_else"), quiet=True)
        self._each_look(shown)

    def _targets(self, shown: Assessment) -> None:
        """The domains and, from ordinary connections on, the hosts."""
        from fumimori.engine import exchangers

        t, scope = self._t, shown.scope
        takers = exchangers(self._session.toolkit, shown)
        names = [domain.name for domain in scope.domains]
        connecting = shown.consent.confirmed_level >= ConsentLevel.CONNECTIONS
        if connecting:
            names += [*scope.named_hosts, *(host for hosts in takers.values() for host in hosts)]
        self._line(t("ui.consent.targets", names=t.listed(dict.fromkeys(names)) or "－"))
        if connecting and len(takers) < len(scope.domains):
            self._line(t("ui.consent.exchangers_unknown"))

    def _others(self, shown: Assessment) -> None:
        """Everybody who is asked besides the targets."""
        from fumimori.engine import file_hosts, third_parties

        session, t = self._session, self._t
        connecting = shown.consent.confirmed_level >= ConsentLevel.CONNECTIONS
        controls = session.services.network().control_hosts or session.services.control_hosts()
        usual = t.listed(controls) or t("ui.consent.usual_hosts")
        self._line(t("ui.consent.third_parties", hosts=usual) if connecting else t("ui.consent.resolver_only"))
        asked = third_parties(session.toolkit, shown)
        for probe, key in (("registration", "registries_asked"), ("published_keys", "directories_asked")):
            if asked.get(probe):
                self._line(t(f"ui.consent.{key}", hosts=t.listed(asked[probe])))
        if shown.scope.blocklists:
            self._line(t("ui.consent.blocklists_asked", zones=t.listed(shown.scope.blocklists)))
        files = file_hosts(session.toolkit, shown)
        if files:
            key = "files_asked" if connecting else "files_not_asked"
            self._line(t(f"ui.consent.{key}", hosts=t.listed(files)))

    def _each_look(self, shown: Assessment) -> None:
        """What is looked at, one by one, and what is not because no host was named for it."""
        from fumimori.engine import planned

        session, t = self._session, self._t
        clear(self._progress)
        plans = [one for one in planned(session.toolkit, shown) if one.allowed or one.no_host]
        plans = [one for one in plans if one.probe != "blocklists" or shown.scope.blocklists]
        count = sum(one.allowed for one in plans)
        words = t("ui.consent.looks_hide" if self._open else "ui.consent.looks", count=count)
        self._toggle.setText(words)
        self._toggle.setAccessibleName(words)
        self._toggle.setIcon(self._theme.icon("chevron-down" if self._open else "chevron-right", "accent"))
        if not self._open:
            return
        controls = {probe.id: probe.control.number for probe in session.toolkit.checks}
        for plan in sorted(plans, key=lambda one: controls[one.probe]):
            what = t(f"checks.{plan.probe}.what") if plan.allowed else t("ui.consent.no_host")
            if plan.hosts:
                what = t("ui.consent.at_hosts", what=what, hosts=t.listed(plan.hosts))
            line = t("ui.consent.look", name=t(f"checks.{plan.probe}.name"), what=what)
            self._progress.addWidget(Prose(self._theme, line, quiet=True, size="small"))

    def toggle(self) -> None:
        """Show or hide what each probe does."""
        self._open = not self._open
        self.show_contacts()

    def _line(self, text: str, *, bold: bool = False, quiet: bool = False) -> None:
        self._who.addWidget(Prose(self._theme, text, bold=bold, quiet=quiet, size="body" if bold else "small"))
