"""The hosts that a consent will cover, each with how closely it may be looked at: shown before it is confirmed."""

from collections.abc import Callable
from functools import partial

from PySide6.QtWidgets import QVBoxLayout, QWidget

from fumimori.gui.consent_state import as_confirmed
from fumimori.gui.session import Session
from fumimori.gui.theme import Theme
from fumimori.gui.widgets.controls import button, clear
from fumimori.gui.widgets.flow import Flow
from fumimori.gui.widgets.text import Prose
from fumimori.model import ConsentLevel


class CoveredHosts(QWidget):
    """A line for each host, a button that asks DNS for the mail servers, and an offer where SSH lacks a host."""

    def __init__(self, session: Session, theme: Theme, changed: Callable[[], None]) -> None:
        super().__init__()
        self._session, self._theme, self._t, self._changed = session, theme, session.texts, changed
        self._column = QVBoxLayout(self)
        self._column.setContentsMargins(0, 0, 0, 0)
        self._column.setSpacing(theme.gap)
        session.measuring.ended.connect(self._asked)
        self.show_hosts()

    def leave(self) -> None:
        """Disconnect from measurements."""
        self._session.measuring.ended.disconnect(self._asked)

    def show_hosts(self) -> None:
        """Say it for the scope and the level as they are now."""
        from fumimori.engine import close_looks, exchangers, file_hosts

        session, t = self._session, self._t
        clear(self._column)
        shown = as_confirmed(session)
        takers = exchangers(session.toolkit, shown)
        found = {host: domain for domain, hosts in takers.items() for host in hosts}
        closely = close_looks(session.toolkit, shown) if shown.consent.level >= ConsentLevel.AUTHORISED else {}
        others = file_hosts(session.toolkit, shown)
        hosts = [host for host in shown.consent.hosts if host not in others]
        for host in hosts:
            where = t("ui.consent.host_found", domain=found[host]) if host in found else t("ui.consent.host_named")
            line = t("ui.consent.host", host=host, where=where)
            why = closely.get(host)
            if why is not None:
                line += "\n" + (t(f"ui.consent.host_{why}" if why else "ui.consent.host_closely"))
            self._line(line)
        if not hosts:
            self._line(t("ui.consent.hosts_none"))
        if len(takers) < len(shown.scope.domains):
            asking = button(self._theme, t("ui.consent.ask_dns"), self._ask, icon="search", name="ask-dns")
            asking.setEnabled(not session.measuring.running)
            self._column.addLayout(Flow(asking, spacing=self._theme.gap))
        self._offer_ssh([host for host, why in closely.items() if not why])

    def _offer_ssh(self, hosts: list[str]) -> None:
        """Without a host named for SSH nothing is promised; an own mail server can be taken with one press."""
        if not hosts or self._session.open.scope.ssh_hosts:
            return
        self._line(self._t("ui.consent.ssh_none"))
        offers = [
            button(
                self._theme,
                self._t("ui.consent.ssh_take", host=host),
                partial(self._take, host),
                icon="plus",
                name=f"ssh:{host}",
            )
            for host in hosts
        ]
        self._column.addLayout(Flow(*offers, spacing=self._theme.gap))

    def _line(self, text: str) -> None:
        self._column.addWidget(Prose(self._theme, text, quiet=True, size="small"))

    def _take(self, host: str) -> None:
        self._session.edit_scope(ssh_hosts=(host,))
        self._asked()

    def _ask(self) -> None:
        self._session.measuring.ask_dns()
        self.show_hosts()

    def _asked(self) -> None:
        self.show_hosts()
        self._changed()
