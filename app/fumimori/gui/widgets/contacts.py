"""Everybody who will be contacted, and everything that will be looked at: shown before anything is sent."""

from PySide6.QtWidgets import QFrame, QVBoxLayout

from fumimori.gui.desk import Desk
from fumimori.gui.theme import Theme
from fumimori.gui.widgets.controls import button, clear, row
from fumimori.gui.widgets.text import Prose


class ContactsCard(QFrame):
    """Who is contacted stands there at once; what is done at each look, one by one, opens below."""

    def __init__(self, desk: Desk, theme: Theme) -> None:
        super().__init__()
        self.setObjectName("card")
        self._desk, self._theme, self._t = desk, theme, desk.texts
        self._open = False
        column = QVBoxLayout(self)
        column.setContentsMargins(theme.px(20), theme.px(16), theme.px(20), theme.px(16))
        self._who, self._looks = QVBoxLayout(), QVBoxLayout()
        for part in (column, self._who, self._looks):
            part.setSpacing(theme.gap)
        self._toggle = button(theme, "", self.toggle, kind="link", icon="chevron-right", name="looks")
        column.addLayout(self._who)
        column.addLayout(row(self._toggle, None))
        column.addLayout(self._looks)
        self.show_contacts()

    def show_contacts(self) -> None:
        """Say it for the scope and the consent as they are now."""
        from fumimori.engine import planned, registries

        desk, t = self._desk, self._t
        clear(self._who)
        clear(self._looks)
        self._line(t("ui.consent.contacts"), bold=True)
        scope = desk.open.scope
        names = [domain.name for domain in scope.domains] + [*scope.mail_hosts, *scope.webmail_hosts, *scope.ssh_hosts]
        self._line(t("ui.consent.targets", names=", ".join(dict.fromkeys(names)) or "－"))
        hosts = desk.parts.network().control_hosts or desk.parts.control_hosts()
        self._line(t("ui.consent.third_parties", hosts=", ".join(hosts) or t("ui.consent.usual_hosts")))
        asked = registries(desk.instruments, desk.open)
        if asked:
            self._line(t("ui.consent.registries_asked", hosts=", ".join(asked)))
        if scope.blocklists:
            self._line(t("ui.consent.blocklists_asked", zones=", ".join(scope.blocklists)))
        self._line(t("ui.consent.nothing_else"), quiet=True)
        controls = {probe.id: probe.control.number for probe in desk.instruments.probes}
        looks = [one.probe for one in planned(desk.instruments, desk.open) if one.allowed]
        looks = [probe for probe in looks if probe != "blocklists" or scope.blocklists]
        words = t("ui.consent.looks_hide" if self._open else "ui.consent.looks", count=len(looks))
        self._toggle.setText(words)
        self._toggle.setAccessibleName(words)
        self._toggle.setIcon(self._theme.icon("chevron-down" if self._open else "chevron-right", "accent"))
        if self._open:
            for probe in sorted(looks, key=controls.__getitem__):
                what = t("ui.consent.look", name=t(f"probes.{probe}.name"), what=t(f"probes.{probe}.what"))
                self._looks.addWidget(Prose(self._theme, what, quiet=True, size="small"))

    def toggle(self) -> None:
        """Show or hide what is done at each look."""
        self._open = not self._open
        self.show_contacts()

    def _line(self, text: str, *, bold: bool = False, quiet: bool = False) -> None:
        self._who.addWidget(Prose(self._theme, text, bold=bold, quiet=quiet, size="body" if bold else "small"))
