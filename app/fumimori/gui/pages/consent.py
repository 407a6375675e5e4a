"""How far the measurement may go, who allows it, and everybody who will be contacted: before anything is sent."""

from functools import partial

from fumimori.core.model import ConsentLevel
from fumimori.gui.consented import to_confirm
from fumimori.gui.pages.page import Page
from fumimori.gui.routes import Route
from fumimori.gui.widgets.choice import Choice, ChoiceGroup, tick
from fumimori.gui.widgets.contacts import ContactsCard
from fumimori.gui.widgets.controls import Field
from fumimori.gui.widgets.notice import Notice
from fumimori.gui.widgets.text import Prose


class ConsentPage(Page):
    """Four levels as sentences; what the level means is listed below as soon as it is chosen."""

    def build(self) -> None:
        """Levels, authority, what will be contacted."""
        theme, consent = self.theme, self.desk.open.consent
        hosting = self.desk.open.scope.hosting
        own = hosting is not None and hosting.own_server
        self.prose("lead", quiet=True)
        choices = [
            Choice(
                value=str(int(level)),
                label=self.say("level", number=int(level), name=self.t(f"words.consent.{int(level)}.name")),
                explanation="\n".join(
                    (
                        self.t(f"words.consent.{int(level)}.we_do"),
                        self.say("server_sees", seen=self.t(f"words.consent.{int(level)}.server_sees")),
                    )
                ),
            )
            for level in ConsentLevel
        ]
        group = ChoiceGroup(
            theme, asked=self.say("title"), choices=choices, chosen=str(int(consent.level)), picked=self._levelled
        )
        if not own:
            for made in group.cards[2:]:
                made.setEnabled(False)
            key = "refused" if hosting is not None else "refused_unknown"
            kind = self.t(f"words.hosting.{hosting}") if hosting is not None else ""
            notice = Notice(theme, title=self.say("refused_title"), text=self.say(key, hosting=kind), icon="info")
            self.add(group, notice)
        else:
            self.add(group)
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
        self.add(Prose(theme, self.say("date", day=self.t.day(self.desk.parts.now())), quiet=True))
        self._ours = tick(
            theme, self.say("ours"), on=consent.at is not None, changed=lambda _on: self._complaint.say(""), name="ours"
        )
        self._own = tick(
            theme,
            self.say("own_server"),
            on=consent.own_server,
            changed=lambda on: self.desk.edit_consent(own_server=on),
            name="own_server",
        )
        self._complaint = Prose(theme, "", bold=True)
        self.add(self._ours, self._own, self._complaint)
        self.section(self.say("how"))
        measuring = self.desk.measuring
        for word, on, changed in (
            ("thorough", measuring.thorough, partial(setattr, measuring, "thorough")),
            ("from_outside", measuring.from_outside, partial(setattr, measuring, "from_outside")),
            ("blocklists", bool(self.desk.open.scope.blocklists), self._ask_blocklists),
        ):
            why = self.say(f"{word}_why")
            self.add(tick(theme, self.say(word), on=on, changed=changed, name=word, explanation=why))
        self._contacts = ContactsCard(self.desk, theme)
        self.add(self._contacts)
        self._show_own()

    @property
    def next_label(self) -> str:
        """What Next records."""
        return self.say("record")

    def next(self) -> Route | None:
        """Record the consent with its moment; stay and say what is missing."""
        consent = self.desk.open.consent
        if consent.level >= ConsentLevel.AUTHORISED:
            for word, field in self._fields.items():
                if not getattr(consent, word).strip():
                    field.complain(self.say("authority_missing"))
                    field.edit.setFocus()
                    return None
        missing = "ours_missing" if not self._ours.isChecked() else ""
        if not missing and consent.level is ConsentLevel.RELAY and not consent.own_server:
            missing = "own_server_missing"
        if missing:
            self._complaint.say(self.say(missing))
            (self._ours if missing == "ours_missing" else self._own).setFocus()
            return None
        self.desk.edit(consent=to_confirm(self.desk))
        return super().next()

    def _levelled(self, value: str | None) -> None:
        self.desk.edit_consent(level=ConsentLevel(int(value or 0)), at=None)
        self._ours.setChecked(False)
        self._show_own()
        self._contacts.show_contacts()

    def _noted(self, word: str, text: str) -> None:
        self._fields[word].complain("")
        self.desk.edit_consent(**{word: text})

    def _ask_blocklists(self, on: bool) -> None:  # noqa: FBT001 - Qt's signal hands it over by position
        rows = self.desk.instruments.rules.tables["blocklists"].dicts()
        free = tuple(dict.fromkeys(one["zone"] for one in rows if one["use"] == "free"))
        self.desk.edit_scope(blocklists=free if on else ())
        self._contacts.show_contacts()

    def _show_own(self) -> None:
        self._own.setVisible(self.desk.open.consent.level is ConsentLevel.RELAY)
