"""Everybody who will be contacted, and everything that will be looked at: shown before anything is sent."""

from PySide6.QtWidgets import QFrame, QVBoxLayout, QWidget

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
        self._list = QVBoxLayout(self)
        self._list.setContentsMargins(theme.px(20), theme.px(16), theme.px(20), theme.px(16))
        self._list.setSpacing(theme.gap)
        self.show_contacts()

    def show_contacts(self) -> None:
        """Say it for the scope and the consent as they are now."""
        from fumimori.engine import planned

        desk, t = self._desk, self._t
        clear(self._list)
        self._line(t("ui.consent.contacts"), bold=True)
        scope = desk.open.scope
        names = [domain.name for domain in scope.domains] + [*scope.mail_hosts, *scope.webmail_hosts, *scope.ssh_hosts]
        self._line(t("ui.consent.targets", names=", ".join(dict.fromkeys(names)) or "－"))
        hosts = desk.parts.network().control_hosts or desk.parts.control_hosts()
        self._line(t("ui.consent.third_parties", hosts=", ".join(hosts) or t("ui.consent.usual_hosts")))
        if scope.blocklists:
            self._line(t("ui.consent.blocklists_asked", zones=", ".join(scope.blocklists)))
        self._line(t("ui.consent.nothing_else"), quiet=True)
        controls = {probe.id: probe.control.number for probe in desk.instruments.probes}
        looks = [one.probe for one in planned(desk.instruments, desk.open) if one.allowed]
        looks = [probe for probe in looks if probe != "blocklists" or scope.blocklists]
        words = t("ui.consent.looks_hide" if self._open else "ui.consent.looks", count=len(looks))
        icon = "chevron-down" if self._open else "chevron-right"
        toggle = button(self._theme, words, self._toggle, kind="link", icon=icon, name="looks")
        self._list.addLayout(row(toggle, None))
        if self._open:
            for probe in sorted(looks, key=controls.__getitem__):
                what = t("ui.consent.look", name=t(f"probes.{probe}.name"), what=t(f"probes.{probe}.what"))
                self._line(what, quiet=True)

    def _toggle(self) -> None:
        self._open = not self._open
        self.show_contacts()
        for made in self.findChildren(QWidget):
            if made.property("place") == "looks" and not made.isHidden():
                made.setFocus()

    def _line(self, text: str, *, bold: bool = False, quiet: bool = False) -> None:
        self._list.addWidget(Prose(self._theme, text, bold=bold, quiet=quiet, size="body" if bold else "small"))
