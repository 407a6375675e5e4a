"""How far the measurement may go, who allows it, and everybody who will be contacted: before anything is sent."""

from functools import partial

from PySide6.QtCore import QSignalBlocker

from fumimori.gui.consent_state import stands, to_confirm
from fumimori.gui.pages.page import Page
from fumimori.gui.widgets.authorisation import AuthorisationForm
from fumimori.gui.widgets.choice import tick
from fumimori.gui.widgets.contacts import ContactsCard
from fumimori.gui.widgets.controls import Field, button, row
from fumimori.gui.widgets.covered_hosts import CoveredHosts
from fumimori.gui.widgets.level import LevelBox
from fumimori.gui.widgets.text import Prose
from fumimori.model import Consent, ConsentLevel


class ConsentPage(Page):
    """Four levels as sentences; what the level means is listed below as soon as it is chosen."""

    def build(self) -> None:
        """Levels, authority, hosts, what will be contacted."""
        theme, measuring = self.theme, self.session.measuring
        self.prose("lead", quiet=True)
        self._level = LevelBox(self.session, theme, self._levelled)
        self.add(self._level)
        self.section(self.say("hosts"))
        self.prose("hosts_lead", quiet=True)
        self._contacts: ContactsCard | None = None
        self._hosts = CoveredHosts(self.session, theme, self._show_contacts)
        self.add(self._hosts)
        self._ask_authority()
        self.section(self.say("how"))
        for word, on, changed in (
            ("thorough", measuring.thorough, partial(setattr, measuring, "thorough")),
            ("from_outside", measuring.from_outside, partial(setattr, measuring, "from_outside")),
            ("blocklists", bool(self.session.open.scope.blocklists), self._ask_blocklists),
        ):
            why = self.say(f"{word}_why")
            self.add(tick(theme, self.say(word), on=on, changed=changed, name=word, explanation=why))
        self.growing.add([self._make_contacts], at_once=0)
        self._own.setVisible(self.session.open.consent.level is ConsentLevel.RELAY)
        self.session.changed.connect(self._follow)

    @property
    def next_label(self) -> str:
        """What Next records."""
        return self.say("record")

    def accept(self) -> bool:
        """Record the consent with its moment and what it covers; stay and say what is missing."""
        consent = self.session.open.consent
        if consent.level >= ConsentLevel.AUTHORISED:
            for word, field in self._fields.items():
                if not getattr(consent, word).strip():
                    field.show_error(self.say("authority_missing"))
                    field.edit.setFocus()
                    return False
        missing = "ours_missing" if not self._ours.isChecked() else ""
        if not missing and consent.level is ConsentLevel.RELAY and not consent.own_server:
            missing = "own_server_missing"
        if missing:
            self._complaint.say(self.say(missing))
            (self._own if missing == "own_server_missing" else self._ours).setFocus()
            return False
        self.session.edit(consent=to_confirm(self.session))
        return True

    def leave(self) -> None:
        """The page and the hosts listen no more."""
        self.session.changed.disconnect(self._follow)
        self._hosts.leave()

    def _ask_authority(self) -> None:
        theme, consent = self.theme, self.session.open.consent
        self.section(self.say("authority"))
        self._fields = {
            word: Field(
                theme,
                label=self.say(word),
                hint=self.say(f"{word}_hint"),
                text=getattr(consent, word),
                changed=partial(self._noted, word),
                name=word,
            )
            for word in ("name", "role")
        }
        self.add(*self._fields.values())
        self.add(Prose(theme, self.say("date", day=self.t.day(self.session.services.now())), quiet=True))
        self._ours = tick(theme, self.say("ours"), on=stands(self.session), changed=self._ticked, name="ours")
        own = partial(self._noted, "own_server")
        self._own = tick(theme, self.say("own_server"), on=consent.own_server, changed=own, name="own_server")
        self._complaint = Prose(theme, "", bold=True)
        self.add(self._ours, self._own, self._complaint)
        self._withdrawal = button(theme, self.say("withdraw"), self._withdraw, kind="link", icon="x", name="withdraw")
        self.add(row(self._withdrawal, None))
        self._withdrawal.setVisible(consent.at is not None)
        self.add(AuthorisationForm(self.session, theme))

    def _follow(self) -> None:
        """What was confirmed may have ended, or cover less than is to be looked at since a moment ago."""
        self._withdrawal.setVisible(self.session.open.consent.at is not None)
        if self._level.follow():
            # To be ticked once more; what was confirmed still holds for what it covers.
            with QSignalBlocker(self._ours):
                self._ours.setChecked(False)

    def _levelled(self, value: str | None) -> None:
        self.session.edit_consent(level=ConsentLevel(int(value or 0)), at=None)
        self._ours.setChecked(False)
        if value is None:
            self.go(self.route)
            return
        self._own.setVisible(self.session.open.consent.level is ConsentLevel.RELAY)
        self._hosts.show_hosts()
        self._show_contacts()

    def _noted(self, word: str, value: object) -> None:
        if word in self._fields:
            self._fields[word].show_error("")
        # What is changed has to be confirmed again.
        self.session.edit_consent(**{word: value, "at": None})

    def _ticked(self, on: bool) -> None:  # noqa: FBT001 - Qt's signal hands it over by position
        self._complaint.say("")
        if not on and self.session.open.consent.at is not None:
            self.session.edit_consent(at=None)

    def _withdraw(self) -> None:
        self.session.edit(consent=Consent())
        self.go(self.route)

    def _ask_blocklists(self, on: bool) -> None:  # noqa: FBT001 - Qt's signal hands it over by position
        rows = self.session.toolkit.rules.tables["blocklists"].dicts()
        free = tuple(dict.fromkeys(one["zone"] for one in rows if one["use"] == "free"))
        self.session.edit_scope(blocklists=free if on else ())
        self._show_contacts()

    def _make_contacts(self) -> ContactsCard:
        self._contacts = ContactsCard(self.session, self.theme)
        return self._contacts

    def _show_contacts(self) -> None:
        if self._contacts is not None:
            self._contacts.show_contacts()
