"""The hosts and addresses that people know of, several in a field, kept as soon as they can be read."""

import re
from collections.abc import Callable, Mapping
from functools import partial
from ipaddress import ip_address

from PySide6.QtWidgets import QVBoxLayout, QWidget

from fumimori.grammar.domain_names import BadDomainError, ascii_domain, ascii_host
from fumimori.gui.session import Session
from fumimori.gui.theme import Theme
from fumimori.gui.widgets.controls import Field

HOSTS = ("mail_hosts", "webmail_hosts", "ssh_hosts", "own_hosts")
ADDRESSES = "addresses"
SENDING = "sending_addresses"


class HostFields(QWidget):
    """A field for each kind of host, and for the addresses of people and of senders; all of them may stay empty."""

    def __init__(self, session: Session, theme: Theme) -> None:
        super().__init__()
        self._session, self._t = session, session.texts
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(theme.px(16))
        self._fields: dict[str, Field] = {}
        for word in (*HOSTS, SENDING, ADDRESSES):
            made = Field(
                theme,
                label=self._t(f"ui.environment.{word}"),
                hint=self._t(f"ui.environment.{word}_hint"),
                text=", ".join(getattr(session.open.scope, word)),
                changed=partial(self._typing, word),
                name=word,
                limit=1000,
            )
            self._fields[word] = made
            column.addWidget(made)

    def settled(self) -> bool:
        """Whether every field can be read; else the keyboard goes to the first that cannot."""
        for word, field in self._fields.items():
            if not self._read(word, field.edit.text()):
                field.edit.setFocus()
                return False
        return True

    def _typing(self, word: str, text: str) -> None:
        self._read(word, text)

    def _read(self, word: str, text: str) -> bool:
        read = _READ.get(word, ascii_host)
        try:
            several = tuple(dict.fromkeys(read(one) for one in re.split(r"[,、，\s]+", text) if one))
        except BadDomainError:
            self._fields[word].show_error(self._t(f"ui.environment.{_WRONG.get(word, 'host_wrong')}"))
            return False
        self._fields[word].show_error("")
        self._session.edit_scope(**{word: several})
        return True


def _address(typed: str) -> str:
    """A mail address: the part before the @ as typed, the domain in ASCII; BadDomainError."""
    local, _, domain = typed.rpartition("@")
    if not local:
        raise BadDomainError(typed)
    return f"{local}@{ascii_domain(domain)}"


def _ip(typed: str) -> str:
    """An IP address in its usual form; BadDomainError."""
    try:
        return str(ip_address(typed))
    except ValueError:
        raise BadDomainError(typed) from None


_READ: Mapping[str, Callable[[str], str]] = {ADDRESSES: _address, SENDING: _ip}
_WRONG = {ADDRESSES: "address_wrong", SENDING: "ip_wrong"}
