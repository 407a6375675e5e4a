"""What the measurement seems to have found out about the surroundings, for people to say: right, or not."""

from functools import partial

import msgspec

from fumimori.grammar.domain_names import unicode_domain
from fumimori.gui.mail_receivers import Receiver, receivers
from fumimori.gui.pages.page import Page
from fumimori.gui.widgets.controls import button, card, row
from fumimori.gui.widgets.flow import Flow
from fumimori.gui.widgets.notice import Notice
from fumimori.gui.widgets.text import Prose
from fumimori.model import Hosting
from fumimori.wizard.steps import Route


class ConfirmPage(Page):
    """A card per domain; nothing is confirmed before it is pressed."""

    def build(self) -> None:
        """The cards."""
        self.prose("lead", quiet=True)
        found = receivers(self.session.open)
        for receiver in found:
            self._show(receiver)
        if not found:
            measure = button(self.theme, self.say("to_measuring"), partial(self.go, Route("measuring")), name="measure")
            notice = Notice(self.theme, title=self.say("nothing"), text=self.say("nothing_next"), buttons=(measure,))
            self.add(notice)
        if self.session.open.attempts:
            tables = partial(self.go, Route("technician"))
            details = button(self.theme, self.say("technician"), tables, kind="link", icon="table", name="technician")
            self.add(row(details, None))

    def _show(self, receiver: Receiver) -> None:
        theme = self.theme
        frame, inside = card(theme)
        known = next((one for one in self.session.open.scope.domains if one.name == receiver.domain), None)
        guess = receiver.hosting
        name = unicode_domain(receiver.domain)
        correct = partial(self.navigator.visit, Route("environment"))
        if not receiver.untrusted_hosts:
            inside.addWidget(Prose(theme, self.say("no_mail", domain=name), bold=True))
            inside.addWidget(Prose(theme, self.say("no_mail_next"), quiet=True))
        elif guess is not None:
            who = self.t(f"words.hosting.{guess}")
            inside.addWidget(Prose(theme, self.say("received_by", domain=name, who=who), bold=True))
        else:
            inside.addWidget(Prose(theme, self.say("received_somewhere", domain=name), bold=True))
        if receiver.untrusted_hosts:
            hosts = ", ".join(receiver.untrusted_hosts[:4])
            inside.addWidget(Prose(theme, self.say("hosts", hosts=hosts), quiet=True, size="small"))
        if receiver.ends:
            inside.addWidget(Notice(theme, title=self.say("ends", day=receiver.ends), icon="triangle-alert"))
        settled = known is not None and known.hosting_confirmed
        if guess is not None and receiver.untrusted_hosts:
            right = button(theme, self.say("right"), partial(self._right, receiver.domain, guess), name="right")
            wrong = button(theme, self.say("wrong"), correct, name="wrong")
            inside.addLayout(Flow(right, wrong, spacing=theme.gap))
        else:
            change = button(theme, self.say("choose"), correct, name="choose")
            inside.addLayout(row(change, None))
        if settled and known is not None and known.hosting is not None:
            said = self.t(f"words.hosting.{known.hosting}")
            differs = guess is not None and guess is not known.hosting
            inside.addWidget(Prose(theme, self.say("differs" if differs else "settled", who=said), bold=True))
        self.add(frame)

    def _right(self, domain: str, hosting: Hosting) -> None:
        domains = tuple(
            msgspec.structs.replace(one, hosting=hosting, hosting_confirmed=True) if one.name == domain else one
            for one in self.session.open.scope.domains
        )
        self.session.edit_scope(domains=domains)
        self.go(self.route)
