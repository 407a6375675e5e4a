"""The consent as people see it: what confirming it now would cover, and what happened to it since."""

from typing import TYPE_CHECKING

import msgspec

from fumimori.gui.measuring import MAIL_IN_DNS
from fumimori.gui.widgets.choice import Choice
from fumimori.model import Assessment, Consent, ConsentLevel, RunKind
from fumimori.texts import Texts

if TYPE_CHECKING:
    from fumimori.gui.session import Session


def to_confirm(session: "Session") -> Consent:
    """The consent as it would stand if it were confirmed now, with every host that is shown."""
    from fumimori.engine import confirmed, exchangers, file_hosts

    takers = (host for hosts in exchangers(session.toolkit, session.open).values() for host in hosts)
    others = file_hosts(session.toolkit, session.open)
    return confirmed(session.open, session.services.now(), (*takers, *others))


def as_confirmed(session: "Session") -> Assessment:
    """The assessment as if its consent were confirmed now, with all that the page asks for before it can be."""
    consent = to_confirm(session)
    if consent.level >= ConsentLevel.AUTHORISED:
        said = {word: getattr(consent, word).strip() or "–" for word in ("name", "role")}
        consent = msgspec.structs.replace(consent, **said, own_server=consent.level is ConsentLevel.RELAY)
    return msgspec.structs.replace(session.open, consent=consent)


def stands(session: "Session") -> bool:
    """Whether what was confirmed still covers everything that is to be looked at."""
    consent = session.open.consent
    if consent.at is None:
        return False
    now = to_confirm(session)
    return set(now.domains) <= set(consent.domains) and set(now.hosts) <= set(consent.hosts)


def begun(assessment: Assessment) -> bool:
    """Whether anything was measured beyond the question who takes the mail."""
    return any(
        attempt.probe not in MAIL_IN_DNS
        for run in assessment.runs
        if run.kind is RunKind.MEASURED
        for attempt in run.attempts
    )


def highest(session: "Session") -> ConsentLevel:
    """How far people may choose to go: beyond ordinary connections only on a server of their own."""
    hosting = session.open.scope.hosting
    own = hosting is not None and hosting.own_server
    return ConsentLevel.RELAY if own else ConsentLevel.CONNECTIONS


def level_choices(t: Texts) -> list[Choice]:
    """A card for each level: what we do, and what the server sees of it."""
    cards = []
    for level in ConsentLevel:
        words = f"words.consent.{int(level)}"
        seen = t("ui.consent.server_sees", seen=t(f"{words}.server_sees"))
        label = t("ui.consent.level", number=int(level), name=t(f"{words}.name"))
        cards.append(Choice(value=str(int(level)), label=label, explanation=f"{t(f'{words}.we_do')}\n{seen}"))
    return cards
