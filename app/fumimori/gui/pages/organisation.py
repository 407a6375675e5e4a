"""Whose mail server is assessed, for whom the report is, and whose name it carries."""

from functools import partial

import msgspec

from fumimori.gui.pages.page import Page
from fumimori.gui.widgets.controls import Field, button, row
from fumimori.gui.widgets.text import Prose
from fumimori.model import Addressee, Mode
from fumimori.wizard.steps import Route
from fumimori.wording.report import addressee

SIZES = ("1-5", "6-10", "11-50", "51-100", "101-300", "over-300")


class OrganisationPage(Page):
    """Only the name is needed; everything else may come later."""

    def build(self) -> None:
        """Name, addressee, size, people; mode; language of the report."""
        theme, session = self.theme, self.session
        organisation = session.open.organisation
        self.prose("lead", quiet=True)
        self._name = Field(
            theme,
            label=self.say("name"),
            hint=self.say("name_hint"),
            text=organisation.name,
            changed=self._named,
            name="name",
        )
        self.add(self._name)
        self.add(self.choice("addressee", [one.value for one in Addressee], organisation.addressee, self._addressed))
        self._person = [self._field(word, limit=120) for word in ("addressee_title", "addressee_name")]
        self.add(*self._person)
        self._preview = Prose(theme, "", quiet=True)
        self.add(self._preview)
        self.add(self.choice("size", SIZES, organisation.size, self._sized, columns=3, shared=True))
        self.add(*(self._field(word) for word in ("sector", "responsible")))
        self.add(self.choice("mode", [one.value for one in Mode], session.open.mode, self._assessed))
        names = {code: known.name for code, known in self.t.known.items()}
        self.add(
            self.choice("report_language", list(names), session.open.report_language, self._set_language, labels=names)
        )
        branding = button(
            theme, self.say("branding"), partial(self.navigator.visit, Route("branding")), name="branding"
        )
        self.add(row(branding, None))
        self._show_preview()

    def _field(self, word: str, limit: int = 200) -> Field:
        """The field of one word about the organisation."""
        return Field(
            self.theme,
            label=self.say(word),
            hint=self.say(f"{word}_hint"),
            text=getattr(self.session.open.organisation, word),
            changed=partial(self._noted, word),
            name=word,
            limit=limit,
        )

    def accept(self) -> bool:
        """On, when there is a name."""
        if self.session.open.organisation.name.strip():
            return True
        self._name.show_error(self.say("name_missing"))
        self._name.edit.setFocus()
        return False

    def _named(self, text: str) -> None:
        self._name.show_error("")
        self.session.edit_organisation(name=text)
        self._show_preview()

    def _noted(self, word: str, text: str) -> None:
        self.session.edit_organisation(**{word: text})
        self._show_preview()

    def _assessed(self, value: str | None) -> None:
        self.session.edit(mode=Mode(value or self.session.open.mode))
        self._show_preview()

    def _sized(self, value: str | None) -> None:
        self.session.edit_organisation(size=value or "")

    def _set_language(self, value: str | None) -> None:
        self.session.edit(report_language=value or self.session.open.report_language)

    def _addressed(self, value: str | None) -> None:
        self.session.edit_organisation(addressee=Addressee(value or Addressee.ORGANISATION))
        self._show_preview()

    def _show_preview(self) -> None:
        """The address as the cover prints it in the report's language."""
        about = self.session.open
        if not about.organisation.name:
            about = msgspec.structs.replace(
                about, organisation=msgspec.structs.replace(about.organisation, name=self.say("preview_name"))
            )
        for field in self._person:
            field.setVisible(about.organisation.addressee is Addressee.PERSON)
        style = self.t.known[about.report_language or self.t.language]
        self._preview.say(self.say("preview", lines="　".join(filter(None, addressee(about, style)))))
